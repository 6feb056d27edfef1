#include "cli/command.h"
#include "cli/resume.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "lockstep/training.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The same command resumes: says so with the command itself. */
static lk_status say_how_to_resume(const lk_world *world, int argc, char **argv) {
  char *command = NULL;
  LK_TRY(lk_resume_command(world, argc, argv, &command));
  lk_fail(LK_STOPPED, "%s; to resume: %s", lk_message(), command);
  lk_free(command);
  return LK_STOPPED;
}

static lk_status train_command(lk_world *world, int argc, char **argv, lk_task task) {
  lk_words words;
  lk_config *config = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 1, INT_MAX, &words));
  if (words.help) return LK_OK;
  lk_status status = lk_arguments_config(world, &words, &config);
  if (status == LK_OK && lk_world_rank(world) == 0)
    lk_progress_allow(LK_PROGRESS_QUIET, config->log_seconds);
  if (status == LK_OK) status = lk_train(world, config, task);
  lk_config_free(config);
  return status == LK_STOPPED ? say_how_to_resume(world, argc, argv) : status;
}

lk_status lk_cli_pretrain(lk_world *world, int argc, char **argv) {
  return train_command(world, argc, argv, LK_PRETRAIN);
}

lk_status lk_cli_finetune(lk_world *world, int argc, char **argv) {
  return train_command(world, argc, argv, LK_FINETUNE);
}
