/* metrics.csv, dev.csv and probe.csv: tables that go on after a stop where the checkpoint
 * was. */
#include "lockstep/file.h"
#include "train/run_directory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const lk_run_table metrics_table = {
    "metrics.csv",
    "step,epoch,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,"
    "compute_seconds,communication_seconds,data_seconds,replica_check_seconds,"
    "skipped_updates,peak_memory_mb\n",
    -1};
static const lk_run_table dev_table = {"dev.csv", "step,correct,questions\n", -1};
static const lk_run_table probe_table = {"probe.csv", "step,correct,count,seconds\n", -1};

/* Length of the header and the rows up to `step` of an earlier table; 0 when there is none
 * that can be gone on with. */
static size_t kept_length(const char *text, const char *header, uint64_t step) {
  size_t length = strlen(header);
  const char *at = text + length, *end;
  if (strncmp(text, header, length)) return 0;
  while ((end = strchr(at, '\n')) && strtoull(at, NULL, 10) <= step)
    at = end + 1;
  return (size_t)(at - text);
}

/* *kept: the text that the table now has; owned by the caller. */
static lk_status begin_table(const lk_run *run, lk_run_table *table, uint64_t step,
                             char **kept) {
  char path[PATH_MAX];
  size_t size = 0, length = 0;
  *kept = NULL;
  lk_run_path(run, table->name, path);
  if (step > 0 && lk_file_read(path, kept, &size) == LK_OK)
    length = kept_length(*kept, table->header, step);
  if (length) (*kept)[length] = '\0';
  LK_TRY(length ? lk_file_replace(path, *kept, length)
                : lk_file_replace(path, table->header, strlen(table->header)));
  table->file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (table->file < 0) return lk_fail(LK_IO, "%s: cannot open: %s", path, strerror(errno));
  return LK_OK;
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

lk_status lk_run_log(lk_run *run, const lk_metrics *m) {
  char row[512];
  double communication = m->parts[LK_PART_COMMUNICATION], data = m->parts[LK_PART_DATA];
  snprintf(row, sizeof row,
           "%llu,%.6f,%.17g,%.9g,%.9g,%llu,%.1f,%.6f,%.6f,%.6f,%.6f,%llu,%.1f\n",
           (unsigned long long)m->step, m->epoch, m->loss, m->learning_rate,
           m->gradient_norm, (unsigned long long)m->target_tokens,
           (double)m->target_tokens / m->seconds, m->seconds - communication - data,
           communication, data, m->check_seconds, (unsigned long long)m->skipped,
           (double)m->peak_memory / 1e6);
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

static lk_status take_scores(lk_run *run, const char *rows) {
  unsigned long long step, correct;
  for (; rows && sscanf(rows, "%llu,%llu", &step, &correct) == 2;
       rows = strchr(rows, '\n') + 1)
    LK_TRY(take_score(run, step, correct));
  return LK_OK;
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
  char path[PATH_MAX], start[32], *text = NULL;
  size_t size;
  lk_run_path(run, probe_table.name, path);
  if (access(path, R_OK) || lk_file_read(path, &text, &size) != LK_OK) return 0;
  snprintf(start, sizeof start, "\n%llu,", (unsigned long long)step);
  int found = strstr(text, start) != NULL;
  lk_free(text);
  return found;
}

static lk_status begin_dev(lk_run *run, uint64_t step) {
  char *kept = NULL;
  lk_status status = begin_table(run, &run->dev, step, &kept);
  if (status == LK_OK && kept) status = take_scores(run, strchr(kept, '\n') + 1);
  lk_free(kept);
  return status;
}

static lk_status begin_plain(const lk_run *run, lk_run_table *table, uint64_t step) {
  char *kept = NULL;
  lk_status status = begin_table(run, table, step, &kept);
  lk_free(kept);
  return status;
}

lk_status lk_run_begin_tables(lk_run *run, uint64_t step) {
  run->metrics = metrics_table;
  run->dev = dev_table;
  run->probe = probe_table;
  LK_TRY(begin_plain(run, &run->metrics, step));
  if (*run->config->probe_config) return begin_plain(run, &run->probe, step);
  return *run->config->dev ? begin_dev(run, step) : LK_OK;
}

void lk_run_close_tables(lk_run *run) {
  if (run->metrics.file >= 0) close(run->metrics.file);
  if (run->dev.file >= 0) close(run->dev.file);
  if (run->probe.file >= 0) close(run->probe.file);
}
