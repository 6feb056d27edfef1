#include "cli/command.h"
#include "cli/result.h"
#include "lockstep/file.h"
#include "lockstep/heads.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/visible.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>

/* What is asked for; NULL: it is not. */
typedef struct {
  const char *predictions, *json; /* where the results go */
  const char *metric;             /* "squad" beside the count */
  const char *without;            /* heads */
  long most, attempts, beams, seed;
  lk_trying trying;
} request;

/* Rank 0: where the longest answer that is decoded may have decided. */
static void say_cuts(const lk_trained *trained, const lk_questions *questions,
                     const char *path, const lk_answer *answers) {
  size_t cut = 0;
  for (size_t i = 0; i < questions->count; i++)
    cut += answers[i].cut != 0;
  lk_evaluate_say_limit(trained, questions, path);
  if (cut)
    lk_say("%zu of %zu decoded answers were cut off after %zu %s, or where the block ends; "
           "--most N decodes more",
           cut, questions->count, lk_most_answer(trained),
           lk_tokenizer_unit(trained->tokenizer));
}

/* SQuAD's two figures, in percent, as its script gives them. */
static void print_squad(const lk_squad *scores, size_t count) {
  double exact = 0, f1 = 0;
  for (size_t i = 0; i < count; i++) {
    exact += scores[i].exact;
    f1 += scores[i].f1;
  }
  printf("SQuAD: exact match %.2f%%, F1 %.2f%%\n", 100 * exact / (double)count,
         100 * f1 / (double)count);
}

/* Rank 0. Without answers there is nothing to count, so the predictions are the output. */
static lk_status report(const lk_questions *questions, const lk_answer *answers,
                        const lk_squad *squad, const request *r) {
  if (r->predictions)
    LK_TRY(lk_result_write_predictions(r->predictions, answers, questions->count));
  if (r->json) LK_TRY(lk_result_write_json(r->json, questions, answers, squad));
  if (questions->has_answers)
    lk_result_print(lk_evaluate_correct(questions, answers), questions->count);
  else if (!r->predictions)
    for (size_t i = 0; i < questions->count; i++)
      lk_print_line(answers[i].text);
  if (squad) print_squad(squad, questions->count);
  return LK_OK;
}

/* Rank 0: the scores that are asked for, and the report. */
static lk_status score_and_report(const lk_questions *questions, const lk_answer *answers,
                                  const request *r) {
  lk_squad *squad = NULL;
  if (!r->metric) return report(questions, answers, NULL, r);
  LK_TRY(LK_NEW(squad, questions->count));
  lk_status status = LK_OK;
  for (size_t i = 0; i < questions->count && status == LK_OK; i++)
    status = lk_squad_score(&squad[i], &questions->items[i], answers[i].text);
  if (status == LK_OK) status = report(questions, answers, squad, r);
  lk_free(squad);
  return status;
}

static lk_status evaluate(lk_world *world, const lk_trained *trained,
                          const lk_questions *questions, const char *path,
                          const request *r) {
  lk_answer *answers = NULL;
  lk_watchdog *watchdog = lk_world_watchdog(world);
  int takes = lk_world_rank(world) == 0;
  lk_status status =
      lk_world_agree(world, takes ? LK_NEW(answers, questions->count) : LK_OK);
  lk_watchdog_phase(watchdog, 0, "answering questions", LK_COMPUTES);
  if (status == LK_OK)
    status = lk_evaluate_best(world, trained, questions, path, &r->trying, answers);
  lk_watchdog_phase(watchdog, 0, "writing the answers", LK_USES_FILES);
  if (status == LK_OK && takes) say_cuts(trained, questions, path, answers);
  if (status == LK_OK)
    status = lk_world_agree(world, takes ? score_and_report(questions, answers, r) : LK_OK);
  lk_answers_free(answers, questions->count);
  return status;
}

static lk_status check_metric(const lk_questions *questions, const char *metric,
                              const char *path) {
  if (!metric || questions->has_answers) return LK_OK;
  return lk_fail(LK_BAD_DATA, "%s: no answers, which --metric %s needs", path, metric);
}

