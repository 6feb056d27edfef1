/* A run's history.txt: when it started and ended, on which ranks. */
#include "lockstep/history.h"
#include "lockstep/memory.h"
#include "train/training.h"

static lk_status begin(lk_training *t) {
  char *ranks = NULL;
  LK_TRY(lk_world_describe(t->world, &ranks));
  lk_status status =
      t->run ? lk_history_start(t->config->run, t->trainer->step, t->trainer->steps, ranks)
             : LK_OK;
  lk_free(ranks);
  return lk_world_agree(t->world, status);
}

static void end(lk_training *t, lk_status status) {
  if (t->run) lk_history_end(t->config->run, status);
}

const lk_hook lk_hook_history = {.begin = begin, .end = end};
