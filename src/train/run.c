#include "lockstep/file.h"
#include "train/run_directory.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void lk_run_path(const lk_run *run, const char *name, char path[PATH_MAX]) {
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
  lk_run_path(run, "lock", path);
  run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (run->lock < 0)
    return lk_fail(LK_IO,
                   "%s: cannot write in the run directory: %s; choose another run=", path,
                   strerror(errno));
  if (fcntl(run->lock, F_SETLK, &whole)) {
    if (errno == EACCES || errno == EAGAIN) return report_holder(run, run->lock);
    lk_say("%s: this file system has no locks (%s): make sure that no other "
           "job uses this run directory",
           path, strerror(errno));
  }
  gethostname(host, sizeof host - 1);
  int length = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
  if (ftruncate(run->lock, 0) || pwrite(run->lock, text, (size_t)length, 0) != length)
    return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(errno));
  return LK_OK;
}

/* Temporary files of writers that were killed; whoever holds the lock may remove them. */
static int is_left_over(const struct dirent *entry) {
  static const char *const ours[] = {"step-", "metrics.csv", "config.yaml", "dev.csv",
                                     "probe.csv"};
  if (!strstr(entry->d_name, ".tmp-")) return 0;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (!strncmp(entry->d_name, ours[i], strlen(ours[i]))) return 1;
  return 0;
}

/* Nothing is lost when it fails. */
static void remove_left_over(const char *folder) {
  struct dirent **list = NULL;
  int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int count = scandir(folder, &list, is_left_over, NULL);
  for (int i = 0; i < count; i++) {
    unlinkat(descriptor, list[i]->d_name, 0);
    free(list[i]);
  }
  if (count >= 0) free(list);
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
  run->lock = run->metrics.file = run->dev.file = run->probe.file = -1;
  if ((size_t)snprintf(run->folder, sizeof run->folder, "%s", config->run) >=
      sizeof run->folder) {
    lk_run_close(run);
    return lk_fail(LK_USAGE, "run: the path is too long");
  }
  lk_run_path(run, "checkpoints", checkpoints);
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
  lk_run_close_tables(run);
  if (run->lock >= 0) close(run->lock);
  lk_free(run->known);
  lk_free(run);
}

lk_status lk_run_begin(lk_run *run, uint64_t step) {
  char path[PATH_MAX], *yaml = NULL;
  lk_run_path(run, "config.yaml", path);
  LK_TRY(lk_config_emit(run->config, &yaml));
  lk_status status = lk_file_replace(path, yaml, strlen(yaml));
  lk_free(yaml);
  LK_TRY(status);
  return lk_run_begin_tables(run, step);
}
