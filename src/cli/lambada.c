/* Accuracy and perplexity of the last words of passages. */
#include "cli/command.h"
#include "cli/prompts.h"
#include "cli/result.h"
#include "lockstep/file.h"
#include "lockstep/json.h"
#include "lockstep/last_words.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/watchdog.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts the member "text" of a line that is a JSON object in the line's place. */
static lk_status take_json(lk_prompt_list *list, size_t i) {
  lk_prompt *item = &list->items[i];
  char *to = list->text + (item->text - list->text);
  cJSON *object;
  if (lk_json_parse(&object, item->text, strlen(item->text)) != LK_OK)
    return lk_fail(LK_BAD_DATA, "%s, line %llu: %s", list->prompts.name,
                   (unsigned long long)item->line, lk_message());
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "text"));
  size_t size = text ? strlen(text) : 0;
  if (text && size <= strlen(to)) memcpy(to, text, size + 1); /* escapes are longer */
  cJSON_Delete(object);
  return text ? LK_OK
              : lk_fail(LK_BAD_DATA,
                        "%s, line %llu: not a JSON object with a member \"text\"",
                        list->prompts.name, (unsigned long long)item->line);
}

static lk_status take_lines(lk_prompt_list *list) {
  for (size_t i = 0; i < list->prompts.count; i++)
    if (list->items[i].text[strspn(list->items[i].text, " \t")] == '{')
      LK_TRY(take_json(list, i));
  if (list->prompts.count) return LK_OK;
  return lk_fail(LK_BAD_DATA, "%s: there is no passage", list->prompts.name);
}

static lk_status report(const lk_last_word *words, size_t count, const char *json) {
  double nats = 0, right = 0, mean;
  for (size_t i = 0; i < count; i++) {
    nats += words[i].nats;
    right += words[i].right;
  }
  mean = nats / (double)count;
  printf("accuracy\t%.6f\tright %.0f\tpassages %zu\nperplexity\t%.6f\n",
         right / (double)count, right, count, exp(mean));
  if (!json) return LK_OK;
  cJSON *root = cJSON_CreateObject();
  int good = root && cJSON_AddNumberToObject(root, "count", (double)count) &&
             cJSON_AddNumberToObject(root, "right", right) &&
             cJSON_AddNumberToObject(root, "accuracy", right / (double)count) &&
             cJSON_AddNumberToObject(root, "nats", mean) &&
             cJSON_AddNumberToObject(root, "perplexity", exp(mean));
  return lk_result_save_json(json, root, good);
}

static lk_status judge(lk_world *world, const lk_trained *trained,
                       const lk_prompts *passages, const char *json) {
  lk_last_word *words = NULL;
  int takes = lk_world_rank(world) == 0;
  lk_status status = lk_world_agree(world, takes ? LK_NEW(words, passages->count) : LK_OK);
  lk_watchdog_phase(lk_world_watchdog(world), 0, "reading passages", LK_COMPUTES);
  if (status == LK_OK) status = lk_last_words(world, trained, passages, words);
  lk_watchdog_phase(lk_world_watchdog(world), 0, "writing the result", LK_USES_FILES);
  if (status == LK_OK && takes) status = report(words, passages->count, json);
  lk_free(words);
  return lk_world_agree(world, status);
}

lk_status lk_cli_lambada(lk_world *world, int argc, char **argv) {
  const char *json = NULL;
  const lk_option options[] = {
      {"json", 0, LK_OPTION_TEXT, &json, "FILE", "write the result"}};
  lk_words words;
  lk_trained trained = {0};
  lk_prompt_list list = {.text = NULL};
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 2, 2, &words));
  if (words.help) return LK_OK;
  char **paths = words.words;
  LK_TRY(lk_world_agree(world, lk_file_check_apart(paths[0], paths[1])));
  LK_TRY(lk_arguments_outputs(world, json, NULL, (const char *const *)paths, 2));
  lk_status status = lk_prompts_share(world, paths[1], &list);
  if (status == LK_OK) status = lk_world_agree(world, take_lines(&list));
  if (status == LK_OK) status = lk_trained_load(world, paths[0], &trained);
  if (status == LK_OK) status = judge(world, &trained, &list.prompts, json);
  lk_prompts_release(&list);
  lk_trained_clear(&trained);
  return status;
}
