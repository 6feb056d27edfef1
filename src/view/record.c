#include "lockstep/record.h"
#include "lockstep/batching.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "view/history.h"
#include "view/own_file.h"
#include "view/ranks.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRESH = 60 /* seconds */, RECENT = 100 /* steps */ };

#define MOST_STEPS 0x1p48 /* that a config takes; files may say anything */

static void path_of(const lk_record *record, const char *name, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/%s", record->folder, name);
}

static lk_status check_folder(const char *folder) {
  struct stat facts;
  if (stat(folder, &facts))
    return lk_fail(LK_NO_INPUT, "%s: no run there: %s", folder, strerror(errno));
  return S_ISDIR(facts.st_mode)
             ? LK_OK
             : lk_fail(LK_NO_INPUT, "%s: no run directory, but a file", folder);
}

/* One of a version with other keys is shown as it is. */
static void read_config(lk_record *record, const char *path, size_t size) {
  const lk_config_source source = {path, record->config_text, size};
  if (size && lk_config_parse(&record->config, &source, 0, NULL) != LK_OK)
    record->config = NULL;
}

static lk_status read_texts(lk_record *record) {
  char path[PATH_MAX];
  size_t size;
  path_of(record, "history.txt", path);
  LK_TRY(lk_own_file_read(path, &record->history, &size));
  LK_TRY(lk_record_split_history(record));
  path_of(record, "samples.txt", path);
  LK_TRY(lk_own_file_read(path, &record->samples, &size));
  path_of(record, "config.yaml", path);
  LK_TRY(lk_own_file_read(path, &record->config_text, &size));
  read_config(record, path, size);
  return LK_OK;
}

static lk_status read_tables(lk_record *record) {
  char path[PATH_MAX];
  struct stat facts;
  path_of(record, "dev.csv", path);
  LK_TRY(lk_columns_read(&record->dev, path));
  path_of(record, "probe.csv", path);
  LK_TRY(lk_columns_read(&record->probe, path));
  path_of(record, "ranks.csv", path);
  LK_TRY(lk_record_read_ranks(record, path));
  path_of(record, "metrics.csv", path);
  if (!lstat(path, &facts)) record->changed = facts.st_mtime;
  return lk_columns_read(&record->metrics, path);
}

/* Nonzero where a process has the run locked; closing the file would give back a lock of
 * this process' own. */
static int is_locked(const lk_record *record) {
  char path[PATH_MAX];
  const char *reason;
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  path_of(record, "lock", path);
  int file = lk_file_open(path, O_RDONLY, &reason);
  if (file < 0) return 0;
  int locked = !fcntl(file, F_GETLK, &whole) && whole.l_type != F_UNLCK;
  close(file);
  return locked;
}

static lk_record_state judge(const lk_record *record, int own) {
  lk_record_state end = lk_record_last_end(record);
  if (!own && is_locked(record)) return LK_RECORD_RUNNING;
  if (!record->note_count && !record->metrics.rows) return LK_RECORD_EMPTY;
  if (!record->note_count) return LK_RECORD_UNKNOWN;
  if (own || end != LK_RECORD_RUNNING) return end;
  return time(NULL) - record->changed < FRESH ? LK_RECORD_RUNNING : LK_RECORD_BROKEN;
}

double lk_record_seconds(const lk_columns *m, size_t row) {
  static const char *const parts[] = {"compute_seconds", "communication_seconds",
                                      "data_seconds", "replica_check_seconds"};
  double sum = 0;
  assert(row < m->rows);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    int column = lk_columns_find(m, parts[i]);
    if (column >= 0) sum += lk_columns_at(m, row, column);
  }
  return sum;
}

static void find_progress(lk_record *record) {
  const lk_columns *m = &record->metrics;
  size_t count = m->rows < RECENT ? m->rows : RECENT;
  record->steps = lk_record_last_steps(record);
  if (!m->rows) return;
  double step = lk_columns_newest(m, "step");
  if (step > 0 && step < 1e15) record->step = step; /* as many as a config has */
  for (size_t i = m->rows - count; i < m->rows; i++)
    record->step_seconds += lk_record_seconds(m, i) / (double)count;
}

