#include "lockstep/continuation.h"
#include "lockstep/memory.h"
#include <assert.h>

typedef struct {
  lk_decoder *decoder;
  lk_sampler *sampler;
  const lk_continuing *how;
  lk_continuation *texts;
  int vocabulary;
  int *going_on, *active;   /* (count) places: of the next pass, of this one */
  int *anew;                /* (count) places that begin */
  lk_beginning *beginnings; /* (count) of a pass */
  lk_token *next;           /* (count) their last tokens, which the decoder has not read */
  int going_on_count;
} work;

/* In nats. */
static double log_probability(const work *w, const lk_real *logits, lk_token token) {
  double loss; /* for which the logits are only read */
  lk_cross_entropy(&loss, (lk_real *)logits, &token, 1, w->vocabulary, 0, (lk_loss){0});
  return -loss;
}

/* Appends a token by its logits to the text at this place, which may go on. */
static void take(work *w, int place, const lk_real *logits) {
  lk_continuation *text = &w->texts[place];
  lk_token token = lk_sampler_draw(w->sampler, logits, text->tokens, text->length,
                                   text->text, text->attempt);
  text->log_probability += log_probability(w, logits, token);
  text->tokens[text->length++] = token;
  int ended = w->how->taken && w->how->taken(w->how->context, place, token);
  if (ended || (int)token == w->how->end || text->length == text->capacity) return;
  w->going_on[w->going_on_count++] = place;
}

/* Reads the last `most` tokens of these texts into their sequences, of so many as one pass
 * takes, and appends a token to each. Returns their number. */
static int begin_some(work *w, const int *places, int count, int most) {
  int rows = lk_decoder_rows(w->decoder), begun = 0;
  for (; begun < count; begun++) {
    const lk_continuation *text = &w->texts[places[begun]];
    int size = text->length < most ? text->length : most;
    if (size > rows) break;
    rows -= size;
    w->beginnings[begun] =
        (lk_beginning){places[begun], text->tokens + text->length - size, size};
  }
  const lk_real *logits = lk_decoder_begin_all(w->decoder, w->beginnings, begun);
  for (int i = 0; i < begun; i++)
    take(w, places[i], logits + (size_t)i * (size_t)w->vocabulary);
  return begun;
}

static void begin(work *w, int count, int most) {
  for (int i = 0; i < count;)
    i += begin_some(w, w->anew + i, count - i, most);
}

/* Those without room begin anew, the others go on together. */
static void pass(work *w) {
  int room = lk_decoder_room(w->decoder), active = 0, anew = 0, count = w->going_on_count;
  for (int i = 0; i < count; i++) {
    int place = w->going_on[i];
    const lk_continuation *text = &w->texts[place];
    if (lk_decoder_length(w->decoder, place) == room) {
      w->anew[anew++] = place;
    } else {
      w->next[active] = text->tokens[text->length - 1];
      w->active[active++] = place;
    }
  }
  w->going_on_count = 0;
  begin(w, anew, (room + 1) / 2);
  if (!active) return;
  const lk_real *logits = lk_decoder_append(w->decoder, w->active, w->next, active);
  for (int i = 0; i < active; i++)
    take(w, w->active[i], logits + (size_t)i * (size_t)w->vocabulary);
}

static void run(work *w, int count) {
  int anew = 0;
  for (int i = 0; i < count; i++) {
    lk_continuation *text = &w->texts[i];
    assert(text->length > 0);
    text->log_probability = 0;
    if (text->length < text->capacity && w->how->most > 0) w->anew[anew++] = i;
  }
  begin(w, anew, lk_decoder_room(w->decoder));
  for (int appended = 1; appended < w->how->most && w->going_on_count > 0; appended++)
    pass(w);
}

lk_status lk_continue(lk_decoder *decoder, lk_sampler *sampler, lk_continuation *texts,
                      int count, const lk_continuing *how) {
  work w = {decoder, sampler, how, texts, .vocabulary = lk_sampler_vocabulary(sampler)};
  lk_status status = LK_NEW(w.going_on, (size_t)count);
  if (status == LK_OK) status = LK_NEW(w.active, (size_t)count);
  if (status == LK_OK) status = LK_NEW(w.anew, (size_t)count);
  if (status == LK_OK) status = LK_NEW(w.beginnings, (size_t)count);
  if (status == LK_OK) status = LK_NEW(w.next, (size_t)count);
  if (status == LK_OK) run(&w, count);
  lk_free(w.going_on);
  lk_free(w.active);
  lk_free(w.anew);
  lk_free(w.beginnings);
  lk_free(w.next);
  return status;
}

lk_status lk_continue_one(const lk_parameters *table, const lk_real *values,
                          lk_continuation *text, int end, int most) {
  const lk_continuing how = {.end = end, .most = most};
  lk_sampler *sampler = NULL;
  lk_decoder *decoder = NULL;
  lk_status status = lk_sampler_create(&sampler, &lk_greedy, table->shape.vocabulary);
  if (status == LK_OK)
    status = lk_decoder_create(&decoder, table, values, 1, table->shape.block, LK_FP32);
  if (status == LK_OK) status = lk_continue(decoder, sampler, text, 1, &how);
  lk_decoder_free(decoder);
  lk_sampler_free(sampler);
  return status;
}