/* All ranks: rank 0 reads both. */
static lk_status read_inputs(lk_world *world, char **paths, lk_trained *trained,
                             lk_questions **questions) {
  char *text;
  size_t size;
  LK_TRY(lk_world_agree(world, lk_file_check_apart(paths[0], paths[1])));
  LK_TRY(lk_trained_load(world, paths[0], trained));
  LK_TRY(lk_file_share(world, paths[1], &text, &size));
  return lk_world_agree(world, lk_questions_parse(questions, text, size,
                                                  lk_file_name(paths[1]), LK_ANY_ANSWERS));
}

/* Takes what was given into r->trying. */
static lk_status check(request *r) {
  if (r->beams > 1 && r->attempts > 1)
    return lk_fail(LK_USAGE,
                   "evaluate: --beams takes nothing by chance; leave --best-of out");
  if (r->metric && strcmp(r->metric, "squad"))
    return lk_fail(LK_USAGE, "evaluate: --metric must be squad, not '%s'", r->metric);
  r->trying.attempts = (int)r->attempts;
  r->trying.beams = (int)r->beams;
  r->trying.sampling.seed = (uint64_t)r->seed;
  return lk_sampling_check(&r->trying.sampling);
}

static lk_status parse(lk_world *world, int argc, char **argv, request *r,
                       lk_words *words) {
  const lk_option options[] = {
      {"predictions", 0, LK_OPTION_TEXT, &r->predictions, "FILE",
       "write the answers, one a line"},
      {"json", 0, LK_OPTION_TEXT, &r->json, "FILE",
       "write each answer with its log-probability"},
      {"most", 0, LK_OPTION_COUNT, &r->most, "N",
       "most tokens of an answer (what training stored)", 1},
      {"without", 0, LK_OPTION_TEXT, &r->without, "HEADS",
       "switch heads off, LAYER:HEAD,…, from 1 up"},
      {"metric", 0, LK_OPTION_TEXT, &r->metric, "squad",
       "exact match and F1 as SQuAD's script counts them, too"},
      {"masks", 0, LK_OPTION_FLAG, &r->trying.masks, "",
       "⁇ in a question stands for the mask: a document with a place to fill"},
      {"best-of", 0, LK_OPTION_INT, &r->attempts, "N",
       "answer greedily and N - 1 times by chance; the most probable answer counts (1)", 1,
       65535},
      {"beams", 0, LK_OPTION_INT, &r->beams, "N",
       "look for the most probable answer along N at a time (1: greedily)", 1,
       LK_MOST_BEAMS},
      {"temperature", 0, LK_OPTION_NUMBER, &r->trying.sampling.temperature, "T",
       "of the answers by chance (1)"},
      {"seed", 0, LK_OPTION_COUNT, &r->seed, "N", "of the random numbers (1)"}};
  LK_TRY(lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 2,
                            2, words));
  if (words->help) return LK_OK;
  LK_TRY(check(r));
  return lk_arguments_outputs(world, r->predictions, r->json,
                              (const char *const *)words->words, 2);
}

lk_status lk_cli_evaluate(lk_world *world, int argc, char **argv) {
  request r = {.attempts = 1, .beams = 1, .seed = 1, .trying.sampling = lk_greedy};
  lk_words words;
  lk_trained trained = {0};
  lk_questions *questions = NULL;
  r.trying.sampling.temperature = 1;
  LK_TRY(parse(world, argc, argv, &r, &words));
  if (words.help) return LK_OK;
  const char *name = lk_file_name(words.words[1]);
  lk_status status = read_inputs(world, words.words, &trained, &questions);
  if (status == LK_OK && r.without) status = lk_heads_switch_off(&trained, r.without);
  if (status == LK_OK) status = check_metric(questions, r.metric, name);
  if (status == LK_OK && lk_world_rank(world) == 0)
    lk_clean_say(name, &questions->left_out);
  if (status == LK_OK && r.most) trained.most_answer = (uint64_t)r.most;
  if (status == LK_OK) status = evaluate(world, &trained, questions, name, &r);
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
