#include "eval/beams.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* A continuation. The decoder's sequence `slot` has read all of its tokens but the last,
 * unless it is new there. */
typedef struct {
  lk_token *tokens; /* (capacity), owned by the search */
  int length, slot;
  int is_new, has_ended;
  double log_probability;
} beam;

/* A beam with one token more; one that has ended stands for itself. */
typedef struct {
  int parent;
  lk_token token;
  double log_probability;
} candidate;

struct lk_beams {
  lk_decoder *decoder;
  int vocabulary, width, capacity;
  lk_token *tokens;  /* (2, width, capacity), owned as all here */
  beam *now, *next;  /* (width), the most probable first */
  candidate *best;   /* (width), the same */
  int *slots, *rows; /* (width) sequences of a pass, and whose they are */
  lk_token *last;    /* (width) */
  int beams, candidates;
};

lk_status lk_beams_create(lk_beams **out, lk_decoder *decoder, int vocabulary, int width,
                          int capacity) {
  lk_beams *b;
  size_t count = (size_t)width;
  assert(width > 0 && capacity > 0);
  LK_TRY(LK_NEW(b, 1));
  *b = (lk_beams){.decoder = decoder, .vocabulary = vocabulary, .width = width};
  b->capacity = capacity;
  lk_status status = LK_NEW(b->tokens, 2 * count * (size_t)capacity);
  if (status == LK_OK) status = LK_NEW(b->now, count);
  if (status == LK_OK) status = LK_NEW(b->next, count);
  if (status == LK_OK) status = LK_NEW(b->best, count);
  if (status == LK_OK) status = LK_NEW(b->slots, count);
  if (status == LK_OK) status = LK_NEW(b->rows, count);
  if (status == LK_OK) status = LK_NEW(b->last, count);
  for (size_t i = 0; status == LK_OK && i < count; i++) {
    b->now[i].tokens = b->tokens + i * (size_t)capacity;
    b->next[i].tokens = b->tokens + (count + i) * (size_t)capacity;
  }
  *out = b;
  if (status == LK_OK) return LK_OK;
  lk_beams_free(b);
  *out = NULL;
  return status;
}

void lk_beams_free(lk_beams *beams) {
  if (!beams) return;
  void *owned[] = {beams->tokens, beams->now,  beams->next, beams->best,
                   beams->slots,  beams->rows, beams->last};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
  lk_free(beams);
}

/* Into the best so far, behind its equals. */
static void offer(lk_beams *b, candidate offered) {
  int at = b->candidates;
  if (at == b->width) {
    if (!(offered.log_probability > b->best[at - 1].log_probability)) return;
    at--;
  } else {
    b->candidates++;
  }
  for (; at > 0 && offered.log_probability > b->best[at - 1].log_probability; at--)
    b->best[at] = b->best[at - 1];
  b->best[at] = offered;
}

/* A beam with each token, by logits (vocabulary). */
static void offer_tokens(lk_beams *b, int parent, const lk_real *logits) {
  double most = logits[0], sum = 0;
  for (int i = 1; i < b->vocabulary; i++)
    if (logits[i] > most) most = logits[i];
  for (int i = 0; i < b->vocabulary; i++)
    sum += exp(logits[i] - most);
  double before = b->now[parent].log_probability - most - log(sum);
  for (int i = 0; i < b->vocabulary; i++)
    offer(b, (candidate){parent, (lk_token)i, before + logits[i]});
}

/* Those that went on where they were, together; then those that began somewhere else. */
static void offer_all(lk_beams *b) {
  int active = 0;
  b->candidates = 0;
  for (int i = 0; i < b->beams; i++) {
    const beam *from = &b->now[i];
    if (from->has_ended) offer(b, (candidate){i, 0, from->log_probability});
    if (from->has_ended || from->is_new) continue;
    b->rows[active] = i;
    b->slots[active] = from->slot;
    b->last[active++] = from->tokens[from->length - 1];
  }
  const lk_real *logits =
      active ? lk_decoder_append(b->decoder, b->slots, b->last, active) : NULL;
  for (int i = 0; i < active; i++)
    offer_tokens(b, b->rows[i], logits + (size_t)i * (size_t)b->vocabulary);
  for (int i = 0; i < b->beams; i++) {
    const beam *from = &b->now[i];
    if (!from->has_ended && from->is_new)
      offer_tokens(b, i,
                   lk_decoder_begin(b->decoder, from->slot, from->tokens, from->length));
  }
}

static void extend(const lk_beams *b, const candidate *by, const lk_continuing *how,
                   beam *to) {
  const beam *from = &b->now[by->parent];
  lk_token *tokens = to->tokens;
  memcpy(tokens, from->tokens, (size_t)from->length * sizeof *tokens);
  *to = *from;
  to->tokens = tokens;
  to->log_probability = by->log_probability;
  if (from->has_ended) return;
  tokens[to->length++] = by->token;
  to->is_new = 0;
  to->has_ended = (int)by->token == how->end || to->length == b->capacity;
}

/* The first of a beam's children goes on in its sequence, others begin in free ones. */
static void place(lk_beams *b) {
  for (int i = 0; i < b->width; i++)
    b->slots[i] = 0; /* whether it is taken */
  for (int i = 0; i < b->beams; i++) {
    beam *at = &b->now[i];
    if (at->has_ended) continue;
    at->is_new = b->slots[at->slot];
    b->slots[at->slot] = 1;
  }
  for (int i = 0, free = 0; i < b->beams; i++) {
    if (b->now[i].has_ended || !b->now[i].is_new) continue;
    while (b->slots[free])
      free++;
    assert(free < b->width);
    b->now[i].slot = free;
    b->slots[free] = 1;
  }
}

static void step(lk_beams *b, const lk_continuing *how) {
  offer_all(b);
  assert(b->candidates > 0 && b->candidates <= b->width);
  for (int i = 0; i < b->candidates; i++)
    extend(b, &b->best[i], how, &b->next[i]);
  beam *before = b->now;
  b->now = b->next;
  b->next = before;
  b->beams = b->candidates;
  place(b);
}

void lk_beams_continue(lk_beams *beams, lk_continuation *text, const lk_continuing *how) {
  lk_beams *b = beams;
  beam *first = &b->now[0];
  assert(text->length > 0 && text->length <= b->capacity);
  memcpy(first->tokens, text->tokens, (size_t)text->length * sizeof *first->tokens);
  *first = (beam){.tokens = first->tokens, .length = text->length, .is_new = 1};
  first->has_ended = text->length == b->capacity;
  b->beams = 1;
  for (int i = 0; i < how->most && !b->now[0].has_ended; i++)
    step(b, how);
  text->length = b->now[0].length;
  text->log_probability = b->now[0].log_probability;
  memcpy(text->tokens, b->now[0].tokens, (size_t)text->length * sizeof *text->tokens);
}
