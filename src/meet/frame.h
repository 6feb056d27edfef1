/* What goes over a connection between a group and the meeting point. Private to src/meet.
 */
#ifndef LOCKSTEP_MEET_FRAME_H
#define LOCKSTEP_MEET_FRAME_H

#include "lockstep/meeting.h"
#include "lockstep/proof.h"

#define LK_MEET_MAGIC   "lockmee2"
#define LK_BEAT_SECONDS 1.0 /* from one LK_SAYS_WAIT to the next */

/* In the order in which they come. */
typedef enum {
  LK_SAYS_HELLO = 1, /* group: lk_meet_hello */
  LK_SAYS_CHALLENGE, /* point: nonce and proof 'p' */
  LK_SAYS_PROOF,     /* group: proof 'g' */
  LK_SAYS_GO,        /* point: the group is one of those that make steps */
  LK_SAYS_CHANGE,    /* group: sums, words of the change */
  LK_SAYS_MEAN,      /* point: present, asked; sums, mean */
  LK_SAYS_STATE,     /* group to point, and point to another: values, momentum */
  LK_SAYS_NO,        /* point: why, a text; the end */
  LK_SAYS_WAIT       /* point: nothing, but that it is there; to who waits for it */
} lk_meet_kind;

/* Before each of them. */
typedef struct {
  uint32_t kind, asked;
  uint64_t step, present;
  uint64_t size; /* bytes that follow */
} lk_meet_head;

typedef struct {
  char magic[8];
  lk_meeting_terms terms;
  uint64_t step;                      /* after which the group has met last */
  lk_hash state;                      /* of what it has since; */
  int32_t has_state;                  /* 0: it has lost that */
  unsigned char job[LK_NONCE_SIZE];   /* drawn once for each start of a group … */
  unsigned char nonce[LK_NONCE_SIZE]; /* … and for each call */
} lk_meet_hello;

typedef struct {
  unsigned char nonce[LK_NONCE_SIZE], proof[LK_PROOF_SIZE];
} lk_meet_challenge;

_Static_assert(sizeof(lk_meet_hello) <= LK_SAID_MOST, "it is proved");

/* The secret of a file. The caller owns *secret: lk_free. */
lk_status lk_meet_secret(const char *key, char **secret, size_t *size);

/* Small messages go at once, and an end that is cut off is noticed after 20 seconds. */
void lk_meet_tune(int fd);

/* Bytes of a state. */
size_t lk_meet_state_size(const lk_meeting_terms *terms);

#endif
