/* Dev questions, answered at each checkpoint. Nothing that is trained depends on them. */
#include "lockstep/evaluate.h"
#include "train/trainer.h"
#include <stdio.h>

lk_status lk_trainer_open_dev(lk_trainer *trainer) {
  const char *path = trainer->config->dev;
  return *path ? lk_questions_read(&trainer->dev, path, 1) : LK_OK;
}

lk_trained lk_trainer_model(const lk_trainer *trainer) {
  return (lk_trained){(lk_tokenizer *)lk_dataset_tokenizer(trainer->dataset),
                      trainer->table, trainer->values, trainer->most_answer};
}

void lk_trainer_say_dev_limit(const lk_trainer *trainer, const lk_trainer *trained) {
  lk_trained model = lk_trainer_model(trained);
  if (trainer->dev && lk_world_rank(trainer->world) == 0)
    lk_evaluate_say_limit(&model, trainer->dev, trainer->config->dev);
}

lk_status lk_trainer_answer_dev(const lk_trainer *trainer, const lk_trainer *trained,
                                size_t *correct) {
  const lk_trainer *t = trainer;
  lk_answer *answers = NULL;
  lk_trained model = lk_trainer_model(trained);
  LK_TRY(lk_world_agree(t->world, LK_NEW(answers, t->dev->count)));
  lk_status status =
      lk_evaluate_questions(t->world, &model, t->dev, t->config->dev, answers);
  if (status == LK_OK) *correct = lk_evaluate_correct(t->dev, answers);
  lk_answers_free(answers, t->dev->count);
  return status;
}

void lk_trainer_say_score(const lk_trainer *trainer, const char *what, size_t correct) {
  double count = (double)trainer->dev->count;
  fprintf(stderr, "%s after step %llu: Correct: %.1f out of %.1f: %.1f%%\n", what,
          (unsigned long long)trainer->step, (double)correct, count,
          100.0 * (double)correct / count);
}

/* A row that a full disk refuses does not end the run. */
static lk_status log_score(lk_trainer *t, size_t correct) {
  if (!t->run) return LK_OK;
  lk_trainer_say_score(t, "dev", correct);
  lk_status status = lk_run_log_dev(t->run, t->step, correct, t->dev->count);
  if (status == LK_IO) lk_say("%s; training goes on", lk_message());
  return status == LK_IO ? LK_OK : status;
}

lk_status lk_trainer_score_dev(lk_trainer *trainer) {
  size_t correct;
  int done = trainer->run && lk_run_has_dev(trainer->run, trainer->step);
  if (!trainer->dev) return LK_OK;
  LK_TRY(lk_world_any(trainer->world, done, &done));
  if (done) return LK_OK;
  lk_watchdog_phase(trainer->watchdog, trainer->step, "answering dev questions",
                    LK_COMPUTES);
  LK_TRY(lk_trainer_answer_dev(trainer, trainer, &correct));
  return lk_world_agree(trainer->world, log_score(trainer, correct));
}
