#include "lockstep/questions.h"
#include "lockstep/file.h"
#include "lockstep/foreign.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <string.h>

static size_t count_lines(const char *bytes, size_t size) {
  size_t lines = 0;
  for (size_t i = 0; i < size; i++)
    lines += bytes[i] == '\n';
  return lines + (size > 0 && bytes[size - 1] != '\n');
}

/* Ends the line at its newline; returns the next line. */
static char *cut_line(char *line, char *end) {
  char *newline = memchr(line, '\n', (size_t)(end - line));
  /* a file's bytes have a zero behind them, so *end may be written */
  *(newline ? newline : end) = '\0';
  return newline ? newline + 1 : end;
}

/* Ends each answer at its tab, and counts them; 0: one is empty. */
static size_t split_answers(char *answer) {
  size_t count = 1;
  for (char *tab; (tab = strchr(answer, '\t')); answer = tab + 1, count++) {
    *tab = '\0';
    if (!answer[strspn(answer, " ")] || tab[1 + strspn(tab + 1, " ")] == '\t') return 0;
  }
  return count;
}

/* Splits the line in place, at its tabs; item->line is set. A tab behind the last answer is
 * a blank. */
static lk_status split_line(lk_questions *list, char *line, const char *path,
                            lk_answers_wanted wanted, lk_question *item) {
  unsigned long long number = item->line;
  char *tab = strchr(line, '\t'), *answer = NULL;
  if (tab) {
    *tab = '\0';
    answer = tab + 1 + strspn(tab + 1, " ");
    if (*answer != '\t') answer = lk_clean_ends(answer, &list->left_out.blanks);
  }
  line = lk_clean_ends(line, &list->left_out.blanks);
  if (!*line && !tab)
    return lk_fail(LK_BAD_DATA, "%s, line %llu: the line is empty; remove it", path,
                   number);
  if (tab && wanted != LK_ANY_ANSWERS && strchr(answer, '\t'))
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: more than one tab; write question, tab, answer", path,
                   number);
  if (!*line || (tab && !*answer))
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: the %s is empty; write question, tab, answer", path,
                   number, *line ? "answer" : "question");
  item->question = line;
  item->answer = answer;
  item->answers = answer ? split_answers(answer) : 0;
  if (!item->answers && answer)
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: one of the answers is empty; write them with one tab in "
                   "front of each",
                   path, number);
  return LK_OK;
}

/* Blanks, two or more, between two parts of a line without a tab: most likely what an
 * editor made of it. */
static int has_gap(const char *line) {
  const char *gap = strchr(line, '\t') ? NULL : strstr(line + strspn(line, " "), "  ");
  return gap && gap[strspn(gap, " ")];
}

/* Answers are needed on all lines, or are on all lines or none. */
static lk_status check_answer(const lk_questions *list, const lk_question *item,
                              const char *path, lk_answers_wanted wanted) {
  unsigned long long number = item->line;
  if (!item->answer && wanted == LK_ONE_ANSWER)
    return lk_fail(LK_BAD_DATA,
                   "%s, line %llu: no tab and answer%s; write question, tab, answer", path,
                   number, has_gap(item->question) ? ", but blanks for the tab" : "");
  if (!item->answer != !list->items[0].answer)
    return lk_fail(
        LK_BAD_DATA,
        "%s, line %llu: has %s answer, line 1 has %s; give all lines one or none", path,
        number, item->answer ? "an" : "no", item->answer ? "none" : "one");
  return LK_OK;
}

/* A file without any tab holds questions alone, unless most lines have blanks for one. */
static lk_status check_gaps(const lk_questions *list, const char *path) {
  size_t gaps = 0;
  if (list->items[0].answer) return LK_OK;
  for (size_t i = 0; i < list->count; i++)
    gaps += (size_t)has_gap(list->items[i].question);
  if (2 * gaps <= list->count) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s: no line has a tab, but %zu of %zu have blanks for one; write question, "
      "tab, answer",
      path, gaps, list->count);
}

static lk_status parse_lines(lk_questions *list, size_t size, const char *path,
                             lk_answers_wanted wanted) {
  char *line = list->text, *end = list->text + size;
  size_t lines = count_lines(list->text, size);
  if (!lines)
    return lk_fail(LK_BAD_DATA, "%s: the file is empty; write a question a line", path);
  LK_TRY(lk_foreign_check(path, list->text, size, "question"));
  LK_TRY(lk_text_check(list->text, size, path));
  LK_TRY(LK_NEW(list->items, lines));
  for (size_t i = 0; i < lines; i++) {
    lk_question *item = &list->items[i];
    char *next = cut_line(line, end);
    item->line = i + 1;
    LK_TRY(split_line(list, line, path, wanted, item));
    LK_TRY(check_answer(list, item, path, wanted));
    line = next;
  }
  list->count = lines;
  LK_TRY(check_gaps(list, path));
  list->has_answers = list->items[0].answer != NULL;
  return LK_OK;
}

static lk_status fill(lk_questions *list, size_t size, const char *name,
                      lk_answers_wanted wanted) {
  LK_TRY(lk_sha256_bytes(&list->sha256, list->text, size));
  lk_clean_text(list->text, &size, &list->left_out);
  for (size_t i = 0; i < size; i++)
    list->characters += !lk_text_continues(list->text[i]);
  return parse_lines(list, size, name, wanted);
}

lk_status lk_questions_parse(lk_questions **out, char *text, size_t size, const char *name,
                             lk_answers_wanted wanted) {
  lk_questions *list = NULL;
  lk_status status = LK_NEW(list, 1);
  *out = NULL;
  if (status != LK_OK) {
    lk_free(text);
    return status;
  }
  list->text = text;
  status = fill(list, size, name, wanted);
  if (status == LK_OK)
    *out = list;
  else
    lk_questions_free(list);
  return status;
}

lk_status lk_questions_read(lk_questions **out, const char *path,
                            lk_answers_wanted wanted) {
  char *text;
  size_t size;
  *out = NULL;
  LK_TRY(lk_file_read(path, &text, &size));
  return lk_questions_parse(out, text, size, lk_file_name(path), wanted);
}

int lk_question_is_answered(const lk_question *question, const char *answer) {
  const char *right = question->answer;
  for (size_t i = 0; i < question->answers; i++, right += strlen(right) + 1)
    if (lk_clean_equal(right, answer)) return 1;
  return 0;
}

void lk_questions_free(lk_questions *questions) {
  if (!questions) return;
  lk_free(questions->text);
  lk_free(questions->items);
  lk_free(questions);
}
