/* Dev questions, answered at each checkpoint. Nothing that is trained depends on them. */
#include "lockstep/evaluate.h"
#include "lockstep/terminal.h"
#include "train/training.h"
#include <assert.h>
#include <stdio.h>

lk_status lk_training_open_dev(lk_training *training) {
  const char *path = training->config->dev;
  return *path ? lk_questions_read(&training->dev, path, 1) : LK_OK;
}

void lk_training_say_dev_limit(const lk_training *training, const lk_trainer *trained) {
  lk_trained model = lk_trainer_model(trained);
  if (training->dev && lk_world_rank(training->world) == 0)
    lk_evaluate_say_limit(&model, training->dev, training->config->dev);
}

lk_status lk_training_answer_dev(const lk_training *training, const lk_trainer *trained,
                                 size_t *correct) {
  const lk_training *t = training;
  lk_answer *answers = NULL;
  lk_trained model = lk_trainer_model(trained);
  const float *values;
  LK_TRY(lk_trainer_judged(trained, &values));
  model.values = (float *)values; /* which are only read */
  int takes = lk_world_rank(t->world) == 0;
  LK_TRY(lk_world_agree(t->world, takes ? LK_NEW(answers, t->dev->count) : LK_OK));
  lk_status status =
      lk_evaluate_questions(t->world, &model, t->dev, t->config->dev, answers);
  assert(t->dev && t->dev->has_answers);
  *correct = takes && status == LK_OK ? lk_evaluate_correct(t->dev, answers) : 0;
  lk_answers_free(answers, t->dev->count);
  return status;
}

void lk_training_say_score(const lk_training *training, const char *what, size_t correct) {
  double count = (double)training->dev->count;
  assert(correct <= training->dev->count);
  lk_terminal_clear();
  fprintf(stderr, "%s after step %llu: Correct: %.1f out of %.1f: %.1f%%\n", what,
          (unsigned long long)training->trainer->step, (double)correct, count,
          100.0 * (double)correct / count);
}

/* A row that a full disk refuses does not end the run. The checkpoint that may be the best
 * has to be there. */
static lk_status log_score(lk_training *t, size_t correct) {
  if (!t->run) return LK_OK;
  LK_TRY(lk_training_await_checkpoint(t));
  lk_training_say_score(t, "dev", correct);
  lk_status status = lk_run_log_dev(t->run, t->trainer->step, correct, t->dev->count);
  if (status == LK_IO) lk_say("%s; training goes on", lk_message());
  return status == LK_IO ? LK_OK : status;
}

lk_status lk_training_score_dev(lk_training *training) {
  lk_training *t = training;
  size_t correct;
  int done = t->run && lk_run_has_dev(t->run, t->trainer->step);
  if (!t->dev) return LK_OK;
  LK_TRY(lk_world_any(t->world, done, &done));
  if (done) return LK_OK;
  lk_watchdog_phase(t->trainer->watchdog, t->trainer->step, "answering dev questions",
                    LK_COMPUTES);
  LK_TRY(lk_training_answer_dev(t, t->trainer, &correct));
  return lk_world_agree(t->world, log_score(t, correct));
}
