/* Dev questions, answered at each checkpoint. Nothing that is trained depends on it. */
#include "lockstep/evaluate.h"
#include "train/trainer.h"
#include <stdio.h>

lk_status lk_trainer_open_dev(lk_trainer *trainer) {
  const char *path = trainer->config->dev;
  return *path ? lk_questions_read(&trainer->dev, path, 1) : LK_OK;
}

/* A row that a full disk refuses does not end the run. */
static lk_status log_score(lk_trainer *t, size_t correct) {
  size_t count = t->dev->count;
  if (!t->run) return LK_OK;
  fprintf(stderr, "dev after step %llu: Correct: %.1f out of %.1f: %.1f%%\n",
          (unsigned long long)t->step, (double)correct, (double)count,
          100.0 * (double)correct / (double)count);
  lk_status status = lk_run_log_dev(t->run, t->step, correct, count);
  if (status == LK_IO) fprintf(stderr, "lockstep: %s; training goes on\n", lk_message());
  return status == LK_IO ? LK_OK : status;
}

static lk_status answer(lk_trainer *t, lk_answer *answers) {
  lk_checkpoint now = {.vocabulary = (lk_vocabulary *)lk_dataset_vocabulary(t->dataset),
                       .table = t->table,
                       .values = t->values};
  LK_TRY(lk_evaluate_questions(t->world, &now, t->dev, t->config->dev, answers));
  return lk_world_agree(t->world, log_score(t, lk_evaluate_correct(t->dev, answers)));
}

lk_status lk_trainer_score_dev(lk_trainer *trainer) {
  lk_answer *answers = NULL;
  int done = trainer->run && lk_run_has_dev(trainer->run, trainer->step);
  if (!trainer->dev) return LK_OK;
  LK_TRY(lk_world_any(trainer->world, done, &done));
  if (done) return LK_OK;
  lk_watchdog_phase(trainer->watchdog, trainer->step, "answering dev questions",
                    LK_COMPUTES);
  LK_TRY(lk_world_agree(trainer->world, LK_NEW(answers, trainer->dev->count)));
  lk_status status = answer(trainer, answers);
  lk_answers_free(answers, trainer->dev->count);
  return status;
}
