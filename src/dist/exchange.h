/* The tree's upper levels: a sum of one array over the ranks that goes on beside other
 * work. */
#ifndef LOCKSTEP_DIST_EXCHANGE_H
#define LOCKSTEP_DIST_EXCHANGE_H

#include "dist/world.h"

typedef struct lk_exchange lk_exchange;

/* For arrays of `count` floats. The caller owns *out: lk_exchange_free. */
lk_status lk_exchange_create(lk_exchange **out, size_t count);
void lk_exchange_free(lk_exchange *exchange);

/* All ranks, P a power of two, each as often as it likes: elements `ready` … of the array
 * are this rank's final ones; moves their sum over the ranks on as far as it goes without
 * waiting. `ready` may fall from call to call; the array must be the same one until
 * lk_exchange_complete. */
lk_status lk_exchange_poll(lk_exchange *exchange, lk_world *world, float *array,
                           size_t ready);

/* All ranks: the whole array is ready; waits until it is the sum. */
lk_status lk_exchange_complete(lk_exchange *exchange, lk_world *world, float *array);

/* to[i] += from[i] */
void lk_add_array(float *restrict to, const float *restrict from, size_t count);

#endif
