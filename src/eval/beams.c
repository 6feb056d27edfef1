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

/* Of one text. */
typedef struct {
  beam *now, *next; /* (width), the most probable first */
  candidate *best;  /* (width), the same */
  int beams, candidates;
  int first; /* of the decoder's sequences; `slot` is counted from there */
} search;

/* A row of a pass: whose it is. */
typedef struct {
  int text, beam;
} row;

struct lk_beams {
  lk_decoder *decoder;
  int vocabulary, width, capacity, most_texts;
  lk_token *tokens;    /* (most_texts, 2, width, capacity), owned as all here */
  beam *all;           /* (most_texts, 2, width) */
  candidate *best;     /* (most_texts, width) */
  search *searches;    /* (most_texts) */
  uint8_t *taken;      /* (width) slots */
  int *sequences;      /* (most_texts, width) of a pass, as the next three */
  row *rows;           /* whose they are */
  lk_token *last;      /* their tokens, of those that go on */
  lk_beginning *begun; /* those that begin */
  int texts;           /* of this call */
};

static lk_status allocate(lk_beams *b) {
  size_t width = (size_t)b->width, count = (size_t)b->most_texts * width;
  LK_TRY(LK_NEW(b->tokens, 2 * count * (size_t)b->capacity));
  LK_TRY(LK_NEW(b->all, 2 * count));
  LK_TRY(LK_NEW(b->best, count));
  LK_TRY(LK_NEW(b->searches, (size_t)b->most_texts));
  LK_TRY(LK_NEW(b->taken, width));
  LK_TRY(LK_NEW(b->sequences, count));
  LK_TRY(LK_NEW(b->rows, count));
  LK_TRY(LK_NEW(b->last, count));
  LK_TRY(LK_NEW(b->begun, count));
  for (size_t i = 0; i < 2 * count; i++)
    b->all[i].tokens = b->tokens + i * (size_t)b->capacity;
  for (size_t t = 0; t < (size_t)b->most_texts; t++)
    b->searches[t] = (search){.now = b->all + 2 * t * width,
                              .next = b->all + (2 * t + 1) * width,
                              .best = b->best + t * width,
                              .first = (int)(t * width)};
  return LK_OK;
}

lk_status lk_beams_create(lk_beams **out, lk_decoder *decoder, int vocabulary, int width,
                          int capacity, int texts) {
  lk_beams *b;
  assert(width > 0 && capacity > 0 && texts > 0);
  *out = NULL;
  LK_TRY(LK_NEW(b, 1));
  *b = (lk_beams){.decoder = decoder,
                  .vocabulary = vocabulary,
                  .width = width,
                  .capacity = capacity,
                  .most_texts = texts};
  lk_status status = allocate(b);
  if (status == LK_OK)
    *out = b;
  else
    lk_beams_free(b);
  return status;
}

void lk_beams_free(lk_beams *beams) {
  if (!beams) return;
  void *owned[] = {beams->tokens,   beams->all,   beams->best,
                   beams->searches, beams->taken, beams->sequences,
                   beams->rows,     beams->last,  beams->begun};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
  lk_free(beams);
}

/* Into the best so far, behind its equals. */
static void offer(search *s, int width, candidate offered) {
  int at = s->candidates;
  if (at == width) {
    if (!(offered.log_probability > s->best[at - 1].log_probability)) return;
    at--;
  } else {
    s->candidates++;
  }
  for (; at > 0 && offered.log_probability > s->best[at - 1].log_probability; at--)
    s->best[at] = s->best[at - 1];
  s->best[at] = offered;
}

/* A beam with each token, by logits (vocabulary). */
static void offer_tokens(lk_beams *b, row of, const lk_real *logits) {
  search *s = &b->searches[of.text];
  double most = logits[0], sum = 0;
  for (int i = 1; i < b->vocabulary; i++)
    if (logits[i] > most) most = logits[i];
  for (int i = 0; i < b->vocabulary; i++)
    sum += exp(logits[i] - most);
  double before = s->now[of.beam].log_probability - most - log(sum);
  for (int i = 0; i < b->vocabulary; i++)
    offer(s, b->width, (candidate){of.beam, (lk_token)i, before + logits[i]});
}

static void offer_rows(lk_beams *b, const row *rows, const lk_real *logits, int count) {
  for (int i = 0; i < count; i++)
    offer_tokens(b, rows[i], logits + (size_t)i * (size_t)b->vocabulary);
}

/* Those that go on where they were, of all texts together. */
static void go_on(lk_beams *b) {
  int active = 0;
  for (int t = 0; t < b->texts; t++)
    for (int i = 0; i < b->searches[t].beams; i++) {
      const beam *from = &b->searches[t].now[i];
      if (from->has_ended || from->is_new) continue;
      b->rows[active] = (row){t, i};
      b->sequences[active] = b->searches[t].first + from->slot;
      b->last[active++] = from->tokens[from->length - 1];
    }
  if (active)
    offer_rows(b, b->rows, lk_decoder_append(b->decoder, b->sequences, b->last, active),
               active);
}

