#include "lockstep/run.h"
#include "lockstep/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lk_run {
  const lk_config *config;     /* not owned */
  int lock;                    /* descriptor */
  int metrics;                 /* descriptor */
  char folder[PATH_MAX - 300]; /* room for the names inside it */
  char checkpoint[PATH_MAX];
};

/* Path of a file of the run; the folder's length is checked once, in lk_run_open. */
static void path_of(const lk_run *run, const char *name, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/%s", run->folder, name);
}

/* Says who holds the lock: the holder wrote its host and process number into the file. */
static lk_status report_holder(const lk_run *run, int lock) {
  char holder[300] = "";
  if (pread(lock, holder, sizeof holder - 1, 0) <= 0)
    snprintf(holder, sizeof holder, "unknown");
  holder[strcspn(holder, "\n")] = '\0';
  return lk_fail(
      LK_USAGE,
      "%s: the run directory is in use by %s; stop that run or choose another run=",
      run->folder, holder);
}

/* A lock of the kernel's: it ends with its process, however that ends. */
static lk_status take_lock(lk_run *run) {
  char path[PATH_MAX], host[256] = "", text[300];
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  path_of(run, "lock", path);
  run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (run->lock < 0)
    return lk_fail(LK_IO,
                   "%s: cannot write in the run directory: %s; choose another run=", path,
                   strerror(errno));
  if (fcntl(run->lock, F_SETLK, &whole)) {
    if (errno == EACCES || errno == EAGAIN) return report_holder(run, run->lock);
    fprintf(stderr,
            "lockstep: %s: this file system has no locks (%s): make sure that no other "
            "job uses this run directory\n",
            path, strerror(errno));
  }
  gethostname(host, sizeof host - 1);
  int length = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
  if (ftruncate(run->lock, 0) || pwrite(run->lock, text, (size_t)length, 0) != length)
    return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(errno));
  return LK_OK;
}

/* step-NNNNNN.h5 gives the step, anything else -1. */
static long long step_of_name(const char *name) {
  long long step;
  int end = 0;
  if (sscanf(name, "step-%lld.h5%n", &step, &end) != 1 || end == 0 || name[end]) return -1;
  return step;
}

static int is_checkpoint(const struct dirent *entry) {
  return step_of_name(entry->d_name) >= 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b) {
  long long left = step_of_name((*a)->d_name), right = step_of_name((*b)->d_name);
  return (left < right) - (left > right);
}

/* All checkpoints of the run, newest first; freed by free_list. */
static lk_status list_checkpoints(const lk_run *run, struct dirent ***list, int *count) {
  char folder[PATH_MAX];
  path_of(run, "checkpoints", folder);
  *count = scandir(folder, list, is_checkpoint, newest_first);
  if (*count < 0)
    return lk_fail(LK_NO_INPUT, "%s: cannot list: %s", folder, strerror(errno));
  return LK_OK;
}

/* Temporary files of writers that were killed; whoever holds the lock may remove them. */
static int is_left_over(const struct dirent *entry) {
  static const char *const ours[] = {"step-", "metrics.csv", "config.yaml", "dev.csv"};
  if (!strstr(entry->d_name, ".tmp-")) return 0;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (!strncmp(entry->d_name, ours[i], strlen(ours[i]))) return 1;
  return 0;
}

static void free_list(struct dirent **list, int count) {
  for (int i = 0; i < count; i++)
    free(list[i]);
  free(list);
}

static void checkpoint_path(const lk_run *run, const char *name, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/checkpoints/%s", run->folder, name);
}

/* Nothing is lost when it fails. */
static void remove_left_over(const char *folder) {
  struct dirent **list = NULL;
  int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int count = scandir(folder, &list, is_left_over, NULL);
  for (int i = 0; i < count; i++)
    unlinkat(descriptor, list[i]->d_name, 0);
  if (count >= 0) free_list(list, count);
  if (descriptor >= 0) close(descriptor);
}

