#include "lockstep/evaluate.h"
#include "eval/beams.h"
#include "eval/deal.h"
#include "eval/masked.h"
#include "lockstep/continuation.h"
#include "lockstep/file.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <string.h>

/* Questions decoded together. */
enum { GROUP = 64 };
_Static_assert((int)GROUP >= (int)LK_MOST_BEAMS, "a decoder of a group has room for beams");

/* A question's result as doubles, the form in which ranks exchange it. The tokens follow.
 */
typedef struct {
  double log_probability, length, cut;
} record;
enum { RECORD = sizeof(record) / sizeof(double) };

typedef struct {
  const lk_trained *trained;
  const lk_questions *questions;
  const char *path;
  size_t most, size; /* of an answer in tokens, of its record in doubles */
  lk_token mask;     /* ends question and answer */
  const lk_trying *trying;
  lk_decoder *decoder;
  lk_beams *beams;              /* NULL: none are asked for */
  lk_sampler *greedy, *sampler; /* for the first attempt, for the others */
  lk_token *tokens;             /* (GROUP, block) */
  lk_continuation texts[GROUP];
} answering;

size_t lk_most_answer(const lk_trained *trained) {
  size_t most = (size_t)trained->most_answer;
  size_t block = (size_t)trained->table->shape.block;
  if (!most) most = LK_MOST_ANSWER;
  return most < block ? most : block;
}

/* `question ⁇`, with room for one character of answer at least. */
static lk_status encode_prompt(answering *a, size_t question, int place) {
  const lk_question *item = &a->questions->items[question];
  size_t block = (size_t)a->trained->table->shape.block, length;
  lk_token *tokens = a->tokens + (size_t)place * block;
  lk_passage passage = lk_passage_of(item->question, a->path, item->line);
  const lk_tokenizer *tokenizer = a->trained->tokenizer;
  LK_TRY(a->trying->masks
             ? lk_masked_encode(tokenizer, &passage, tokens, block, &length)
             : lk_tokenizer_encode(tokenizer, &passage, tokens, block, &length));
  if (length + 2 > block)
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: the question's %zu %s leave no room for an answer in "
                   "the model's block of %zu; shorten it",
                   a->path, (unsigned long long)item->line, length,
                   lk_tokenizer_unit(tokenizer), block);
  tokens[length] = a->mask;
  a->texts[place] = (lk_continuation){
      .tokens = tokens, .length = (int)length + 1, .capacity = (int)block};
  return LK_OK;
}

static void keep_record(const lk_continuation *text, int prompt, lk_token mask,
                        double *to) {
  int length = text->length - prompt;
  int ended = length > 0 && text->tokens[text->length - 1] == mask;
  record head = {text->log_probability, length - ended, !ended};
  memcpy(to, &head, sizeof head);
  for (int i = 0; i < length - ended; i++)
    to[RECORD + i] = text->tokens[prompt + i];
}

/* Decodes the group once more, and keeps the answers that are more probable than those so
 * far. */
static lk_status try_group(answering *a, size_t first, size_t count, uint32_t attempt,
                           double *records) {
  int prompts[GROUP];
  for (size_t i = 0; i < count; i++) {
    LK_TRY(encode_prompt(a, first + i, (int)i));
    prompts[i] = a->texts[i].length;
    a->texts[i].text = first + i;
    a->texts[i].attempt = attempt;
  }
  const lk_continuing how = {.end = (int)a->mask, .most = (int)a->most};
  LK_TRY(lk_continue(a->decoder, attempt ? a->sampler : a->greedy, a->texts, (int)count,
                     &how));
  for (size_t i = 0; i < count; i++)
    if (!attempt || a->texts[i].log_probability > records[i * a->size])
      keep_record(&a->texts[i], prompts[i], a->mask, records + i * a->size);
  return LK_OK;
}

/* As many at a time as the decoder has room for their beams. */
static lk_status search_group(answering *a, size_t first, size_t count, double *records) {
  const lk_continuing how = {.end = (int)a->mask, .most = (int)a->most};
  const size_t together = (size_t)(GROUP / a->trying->beams);
  int prompts[GROUP];
  for (size_t from = 0, some; from < count; from += some) {
    some = count - from < together ? count - from : together;
    for (size_t i = 0; i < some; i++) {
      LK_TRY(encode_prompt(a, first + from + i, (int)i));
      prompts[i] = a->texts[i].length;
    }
    lk_beams_continue(a->beams, a->texts, (int)some, &how);
    for (size_t i = 0; i < some; i++)
      keep_record(&a->texts[i], prompts[i], a->mask, records + (from + i) * a->size);
  }
  return LK_OK;
}

static lk_status answer_group(answering *a, size_t first, double *records) {
  size_t left = a->questions->count - first, count = left < GROUP ? left : GROUP;
  if (a->beams) return search_group(a, first, count, records);
  for (uint32_t attempt = 0; attempt < (uint32_t)a->trying->attempts; attempt++)
    LK_TRY(try_group(a, first, count, attempt, records));
  return LK_OK;
}

