/* Language modelling: every token of a window is predicted from those before it, and a
 * document's end with them. */
#include "data/objective_kind.h"
#include <assert.h>
#include <string.h>

static lk_status check(const lk_config *config) {
  const char *key = config->objective_full ? "objective.full" : "objective.across";
  LK_TRY(lk_objective_refuse_recall(config, "language"));
  if (config->objective_window == LK_WINDOW_EVERY) return LK_OK;
  if (!config->objective_full && !config->objective_across) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: %s lays documents end to end, of which a visit shows every part in "
                 "turn: set objective.window=every, or leave it out",
                 lk_config_origin(config, key), key);
}

static lk_status prepare(lk_objective *objective, const lk_config *config) {
  objective->cut = config->objective_full     ? LK_CUT_CORPUS
                   : config->objective_across ? LK_CUT_SHARDS
                                              : LK_CUT_STREAMS;
  objective->is_apart = config->objective_full && !config->objective_across;
  objective->reach = objective->block;
  return LK_OK;
}

static void draw(const lk_objective *o, const lk_visit *visit, const lk_stream *stream,
                 lk_example *out) {
  const lk_place place = lk_mixture_find(o->corpora, visit);
  const lk_token *text = lk_mixture_text(o->corpora, &place, &out->length);
  (void)stream;
  assert(out->length == place.window.count + 1);
  memcpy(out->tokens, text, out->length * sizeof *text);
  out->first_target = 0;
}

static size_t rows(const lk_objective *o, const lk_visit *visit) {
  return lk_mixture_find(o->corpora, visit).window.count;
}

static uint64_t pairs(const lk_objective *o, const lk_visit *visit) {
  lk_place rest = lk_mixture_find(o->corpora, visit);
  uint64_t sum = 0, inputs = rest.window.count;
  if (!o->is_apart) return inputs * inputs;
  while (rest.window.count > 0) {
    inputs = lk_mixture_take(o->corpora, &rest);
    sum += inputs * inputs;
  }
  return sum;
}

const lk_objective_row lk_objective_language = {.reads_corpus = 1,
                                                .check = check,
                                                .open = prepare,
                                                .draw = draw,
                                                .rows = rows,
                                                .pairs = pairs};
