#include "dump/bz2_pool.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static lk_bz2_slot *slot_at(const lk_bz2_pool *pool, uint64_t number) {
  return &pool->slots[number % (uint64_t)pool->count];
}

static void decode(lk_bz2_slot *slot, lk_bz2_memory *memory) {
  slot->output.size = 0;
  slot->result = LK_BZ2_FINE;
  if (lk_bz2_is_block(&slot->segment))
    slot->result = lk_bz2_decode(&slot->segment, &slot->output, memory);
}

/* Both with the lock held: the slot stays this thread's until it is done. */
static void decode_next(lk_bz2_pool *pool, lk_bz2_memory *memory) {
  lk_bz2_slot *slot = slot_at(pool, pool->next++);
  pthread_mutex_unlock(&pool->lock);
  decode(slot, memory);
  pthread_mutex_lock(&pool->lock);
  slot->is_done = 1;
  pthread_cond_signal(&pool->done);
}

static void *work(void *argument) {
  lk_bz2_pool *pool = argument;
  lk_bz2_memory memory = {0};
  pthread_mutex_lock(&pool->lock);
  while (!pool->is_stopping) {
    if (pool->next < pool->end)
      decode_next(pool, &memory);
    else
      pthread_cond_wait(&pool->work, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  lk_bz2_memory_free(&memory);
  return NULL;
}

/* Signals go to the thread that asks for them. */
static lk_status start(lk_bz2_pool *pool, int threads) {
  sigset_t all, before;
  int failed = 0;
  LK_TRY(LK_NEW(pool->threads, (size_t)threads));
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  while (pool->running < threads && !failed) {
    failed = pthread_create(&pool->threads[pool->running], NULL, work, pool);
    pool->running += !failed;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!failed) return LK_OK;
  return lk_fail(LK_INTERNAL, "cannot start a thread for decoding bz2: %s; use fewer",
                 strerror(failed));
}

lk_status lk_bz2_pool_open(lk_bz2_pool *pool, lk_raw *raw, int threads) {
  assert(threads > 0);
  *pool = (lk_bz2_pool){.count = 2 * threads};
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->done, NULL);
  LK_TRY(lk_bz2_cutter_open(&pool->cutter, raw));
  LK_TRY(LK_NEW(pool->slots, (size_t)pool->count));
  for (int i = 0; i < pool->count; i++)
    LK_TRY(lk_bz2_segment_room(&pool->slots[i].segment.bytes,
                               LK_BZ2_SEGMENT_MOST + LK_BZ2_AROUND));
  return start(pool, threads - 1);
}

/* Behind the part only what is needed is decoded. */
static int has_next(const lk_bz2_pool *pool, uint64_t needed) {
  uint64_t held = pool->end - pool->first;
  if (pool->cutter.is_done || held == (uint64_t)pool->count) return 0;
  return held < needed || lk_bz2_cutter_at(&pool->cutter) < pool->cutter.raw->end;
}

/* With so many slots at least, unless fewer come. */
static lk_status fill(lk_bz2_pool *pool, uint64_t needed) {
  while (has_next(pool, needed)) {
    lk_bz2_slot *slot = slot_at(pool, pool->end);
    slot->is_done = 0;
    LK_TRY(lk_bz2_cut(&pool->cutter, &slot->segment));
    pthread_mutex_lock(&pool->lock);
    pool->end++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
  }
  return LK_OK;
}

static void finish(lk_bz2_pool *pool, const lk_bz2_slot *slot) {
  pthread_mutex_lock(&pool->lock);
  while (!slot->is_done) {
    if (pool->next < pool->end)
      decode_next(pool, &pool->memory);
    else
      pthread_cond_wait(&pool->done, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
}

lk_status lk_bz2_pool_first(lk_bz2_pool *pool, lk_bz2_slot **slot) {
  *slot = NULL;
  LK_TRY(fill(pool, 1));
  if (pool->first == pool->end) return LK_OK;
  finish(pool, slot_at(pool, pool->first));
  *slot = slot_at(pool, pool->first);
  return LK_OK;
}

void lk_bz2_pool_drop(lk_bz2_pool *pool) {
  assert(pool->first < pool->end && slot_at(pool, pool->first)->is_done);
  pool->first++;
}

static void append(lk_bz2_slot *one, const lk_bz2_slot *other) {
  lk_bits_copy(lk_bz2_bits(&one->segment), one->segment.bits, lk_bz2_bits(&other->segment),
               0, other->segment.bits);
  one->segment.bits += other->segment.bits;
  one->segment.is_last = other->segment.is_last;
}

lk_status lk_bz2_pool_merge(lk_bz2_pool *pool, lk_bz2_slot **slot) {
  lk_bz2_slot *one = *slot, *other;
  assert(pool->count > 1 && !one->segment.is_last);
  LK_TRY(fill(pool, 2));
  other = slot_at(pool, pool->first + 1);
  finish(pool, other);
  if ((one->segment.bits + other->segment.bits) / 8 >= LK_BZ2_SEGMENT_MOST) return LK_OK;
  append(one, other);
  decode(one, &pool->memory);
  lk_bz2_slot merged = *one;
  *one = *other;
  *other = merged;
  lk_bz2_pool_drop(pool);
  *slot = other;
  return LK_OK;
}

static void stop(lk_bz2_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->is_stopping = 1;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (int i = 0; i < pool->running; i++)
    pthread_join(pool->threads[i], NULL);
  lk_free(pool->threads);
}

void lk_bz2_pool_close(lk_bz2_pool *pool) {
  stop(pool);
  for (int i = 0; pool->slots && i < pool->count; i++) {
    free(pool->slots[i].segment.bytes);
    free(pool->slots[i].output.bytes);
  }
  lk_free(pool->slots);
  lk_bz2_memory_free(&pool->memory);
  lk_bz2_cutter_close(&pool->cutter);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->done);
}