lk_status lk_run_open(lk_run **out, const lk_config *config) {
  lk_run *run = NULL;
  lk_status status;
  char checkpoints[PATH_MAX];
  *out = NULL;
  if (!*config->run)
    return lk_fail(LK_USAGE,
                   "no run directory: set run=FOLDER, where checkpoints and metrics go");
  LK_TRY(LK_NEW(run, 1));
  run->config = config;
  run->lock = run->metrics = -1;
  if ((size_t)snprintf(run->folder, sizeof run->folder, "%s", config->run) >=
      sizeof run->folder) {
    lk_run_close(run);
    return lk_fail(LK_USAGE, "run: the path is too long");
  }
  path_of(run, "checkpoints", checkpoints);
  LK_TRY_OR(failed, lk_folder_create(checkpoints));
  LK_TRY_OR(failed, take_lock(run));
  remove_left_over(run->folder);
  remove_left_over(checkpoints);
  *out = run;
  return LK_OK;
failed:
  lk_run_close(run);
  return status;
}

void lk_run_close(lk_run *run) {
  if (!run) return;
  if (run->metrics >= 0) close(run->metrics);
  if (run->lock >= 0) close(run->lock);
  lk_free(run);
}

static lk_status newest_good(lk_run *run, struct dirent **list, int count,
                             lk_checkpoint **out) {
  for (int i = 0; i < count; i++) {
    checkpoint_path(run, list[i]->d_name, run->checkpoint);
    if (lk_checkpoint_read(out, run->checkpoint, 1) == LK_OK) return LK_OK;
    fprintf(stderr, "lockstep: skipping a bad checkpoint: %s\n", lk_message());
  }
  if (count == 0) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s/checkpoints: none of the %d checkpoints is good; move them away to start "
      "anew, or choose another run=",
      run->folder, count);
}

/* Going on with another config would be another run under the same name. */
static lk_status check_config(const lk_run *run, const lk_checkpoint *checkpoint) {
  char path[PATH_MAX], difference[300] = "";
  lk_config *before = NULL;
  lk_hash hash;
  LK_TRY(lk_config_hash(run->config, &hash));
  if (!strcmp(hash.hex, checkpoint->info.config_hash.hex)) return LK_OK;
  path_of(run, "config.yaml", path);
  if (lk_config_read(&before, path, 0, NULL) == LK_OK)
    lk_config_difference(run->config, before, difference, sizeof difference);
  lk_config_free(before);
  return lk_fail(
      LK_USAGE,
      "%s was made with another config (%s); choose another run=, or init=%s to start "
      "a new run from it",
      run->checkpoint, *difference ? difference : "of another run", run->checkpoint);
}

lk_status lk_run_find_checkpoint(lk_run *run, lk_checkpoint **out) {
  struct dirent **list = NULL;
  int count = 0;
  lk_status status = LK_OK;
  *out = NULL;
  if (strcmp(run->config->resume, "auto") && strcmp(run->config->resume, "never")) {
    snprintf(run->checkpoint, sizeof run->checkpoint, "%s", run->config->resume);
    LK_TRY(lk_checkpoint_read(out, run->checkpoint, 1));
  } else {
    LK_TRY(list_checkpoints(run, &list, &count));
    if (strcmp(run->config->resume, "never"))
      status = newest_good(run, list, count, out);
    else if (count > 0)
      status = lk_fail(
          LK_USAGE,
          "%s already holds checkpoints and resume is never; choose another run= or "
          "resume=auto",
          run->folder);
    free_list(list, count);
  }
  if (status == LK_OK && *out) status = check_config(run, *out);
  if (status != LK_OK) {
    lk_checkpoint_free(*out);
    *out = NULL;
  }
  return status;
}

const char *lk_run_checkpoint_path(const lk_run *run) {
  return run->checkpoint;
}

static const char metrics_header[] =
    "step,epoch,loss,learning_rate,gradient_norm,target_tokens,tokens_per_second,"
    "compute_seconds,communication_seconds,data_seconds,replica_check_seconds,"
    "skipped_updates,peak_memory_mb\n";

/* Length of the header and the rows up to `step` of an earlier metrics.csv; 0 when there is
 * none that can be gone on with. */
static size_t kept_length(const char *text, uint64_t step) {
  if (strncmp(text, metrics_header, sizeof metrics_header - 1)) return 0;
  const char *at = text + sizeof metrics_header - 1, *end;
  while ((end = strchr(at, '\n')) && strtoull(at, NULL, 10) <= step)
    at = end + 1;
  return (size_t)(at - text);
}

