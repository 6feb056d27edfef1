#include "data/objective_kind.h"
#include "data/recall.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>

void lk_example_recall(lk_example *out, const lk_corruption *how, const lk_excerpt *of,
                       size_t block, const lk_stream *stream) {
  const lk_token *document = of->tokens;
  lk_title_form form = lk_recall_title(how, of, block / 2);
  size_t length = of->length, title = form.length;
  size_t room = block - 2 - title - form.gap; /* of block + 1 tokens three are masks */
  assert(length > 0 && block >= 8);
  int asks = title && lk_recall_happens(stream, LK_DRAW_FORM, how->ask);
  lk_token_span span = lk_recall_span(how, document, title, length, room, stream);
  if (span.end - span.first > room) span.end = span.first + (room + 1) / 2;
  lk_token_span core = span;
  if (asks) core.first = lk_recall_word_before(how, document, span, title);
  if (core.end - core.first > room) core = span;
  lk_token_span window = lk_recall_window(how, of, core, title, room, stream);
  int apart = form.gap && (!of->begins || window.first > title);
  lk_token *end = asks ? lk_recall_write_question(out->tokens, how, document, form.name,
                                                  window, span, stream)
                       : lk_recall_write_gap(out->tokens, out->mask, document, title,
                                             apart ? how->space : out->mask, window, span);
  out->first_target = asks ? (size_t)(end - out->tokens) - 1 : 0;
  *end++ = out->mask;
  end = lk_recall_append(end, document, span.first, span.end);
  *end++ = out->mask;
  out->length = (size_t)(end - out->tokens);
  assert(out->length <= block + 1);
}

/* What an objective of this kind owns. */
typedef struct {
  lk_corruption how;
  uint8_t *classes, *behind; /* a token id, as the next */
  lk_token *bare;
  lk_lexicon *lexicon; /* NULL: objective.answers is 0 */
} recall;

static lk_status check(const lk_config *config) {
  if (config->objective_answers == 0 && config->objective_weigh)
    return lk_fail(LK_USAGE, "%s: there is nothing to weigh: set objective.answers, too",
                   lk_config_origin(config, "objective.weigh"));
  int draws_words =
      config->objective_answers > 0 || config->objective_spans == LK_SPANS_SALIENT;
  if (config->objective_first_of > 1 && !draws_words)
    return lk_fail(LK_USAGE,
                   "%s: no words are drawn: set objective.spans=salient or "
                   "objective.answers, too",
                   lk_config_origin(config, "objective.first_of"));
  if (config->objective_answers == 0 || *config->questions) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: objective.answers needs questions, whose answers are preferred: set "
                 "questions=FILE.tsv",
                 lk_config_origin(config, "objective.answers"));
}

static lk_status read_answers(lk_objective *o, recall *own, const lk_config *config) {
  lk_questions *list;
  LK_TRY(lk_questions_read(&list, config->questions, 1));
  o->items.answers = list->sha256;
  o->left_out = list->left_out;
  o->left_out_path = lk_file_name(config->questions);
  lk_status status =
      lk_lexicon_create(&own->lexicon, list, config->questions, o->tokenizer);
  lk_questions_free(list);
  return status;
}

static lk_status read_words(recall *own, const lk_tokenizer *tokenizer) {
  size_t ids = (size_t)lk_tokenizer_size(tokenizer);
  LK_TRY(LK_NEW(own->classes, ids));
  LK_TRY(LK_NEW(own->behind, ids));
  LK_TRY(LK_NEW(own->bare, ids));
  lk_tokenizer_classes(tokenizer, own->classes);
  return lk_tokenizer_blanks(tokenizer, own->behind, own->bare);
}

static lk_status prepare(lk_objective *objective, const lk_config *config) {
  const lk_tokenizer *tokenizer = objective->tokenizer;
  recall *own;
  LK_TRY(LK_NEW(own, 1));
  objective->own = own;
  objective->moves = 1; /* the span may be anywhere, with what is around it */
  objective->keep_title = config->objective_keep_name;
  objective->reach = objective->block - 2;
  if (objective->keep_title && objective->window != LK_WINDOW_START) objective->reach--;
  LK_TRY(read_words(own, tokenizer));
  if (config->objective_answers > 0) LK_TRY(read_answers(objective, own, config));
  own->how = (lk_corruption){.classes = own->classes,
                             .behind = own->behind,
                             .bare = own->bare,
                             .joins = lk_tokenizer_joins(tokenizer),
                             .salient = config->objective_spans == LK_SPANS_SALIENT,
                             .answers = config->objective_answers,
                             .weigh = config->objective_weigh,
                             .first_of = (int)config->objective_first_of,
                             .lexicon = own->lexicon,
                             .stop = lk_tokenizer_first_of(tokenizer, LK_CLASS_STOP),
                             .space = lk_tokenizer_first_of(tokenizer, LK_CLASS_SPACE),
                             .keep_title = config->objective_keep_name,
                             .crop = config->objective_crop,
                             .ask = config->objective_ask};
  return LK_OK;
}

static void release(lk_objective *objective) {
  recall *own = objective->own;
  if (!own) return;
  lk_lexicon_free(own->lexicon);
  lk_free(own->classes);
  lk_free(own->behind);
  lk_free(own->bare);
  lk_free(own);
}

static void draw_example(const lk_objective *o, const lk_visit *visit,
                         const lk_stream *stream, lk_example *out) {
  const recall *own = o->own;
  lk_excerpt of;
  const lk_place place = lk_mixture_find(o->corpora, visit);
  of.tokens = lk_mixture_text(o->corpora, &place, &of.length);
  of.title = place.window.title;
  of.is_part = o->window != LK_WINDOW_START;
  of.begins = place.window.first == place.window.title;
  lk_example_recall(out, &own->how, &of, o->block, stream);
}

/* As if none were cropped or made a question of, which all are as often. */
static size_t rows(const lk_objective *o, const lk_visit *visit) {
  const lk_place place = lk_mixture_find(o->corpora, visit);
  size_t shown = place.window.title + place.window.count + 2; /* and the masks */
  return shown < o->block ? shown : o->block;
}

const lk_objective_row lk_objective_recall = {.reads_corpus = 1,
                                              .check = check,
                                              .open = prepare,
                                              .release = release,
                                              .draw = draw_example,
                                              .rows = rows};
