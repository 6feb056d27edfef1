/* Groups of ranks that are jobs of their own, such as one a site, and meet over TCP. Each
 * calls the meeting point (`lockstep meet`), which gives all of them the mean of their
 * changes. A group that is late or lost is left out after a while; when it calls again it
 * gets the state of the others after their next outer step, and is one of them again.
 *
 * Both ends prove that they know the same secret; what they send after that is neither
 * encrypted nor sealed. Numbers travel as the machine has them. Not collective: of a job
 * one rank calls. */
#ifndef LOCKSTEP_MEETING_H
#define LOCKSTEP_MEETING_H

#include "lockstep/hash.h"
#include "lockstep/wire.h"

LK_C_BEGIN

enum { LK_GROUPS_MOST = 64, LK_SECRET_LEAST = 16 };

/* What all groups have alike, but for their number. */
typedef struct {
  int group, groups;
  lk_wire wire;       /* of changes; the mean comes in fp32 */
  int has_momentum;   /* the outer step has one */
  uint64_t every;     /* most steps between two meetings */
  uint64_t steps;     /* of the whole run */
  uint64_t count;     /* parameters */
  int columns;        /* numbers that are summed over the groups, for each step */
  lk_sha256 identity; /* of settings and data */
} lk_meeting_terms;

/* What groups that have met have in common: after which step, parameters, and momentum
 * (count) each, which are the caller's; momentum NULL where there is none. */
typedef struct {
  uint64_t step;
  float *values, *momentum;
} lk_meeting_state;

typedef struct {
  int moved;        /* the group was left out: the state has become the others' */
  int asked;        /* lk_meeting_give has to follow */
  uint64_t present; /* whose changes are in the mean, a bit for each group */
} lk_meeting_outcome;

typedef struct lk_meeting lk_meeting;

/* A group's way to the point at HOST:PORT; `key`: the file of the secret, of
 * LK_SECRET_LEAST bytes at least. A point out of reach, or silent, for `patience` seconds
 * is a failure, a silent one for half of them a reason to call again. The caller owns *out.
 * LK_USAGE: the address is none, or the secret too short. */
lk_status lk_meeting_create(lk_meeting **out, const lk_meeting_terms *terms,
                            const char *address, const char *key, double patience);
void lk_meeting_free(lk_meeting *meeting);

/* Begins: waits until the others have come too, or have been waited for, or have made their
 * next outer step where they are ahead, whose state this group then gets. LK_USAGE: groups
 * do not belong together; LK_INTERNAL: nobody answers; LK_STOPPED: a signal came while
 * there was no answer. */
lk_status lk_meeting_arrive(lk_meeting *meeting, lk_meeting_state *state,
                            lk_meeting_outcome *outcome);

/* After the steps up to `step`: the group's change, lk_wire_words(count), goes to the
 * point, mean[count] of all that came is the answer, and sums[rows·columns] become those of
 * all that came. Fails as lk_meeting_arrive. */
lk_status lk_meeting_exchange(lk_meeting *meeting, uint64_t step, lk_meeting_state *state,
                              const uint32_t *change, double *sums, size_t rows,
                              float *mean, lk_meeting_outcome *outcome);

/* The state after the outer step, for groups that wait for it. */
void lk_meeting_give(lk_meeting *meeting, const lk_meeting_state *state);

typedef struct {
  int groups;
  int port;         /* 0: any that is free */
  const char *bind; /* the address to listen on; NULL: all */
  const char *key;
  double patience; /* seconds for which groups wait for a late one */
} lk_point_settings;

/* The meeting point: until a run has ended and all groups that were in it have left.
 * `opened` is told its port, and ends it where it fails. LK_INTERNAL: it cannot listen. */
lk_status lk_point_run(const lk_point_settings *settings, lk_status (*opened)(int port));

LK_C_END

#endif
