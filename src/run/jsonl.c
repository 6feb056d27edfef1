/* metrics.jsonl: the rows of metrics.csv and of scores, an object a line, for programs that
 * gather the metrics of many runs. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "run/sink.h"
#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char name[] = "metrics.jsonl";
static const char start[] = "{\"step\":"; /* of every line */

enum { ROOM = 2048 };

typedef struct {
  const lk_run *run;
  int file;
} jsonl;

/* Bytes of the lines up to `step`; *odd where a line is not as this file writes them. */
static size_t kept_of(const char *text, uint64_t step, int *odd) {
  const char *line = text;
  for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
    *odd = strncmp(line, start, sizeof start - 1) != 0;
    if (*odd || strtoull(line + sizeof start - 1, NULL, 10) > step) break;
  }
  return (size_t)(line - text);
}

/* What a run that goes on after `step` has of it; at step 0 it is of an earlier run. */
static lk_status go_on(const lk_run *run, const char *path, uint64_t step) {
  char *text;
  size_t size;
  int odd = 0;
  if (access(path, F_OK)) return LK_OK;
  if (!lk_file_is_plain(path) || step == 0)
    return lk_run_set_aside_file(run, name, "it is no file of this run");
  LK_TRY(lk_file_read(path, &text, &size));
  size_t kept = kept_of(text, step, &odd);
  assert(kept <= size);
  lk_status status = odd ? lk_run_set_aside_file(run, name, "a line is none of ours")
                     : kept < size ? lk_file_replace(path, text, kept)
                                   : LK_OK;
  lk_free(text);
  return status;
}

static lk_status begin(void **state, const lk_run *run, uint64_t step) {
  char path[PATH_MAX];
  const char *reason;
  jsonl *j;
  if (!run->config->jsonl) return LK_OK;
  LK_TRY(LK_NEW(j, 1));
  *j = (jsonl){run, -1};
  *state = j;
  lk_run_path(run, name, path);
  LK_TRY(go_on(run, path, step));
  j->file = lk_file_open(path, O_WRONLY | O_APPEND | O_CREAT, &reason);
  return j->file < 0 ? lk_fail(LK_IO, "%s: cannot open: %s", path, reason) : LK_OK;
}

static lk_status append(const jsonl *j, char row[ROOM], size_t length) {
  assert(length + 3 < ROOM);
  memcpy(row + length, "}\n", 2);
  return lk_run_append(j->run, name, j->file, row, length + 2);
}

/* Numbers that JSON has no word for, and columns that this row has no value of, are left
 * out. */
static lk_status add_row(void *state, const lk_metrics *metrics) {
  const lk_metric *column;
  char row[ROOM];
  size_t length = 0;
  for (int i = 0; (column = lk_metric_at(i)); i++) {
    char value[64];
    if (!isfinite(column->value(metrics))) continue;
    snprintf(value, sizeof value, column->format, column->value(metrics));
    length += (size_t)snprintf(row + length, ROOM - length, "%s\"%s\":%s", i ? "," : "{",
                               column->name, value);
  }
  return append(state, row, length);
}

static lk_status add_score(void *state, const lk_score *score) {
  char row[ROOM];
  const char *of = score->by_probe ? "probe" : "dev";
  int length =
      snprintf(row, sizeof row, "%s%llu,\"%s_correct\":%llu,\"%s_questions\":%llu", start,
               (unsigned long long)score->step, of, (unsigned long long)score->correct, of,
               (unsigned long long)score->questions);
  return append(state, row, (size_t)length);
}

static void end(void *state) {
  jsonl *j = state;
  if (j->file >= 0) close(j->file);
  lk_free(j);
}

const lk_run_sink lk_jsonl_sink = {begin, add_row, add_score, NULL, NULL, end};
