/* Where the time goes: every moment of the thread that trains belongs to one part of the
 * work. A kernel says at its start which part it is, and the time up to the next switch is
 * that part's. Always on, for a switch costs one reading of the clock (about 25 ns). The
 * state is the process': one thread at a time may call these. Not collective, no failure,
 * no allocation. */
#ifndef LOCKSTEP_PROFILE_H
#define LOCKSTEP_PROFILE_H

#include "lockstep/linkage.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef enum {
  LK_PART_EMBEDDING,
  LK_PART_PRODUCTS, /* matrix products, with their biases */
  LK_PART_ATTENTION,
  LK_PART_ELEMENTWISE, /* norms, GELU, residuals, dropout, copies of rows */
  LK_PART_LOSS,
  LK_PART_OPTIMIZER,     /* the gradient's norm too */
  LK_PART_COMMUNICATION, /* exposed: nothing is computed meanwhile; waiting too */
  LK_PART_DATA,          /* plan, corruption, packing */
  LK_PART_REST,          /* zeroing and adding the shards' gradients, and what is small */
  LK_PARTS
} lk_part;

/* "products": a literal. */
const char *lk_part_name(lk_part part);

/* The time from now on is `part`'s. Returns the part before, for those who go back to it.
 */
lk_part lk_profile_switch(lk_part part);

/* Switches since the process started. Any thread may ask: a sign of life for others. */
uint64_t lk_profile_moves(void);

/* Seconds of every part up to the last switch. Only differences mean something. */
void lk_profile_read(double seconds[LK_PARTS]);

/* A switch: from `start` (the clock of base/clock.h) on the time is the part's. Doubles,
 * the form in which ranks exchange it. */
typedef struct {
  double start, part;
} lk_profile_event;

/* Keeps the next `room` switches in the caller's events; 0: none. Counting starts anew. */
void lk_profile_record(lk_profile_event *events, size_t room);

/* Switches since lk_profile_record, also those for which there was no room. */
size_t lk_profile_switches(void);

LK_C_END

#endif
