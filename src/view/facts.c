/* The words of a page: how runs stand, what was run where, and what they wrote. */
#include "lockstep/duration.h"
#include "lockstep/memory.h"
#include "view/escape.h"
#include "view/history.h"
#include "view/page.h"
#include "view/ranks.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

lk_status lk_page_put(FILE *html, const char *before, const char *text, const char *after) {
  fputs(before, html);
  LK_TRY(lk_print_html(html, text));
  fputs(after, html);
  return LK_OK;
}

/* "runs/a/pretrain" is a/pretrain: a folder of the config's name says little. */
static void print_cell(FILE *html, const char *format, double value) {
  if (isnan(value)) {
    fputs("<td>–</td>", html);
    return;
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  fprintf(html, format, value);
#pragma GCC diagnostic pop
}

static void print_progress(FILE *html, const lk_record *record) {
  fprintf(html, "<td>%.0f", record->step);
  if (record->steps > 0)
    fprintf(html, " of %.0f <progress max=\"%.0f\" value=\"%.0f\">%.0f %%</progress>",
            record->steps, record->steps, record->step, 100 * record->step / record->steps);
  fputs("</td>", html);
}

/* The newest. */
static double score_of(const lk_columns *scores) {
  double right, of;
  for (size_t i = scores->rows; i-- > 0;)
    if (lk_record_score(scores, i, &right, &of)) return 100 * right / of;
  return NAN;
}

static lk_status print_run(FILE *html, const lk_record *record) {
  char left[LK_DURATION_TEXT];
  const char *state = lk_record_state_name(record->state);
  double score = score_of(record->dev.rows ? &record->dev : &record->probe);
  LK_TRY(lk_page_put(html, "<tr><th scope=\"row\">", record->name, "</th>"));
  fprintf(html, "<td class=\"s%d\">%s</td>", (int)record->state, state);
  print_progress(html, record);
  lk_duration_print(left, lk_record_left(record));
  fprintf(html, "<td>%s</td>", lk_record_left(record) > 0 ? left : "–");
  print_cell(html, "<td>%.4f</td>", lk_columns_newest(&record->metrics, "loss"));
  print_cell(html, "<td>%.4f</td>", lk_columns_newest(&record->metrics, "held_out_loss"));
  print_cell(html, "<td>%.1f %%</td>", score);
  const char *started = lk_record_started(record);
  return lk_page_put(html, "<td>", started ? started : "–", "</td></tr>\n");
}

lk_status lk_page_summary(const lk_page *page) {
  fputs("<table class=\"runs\"><thead><tr><th>run</th><th>state</th><th>step</th>"
        "<th>left</th><th>loss</th><th>held out</th><th>right answers</th>"
        "<th>first start</th></tr></thead><tbody>\n",
        page->html);
  for (int i = 0; i < page->count; i++)
    LK_TRY(print_run(page->html, &page->records[i]));
  fputs("</tbody></table>\n", page->html);
  return LK_OK;
}

static lk_status print_fact(FILE *html, const char *name, const char *text) {
  if (!text) return LK_OK;
  fprintf(html, "<tr><th scope=\"row\">%s</th>", name);
  return lk_page_put(html, "<td>", text, "</td></tr>\n");
}

/* The last line of a run that did not end well says why. */
static const char *reason(const lk_record *record) {
  int told = record->state == LK_RECORD_FAILED || record->state == LK_RECORD_STOPPED;
  return told ? lk_record_last_note(record) : NULL;
}

static lk_status print_left_out(FILE *html, const lk_columns *table, const char *name) {
  if (!table->left_out) return LK_OK;
  fprintf(html,
          "<tr><th scope=\"row\">damaged</th><td>%zu lines of %s are no rows of it "
          "and are left out</td></tr>\n",
          table->left_out, name);
  return LK_OK;
}

static lk_status print_facts(FILE *html, const lk_record *record) {
  LK_TRY(
      lk_page_put(html, "<h3>", record->name, "</h3>\n<table class=\"facts\"><tbody>\n"));
  LK_TRY(print_fact(html, "ended", reason(record)));
  LK_TRY(print_fact(html, "folder", record->folder));
  LK_TRY(print_fact(html, "data", lk_record_fact(record, "data")));
  LK_TRY(print_fact(html, "machine", lk_record_fact(record, "machine")));
  LK_TRY(print_fact(html, "job", lk_record_fact(record, "job")));
  LK_TRY(print_fact(html, "build", lk_record_fact(record, "build")));
  LK_TRY(print_fact(html, "newest start: step", lk_record_fact(record, "step")));
  LK_TRY(print_left_out(html, &record->metrics, "metrics.csv"));
  LK_TRY(print_left_out(html, &record->dev, "dev.csv"));
  LK_TRY(print_left_out(html, &record->probe, "probe.csv"));
  fputs("</tbody></table>\n", html);
  return LK_OK;
}

lk_status lk_page_facts(const lk_page *page) {
  fputs("<h2>What was run</h2>\n", page->html);
  for (int i = 0; i < page->count; i++)
    LK_TRY(print_facts(page->html, &page->records[i]));
  for (int i = 0; i < page->count; i++)
    LK_TRY(lk_page_ranks(page->html, &page->records[i]));
  return LK_OK;
}

static lk_status print_history(FILE *html, const lk_record *record) {
  if (!record->note_count) return LK_OK;
  fprintf(html, "<details%s><summary>History: %zu lines</summary>\n<table><tbody>\n",
          record->note_count <= 12 ? " open" : "", record->note_count);
  for (size_t i = 0; i < record->note_count; i++) {
    LK_TRY(lk_page_put(html, "<tr><td class=\"when\">", record->notes[i].time, "</td>"));
    LK_TRY(lk_page_put(html, "<td>", record->notes[i].text, "</td></tr>\n"));
  }
  fputs("</tbody></table></details>\n", html);
  return LK_OK;
}

enum { SAMPLES_SHOWN = 20000 }; /* bytes */

/* The newest, from the first heading among them on. */
static lk_status print_samples(FILE *html, const lk_record *record) {
  const char *shown = record->samples;
  size_t size = strlen(shown);
  if (!size) return LK_OK;
  if (size > SAMPLES_SHOWN) {
    const char *heading = strstr(shown + size - SAMPLES_SHOWN, "\nafter step ");
    shown = heading ? heading + 1 : shown + size - SAMPLES_SHOWN;
  }
  LK_TRY(lk_page_put(
      html,
      "<details open><summary>Samples: texts that the model went on with</summary>\n<pre>",
      shown, "</pre></details>\n"));
  return LK_OK;
}

lk_status lk_page_texts(const lk_page *page) {
  fputs("<h2>What happened</h2>\n", page->html);
  for (int i = 0; i < page->count; i++) {
    const lk_record *record = &page->records[i];
    if (page->count > 1) LK_TRY(lk_page_put(page->html, "<h3>", record->name, "</h3>\n"));
    LK_TRY(print_samples(page->html, record));
    LK_TRY(print_history(page->html, record));
  }
  return LK_OK;
}