static lk_status begin_metrics(lk_run *run, uint64_t step) {
  char path[PATH_MAX], *text = NULL;
  size_t size = 0, kept = 0;
  path_of(run, "metrics.csv", path);
  if (step > 0 && lk_file_read(path, &text, &size) == LK_OK) kept = kept_length(text, step);
  lk_status status = kept ? lk_file_write(path, text, kept)
                          : lk_file_write(path, metrics_header, sizeof metrics_header - 1);
  lk_free(text);
  LK_TRY(status);
  run->metrics = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (run->metrics < 0) return lk_fail(LK_IO, "%s: cannot open: %s", path, strerror(errno));
  return LK_OK;
}

lk_status lk_run_begin(lk_run *run, uint64_t step) {
  char path[PATH_MAX], *yaml = NULL;
  path_of(run, "config.yaml", path);
  LK_TRY(lk_config_emit(run->config, &yaml));
  lk_status status = lk_file_write(path, yaml, strlen(yaml));
  lk_free(yaml);
  LK_TRY(status);
  return begin_metrics(run, step);
}

/* A row is written whole or not at all, so that a full disk leaves no half one behind. */
lk_status lk_run_log(lk_run *run, const lk_metrics *m) {
  char row[512];
  off_t before = lseek(run->metrics, 0, SEEK_END);
  int length = snprintf(
      row, sizeof row,
      "%llu,%.6f,%.17g,%.9g,%.9g,%llu,%.1f,%.6f,%.6f,%.6f,%.6f,%llu,%.1f\n",
      (unsigned long long)m->step, m->epoch, m->loss, m->learning_rate, m->gradient_norm,
      (unsigned long long)m->target_tokens, (double)m->target_tokens / m->seconds,
      m->compute_seconds, m->communication_seconds, m->data_seconds, m->check_seconds,
      (unsigned long long)m->skipped, (double)m->peak_memory / 1e6);
  errno = 0;
  if (before >= 0 && write(run->metrics, row, (size_t)length) == length) return LK_OK;
  int reason = errno ? errno : ENOSPC;
  if (ftruncate(run->metrics, before)) reason = errno;
  return lk_fail(LK_IO, "%s/metrics.csv: cannot write: %s", run->folder, strerror(reason));
}

/* A link is replaced by renaming a new one over it, so that there always is one. */
static lk_status point_latest(const lk_run *run, const char *name) {
  char link[PATH_MAX], fresh[PATH_MAX];
  path_of(run, "checkpoints/latest", link);
  path_of(run, "checkpoints/latest.tmp", fresh);
  unlink(fresh);
  if (symlink(name, fresh) || rename(fresh, link))
    return lk_fail(LK_IO, "%s: cannot make the link: %s", link, strerror(errno));
  return LK_OK;
}

/* Kept for good: every keep_every-th step. */
static int is_kept(const lk_run *run, const char *name) {
  uint64_t every = run->config->keep_every;
  return every && (uint64_t)step_of_name(name) % every == 0;
}

static lk_status remove_old(const lk_run *run) {
  struct dirent **list = NULL;
  int count = 0;
  uint64_t newest = 0;
  if (run->config->keep_last == 0) return LK_OK;
  LK_TRY(list_checkpoints(run, &list, &count));
  for (int i = 0; i < count; i++) {
    char path[PATH_MAX];
    if (is_kept(run, list[i]->d_name) || newest++ < run->config->keep_last) continue;
    checkpoint_path(run, list[i]->d_name, path);
    unlink(path);
  }
  free_list(list, count);
  return LK_OK;
}

lk_status lk_run_save(lk_run *run, const lk_checkpoint *checkpoint) {
  char name[64], path[PATH_MAX];
  snprintf(name, sizeof name, "step-%06llu.h5", (unsigned long long)checkpoint->info.step);
  checkpoint_path(run, name, path);
  LK_TRY(lk_checkpoint_write(path, checkpoint));
  LK_TRY(point_latest(run, name));
  return remove_old(run);
}
