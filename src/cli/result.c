#include "cli/result.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lk_result_print(size_t correct, size_t count) {
  printf("Correct: %.1f out of %.1f: %.1f%%\n", (double)correct, (double)count,
         100.0 * (double)correct / (double)count);
}

static char *append_line(char *to, const char *text) {
  for (; *text; text++)
    if (*text == '\n')
      to = stpcpy(to, "␤");
    else
      *to++ = *text;
  *to++ = '\n';
  return to;
}

lk_status lk_result_write_predictions(const char *path, const lk_answer *answers,
                                      size_t count) {
  size_t room = 0;
  char *text = NULL;
  for (size_t i = 0; i < count; i++)
    room += 3 * strlen(answers[i].text) + 1;
  LK_TRY(LK_NEW(text, room));
  char *end = text;
  for (size_t i = 0; i < count; i++)
    end = append_line(end, answers[i].text);
  lk_status status = lk_file_write(path, text, (size_t)(end - text));
  lk_free(text);
  return status;
}

static int add_answers(cJSON *entry, const lk_question *item) {
  cJSON *list = cJSON_AddArrayToObject(entry, "answers");
  const char *answer = item->answer;
  for (size_t i = 0; list && i < item->answers; i++, answer += strlen(answer) + 1)
    if (!cJSON_AddItemToArray(list, cJSON_CreateString(answer))) return 0;
  return list != NULL;
}

/* cJSON returns NULL when memory is short; a NULL anywhere ends up here as failure. */
static int add_answer(cJSON *list, const lk_question *item, const lk_answer *answer,
                      const lk_squad *squad) {
  cJSON *entry = cJSON_CreateObject();
  if (!entry || !cJSON_AddItemToArray(list, entry)) return 0;
  if (item->answer && (!cJSON_AddStringToObject(entry, "answer", item->answer) ||
                       !cJSON_AddBoolToObject(entry, "correct",
                                              lk_question_is_answered(item, answer->text))))
    return 0;
  if (item->answers > 1 && !add_answers(entry, item)) return 0;
  if (squad && (!cJSON_AddNumberToObject(entry, "exact_match", squad->exact) ||
                !cJSON_AddNumberToObject(entry, "f1", squad->f1)))
    return 0;
  return cJSON_AddStringToObject(entry, "question", item->question) &&
         cJSON_AddStringToObject(entry, "prediction", answer->text) &&
         cJSON_AddNumberToObject(entry, "log_probability", answer->log_probability) &&
         (!answer->cut || cJSON_AddTrueToObject(entry, "cut"));
}

static int add_summary(cJSON *root, const lk_questions *questions,
                       const lk_answer *answers) {
  double count = (double)questions->count;
  if (!cJSON_AddNumberToObject(root, "count", count)) return 0;
  if (!questions->has_answers) return 1;
  double correct = (double)lk_evaluate_correct(questions, answers);
  return cJSON_AddNumberToObject(root, "correct", correct) &&
         cJSON_AddNumberToObject(root, "accuracy", correct / count);
}

lk_status lk_result_save_json(const char *path, cJSON *root, int good) {
  char *text = good ? cJSON_Print(root) : NULL;
  cJSON_Delete(root);
  if (!text) return lk_fail(LK_INTERNAL, "%s: out of memory for the JSON text", path);
  lk_status status = lk_file_write(path, text, strlen(text));
  free(text);
  return status;
}

lk_status lk_result_write_json(const char *path, const lk_questions *questions,
                               const lk_answer *answers, const lk_squad *squad) {
  cJSON *root = cJSON_CreateObject(), *list = NULL;
  int good = root && add_summary(root, questions, answers);
  if (good) list = cJSON_AddArrayToObject(root, "answers");
  good = good && list;
  for (size_t i = 0; i < questions->count && good; i++)
    good = add_answer(list, &questions->items[i], &answers[i], squad ? &squad[i] : NULL);
  return lk_result_save_json(path, root, good);
}
