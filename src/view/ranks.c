/* ranks.csv of a run: how its ranks stood when it was written last. */
#include "view/ranks.h"
#include "lockstep/memory.h"
#include "view/escape.h"
#include "view/own_file.h"
#include "view/page.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A line that is no row of it is left out. */
static int read_row(const char *line, lk_rank_row *row) {
  int rank;
  return sscanf(line, "%d,%11[^,\n],%lf,%lf,%lf,%255[^,\n],%47[^,\n]", &rank, row->state,
                &row->step, &row->silent, &row->waited, row->host, row->phase) == 7 &&
         isfinite(row->waited) && isfinite(row->silent) && isfinite(row->step) &&
         (row->rank = rank) >= 0;
}

lk_status lk_record_read_ranks(lk_record *record, const char *path) {
  char *text, *rest;
  size_t size, lines = 0;
  LK_TRY(lk_own_file_read(path, &text, &size));
  for (const char *at = text; *at; at++)
    lines += *at == '\n';
  lk_status status = LK_NEW(record->ranks, lines + 1);
  for (char *line = strtok_r(text, "\n", &rest); line && status == LK_OK;
       line = strtok_r(NULL, "\n", &rest))
    record->rank_count += (size_t)read_row(line, &record->ranks[record->rank_count]);
  lk_free(text);
  assert(record->rank_count <= lines + 1);
  return status;
}

double lk_record_least_waited(const lk_record *record) {
  double least = record->rank_count ? INFINITY : 0;
  for (size_t r = 0; r < record->rank_count; r++)
    least = fmin(least, record->ranks[r].waited);
  return least;
}

static lk_status print_rank(FILE *html, const lk_rank_row *row, double waited,
                            double most) {
  fprintf(html, "<tr><th scope=\"row\">%d</th>", row->rank);
  LK_TRY(lk_page_put(html, "<td>", row->host, "</td>"));
  LK_TRY(lk_page_put(html, "<td>", row->state, "</td>"));
  fprintf(html,
          "<td>%.1f s <progress max=\"%.1f\" value=\"%.1f\">%.0f %% of the "
          "most</progress></td></tr>\n",
          waited, most, waited, 100 * waited / most);
  return LK_OK;
}

lk_status lk_page_ranks(FILE *html, const lk_record *record) {
  double least = lk_record_least_waited(record), most = 0.1;
  for (size_t r = 0; r < record->rank_count; r++)
    most = fmax(most, record->ranks[r].waited - least);
  if (!record->rank_count) return LK_OK;
  fputs("<details open><summary>Waiting for slower ranks, by rank, since the newest "
        "start</summary>\n<table class=\"ranks\"><thead><tr><th>rank</th><th>host</th>"
        "<th>last seen</th><th>waited longer than the rank that others wait for</th></tr>"
        "</thead><tbody>\n",
        html);
  for (size_t r = 0; r < record->rank_count; r++)
    LK_TRY(print_rank(html, &record->ranks[r], record->ranks[r].waited - least, most));
  fputs("</tbody></table></details>\n", html);
  return LK_OK;
}
