#include "run/table.h"
#include "lockstep/file.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char probe[] = ", probe ";

/* An earlier table. */
typedef struct {
  char *text; /* owned; NULL: there is none, or it cannot be read */
  size_t size;
  lk_table_scan scan;
} earlier;

/* Earlier versions wrote nothing of a probe: what they began goes on. */
static int is_of(const lk_run *run, const char *text) {
  const char *recipe = strstr(text, probe);
  return !strncmp(text, run->dev_sha256.hex, strlen(run->dev_sha256.hex)) &&
         (!recipe || !strncmp(recipe + sizeof probe - 1, run->probe_sha256.hex,
                              strlen(run->probe_sha256.hex)));
}

int lk_run_table_compare_questions(const lk_run *run, const lk_run_table *table) {
  char path[PATH_MAX], *text = NULL;
  size_t size;
  int outcome = 0;
  if (!table->questions) return 0;
  lk_run_path(run, table->questions, path);
  if (!lk_file_is_plain(path) || lk_file_read(path, &text, &size) != LK_OK) return 0;
  if (strspn(text, "0123456789abcdef") == strlen(run->dev_sha256.hex))
    outcome = is_of(run, text) ? 1 : -1;
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
  if (!*out->scan.fault && out->scan.all && lk_run_table_compare_questions(run, table) < 0)
    snprintf(out->scan.fault, sizeof out->scan.fault, "%s",
             *run->config->probe_config ? "it is of other dev questions or another probe"
                                        : "it is of other dev questions");
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
  char path[PATH_MAX], text[256];
  const char *recipe = run->probe_sha256.hex;
  if (!table->questions) return LK_OK;
  lk_run_path(run, table->questions, path);
  if (!lk_file_is_plain(path) && !access(path, F_OK))
    LK_TRY(lk_run_set_aside_file(run, table->questions, "it is no file of this run"));
  int length =
      snprintf(text, sizeof text, "%s  %llu questions%s%s\n", run->dev_sha256.hex,
               (unsigned long long)run->dev_questions, *recipe ? probe : "", recipe);
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

lk_status lk_run_table_begin(const lk_run *run, lk_run_table *table, uint64_t step) {
  earlier old;
  assert(table->file < 0);
  lk_status status = read_earlier(run, table, step, &old);
  if (status == LK_OK) status = judge(run, table, step, &old);
  if (status == LK_OK) status = write_questions(run, table);
  if (status == LK_OK) status = write_table(run, table, &old);
  lk_free(old.text);
  return status;
}

lk_status lk_run_table_look(const lk_run *run, const lk_run_table *table, uint64_t step,
                            lk_table_scan *scan) {
  earlier old;
  lk_status status = read_earlier(run, table, step, &old);
  *scan = old.scan;
  lk_free(old.text);
  return status;
}

lk_status lk_run_append(const lk_run *run, const char *name, int file, const char *bytes,
                        size_t size) {
  assert(file >= 0);
  int reason = lk_file_append(file, bytes, size);
  if (!reason) return LK_OK;
  return lk_fail(LK_IO, "%s/%s: cannot write: %s", run->folder, name, strerror(reason));
}

lk_status lk_run_table_append(const lk_run *run, const lk_run_table *table,
                              const char *row) {
  return lk_run_append(run, table->name, table->file, row, strlen(row));
}

void lk_run_table_close(lk_run_table *table) {
  if (table->file >= 0) close(table->file);
  table->file = -1;
}
