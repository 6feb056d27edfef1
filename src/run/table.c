/* metrics.csv, dev.csv and probe.csv: tables that go on after a stop where the checkpoint
 * was. One that cannot be gone on with is set aside, never emptied. */
#include "lockstep/file.h"
#include "run/directory.h"
#include "run/table_scan.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const lk_run_table dev_table = {"dev.csv", "step,correct,questions\n",
                                       "dev.csv.questions", -1};
static const lk_run_table probe_table = {"probe.csv", "step,correct,count,seconds\n",
                                         "probe.csv.questions", -1};

/* An earlier table. */
typedef struct {
  char *text; /* owned; NULL: there is none, or it cannot be read */
  size_t size;
  lk_table_scan scan;
} earlier;

/* What the companion says of whose scores the table holds: 1: of these questions, -1: of
 * others, 0: nothing. */
static int compare_questions(const lk_run *run, const lk_run_table *table) {
  char path[PATH_MAX], *text = NULL;
  size_t size, digits = strlen(run->dev_sha256.hex);
  int outcome = 0;
  if (!table->questions) return 0;
  lk_run_path(run, table->questions, path);
  if (!lk_file_is_plain(path) || lk_file_read(path, &text, &size) != LK_OK) return 0;
  if (strspn(text, "0123456789abcdef") == digits && text[digits] == ' ')
    outcome = strncmp(text, run->dev_sha256.hex, digits) ? -1 : 1;
  lk_free(text);
  return outcome;
}

/* Only a lack of memory is a failure: what cannot be read has a fault. */
static lk_status read_earlier(const lk_run *run, const lk_run_table *table, uint64_t step,
                              earlier *out) {
  char path[PATH_MAX];
  struct stat facts;
  memset(out, 0, sizeof *out);
  lk_run_path(run, table->name, path);
  if (lstat(path, &facts) && errno == ENOENT) return LK_OK;
  lk_status status = LK_NO_INPUT;
  if (lk_file_is_plain(path)) status = lk_file_read(path, &out->text, &out->size);
  if (status == LK_INTERNAL) return status;
  if (status == LK_OK)
    out->scan = lk_table_scan_text(out->text, out->size, table->header, step,
                                   table->questions ? run->dev_questions : 0);
  else
    snprintf(out->scan.fault, sizeof out->scan.fault, "%s",
             S_ISLNK(facts.st_mode)   ? "it is a link, which is not followed"
             : S_ISREG(facts.st_mode) ? "it cannot be read"
                                      : "it is no file");
  if (!*out->scan.fault && out->scan.all && compare_questions(run, table) < 0)
    snprintf(out->scan.fault, sizeof out->scan.fault, "it is of other dev questions");
  return LK_OK;
}

lk_status lk_run_set_aside_file(const lk_run *run, const char *name, const char *reason) {
  char path[PATH_MAX], aside[PATH_MAX];
  lk_run_path(run, name, path);
  LK_TRY(lk_file_set_aside(path, aside));
  lk_say("%s: %s; set aside as %s", path, reason, aside);
  return LK_OK;
}

/* Says whose scores the table holds, for the next start. */
static lk_status write_questions(const lk_run *run, const lk_run_table *table) {
  char path[PATH_MAX], text[128];
  if (!table->questions) return LK_OK;
  lk_run_path(run, table->questions, path);
  if (!lk_file_is_plain(path) && !access(path, F_OK))
    LK_TRY(lk_run_set_aside_file(run, table->questions, "it is no file of this run"));
  int length = snprintf(text, sizeof text, "%s  %llu questions\n", run->dev_sha256.hex,
                        (unsigned long long)run->dev_questions);
  return lk_file_replace(path, text, (size_t)length);
}

/* Where nothing was trained yet, rows are of another run, whose checkpoints are gone. */
static lk_status judge(const lk_run *run, const lk_run_table *table, uint64_t step,
                       earlier *old) {
  if (!*old->scan.fault && step == 0 && old->scan.all)
    snprintf(old->scan.fault, sizeof old->scan.fault, "it is of an earlier run");
  if (!*old->scan.fault) return LK_OK;
  LK_TRY(lk_run_set_aside_file(run, table->name, old->scan.fault));
  memset(&old->scan, 0, sizeof old->scan);
  return LK_OK;
}

static lk_status write_table(const lk_run *run, lk_run_table *table, const earlier *old) {
  char path[PATH_MAX];
  const char *reason;
  lk_run_path(run, table->name, path);
  LK_TRY(old->scan.kept ? lk_file_replace(path, old->text, old->scan.kept)
                        : lk_file_replace(path, table->header, strlen(table->header)));
  table->file = lk_file_open(path, O_WRONLY | O_APPEND, &reason);
  return table->file >= 0 ? LK_OK : lk_fail(LK_IO, "%s: cannot open: %s", path, reason);
}

/* *scan: of the rows that the table now has. */
static lk_status begin_table(const lk_run *run, lk_run_table *table, uint64_t step,
                             lk_table_scan *scan) {
  earlier old;
  lk_status status = read_earlier(run, table, step, &old);
  if (status == LK_OK) status = judge(run, table, step, &old);
  if (status == LK_OK) status = write_questions(run, table);
  if (status == LK_OK) status = write_table(run, table, &old);
  *scan = old.scan;
  lk_free(old.text);
  return status;
}

