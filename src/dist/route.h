/* What one rank sends, receives and adds for the sum of one array over the ranks: a list of
 * moves, made once.
 *
 * The rank's partial sums are in arrays 0, 1 …, one for each whole node of its shards
 * (lk_count_whole). Going up the tree (reduce-scatter) array 0 becomes the sum of ever
 * larger nodes, on ever smaller spans; at the root each rank has its own span of the sum
 * over all shards. Going down the same way (all-gather) the spans are handed back. */
#ifndef LOCKSTEP_DIST_ROUTE_H
#define LOCKSTEP_DIST_ROUTE_H

#include "dist/holders.h"
#include "lockstep/status.h"

enum { LK_LANDING = -1 }; /* in place of an array: what the stage has received */

typedef enum {
  LK_RECEIVE, /* from the peer into the array, or into the landing */
  LK_SEND,    /* from the array to the peer */
  LK_ADD      /* the array, or the landing, to array 0, once all messages have ended */
} lk_move_kind;

typedef struct {
  lk_move_kind kind;
  int peer, array;
  lk_stretch span;
  size_t landing; /* where it begins there */
} lk_move;

/* Moves begin … end-1 go together; a rank ends a stage before it begins the next. */
typedef struct {
  int begin, end, messages;
} lk_stage;

typedef struct {
  lk_move *moves;
  lk_stage *stages;
  int moves_used, stages_used;
  int scattering; /* so many stages are the way up */
  int messages;   /* the most in a stage */
  size_t traffic; /* the most floats of a stage's messages */
  size_t landing; /* floats that the landing needs */
  lk_stretch own; /* the rank's span of the whole sum */
} lk_route;

/* For arrays of `count` floats. The caller owns *out: lk_route_free. */
lk_status lk_route_create(lk_route **out, lk_layout layout, int rank, size_t count);
void lk_route_free(lk_route *route);

#endif
