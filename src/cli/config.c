#include "cli/command.h"
#include "lockstep/memory.h"
#include "lockstep/training.h"
#include "lockstep/visible.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* names: "run,shards", which it cuts; end: what follows each value. */
static lk_status print_values(const lk_config *config, char *names, char end) {
  char *rest = NULL, *text = NULL;
  for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
    LK_TRY(lk_config_value(config, name, &text));
    printf("%s%c", text, end);
    lk_free(text);
  }
  return LK_OK;
}

static lk_status print_keys(const lk_config *config, const char *keys, char end) {
  char *names = NULL;
  LK_TRY(lk_copy_text(&names, keys));
  lk_status status = print_values(config, names, end);
  lk_free(names);
  return status;
}

static lk_status print_all(const lk_config *config) {
  char *yaml = NULL;
  LK_TRY(lk_config_emit(config, &yaml));
  lk_print_visible(yaml, "\n");
  lk_free(yaml);
  return LK_OK;
}

/* A recipe names no corpus and no run directory: they are given with the command, as may be
 * all other files. */
static lk_status check(const lk_config *config) {
  LK_TRY(lk_trainer_check_recipe(config, LK_TO_RUN));
  LK_TRY(lk_trainer_check_machine(config, 1));
  if (lk_config_has_corpus(config) || *config->run)
    return lk_train_check(config, lk_task_guess(config));
  return LK_OK;
}

static lk_status print_checked(const lk_config *config) {
  LK_TRY(check(config));
  return print_all(config);
}

lk_status lk_cli_config(lk_world *world, int argc, char **argv) {
  const char *keys = NULL;
  int null = 0;
  const lk_option options[] = {
      {"keys", 'k', LK_OPTION_TEXT, &keys, "NAME,...",
       "only the values of these keys, one a line, for any machine and command"},
      {"null", '0', LK_OPTION_FLAG, &null, "",
       "with --keys: end each value with a NUL character instead of a newline, for "
       "scripts"}};
  lk_words words;
  lk_config *config = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 2, 1, INT_MAX, &words));
  if (words.help) return LK_OK;
  if (null && !keys) return lk_fail(LK_USAGE, "config: --null does nothing without --keys");
  lk_status status = lk_arguments_config(world, &words, &config);
  if (status == LK_OK && lk_world_rank(world) == 0)
    status = keys ? print_keys(config, keys, null ? '\0' : '\n') : print_checked(config);
  lk_config_free(config);
  return lk_world_agree(world, status);
}
