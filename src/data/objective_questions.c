/* Answering questions: `question ⁇ answer ⁇`, with loss for the answer alone. */
#include "data/example.h"
#include "data/objective_kind.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

/* What an objective of this kind owns. */
typedef struct {
  lk_token *tokens; /* of all questions and answers */
  size_t *offsets;  /* (2 · questions + 1): question i, answer i, question i+1 … */
} questions;

static lk_token *append(lk_token *to, const lk_token *tokens, size_t count) {
  memcpy(to, tokens, count * sizeof *tokens);
  return to + count;
}

void lk_example_answer(lk_example *out, const lk_token *question, size_t question_length,
                       const lk_token *answer, size_t answer_length) {
  assert(question_length > 0 && answer_length > 0);
  lk_token *end = append(out->tokens, question, question_length);
  *end++ = out->mask;
  end = append(end, answer, answer_length);
  *end++ = out->mask;
  out->length = (size_t)(end - out->tokens);
  out->first_target = question_length - 1;
}

static lk_status check(const lk_config *config) {
  return *config->questions
             ? LK_OK
             : lk_fail(LK_USAGE, "no questions to train on: set questions=FILE.tsv");
}

/* Question and answer i as tokens behind those before; the block bounds both together. */
static lk_status encode_question(lk_objective *o, questions *own, const lk_question *item,
                                 size_t i) {
  size_t question, answer, start = own->offsets[2 * i], room = o->block + 1;
  const char *path = o->items.path;
  lk_passage first = lk_passage_of(item->question, path, item->line);
  lk_passage second = lk_passage_of(item->answer, path, item->line);
  LK_TRY(lk_tokenizer_encode(o->tokenizer, &first, own->tokens + start, room, &question));
  LK_TRY(lk_tokenizer_encode(o->tokenizer, &second, own->tokens + start + question, room,
                             &answer));
  if (question + answer + 1 > o->block)
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: question, answer and a separator are %zu %s, the block "
                   "is %zu; shorten the line or raise model.block",
                   path, (unsigned long long)item->line, question + answer + 1,
                   lk_tokenizer_unit(o->tokenizer), o->block);
  own->offsets[2 * i + 1] = start + question;
  own->offsets[2 * i + 2] = start + question + answer;
  if (answer > o->items.longest_answer) o->items.longest_answer = answer;
  return LK_OK;
}

static lk_status encode(lk_objective *o, questions *own, const lk_questions *list) {
  LK_TRY(LK_NEW(own->tokens, list->count * o->block + 2 * (o->block + 1)));
  LK_TRY(LK_NEW(own->offsets, 2 * list->count + 1));
  for (size_t i = 0; i < list->count; i++)
    LK_TRY(encode_question(o, own, &list->items[i], i));
  return LK_OK;
}

static lk_status prepare(lk_objective *objective, const lk_config *config) {
  lk_items *items = &objective->items;
  lk_questions *list = NULL;
  questions *own;
  LK_TRY(LK_NEW(own, 1));
  objective->own = own;
  items->path = objective->left_out_path = lk_file_name(config->questions);
  LK_TRY(lk_questions_read(&list, items->path, 1));
  items->count = list->count;
  items->sha256 = list->sha256;
  items->characters = list->characters;
  objective->left_out = list->left_out;
  lk_status status = encode(objective, own, list);
  lk_questions_free(list);
  if (status != LK_OK) return status;
  return lk_corpus_check_count(items->path, "questions", items->count, (int)config->shards);
}

static void release(lk_objective *objective) {
  questions *own = objective->own;
  if (!own) return;
  lk_free(own->tokens);
  lk_free(own->offsets);
  lk_free(own);
}

/* Where the tokens of the question that is visited begin, those of its answer, and where
 * these end. */
static const size_t *offsets_of(const lk_objective *o, const lk_visit *visit) {
  const questions *own = o->own;
  lk_range range = lk_shard_range(o->items.count, o->shards, visit->shard);
  assert(visit->place < range.count);
  return &own->offsets[2 * (range.first + visit->place)];
}

static void draw(const lk_objective *o, const lk_visit *visit, const lk_stream *stream,
                 lk_example *out) {
  const questions *own = o->own;
  const size_t *at = offsets_of(o, visit);
  (void)stream;
  lk_example_answer(out, own->tokens + at[0], at[1] - at[0], own->tokens + at[1],
                    at[2] - at[1]);
}

static size_t rows(const lk_objective *o, const lk_visit *visit) {
  const size_t *at = offsets_of(o, visit);
  return at[2] - at[0] + 1;
}

const lk_objective_row lk_objective_questions = {
    .check = check, .open = prepare, .release = release, .draw = draw, .rows = rows};
