/* tensorboard/events.out.tfevents.TIME.HOST: a file a start. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "run/sink.h"
#include "run/tfevents.h"
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char folder[] = "tensorboard";
static const char prefix[] = "events.out.tfevents.";

enum { MOST_SCALARS = 32 };

typedef struct {
  const lk_run *run;
  char name[200]; /* of the file, in the run */
  int file;
  lk_tfevents records;
} tensorboard;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int lk_run_is_events(const char *name) {
  return !strncmp(name, prefix, sizeof prefix - 1);
}

static int is_event_file(const struct dirent *entry) {
  return lk_run_is_events(entry->d_name);
}

/* Cuts off what a crash undid, and what is torn. */
static lk_status cut(const char *path, uint64_t step) {
  char *bytes;
  size_t size;
  if (!lk_file_is_plain(path)) return LK_OK;
  LK_TRY(lk_file_read(path, &bytes, &size));
  size_t kept = lk_tfevents_kept(bytes, size, step);
  lk_status status = kept < size ? lk_file_replace(path, bytes, kept) : LK_OK;
  lk_free(bytes);
  return status;
}

static lk_status cut_all(const char *path, uint64_t step) {
  struct dirent **list = NULL;
  char file[PATH_MAX];
  lk_run_remove_left_over(path);
  int count = scandir(path, &list, is_event_file, NULL);
  lk_status status = LK_OK;
  for (int i = 0; i < count; i++) {
    int length = snprintf(file, sizeof file, "%s/%s", path, list[i]->d_name);
    if (status == LK_OK && length < PATH_MAX) status = cut(file, step);
    free(list[i]);
  }
  free(list);
  return status;
}

/* What is there is this run's, unless nothing is trained yet. */
static lk_status go_on(const lk_run *run, uint64_t step) {
  char path[PATH_MAX];
  struct stat facts;
  lk_run_path(run, folder, path);
  int there = !lstat(path, &facts);
  if (there && (!S_ISDIR(facts.st_mode) || step == 0))
    LK_TRY(lk_run_set_aside_file(run, folder, "it is of an earlier run"));
  else if (there)
    LK_TRY(cut_all(path, step));
  return lk_folder_create(path);
}

static lk_status open_file(tensorboard *t, uint64_t step) {
  char path[PATH_MAX], host[100] = "";
  const char *reason;
  gethostname(host, sizeof host - 1);
  snprintf(t->name, sizeof t->name, "%s/%s%010lld.%s.%llu", folder, prefix,
           (long long)time(NULL), host, (unsigned long long)step);
  lk_run_path(t->run, t->name, path);
  t->file = lk_file_open(path, O_WRONLY | O_APPEND | O_CREAT, &reason);
  return t->file < 0 ? lk_fail(LK_IO, "%s: cannot open: %s", path, reason) : LK_OK;
}

/* `status` is that of the records' making. */
static lk_status flush(tensorboard *t, lk_status status) {
  assert(t->file >= 0);
  if (status == LK_OK)
    status = lk_run_append(t->run, t->name, t->file, t->records.bytes, t->records.size);
  t->records.size = 0;
  return status;
}

/* Indented, for Markdown to leave it alone. The caller owns *out. */
static lk_status indent(const char *text, char **out) {
  size_t lines = 1;
  for (const char *at = text; *at; at++)
    lines += *at == '\n';
  LK_TRY(LK_NEW(*out, strlen(text) + 4 * lines + 1));
  char *to = stpcpy(*out, "    ");
  for (; *text; text++) {
    *to++ = *text;
    if (*text == '\n' && text[1]) to = stpcpy(to, "    ");
  }
  return LK_OK;
}

static lk_status add_text(tensorboard *t, uint64_t step, const char *tag,
                          const char *text) {
  char *indented;
  LK_TRY(indent(text, &indented));
  lk_status status = lk_tfevents_text(&t->records, now(), step, tag, indented);
  lk_free(indented);
  return status;
}

static lk_status begin_records(tensorboard *t, uint64_t step) {
  char *yaml;
  LK_TRY(lk_tfevents_version(&t->records, now()));
  if (step) LK_TRY(lk_tfevents_start(&t->records, now(), step + 1));
  LK_TRY(lk_config_emit(t->run->config, &yaml));
  lk_status status = add_text(t, step, "config", yaml);
  lk_free(yaml);
  return status;
}

static lk_status begin(void **state, const lk_run *run, uint64_t step) {
  tensorboard *t;
  if (!run->config->tensorboard) return LK_OK;
  LK_TRY(LK_NEW(t, 1));
  t->run = run;
  t->file = -1;
  *state = t;
  LK_TRY(go_on(run, step));
  LK_TRY(open_file(t, step));
  return flush(t, begin_records(t, step));
}

static lk_status add_row(void *state, const lk_metrics *metrics) {
  tensorboard *t = state;
  lk_scalar scalars[MOST_SCALARS];
  const lk_metric *column;
  int count = 0;
  for (int i = 1; (column = lk_metric_at(i)); i++) {
    double value = column->value(metrics);
    assert(count < MOST_SCALARS);
    if (column->of_held_out && isnan(value)) continue;
    scalars[count++] = (lk_scalar){column->name, (float)value};
  }
  return flush(t, lk_tfevents_scalars(&t->records, now(), metrics->step, scalars, count));
}

static lk_status add_score(void *state, const lk_score *score) {
  tensorboard *t = state;
  const lk_scalar share = {score->by_probe ? "probe" : "dev",
                           (float)((double)score->correct / (double)score->questions)};
  return flush(t, lk_tfevents_scalars(&t->records, now(), score->step, &share, 1));
}

static lk_status add_samples(void *state, uint64_t step, const char *texts) {
  tensorboard *t = state;
  return flush(t, add_text(t, step, "samples", texts));
}

static lk_status add_histograms(void *state, uint64_t step, const lk_named_histogram *list,
                                int count) {
  tensorboard *t = state;
  return flush(t, lk_tfevents_histograms(&t->records, now(), step, list, count));
}

static void end(void *state) {
  tensorboard *t = state;
  if (t->file >= 0) close(t->file);
  lk_free(t->records.bytes);
  lk_free(t);
}

const lk_run_sink lk_tensorboard_sink = {begin,       add_row,        add_score,
                                         add_samples, add_histograms, end};
