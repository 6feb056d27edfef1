/* The meeting point: who is there, and what is to be done about it. Private to src/meet. */
#ifndef LOCKSTEP_MEET_POINT_H
#define LOCKSTEP_MEET_POINT_H

#include "meet/frame.h"
#include <netinet/in.h>

/* Places for those that have not proved themselves yet, beside the groups'. */
enum { LK_STRANGERS = 64, LK_CALLERS = LK_STRANGERS + LK_GROUPS_MOST, LK_MEET_PARTS = 2 };

/* One message on its way out. Its parts are not owned but for the text. */
typedef struct {
  lk_meet_head head;
  const void *parts[LK_MEET_PARTS];
  size_t sizes[LK_MEET_PARTS], sent, size; /* size: of all; 0: there is none */
  char text[512];
} lk_outgoing;

/* A connection. */
typedef struct {
  int fd;               /* -1: there is none */
  double since;         /* of a stranger: when it came … */
  struct in6_addr from; /* … and from where; IPv4 as IPv6 has it */
  int is_proven;        /* its hello is true … */
  int is_leaving;       /* … and it goes once it was told why */
  lk_meet_hello hello;
  unsigned char nonce[LK_NONCE_SIZE];
  lk_meet_head head; /* what is coming in … */
  size_t got;        /* … and how much of head and body has come */
  char *body;        /* owned */
  lk_outgoing out;
} lk_caller;

typedef enum {
  LK_SEAT_EMPTY, /* nobody has come, or is there any more */
  LK_SEAT_WAITS, /* for the others, or for their state */
  LK_SEAT_WORKS, /* makes its steps */
  LK_SEAT_SPOKE  /* has sent its change */
} lk_seat_state;

typedef struct {
  lk_seat_state state;
  lk_caller *caller;                /* NULL where the seat is empty */
  double since;                     /* of this state */
  int is_left_out;                  /* nobody waits for this group */
  uint64_t step;                    /* after which it has met last, or has now come to */
  unsigned char job[LK_NONCE_SIZE]; /* that had the seat last */
  char *change;                     /* owned: what it sent … */
  size_t change_size;
} lk_seat;

typedef struct {
  const lk_point_settings *settings;
  char *secret; /* owned, as all below */
  size_t secret_size;
  int door;
  lk_caller callers[LK_CALLERS];
  lk_seat seats[LK_GROUPS_MOST];
  int is_known;           /* some group has said what all have alike: … */
  lk_meeting_terms terms; /* … this, but for the group's number */
  uint64_t done;          /* steps after which groups have met last */
  double worked;          /* when a group was at work last */
  double beaten;          /* when groups that wait were told so last */
  double *sums;           /* (every, columns) */
  float *mean, *state;    /* (count), and a whole state; the state once one is asked for */
  float *blocks;          /* (groups, LK_WIRE_BLOCK) scratch */
} lk_point;

/* caller.c. Takes in what has come; nonzero: a whole message has, in c->head and c->body,
 * which lk_caller_next ends. The connection ends (fd -1) when it fails, or says what it may
 * not. Never waits. */
int lk_caller_hear(const lk_point *p, lk_caller *c);
void lk_caller_next(lk_caller *c);
void lk_caller_flush(lk_caller *c);
void lk_caller_drop(lk_caller *c);

/* Begins a message; size bytes of each part. There is no other under way. */
void lk_caller_say(lk_caller *c, lk_meet_head head, const void *one, size_t size,
                   const void *other, size_t other_size);

/* Nonzero: what it is being told has that part. */
int lk_caller_is_told(const lk_caller *c, const void *part);

/* The last that it hears. */
void lk_caller_refuse(lk_caller *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The handshake of c, whose message has come: nonzero while it may go on. */
int lk_caller_prove(const lk_point *p, lk_caller *c);

/* seats.c. A group that has proved itself sits down (LK_INTERNAL: no memory); what it
 * sends; seats whose callers are gone become empty; what follows from all that, and from
 * time; and groups that wait are told that somebody is there. */
lk_status lk_seats_take(lk_point *p, lk_caller *c, double now);
void lk_seats_hear(lk_point *p, lk_caller *c, double now);
void lk_seats_clear(lk_point *p, double now);
void lk_seats_advance(lk_point *p, double now);
void lk_seats_beat(lk_point *p, double now);

/* Nonzero: the run has ended, and all that were in it have gone. */
int lk_seats_are_over(const lk_point *p);

/* mean.c: of all changes that are there, and the sums. */
void lk_point_average(lk_point *p, size_t bytes_of_sums);

#endif
