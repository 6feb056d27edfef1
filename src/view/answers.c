/* Answers of a run, where `evaluate --json RUN/evaluation.json` wrote them beside it:
 * whether the model's own probability tells right from wrong, and those by which it does
 * not. */
#include "lockstep/memory.h"
#include "view/own_file.h"
#include "view/page.h"
#include <assert.h>
#include <cjson/cJSON.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 5, SHOWN = 10 };

typedef struct {
  const char *question, *prediction, *answer; /* the tree's */
  double probability;
  int right;
} given;

static int surest_first(const void *a, const void *b) {
  double one = ((const given *)a)->probability, other = ((const given *)b)->probability;
  return (one < other) - (one > other);
}

static const char *text_of(const cJSON *entry, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name));
}

/* Those that have all that is shown of them. */
static size_t take_answers(const cJSON *list, given *out) {
  const cJSON *entry;
  size_t count = 0;
  cJSON_ArrayForEach(entry, list) {
    const cJSON *nats = cJSON_GetObjectItemCaseSensitive(entry, "log_probability");
    const cJSON *right = cJSON_GetObjectItemCaseSensitive(entry, "correct");
    const given one = {text_of(entry, "question"), text_of(entry, "prediction"),
                       text_of(entry, "answer"), exp(cJSON_GetNumberValue(nats)),
                       cJSON_IsTrue(right)};
    if (one.question && one.prediction && one.answer && cJSON_IsBool(right) &&
        one.probability >= 0 && one.probability <= 1)
      out[count++] = one;
  }
  return count;
}

static int bin_of(double probability) {
  int bin = (int)(probability * BINS);
  assert(probability >= 0 && probability <= 1);
  return bin < BINS ? bin : BINS - 1;
}

static void print_calibration(FILE *html, const given *answers, size_t count) {
  size_t right[BINS] = {0}, all[BINS] = {0};
  for (size_t i = 0; i < count; i++) {
    int bin = bin_of(answers[i].probability);
    all[bin]++;
    right[bin] += (size_t)answers[i].right;
  }
  fputs("<table><thead><tr><th>the model's probability of its answer</th><th>answers</th>"
        "<th>of them right</th></tr></thead><tbody>\n",
        html);
  for (int i = 0; i < BINS; i++)
    if (all[i])
      fprintf(html,
              "<tr><td>%d to %d %%</td><td>%zu</td><td>%.1f %% <progress max=\"%zu\" "
              "value=\"%zu\">%zu</progress></td></tr>\n",
              100 / BINS * i, 100 / BINS * (i + 1), all[i],
              100.0 * (double)right[i] / (double)all[i], all[i], right[i], right[i]);
  fputs("</tbody></table>\n", html);
}

static lk_status print_row(FILE *html, const given *answer) {
  LK_TRY(lk_page_put(html, "<tr><td>", answer->question, "</td>"));
  LK_TRY(lk_page_put(html, "<td>", answer->prediction, "</td>"));
  LK_TRY(lk_page_put(html, "<td>", answer->answer, "</td>"));
  fprintf(html, "<td>%.1f %%</td></tr>\n", 100 * answer->probability);
  return LK_OK;
}

/* Where the probability tells least: wrong ones from the surest on, right ones from the
 * least sure on. */
static lk_status print_some(FILE *html, const given *answers, size_t count, int right) {
  int shown = 0;
  fprintf(html,
          "<details><summary>%s</summary>\n<table><thead><tr><th>question</th>"
          "<th>answer</th><th>right</th><th>probability</th></tr></thead><tbody>\n",
          right ? "The right answers that it is least sure of"
                : "The wrong answers that it is surest of");
  for (size_t i = 0; i < count && shown < SHOWN; i++) {
    const given *answer = &answers[right ? count - 1 - i : i];
    if (answer->right != right) continue;
    LK_TRY(print_row(html, answer));
    shown++;
  }
  fputs("</tbody></table></details>\n", html);
  return LK_OK;
}

static lk_status print_answers(FILE *html, const lk_record *record, const cJSON *list) {
  given *answers;
  size_t count, right = 0;
  LK_TRY(LK_NEW(answers, (size_t)cJSON_GetArraySize(list)));
  count = take_answers(list, answers);
  for (size_t i = 0; i < count; i++)
    right += (size_t)answers[i].right;
  lk_status status = LK_OK;
  if (count) {
    qsort(answers, count, sizeof *answers, surest_first);
    status = lk_page_put(html, "<h2>Answers of ", record->name, "</h2>\n");
    fprintf(html, "<p>%zu of %zu are right.</p>\n", right, count);
    print_calibration(html, answers, count);
    if (status == LK_OK && right < count) status = print_some(html, answers, count, 0);
    if (status == LK_OK && right) status = print_some(html, answers, count, 1);
  }
  lk_free(answers);
  return status;
}

/* What is no such file has no answers. */
lk_status lk_page_answers(const lk_page *page) {
  for (int i = 0; i < page->count; i++) {
    char path[PATH_MAX], *text;
    size_t size;
    snprintf(path, sizeof path, "%s/evaluation.json", page->records[i].folder);
    LK_TRY(lk_own_file_read(path, &text, &size));
    cJSON *root = cJSON_Parse(text);
    lk_free(text);
    lk_status status = print_answers(page->html, &page->records[i],
                                     cJSON_GetObjectItemCaseSensitive(root, "answers"));
    cJSON_Delete(root);
    LK_TRY(status);
  }
  return LK_OK;
}
