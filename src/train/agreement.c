/* Ranks that were started with different settings, data or builds must not train together.
 */
#include "train/trainer.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What has to be the same everywhere, as texts. */
typedef struct {
  char task[16], build[LK_BUILD_SIZE];
} identity;

static lk_status refuse(const char *what, const char *here, const char *there) {
  return lk_fail(
      LK_USAGE,
      "its %s is not rank 0's: '%s' here, '%s' there; start all ranks with the same "
      "program and arguments on machines of one kind",
      what, here, there);
}

/* The first line in which two resolved configs differ. */
static lk_status name_config_line(const char *here, const char *there) {
  char mine[200] = "", other[200] = "";
  do {
    size_t a = strcspn(here, "\n"), b = strcspn(there, "\n");
    snprintf(mine, sizeof mine, "%.*s", (int)a, here);
    snprintf(other, sizeof other, "%.*s", (int)b, there);
    here += a + (here[a] != '\0');
    there += b + (there[b] != '\0');
  } while (!strcmp(mine, other) && *here && *there);
  return refuse("config", mine, other);
}

/* All ranks: every key, for other `steps` alone would leave a rank waiting. */
static lk_status compare_configs(lk_world *world, const lk_config *config) {
  char *mine = NULL, *first = NULL;
  uint64_t size = 0;
  lk_status status = lk_config_emit(config, &mine);
  if (status == LK_OK) size = strlen(mine) + 1;
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = lk_world_broadcast(world, &size, sizeof size);
  if (status == LK_OK) status = lk_world_agree(world, LK_NEW(first, size));
  if (status == LK_OK) {
    if (lk_world_rank(world) == 0) memcpy(first, mine, size);
    status = lk_world_broadcast(world, first, size);
  }
  if (status == LK_OK && strcmp(mine, first)) status = name_config_line(mine, first);
  lk_free(mine);
  lk_free(first);
  return lk_world_agree(world, status);
}

static lk_status compare(const identity *mine, const identity *first) {
  if (strcmp(mine->task, first->task)) return refuse("command", mine->task, first->task);
  if (strcmp(mine->build, first->build)) return refuse("build", mine->build, first->build);
  return LK_OK;
}

void lk_trainer_describe_build(const lk_config *config, char text[LK_BUILD_SIZE]) {
  int muon = config->optimizer == LK_MUON ? config->muon_precision : LK_FP32;
  lk_build_describe((lk_precision)(config->precision ? config->precision : muon), text);
}

lk_status lk_trainer_agree_on_start(lk_world *world, const lk_config *config,
                                    lk_task task) {
  identity mine = {0}, first;
  snprintf(mine.task, sizeof mine.task, "%s", lk_task_name(task));
  lk_trainer_describe_build(config, mine.build);
  first = mine;
  LK_TRY(lk_world_broadcast(world, &first, sizeof first));
  LK_TRY(lk_world_agree(world, compare(&mine, &first)));
  return compare_configs(world, config);
}

lk_status lk_trainer_agree_on(lk_world *world, const char *what, const char *digits) {
  lk_sha256 first = {""};
  assert(strlen(digits) < sizeof first.hex);
  if (lk_world_rank(world) == 0) strcpy(first.hex, digits);
  LK_TRY(lk_world_broadcast(world, &first, sizeof first));
  return lk_world_agree(world, strcmp(digits, first.hex) ? refuse(what, digits, first.hex)
                                                         : LK_OK);
}

lk_status lk_trainer_agree_on_data(const lk_trainer *trainer) {
  const lk_trainer *t = trainer;
  const lk_items *items = lk_dataset_items(t->dataset);
  lk_hash tokenizer = lk_tokenizer_fingerprint(lk_dataset_tokenizer(t->dataset));
  LK_TRY(lk_trainer_agree_on(t->world, "data", items->sha256.hex));
  LK_TRY(lk_trainer_agree_on(t->world, "questions", items->answers.hex));
  return lk_trainer_agree_on(t->world, "tokenizer", tokenizer.hex);
}