/* A row is written whole or not at all, so that a full disk leaves no half one behind. */
static lk_status append(const lk_run *run, const lk_run_table *table, const char *row) {
  ssize_t length = (ssize_t)strlen(row);
  off_t before = lseek(table->file, 0, SEEK_END);
  errno = 0;
  if (before >= 0 && write(table->file, row, (size_t)length) == length) return LK_OK;
  int reason = errno ? errno : ENOSPC;
  if (ftruncate(table->file, before)) reason = errno;
  return lk_fail(LK_IO, "%s/%s: cannot write: %s", run->folder, table->name,
                 strerror(reason));
}

/* A cell of every column and a newline; metrics NULL: their names. */
static void write_row(char row[LK_RUN_ROW], const lk_metrics *metrics) {
  const lk_metric *column;
  size_t length = 0;
  for (int i = 0; (column = lk_metric_at(i)); i++) {
    char cell[64];
    if (metrics)
      snprintf(cell, sizeof cell, column->format, column->value(metrics));
    else
      snprintf(cell, sizeof cell, "%s", column->name);
    assert(length + 1 + strlen(cell) + 1 < LK_RUN_ROW);
    length += (size_t)sprintf(row + length, "%s%s", i ? "," : "", cell);
  }
  memcpy(row + length, "\n", 2);
}

lk_status lk_run_log(lk_run *run, const lk_metrics *metrics) {
  char row[LK_RUN_ROW];
  write_row(row, metrics);
  return append(run, &run->metrics, row);
}

/* The first of the best is the best; step 0 has no checkpoint. */
static lk_status take_score(lk_run *run, uint64_t step, uint64_t correct) {
  run->dev_rows = 1;
  run->dev_step = step;
  if (step == 0 || correct <= run->best_correct) return LK_OK;
  run->best_correct = correct;
  return lk_run_point(run, "best", step);
}

lk_status lk_run_log_dev(lk_run *run, uint64_t step, uint64_t correct, uint64_t questions) {
  char row[80];
  snprintf(row, sizeof row, "%llu,%llu,%llu\n", (unsigned long long)step,
           (unsigned long long)correct, (unsigned long long)questions);
  LK_TRY(append(run, &run->dev, row));
  return take_score(run, step, correct);
}

int lk_run_has_dev(const lk_run *run, uint64_t step) {
  return run->dev_rows && run->dev_step == step;
}

lk_status lk_run_log_probe(lk_run *run, uint64_t step, uint64_t correct, uint64_t count,
                           double seconds) {
  char row[120];
  snprintf(row, sizeof row, "%llu,%llu,%llu,%.3f\n", (unsigned long long)step,
           (unsigned long long)correct, (unsigned long long)count, seconds);
  return append(run, &run->probe, row);
}

int lk_run_has_probe(const lk_run *run, uint64_t step) {
  earlier old;
  if (read_earlier(run, &probe_table, step, &old) != LK_OK) return 0;
  lk_free(old.text);
  return !*old.scan.fault && old.scan.rows && old.scan.step == step;
}

/* Scores of other questions do not say which checkpoint is the best at these. */
static lk_status forget_best(const lk_run *run) {
  char path[PATH_MAX];
  struct stat facts;
  lk_run_path(run, "checkpoints/best", path);
  if (lstat(path, &facts) || !S_ISLNK(facts.st_mode)) return LK_OK;
  return lk_run_set_aside_file(run, "checkpoints/best",
                               "it is the best at other dev questions");
}

static lk_status begin_dev(lk_run *run, uint64_t step) {
  lk_table_scan scan;
  int known = compare_questions(run, &dev_table) > 0;
  LK_TRY(begin_table(run, &run->dev, step, &scan));
  run->dev_rows = scan.rows > 0;
  run->dev_step = scan.step;
  run->best_correct = scan.most;
  if (scan.best) return lk_run_point(run, "best", scan.best);
  return known || scan.rows ? LK_OK : forget_best(run);
}

lk_status lk_run_begin_tables(lk_run *run, uint64_t step) {
  lk_table_scan scan;
  write_row(run->columns, NULL);
  run->metrics = (lk_run_table){"metrics.csv", run->columns, NULL, -1};
  run->dev = dev_table;
  run->probe = probe_table;
  LK_TRY(begin_table(run, &run->metrics, step, &scan));
  if (*run->config->probe_config) return begin_table(run, &run->probe, step, &scan);
  return *run->config->dev ? begin_dev(run, step) : LK_OK;
}

void lk_run_close_tables(lk_run *run) {
  if (run->metrics.file >= 0) close(run->metrics.file);
  if (run->dev.file >= 0) close(run->dev.file);
  if (run->probe.file >= 0) close(run->probe.file);
}

/* Question and answer of each, as they are asked: the file may change in other ways. */
lk_status lk_run_use_dev(lk_run *run, const lk_questions *dev) {
  size_t size = 0;
  char *text = NULL;
  for (size_t i = 0; i < dev->count; i++)
    size += strlen(dev->items[i].question) + strlen(dev->items[i].answer) + 2;
  LK_TRY(LK_NEW(text, size + 1));
  char *end = text;
  for (size_t i = 0; i < dev->count; i++)
    end += sprintf(end, "%s\t%s\n", dev->items[i].question, dev->items[i].answer);
  run->dev_questions = dev->count;
  lk_status status = lk_sha256_bytes(&run->dev_sha256, text, size);
  lk_free(text);
  return status;
}
