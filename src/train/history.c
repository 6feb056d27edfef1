/* A run's history.txt: when it started and ended, on which ranks and machine, of which
 * build and data. */
#include "lockstep/history.h"
#include "lockstep/machine.h"
#include "lockstep/memory.h"
#include "train/training.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where Slurm says which of its jobs this is. */
static void note_job(const char *folder) {
  const char *job = getenv("SLURM_JOB_ID");
  char text[64];
  if (!job || !*job || job[strspn(job, "0123456789")] || strlen(job) > 20) return;
  snprintf(text, sizeof text, "job slurm %s", job);
  lk_history_note(folder, text);
}

/* What a later report says of this start: lines that the start's own line follows. */
static void note_facts(const lk_training *t) {
  char build[LK_BUILD_SIZE], machine[LK_MACHINE_SIZE], text[LK_BUILD_SIZE + 32], data[400];
  const lk_items *items = lk_dataset_items(t->trainer->dataset);
  lk_machine_describe(machine);
  lk_trainer_describe_build(t->config, build);
  snprintf(data, sizeof data, "data %.160s: %llu characters, %llu documents, sha256 %s",
           items->path, (unsigned long long)items->characters,
           (unsigned long long)items->count, items->sha256.hex);
  lk_history_note(t->config->run, data);
  snprintf(text, sizeof text, "machine %s", machine);
  lk_history_note(t->config->run, text);
  note_job(t->config->run);
  snprintf(text, sizeof text, "build %s", build);
  lk_history_note(t->config->run, text);
}

static lk_status begin(lk_training *t) {
  char *ranks = NULL;
  LK_TRY(lk_world_describe(t->world, &ranks));
  if (t->run) note_facts(t);
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
