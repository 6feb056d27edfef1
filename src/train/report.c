/* report.html of a run, for people who would rather look than read. */
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/report_page.h"
#include "train/training.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>

static const double most = 0.005; /* of the time since the start */

static lk_status write_page(const lk_training *t, const lk_record *record) {
  char path[PATH_MAX], *html;
  size_t size;
  LK_TRY(lk_report_page_make(record, 1, LK_AXIS_STEP, &t->attention, &html, &size));
  snprintf(path, sizeof path, "%s/report.html", record->folder);
  lk_status status = lk_report_page_save(path, html, size);
  lk_free(html);
  return status;
}

/* Rank 0. A page that cannot be written ends nothing. */
static void report(lk_training *t) {
  lk_record record;
  assert(t->run);
  lk_status status = lk_record_read(&record, t->config->run, 1);
  if (status == LK_OK) status = write_page(t, &record);
  lk_record_clear(&record);
  if (status != LK_OK) lk_say("no report: %s; training goes on", lk_message());
}

/* What heads look at now, in the place of what they looked at before. */
static lk_status look(lk_training *t, const float *values) {
  lk_trained model = lk_trainer_model(t->trainer);
  model.values = (float *)values; /* which are only read */
  lk_run_heads_clear(&t->heads);
  return lk_run_heads_look(&t->heads, &model, t->config, t->config->run,
                           t->config->report_heads, NULL, &t->attention);
}

/* The next page may take twice what the one before did. */
static int is_in_time(const lk_training *t) {
  return t->report_seconds + 2 * t->report_newest <= most * (lk_clock() - t->start);
}

/* Rank 0. The last page is written behind the last step. */
static void look_and_report(lk_training *t, const float *values) {
  double start = lk_clock();
  if (values && look(t, values) != LK_OK)
    lk_say("report.html without heads: %s; training goes on", lk_message());
  if (!lk_training_is_last(t)) report(t);
  t->report_newest = lk_clock() - start;
  t->report_seconds += t->report_newest;
}

static lk_status report_in_time(lk_training *t, lk_metrics *metrics) {
  const float *values = NULL;
  (void)metrics;
  if (!t->config->report || !lk_training_is_due(t)) return LK_OK;
  lk_watchdog_phase(t->trainer->watchdog, t->trainer->step, "writing the report",
                    LK_USES_FILES);
  if (*t->config->report_heads) LK_TRY(lk_trainer_judged(t->trainer, &values));
  if (t->run && (lk_training_is_last(t) || is_in_time(t))) look_and_report(t, values);
  return LK_OK;
}

/* Heads that there are not, and a text that does not fit, are found out before anything is
 * trained. A page that is made up for at a start shows these. */
static lk_status begin(lk_training *t) {
  const float *values;
  if (!*t->config->report_heads) return LK_OK;
  LK_TRY(lk_trainer_judged(t->trainer, &values));
  return lk_world_agree(t->world, t->run ? look(t, values) : LK_OK);
}

/* Behind the history's end, which the page has. */
static void report_end(lk_training *t, lk_status status) {
  (void)status;
  if (t->config->report && t->run) report(t);
}

const lk_hook lk_hook_report = {.begin = begin, .step = report_in_time, .end = report_end};
