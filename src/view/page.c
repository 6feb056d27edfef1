#include "view/page.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/page_style.h"
#include "view/assets.h"
#include "view/curve.h"
#include "view/escape.h"
#include "view/own_file.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const axes[] = {"step", "tokens", "hours"};

enum { KNOTS = 250 };

static void print_list(FILE *data, const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    fputc(i ? ',' : '[', data);
    lk_print_number(data, numbers[i], 7);
  }
  fputs(count ? "]" : "[]", data);
}

/* What an axis says at some of the steps; empty where the run cannot be drawn over it. */
static lk_status print_axis(FILE *data, const lk_record *record, const char *name) {
  lk_curve curve;
  lk_status status = lk_curve_make(&curve, record, name);
  lk_curve_thin(&curve, KNOTS);
  if (curve.count && curve.value[curve.count - 1] <= 0) curve.count = 0;
  fprintf(data, ",\"%s\":[", name);
  print_list(data, curve.at, curve.count);
  fputc(',', data);
  print_list(data, curve.value, curve.count);
  fputc(']', data);
  lk_curve_clear(&curve);
  return status;
}

static lk_status print_run(FILE *data, const lk_record *record) {
  fputs("{\"name\":", data);
  LK_TRY(lk_print_json(data, record->name));
  for (int i = LK_AXIS_TOKENS; i <= LK_AXIS_HOURS; i++)
    LK_TRY(print_axis(data, record, axes[i]));
  fputs(",\"marks\":", data);
  LK_TRY(lk_page_marks(data, record));
  fputs("}", data);
  return LK_OK;
}

static lk_status print_data(const lk_page *page, lk_axis axis) {
  fprintf(page->data, "{\"axis\":\"%s\",\"runs\":[", axes[axis]);
  for (int i = 0; i < page->count; i++) {
    if (i) fputs(",\n", page->data);
    LK_TRY(print_run(page->data, &page->records[i]));
  }
  fputs("],\n\"charts\":[", page->data);
  LK_TRY(lk_page_charts(page));
  fputs("]}\n", page->data);
  return LK_OK;
}

/* By which a page is known as one of ours. */
static const char start[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
    "name=\"generator\" content=\"lockstep report\">\n";

/* Nothing but what is in the file may be loaded or run. */
static lk_status print_head(const lk_page *page) {
  fputs(start, page->html);
  fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n",
        page->html);
  LK_TRY(lk_page_put(page->html, "<title>",
                     page->count == 1 ? page->records[0].name : "Runs",
                     " – lockstep</title>\n"));
  fprintf(page->html, "<style>\n%s</style>\n</head>\n<body>\n<header>\n", lk_page_style);
  LK_TRY(lk_page_put(page->html, "<h1>",
                     page->count == 1 ? page->records[0].name : "Runs over each other",
                     "</h1>\n"));
  LK_TRY(lk_page_summary(page));
  fputs("</header>\n<noscript><p>The curves are drawn by this page's script; their "
        "numbers are below each.</p></noscript>\n<div id=\"controls\"></div>\n"
        "<main>\n<section id=\"curves\">\n",
        page->html);
  return LK_OK;
}

static lk_status print_words(const lk_page *page) {
  fputs("</section>\n<section>\n", page->html);
  LK_TRY(lk_page_answers(page));
  LK_TRY(lk_page_heads(page));
  LK_TRY(lk_page_facts(page));
  LK_TRY(lk_page_settings(page));
  LK_TRY(lk_page_texts(page));
  fputs("</section>\n</main>\n", page->html);
  return LK_OK;
}

static lk_status print_all(const lk_page *page, lk_axis axis) {
  LK_TRY(print_head(page));
  LK_TRY(print_data(page, axis));
  return print_words(page);
}

static lk_status no_memory(void) {
  return lk_fail(LK_INTERNAL, "report: out of memory");
}

/* The numbers come last, so that the words are there at once. */
static lk_status join(const char *words, const char *numbers, char **html, size_t *size) {
  static const char before[] = "<script type=\"application/json\" id=\"numbers\">\n",
                    between[] = "</script>\n<script type=\"module\">\n",
                    after[] = "</script>\n</body>\n</html>\n";
  size_t room = strlen(words) + strlen(numbers) + strlen(lk_page_script) + sizeof before +
                sizeof between + sizeof after;
  LK_TRY(LK_NEW(*html, room));
  *size = (size_t)snprintf(*html, room, "%s%s%s%s%s%s", words, before, numbers, between,
                           lk_page_script, after);
  assert(*size < room);
  return LK_OK;
}

lk_status lk_report_page_make(const lk_record *records, int count, lk_axis axis,
                              const lk_page_attention *attention, char **html,
                              size_t *size) {
  char *words = NULL, *numbers = NULL;
  size_t word_size, number_size;
  assert(count > 0 && axis <= LK_AXIS_HOURS);
  *html = NULL;
  lk_page page = {records, count, attention, open_memstream(&words, &word_size),
                  open_memstream(&numbers, &number_size)};
  lk_status status = page.html && page.data ? print_all(&page, axis) : no_memory();
  int failed = (page.html && fclose(page.html)) + (page.data && fclose(page.data));
  if (status == LK_OK && failed) status = no_memory();
  if (status == LK_OK) status = join(words, numbers, html, size);
  free(words);
  free(numbers);
  return status;
}

static int is_ours(const char *path) {
  char *text;
  size_t size;
  if (lk_own_file_read(path, &text, &size) != LK_OK) return 0;
  int ours = !strncmp(text, start, sizeof start - 1);
  lk_free(text);
  return ours;
}

lk_status lk_report_page_save(const char *path, const char *html, size_t size) {
  char aside[PATH_MAX];
  struct stat facts;
  assert(!strncmp(html, start, sizeof start - 1));
  if (!lstat(path, &facts) && !is_ours(path)) {
    LK_TRY(lk_file_set_aside(path, aside));
    lk_say("%s: no report of a run; set aside as %s", path, aside);
  }
  return lk_file_replace(path, html, size);
}
