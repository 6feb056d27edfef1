#include "cli/command.h"
#include "cli/result.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/visible.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>

/* Where the results go; NULL: not asked for. */
typedef struct {
  const char *predictions, *json;
} outputs;

/* Rank 0: where the longest answer that is decoded may have decided. */
static void say_cuts(const lk_trained *trained, const lk_questions *questions,
                     const char *path, const lk_answer *answers) {
  size_t cut = 0;
  for (size_t i = 0; i < questions->count; i++)
    cut += answers[i].cut != 0;
  lk_evaluate_say_limit(trained, questions, path);
  if (cut)
    lk_say("%zu of %zu decoded answers were cut off after %zu characters, or where the "
           "block ends; --most N decodes more",
           cut, questions->count, lk_most_answer(trained));
}

/* Rank 0. Without answers there is nothing to count, so the predictions are the output. */
static lk_status report(const lk_questions *questions, const lk_answer *answers,
                        const outputs *to) {
  if (to->predictions)
    LK_TRY(lk_result_write_predictions(to->predictions, answers, questions->count));
  if (to->json) LK_TRY(lk_result_write_json(to->json, questions, answers));
  if (questions->has_answers)
    lk_result_print(lk_evaluate_correct(questions, answers), questions->count);
  else if (!to->predictions)
    for (size_t i = 0; i < questions->count; i++)
      lk_print_line(answers[i].text);
  return LK_OK;
}

static lk_status evaluate(lk_world *world, const lk_trained *trained,
                          const lk_questions *questions, const char *path,
                          const outputs *to) {
  lk_answer *answers = NULL;
  lk_watchdog *watchdog = lk_world_watchdog(world);
  lk_status status = lk_world_agree(world, LK_NEW(answers, questions->count));
  lk_watchdog_phase(watchdog, 0, "answering questions", LK_COMPUTES);
  if (status == LK_OK)
    status = lk_evaluate_questions(world, trained, questions, path, answers);
  lk_watchdog_phase(watchdog, 0, "writing the answers", LK_USES_FILES);
  if (status == LK_OK && lk_world_rank(world) == 0)
    say_cuts(trained, questions, path, answers);
  if (status == LK_OK)
    status = lk_world_agree(
        world, lk_world_rank(world) == 0 ? report(questions, answers, to) : LK_OK);
  lk_answers_free(answers, questions->count);
  return status;
}

/* All ranks: rank 0 reads both. */
static lk_status read_inputs(lk_world *world, char **paths, lk_trained *trained,
                             lk_questions **questions) {
  char *text;
  size_t size;
  LK_TRY(lk_world_agree(world, lk_file_check_apart(paths[0], paths[1])));
  LK_TRY(lk_trained_load(world, paths[0], trained));
  LK_TRY(lk_file_share(world, paths[1], &text, &size));
  return lk_world_agree(
      world, lk_questions_parse(questions, text, size, lk_file_name(paths[1]), 0));
}

lk_status lk_cli_evaluate(lk_world *world, int argc, char **argv) {
  outputs to = {NULL, NULL};
  long most = 0;
  const lk_option options[] = {{"predictions", 0, LK_OPTION_TEXT, &to.predictions, "FILE",
                                "write the answers, one a line"},
                               {"json", 0, LK_OPTION_TEXT, &to.json, "FILE",
                                "write each answer with its log-probability"},
                               {"most", 0, LK_OPTION_COUNT, &most, "N",
                                "most characters of an answer (what training stored)"}};
  lk_words words;
  lk_trained trained = {0};
  lk_questions *questions = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 2, 2, &words));
  if (words.help) return LK_OK;
  lk_status status = lk_arguments_outputs(world, to.predictions, to.json,
                                          (const char *const *)words.words, 2);
  if (status == LK_OK) status = read_inputs(world, words.words, &trained, &questions);
  if (status == LK_OK && lk_world_rank(world) == 0)
    lk_clean_say(lk_file_name(words.words[1]), &questions->left_out);
  if (status == LK_OK && most) trained.most_answer = (uint64_t)most;
  if (status == LK_OK)
    status = evaluate(world, &trained, questions, lk_file_name(words.words[1]), &to);
  lk_questions_free(questions);
  lk_trained_clear(&trained);
  return status;
}

static lk_status baseline(const char *path, const char *answer) {
  lk_questions *questions = NULL;
  size_t correct = 0;
  LK_TRY(lk_questions_read(&questions, path, 1));
  lk_clean_say(lk_file_name(path), &questions->left_out);
  for (size_t i = 0; i < questions->count; i++)
    correct += lk_clean_equal(questions->items[i].answer, answer);
  lk_result_print(correct, questions->count);
  lk_questions_free(questions);
  return LK_OK;
}

lk_status lk_cli_baseline(lk_world *world, int argc, char **argv) {
  const char *answer = NULL;
  const lk_option options[] = {
      {"answer", 0, LK_OPTION_TEXT, &answer, "TEXT", "the answer given to every question"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 1, 1, &words));
  if (words.help) return LK_OK;
  if (!answer)
    return lk_fail(LK_USAGE,
                   "baseline: which answer? add --answer TEXT, such as --answer London");
  return lk_world_agree(world, lk_world_rank(world) == 0 ? baseline(words.words[0], answer)
                                                         : LK_OK);
}