lk_status lk_record_read(lk_record *out, const char *folder, int own) {
  memset(out, 0, sizeof *out);
  LK_TRY(check_folder(folder));
  LK_TRY(lk_copy_text(&out->folder, folder));
  for (size_t end = strlen(folder); end > 1 && folder[end - 1] == '/'; end--)
    out->folder[end - 1] = '\0';
  LK_TRY(lk_record_name(out));
  LK_TRY(read_texts(out));
  LK_TRY(read_tables(out));
  find_progress(out);
  out->state = judge(out, own);
  assert(out->notes && out->samples && out->config_text);
  return LK_OK;
}

/* Nonzero for a run that has not written its config: a start does so once it has read its
 * data, long after a folder for checkpoints and its lock, which not every file system
 * shows. A folder of copies has both, too, but nothing else than checkpoints. */
static int has_begun(const lk_record *record) {
  char path[PATH_MAX], *holder = NULL;
  struct stat facts;
  size_t size;
  path_of(record, "checkpoints", path);
  if (stat(path, &facts) || !S_ISDIR(facts.st_mode)) return 0;
  path_of(record, "checkpoints/latest", path);
  if (!lstat(path, &facts)) return 0;
  path_of(record, "lock", path);
  if (!lk_file_is_plain(path) || lk_own_file_read(path, &holder, &size) != LK_OK) return 0;
  int is_ours = !size || !strncmp(holder, "process ", strlen("process "));
  lk_free(holder);
  return is_ours;
}

lk_status lk_record_read_run(lk_record *out, const char *folder, int begins) {
  LK_TRY(lk_record_read(out, folder, 0));
  if (*out->config_text || out->note_count || out->metrics.rows) return LK_OK;
  if (begins && has_begun(out)) return LK_OK;
  return lk_fail(LK_NO_INPUT,
                 "%s: is no run directory: it has no config.yaml; name what `run` was",
                 folder);
}

lk_status lk_record_make_unreadable(lk_record *record, const char *folder) {
  lk_record_clear(record);
  record->state = LK_RECORD_UNREADABLE;
  LK_TRY(lk_copy_text(&record->folder, folder));
  return lk_record_name(record);
}

void lk_record_clear(lk_record *record) {
  lk_free(record->folder);
  lk_free(record->path);
  lk_free(record->config_text);
  lk_config_free(record->config);
  lk_columns_clear(&record->metrics);
  lk_columns_clear(&record->dev);
  lk_columns_clear(&record->probe);
  lk_free(record->history);
  lk_free(record->notes);
  lk_free(record->ranks);
  lk_free(record->samples);
  memset(record, 0, sizeof *record);
}

const char *lk_record_state_name(lk_record_state state) {
  static const char *const names[] = {"not started",       "running",       "complete",
                                      "stopped",           "failed",        "broken off",
                                      "without a history", "cannot be read"};
  assert(state <= LK_RECORD_UNREADABLE);
  return names[state];
}

/* Of the plan, that the first so many steps take. */
static double batches_of(const lk_record *record, double steps) {
  if (!record->config || !(steps < MOST_STEPS)) return steps;
  const lk_batching batching = lk_batching_of(record->config);
  return (double)lk_batching_batches(&batching, (uint64_t)steps);
}

double lk_record_left(const lk_record *record) {
  double step = record->step, steps = record->steps;
  if (record->state != LK_RECORD_RUNNING || !(step >= 1 && steps > step)) return 0;
  double newest = batches_of(record, step) - batches_of(record, step - 1);
  double left = batches_of(record, steps) - batches_of(record, step);
  return left / newest * record->step_seconds;
}

/* `questions` in dev.csv, `count` in probe.csv. */
int lk_record_score(const lk_columns *scores, size_t row, double *right, double *of) {
  int questions = lk_columns_find(scores, "questions");
  if (questions < 0) questions = lk_columns_find(scores, "count");
  *right = lk_columns_at(scores, row, lk_columns_find(scores, "correct"));
  *of = lk_columns_at(scores, row, questions);
  return *right >= 0 && *of >= 1 && *right <= *of && isfinite(*of);
}

double lk_record_best(const lk_record *record) {
  const lk_columns *scores = record->dev.rows ? &record->dev : &record->probe;
  double best = NAN, right, of;
  for (size_t i = 0; i < scores->rows; i++)
    if (lk_record_score(scores, i, &right, &of)) best = fmax(best, 100 * right / of);
  return best;
}
