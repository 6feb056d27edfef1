/* The segments of a bz2 file, decoded by several threads and handed out in order. The
 * thread that takes them decodes too while it would have to wait. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BZ2_POOL_H
#define LOCKSTEP_DUMP_BZ2_POOL_H

#include "dump/bz2_block.h"
#include <pthread.h>

typedef struct {
  lk_bz2_segment segment;
  lk_bz2_output output;
  lk_bz2_result result;
  int is_done; /* what is no block at once */
} lk_bz2_slot;

/* A ring of slots: from `first` on to be handed out, from `next` on not begun, `end` the
 * first that is free. */
typedef struct {
  lk_bz2_cutter cutter;
  lk_bz2_slot *slots;
  int count;
  uint64_t first, next, end;
  lk_bz2_memory memory; /* of the thread that takes them */
  pthread_t *threads;   /* the others */
  int running, is_stopping;
  pthread_mutex_t lock;
  pthread_cond_t work, done;
} lk_bz2_pool;

/* For `threads` > 0 in all. The caller closes it, also after a failure; it stays where it
 * is. LK_BAD_DATA as lk_bz2_cutter_open. */
lk_status lk_bz2_pool_open(lk_bz2_pool *pool, lk_raw *raw, int threads);

/* The first slot, done; NULL behind the last. It stays the pool's, and the first. */
lk_status lk_bz2_pool_first(lk_bz2_pool *pool, lk_bz2_slot **slot);

/* The first slot is free again. */
void lk_bz2_pool_drop(lk_bz2_pool *pool);

/* Makes one of the first two and decodes it anew: a mark between them may have been none.
 * It becomes the first. Nothing changes when it were too long for a block. */
lk_status lk_bz2_pool_merge(lk_bz2_pool *pool, lk_bz2_slot **slot);

void lk_bz2_pool_close(lk_bz2_pool *pool);

#endif