/* As many of those that are new where they are as one pass takes. */
static void begin_some(lk_beams *b, const row *rows, int count, int *begun) {
  int left = lk_decoder_rows(b->decoder), some = 0;
  for (; some < count; some++) {
    const search *s = &b->searches[rows[some].text];
    const beam *from = &s->now[rows[some].beam];
    if (from->length > left) break;
    left -= from->length;
    b->begun[some] = (lk_beginning){s->first + from->slot, from->tokens, from->length};
  }
  offer_rows(b, rows, lk_decoder_begin_all(b->decoder, b->begun, some), some);
  *begun += some;
}

static void begin(lk_beams *b) {
  int count = 0, begun = 0;
  for (int t = 0; t < b->texts; t++)
    for (int i = 0; i < b->searches[t].beams; i++) {
      const beam *from = &b->searches[t].now[i];
      if (!from->has_ended && from->is_new) b->rows[count++] = (row){t, i};
    }
  while (begun < count)
    begin_some(b, b->rows + begun, count - begun, &begun);
}

/* Those that have ended, those that go on, and those that begin, in this order. */
static void offer_all(lk_beams *b) {
  for (int t = 0; t < b->texts; t++) {
    search *s = &b->searches[t];
    s->candidates = 0;
    for (int i = 0; i < s->beams; i++)
      if (s->now[i].has_ended)
        offer(s, b->width, (candidate){i, 0, s->now[i].log_probability});
  }
  go_on(b);
  begin(b);
}

static void extend(const lk_beams *b, const beam *from, const candidate *by, int end,
                   beam *to) {
  lk_token *tokens = to->tokens;
  memcpy(tokens, from->tokens, (size_t)from->length * sizeof *tokens);
  *to = *from;
  to->tokens = tokens;
  to->log_probability = by->log_probability;
  if (from->has_ended) return;
  tokens[to->length++] = by->token;
  to->is_new = 0;
  to->has_ended = (int)by->token == end || to->length == b->capacity;
}

/* The first of a beam's children goes on in its sequence, others begin in free ones. */
static void place(lk_beams *b, search *s) {
  memset(b->taken, 0, (size_t)b->width);
  for (int i = 0; i < s->beams; i++) {
    beam *at = &s->now[i];
    if (at->has_ended) continue;
    at->is_new = b->taken[at->slot];
    b->taken[at->slot] = 1;
  }
  for (int i = 0, free = 0; i < s->beams; i++) {
    if (s->now[i].has_ended || !s->now[i].is_new) continue;
    while (b->taken[free])
      free++;
    assert(free < b->width);
    s->now[i].slot = free;
    b->taken[free] = 1;
  }
}

static void step(lk_beams *b, search *s, int end) {
  assert(s->candidates > 0 && s->candidates <= b->width);
  for (int i = 0; i < s->candidates; i++)
    extend(b, &s->now[s->best[i].parent], &s->best[i], end, &s->next[i]);
  beam *before = s->now;
  s->now = s->next;
  s->next = before;
  s->beams = s->candidates;
  place(b, s);
}

static void start(const lk_beams *b, search *s, const lk_continuation *text) {
  beam *first = &s->now[0];
  assert(text->length > 0 && text->length <= b->capacity);
  memcpy(first->tokens, text->tokens, (size_t)text->length * sizeof *first->tokens);
  *first = (beam){.tokens = first->tokens, .length = text->length, .is_new = 1};
  first->has_ended = text->length == b->capacity;
  s->beams = 1;
}

/* Texts whose search is over keep their best beam alone. */
static int count_going(const lk_beams *b) {
  int going = 0;
  for (int t = 0; t < b->texts; t++)
    if (b->searches[t].now[0].has_ended)
      b->searches[t].beams = 1;
    else
      going++;
  return going;
}

static void finish(const search *s, lk_continuation *text) {
  const beam *best = &s->now[0];
  text->length = best->length;
  text->log_probability = best->log_probability;
  memcpy(text->tokens, best->tokens, (size_t)text->length * sizeof *text->tokens);
}

void lk_beams_continue(lk_beams *beams, lk_continuation *texts, int count,
                       const lk_continuing *how) {
  lk_beams *b = beams;
  assert(count >= 0 && count <= b->most_texts);
  b->texts = count;
  for (int t = 0; t < count; t++)
    start(b, &b->searches[t], &texts[t]);
  for (int i = 0; i < how->most && count_going(b); i++) {
    offer_all(b);
    for (int t = 0; t < count; t++)
      step(b, &b->searches[t], how->end);
  }
  for (int t = 0; t < count; t++)
    finish(&b->searches[t], &texts[t]);
}
