#include "text/queue.h"
#include <assert.h>

static int is_before(lk_queued a, lk_queued b) {
  return a.order != b.order ? a.order < b.order : a.what < b.what;
}

void lk_queue_add(lk_queue *queue, lk_queued entry) {
  size_t at = queue->count++;
  for (size_t above; at; at = above) {
    above = (at - 1) / 2;
    if (!is_before(entry, queue->entries[above])) break;
    queue->entries[at] = queue->entries[above];
  }
  queue->entries[at] = entry;
}

lk_queued lk_queue_take(lk_queue *queue) {
  assert(queue->count);
  lk_queued first = queue->entries[0], last = queue->entries[--queue->count];
  size_t at = 0;
  for (size_t below; (below = 2 * at + 1) < queue->count; at = below) {
    lk_queued *entries = queue->entries;
    if (below + 1 < queue->count && is_before(entries[below + 1], entries[below])) below++;
    if (!is_before(entries[below], last)) break;
    entries[at] = entries[below];
  }
  queue->entries[at] = last;
  return first;
}