static lk_status answer_groups(answering *a, const lk_world *world, size_t groups,
                               double *records) {
  const lk_parameters *table = a->trained->table;
  lk_progress progress; /* of this rank; the others are about as far */
  size_t count = lk_deal_count(world, groups);
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  lk_status status = lk_decoder_create(&a->decoder, table, a->trained->values, GROUP,
                                       table->shape.block, LK_FP32);
  if (status == LK_OK && a->trying->beams > 1)
    status =
        lk_beams_create(&a->beams, a->decoder, table->shape.vocabulary, a->trying->beams,
                        table->shape.block, GROUP / a->trying->beams);
  if (status == LK_OK)
    status = lk_sampler_create(&a->greedy, &lk_greedy, table->shape.vocabulary);
  if (status == LK_OK)
    status = lk_sampler_create(&a->sampler, &a->trying->sampling, table->shape.vocabulary);
  if (status == LK_OK) status = LK_NEW(a->tokens, GROUP * (size_t)table->shape.block);
  lk_progress_begin(&progress, "questions", a->questions->count, "answering %s",
                    lk_file_name(a->path));
  for (size_t i = 0; i < count && status == LK_OK; i++) {
    status = answer_group(a, (rank + ranks * i) * GROUP, records + i * GROUP * a->size);
    lk_progress_show(&progress, a->questions->count * (i + 1) / count);
  }
  lk_progress_end(&progress);
  lk_free(a->tokens);
  lk_sampler_free(a->sampler);
  lk_sampler_free(a->greedy);
  lk_beams_free(a->beams);
  lk_decoder_free(a->decoder);
  return status;
}

static lk_status decode_record(const answering *a, const double *from, lk_token *tokens,
                               lk_answer *answer) {
  record head;
  memcpy(&head, from, sizeof head);
  for (int i = 0; i < (int)head.length; i++)
    tokens[i] = (lk_token)from[RECORD + i];
  answer->log_probability = head.log_probability;
  answer->cut = head.cut != 0;
  return lk_tokenizer_decode(a->trained->tokenizer, tokens, (size_t)head.length,
                             &answer->text);
}

/* Where rank 0 puts the answers, which it decodes. */
typedef struct {
  const answering *from;
  lk_answer *answers; /* (questions) */
  lk_token *tokens;   /* (most) of one of them */
} answer_list;

static lk_status take_answers(void *context, size_t group, const double *results) {
  const answer_list *list = context;
  const answering *a = list->from;
  size_t first = group * GROUP, left = a->questions->count - first;
  for (size_t i = 0; i < GROUP && i < left; i++)
    LK_TRY(
        decode_record(a, results + i * a->size, list->tokens, &list->answers[first + i]));
  return LK_OK;
}

/* All ranks: answers to rank 0. */
static lk_status collect_answers(const answering *a, lk_world *world, double *mine,
                                 size_t groups, lk_answer *answers) {
  answer_list list = {a, answers, NULL};
  LK_TRY(lk_world_agree(world, LK_NEW(list.tokens, a->most)));
  lk_status status =
      lk_deal_collect(world, mine, groups, GROUP * a->size, take_answers, &list);
  lk_free(list.tokens);
  return status;
}

lk_status lk_evaluate_questions(lk_world *world, const lk_trained *trained,
                                const lk_questions *questions, const char *path,
                                lk_answer *answers) {
  const lk_trying once = {.attempts = 1, .sampling = lk_greedy};
  return lk_evaluate_best(world, trained, questions, path, &once, answers);
}

lk_status lk_evaluate_best(lk_world *world, const lk_trained *trained,
                           const lk_questions *questions, const char *path,
                           const lk_trying *trying, lk_answer *answers) {
  size_t most = lk_most_answer(trained);
  answering a = {.trained = trained,
                 .questions = questions,
                 .path = path,
                 .most = most,
                 .size = RECORD + most,
                 .mask = lk_tokenizer_mask(trained->tokenizer),
                 .trying = trying};
  assert(trying->attempts > 0 && trying->beams <= LK_MOST_BEAMS);
  size_t groups = (questions->count + GROUP - 1) / GROUP;
  double *mine = NULL;
  lk_status status = LK_NEW(mine, lk_deal_count(world, groups) * GROUP * a.size);
  if (status == LK_OK) status = answer_groups(&a, world, groups, mine);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = collect_answers(&a, world, mine, groups, answers);
  lk_free(mine);
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
    correct += lk_question_is_answered(&questions->items[i], answers[i].text) != 0;
  return correct;
}

/* Tokens of a text, in which ⁇ may be a mask; 0 where it cannot be encoded at all. */
static size_t count_tokens(const lk_tokenizer *tokenizer, const char *text) {
  const lk_passage passage = lk_passage_of(text, "a text", 0);
  size_t room = lk_tokenizer_room(tokenizer, passage.size), count = 0;
  lk_token *tokens;
  if (LK_NEW(tokens, room) != LK_OK) return 0;
  lk_status status = lk_masked_encode(tokenizer, &passage, tokens, room, &count);
  lk_free(tokens);
  return status == LK_OK ? count : 0;
}

size_t lk_evaluate_too_long(const lk_trained *trained, const lk_questions *questions) {
  size_t block = (size_t)trained->table->shape.block, most = lk_most_answer(trained);
  size_t count = 0;
  for (size_t i = 0; i < questions->count && questions->has_answers; i++) {
    if (questions->items[i].answers > 1) continue; /* another may fit */
    const lk_tokenizer *tokenizer = trained->tokenizer;
    size_t answer = count_tokens(tokenizer, questions->items[i].answer);
    size_t prompt = count_tokens(tokenizer, questions->items[i].question) + 1;
    count += answer > most || prompt + answer > block;
  }
  return count;
}

void lk_evaluate_say_limit(const lk_trained *trained, const lk_questions *questions,
                           const char *path) {
  size_t count = lk_evaluate_too_long(trained, questions);
  if (count)
    lk_say(
        "%s: %zu of %zu answers cannot be right: they are longer than the %zu %s that are "
        "decoded (evaluate.most), or than the block has room for",
        path, count, questions->count, lk_most_answer(trained),
        lk_tokenizer_unit(trained->tokenizer));
}
