/* metrics.csv, dev.csv and probe.csv. */
#include "lockstep/memory.h"
#include "run/sink.h"
#include "run/table.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 1024 }; /* characters of a row of metrics.csv */

typedef struct {
  const lk_run *run;
  char header[ROOM];
  lk_run_table metrics, dev, probe;
} csv;

const lk_run_table lk_run_dev_table = {"dev.csv", "step,correct,questions\n",
                                       "dev.csv.questions", -1};
const lk_run_table lk_run_probe_table = {"probe.csv", "step,correct,count,seconds\n",
                                         "probe.csv.questions", -1};

/* A cell of every column that the run has and a newline; metrics NULL: their names. */
static void write_row(const csv *c, char row[ROOM], const lk_metrics *metrics) {
  const lk_metric *column;
  size_t length = 0;
  for (int i = 0; (column = lk_metric_at(i)); i++) {
    char cell[64];
    if (column->of_held_out && !lk_config_validates(c->run->config)) continue;
    if (metrics)
      snprintf(cell, sizeof cell, column->format, column->value(metrics));
    else
      snprintf(cell, sizeof cell, "%s", column->name);
    assert(length + 1 + strlen(cell) + 1 < ROOM);
    length += (size_t)sprintf(row + length, "%s%s", i ? "," : "", cell);
  }
  memcpy(row + length, "\n", 2);
}

static lk_status begin(void **state, const lk_run *run, uint64_t step) {
  csv *c;
  LK_TRY(LK_NEW(c, 1));
  *state = c;
  c->run = run;
  write_row(c, c->header, NULL);
  c->metrics = (lk_run_table){"metrics.csv", c->header, NULL, -1};
  c->dev = lk_run_dev_table;
  c->probe = lk_run_probe_table;
  LK_TRY(lk_run_table_begin(run, &c->metrics, step));
  if (*run->config->probe_config) return lk_run_table_begin(run, &c->probe, step);
  return *run->config->dev ? lk_run_table_begin(run, &c->dev, step) : LK_OK;
}

static lk_status add_row(void *state, const lk_metrics *metrics) {
  const csv *c = state;
  char row[ROOM];
  write_row(c, row, metrics);
  return lk_run_table_append(c->run, &c->metrics, row);
}

static lk_status add_score(void *state, const lk_score *score) {
  const csv *c = state;
  char row[120], seconds[32] = "";
  if (score->by_probe) snprintf(seconds, sizeof seconds, ",%.3f", score->seconds);
  snprintf(row, sizeof row, "%llu,%llu,%llu%s\n", (unsigned long long)score->step,
           (unsigned long long)score->correct, (unsigned long long)score->questions,
           seconds);
  return lk_run_table_append(c->run, score->by_probe ? &c->probe : &c->dev, row);
}

static void end(void *state) {
  csv *c = state;
  lk_run_table_close(&c->metrics);
  lk_run_table_close(&c->dev);
  lk_run_table_close(&c->probe);
  lk_free(c);
}

const lk_run_sink lk_csv_sink = {begin, add_row, add_score, NULL, NULL, end};
