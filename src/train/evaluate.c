#include "lockstep/evaluate.h"
#include "lockstep/model.h"
#include <string.h>

/* Questions decoded together. Fixed: the batch's size decides how products are rounded. */
enum { GROUP = 64 };

/* A question's result as numbers, the form in which ranks exchange it. */
typedef struct {
  double log_probability, length, tokens[LK_MOST_ANSWER];
} record;
enum { RECORD = sizeof(record) / sizeof(double) };

typedef struct {
  const lk_checkpoint *checkpoint;
  const lk_questions *questions;
  const char *path;
  lk_decoder *decoder;
  uint16_t *tokens; /* (GROUP, block) */
  lk_continuation texts[GROUP];
} answering;

/* `question ⁇`, with room for one character of answer at least. */
static lk_status encode_prompt(answering *a, size_t question, int place) {
  const lk_question *item = &a->questions->items[question];
  size_t block = (size_t)a->checkpoint->table->shape.block, length;
  uint16_t *tokens = a->tokens + (size_t)place * block;
  LK_TRY(lk_vocabulary_encode(a->checkpoint->vocabulary, item->question, a->path,
                              item->line, tokens, block, &length));
  if (length + 2 > block)
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: the question's %zu characters leave no room for an "
                   "answer in the model's block of %zu; shorten it",
                   a->path, (unsigned long long)item->line, length, block);
  tokens[length] = LK_MASK;
  a->texts[place] = (lk_continuation){tokens, (int)length + 1, 0};
  return LK_OK;
}

static void keep_record(const lk_continuation *text, int prompt, record *to) {
  int length = text->length - prompt;
  if (length > 0 && text->tokens[text->length - 1] == LK_MASK) length--;
  to->log_probability = text->log_probability;
  to->length = length;
  for (int i = 0; i < length; i++)
    to->tokens[i] = text->tokens[prompt + i];
}

static lk_status answer_group(answering *a, size_t first, size_t count, record *records) {
  int prompts[GROUP];
  for (size_t i = 0; i < count; i++) {
    LK_TRY(encode_prompt(a, first + i, (int)i));
    prompts[i] = a->texts[i].length;
  }
  lk_decoder_continue(a->decoder, a->checkpoint->values, a->texts, (int)count, LK_MASK,
                      LK_MOST_ANSWER);
  for (size_t i = 0; i < count; i++)
    keep_record(&a->texts[i], prompts[i], &records[first + i]);
  return LK_OK;
}

/* This rank's groups: every size-th one. */
static lk_status answer_groups(answering *a, const lk_world *world, record *records) {
  const lk_parameters *table = a->checkpoint->table;
  size_t count = a->questions->count, step = (size_t)lk_world_size(world) * GROUP;
  lk_status status = lk_decoder_create(&a->decoder, table, GROUP);
  if (status == LK_OK) status = LK_NEW(a->tokens, GROUP * (size_t)table->shape.block);
  for (size_t i = (size_t)lk_world_rank(world) * GROUP; i < count && status == LK_OK;
       i += step)
    status = answer_group(a, i, count - i < GROUP ? count - i : GROUP, records);
  lk_free(a->tokens);
  lk_decoder_free(a->decoder);
  return status;
}

static lk_status decode_record(const lk_vocabulary *vocabulary, const record *from,
                               lk_answer *answer) {
  uint16_t tokens[LK_MOST_ANSWER];
  for (int i = 0; i < (int)from->length; i++)
    tokens[i] = (uint16_t)from->tokens[i];
  answer->log_probability = from->log_probability;
  return lk_vocabulary_decode(vocabulary, tokens, (size_t)from->length, &answer->text);
}

/* Question i was answered by the rank of its group. */
static lk_status collect(lk_world *world, const answering *a, const record *mine,
                         record *all, lk_answer *answers) {
  size_t count = a->questions->count, size = (size_t)lk_world_size(world);
  LK_TRY(
      lk_world_gather(world, (const double *)mine, (int)(count * RECORD), (double *)all));
  lk_status status = LK_OK;
  for (size_t i = 0; i < count && status == LK_OK; i++)
    status = decode_record(a->checkpoint->vocabulary, &all[i / GROUP % size * count + i],
                           &answers[i]);
  return lk_world_agree(world, status);
}

lk_status lk_evaluate_questions(lk_world *world, const lk_checkpoint *checkpoint,
                                const lk_questions *questions, const char *path,
                                lk_answer *answers) {
  answering a = {.checkpoint = checkpoint, .questions = questions, .path = path};
  record *mine = NULL, *all = NULL;
  lk_status status = LK_NEW(mine, questions->count);
  if (status == LK_OK)
    status = LK_NEW(all, questions->count * (size_t)lk_world_size(world));
  if (status == LK_OK) status = answer_groups(&a, world, mine);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = collect(world, &a, mine, all, answers);
  lk_free(mine);
  lk_free(all);
  return status;
}

void lk_answers_free(lk_answer *answers, size_t count) {
  for (size_t i = 0; answers && i < count; i++)
    lk_free(answers[i].text);
  lk_free(answers);
}

size_t lk_evaluate_correct(const lk_questions *questions, const lk_answer *answers) {
  size_t correct = 0;
  for (size_t i = 0; i < questions->count; i++)
    correct += !strcmp(questions->items[i].answer, answers[i].text);
  return correct;
}
