/* The merges of one piece: of all that apply the first of the list, and of equal ones the
 * one farthest to the left, until none applies. In n log n for n bytes. */
#include "lockstep/memory.h"
#include "text/bpe.h"
#include "text/queue.h"
#include <assert.h>

enum { SHORT = 64 }; /* bytes of a piece that needs no memory of its own */

/* What is left of the piece as a list; END: nothing behind it, or before it. */
#define END UINT32_MAX
typedef struct {
  lk_token id; /* END: it went into the one before */
  uint32_t previous, next;
} link;

typedef struct {
  const lk_bpe *bpe;
  link *links;
  lk_queue queue; /* of rank and place */
} merging;

static void offer(merging *m, uint32_t at) {
  uint32_t next = m->links[at].next;
  if (next == END) return;
  int64_t rank = lk_bpe_rank(m->bpe, m->links[at].id, m->links[next].id);
  if (rank >= 0) lk_queue_add(&m->queue, (lk_queued){(uint64_t)rank, at});
}

static void join(merging *m, uint32_t at, lk_token made) {
  link *left = &m->links[at], *right = &m->links[left->next];
  uint32_t behind = right->next;
  left->id = made;
  left->next = behind;
  right->id = END;
  if (behind != END) m->links[behind].previous = at;
  if (left->previous != END) offer(m, left->previous);
  offer(m, at);
}

/* One that is still there: its tokens may have gone into others since. */
static int applies(const merging *m, const lk_bpe_merge *merge, uint32_t at) {
  const link *left = &m->links[at];
  return left->id == merge->left && left->next != END &&
         m->links[left->next].id == merge->right;
}

static void merge_all(merging *m, const char *piece, uint32_t size) {
  for (uint32_t i = 0; i < size; i++)
    m->links[i] = (link){m->bpe->of_byte[(unsigned char)piece[i]], i ? i - 1 : END,
                         i + 1 < size ? i + 1 : END};
  for (uint32_t i = 0; i < size; i++)
    offer(m, i);
  while (m->queue.count) {
    lk_queued first = lk_queue_take(&m->queue);
    const lk_bpe_merge *merge = &m->bpe->merges[first.order];
    if (applies(m, merge, (uint32_t)first.what)) join(m, (uint32_t)first.what, merge->made);
  }
}

static size_t collect(const merging *m, lk_token *tokens) {
  size_t count = 0;
  for (uint32_t at = 0; at != END; at = m->links[at].next)
    tokens[count++] = m->links[at].id;
  return count;
}

/* Each of the n-1 pairs is offered once, and two more for every join. */
lk_status lk_bpe_merge_piece(const lk_bpe *bpe, const char *piece, size_t size,
                             lk_token *tokens, size_t *count) {
  link few[SHORT], *many = NULL;
  lk_queued few_queued[3 * SHORT], *many_queued = NULL;
  assert(size > 0 && size < END);
  if (size > SHORT) {
    LK_TRY(LK_NEW(many, size));
    lk_status status = LK_NEW(many_queued, 3 * size);
    if (status != LK_OK) lk_free(many);
    LK_TRY(status);
  }
  merging m = {bpe, many ? many : few, {many ? many_queued : few_queued, 0}};
  merge_all(&m, piece, (uint32_t)size);
  *count = collect(&m, tokens);
  assert(*count > 0 && *count <= size);
  lk_free(many);
  lk_free(many_queued);
  return LK_OK;
}
