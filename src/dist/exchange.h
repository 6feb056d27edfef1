/* The tree's upper levels: a sum of arrays over the ranks that goes on beside other work.
 */
#ifndef LOCKSTEP_DIST_EXCHANGE_H
#define LOCKSTEP_DIST_EXCHANGE_H

#include "dist/holders.h"
#include "dist/mpi.h"
#include "lockstep/status.h"
#include "lockstep/world.h"

typedef struct lk_exchange lk_exchange;

/* Reduce-scatter, all-gather, or one after the other. */
enum { LK_SCATTER = 1, LK_GATHER = 2 };

/* How many floats of `count` travel at a time: more where messages are dear, for larger
 * pieces are fewer, and less where bytes are, for the last piece travels when nothing else
 * is left to do. Alike on all ranks that know the same links. */
size_t lk_exchange_choose_piece(lk_layout layout, const lk_links *links, size_t count);

/* Sums arrays of `count` floats, in such pieces, over the circle's ranks, those of one rank
 * `stride` floats apart, one for each whole node of its shards. The caller owns *out:
 * lk_exchange_free. */
lk_status lk_exchange_create(lk_exchange **out, lk_layout layout, const lk_circle *circle,
                             int rank, size_t count, size_t stride, size_t piece);
void lk_exchange_free(lk_exchange *exchange);

/* From now on sums are rounded to bf16, and travel so, in half the bytes; what is only
 * handed back (LK_GATHER alone) travels as it is. Before the first poll. */
lk_status lk_exchange_round(lk_exchange *exchange);

/* From now on what the rank does not have of a scattered sum goes back to the system. */
void lk_exchange_economise(lk_exchange *exchange);

/* All ranks, each as often as it likes: elements `ready` … of the arrays are this rank's
 * final ones; moves the phases on as far as they go without waiting, and waits until whole
 * pieces of no more than `most` floats of these elements are left. `ready` may fall from
 * call to call; arrays and phases must be the same until lk_exchange_complete. */
lk_status lk_exchange_poll(lk_exchange *exchange, int phases, float *arrays, size_t ready,
                           size_t most);

/* All ranks: all of the arrays is ready; waits until the phases are over. */
lk_status lk_exchange_complete(lk_exchange *exchange, int phases, float *arrays);

/* Each rank has its own span of every piece of the array after LK_SCATTER, and must have it
 * before LK_GATHER. Pieces are counted from the array's start. */
int lk_exchange_pieces(const lk_exchange *exchange);
lk_stretch lk_exchange_own(const lk_exchange *exchange, int piece);

#endif
