/* report.html of a run, for people who would rather look than read. */
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/report_page.h"
#include "train/training.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>

static const double most = 0.005; /* of the time since the start */

static lk_status write_page(const lk_record *record) {
  char path[PATH_MAX], *html;
  size_t size;
  LK_TRY(lk_report_page_make(record, 1, LK_AXIS_STEP, NULL, &html, &size));
  snprintf(path, sizeof path, "%s/report.html", record->folder);
  lk_status status = lk_report_page_save(path, html, size);
  lk_free(html);
  return status;
}

/* Rank 0. A page that cannot be written ends nothing. */
static void report(lk_training *t) {
  lk_record record;
  double start = lk_clock();
  assert(t->run);
  lk_status status = lk_record_read(&record, t->config->run, 1);
  if (status == LK_OK) status = write_page(&record);
  lk_record_clear(&record);
  if (status != LK_OK) lk_say("no report: %s; training goes on", lk_message());
  t->report_seconds += lk_clock() - start;
}

static lk_status report_in_time(lk_training *t, lk_metrics *metrics) {
  (void)metrics;
  if (!t->config->report || !lk_training_is_due(t)) return LK_OK;
  lk_watchdog_phase(t->trainer->watchdog, t->trainer->step, "writing the report",
                    LK_USES_FILES);
  if (t->run && t->report_seconds <= most * (lk_clock() - t->start)) report(t);
  return LK_OK;
}

/* Behind the history's end, which the page has. lk_message() stays that of the run. */
static void report_end(lk_training *t, lk_status status) {
  char *message = NULL;
  if (!t->config->report || !t->run) return;
  if (lk_copy_text(&message, lk_message()) != LK_OK) return;
  report(t);
  if (status != LK_OK) lk_fail(status, "%s", message);
  lk_free(message);
}

const lk_hook lk_hook_report = {.step = report_in_time, .end = report_end};
