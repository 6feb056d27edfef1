/* What comes first of many: a binary heap. Private to src/text. */
#ifndef LOCKSTEP_TEXT_QUEUE_H
#define LOCKSTEP_TEXT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/* The one of the smallest `order` comes first, of those the one of the smallest `what`. */
typedef struct {
  uint64_t order, what;
} lk_queued;

/* entries has room for all that will be in it: the caller's. */
typedef struct {
  lk_queued *entries;
  size_t count;
} lk_queue;

void lk_queue_add(lk_queue *queue, lk_queued entry);

/* Takes the first one out. Of a queue that is not empty. */
lk_queued lk_queue_take(lk_queue *queue);

#endif
