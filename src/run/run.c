#include "lockstep/file.h"
#include "run/sink.h"
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
      "%s: the run directory is in use by %s; stop that run or choose another %s=",
      run->folder, holder, run->key);
}

static const char holder_start[] = "process ";

/* A file of the user's that happens to have this name is not emptied. */
static lk_status check_lock(const lk_run *run, const char *path) {
  char start[sizeof holder_start] = "";
  ssize_t length = pread(run->lock, start, sizeof start - 1, 0);
  if (length == 0 || (length > 0 && !strcmp(start, holder_start))) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: not a lock that lockstep wrote; move it away, or choose another %s=",
                 path, run->key);
}

/* A lock of the kernel's: it ends with its process, however that ends. */
static lk_status take_lock(lk_run *run) {
  char path[PATH_MAX], host[256] = "", text[300];
  const char *reason;
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  lk_run_path(run, "lock", path);
  run->lock = lk_file_open(path, O_RDWR | O_CREAT, &reason);
  if (run->lock < 0)
    return lk_fail(LK_IO,
                   "%s: cannot write in the run directory: %s; choose another %s=", path,
                   reason, run->key);
  if (fcntl(run->lock, F_SETLK, &whole)) {
    if (errno == EACCES || errno == EAGAIN) return report_holder(run, run->lock);
    lk_say("%s: this file system has no locks (%s): make sure that no other "
           "job uses this run directory",
           path, strerror(errno));
  }
  LK_TRY(check_lock(run, path));
  gethostname(host, sizeof host - 1);
  int length =
      snprintf(text, sizeof text, "%s%ld on %s\n", holder_start, (long)getpid(), host);
  if (ftruncate(run->lock, 0) || pwrite(run->lock, text, (size_t)length, 0) != length)
    return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(errno));
  return LK_OK;
}

/* A file that this directory may have, without the folder. */
static int is_name_of_ours(const char *name) {
  static const char *const ours[] = {
      "latest",      "best",        "metrics.csv",       "dev.csv",
      "probe.csv",   "config.yaml", "dev.csv.questions", "probe.csv.questions",
      "samples.txt", "report.html", "metrics.jsonl",     "ranks.csv"};
  int end = 0;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (!strcmp(name, ours[i])) return 1;
  sscanf(name, "step-%*[0-9].h5%n", &end);
  return (end > 0 && !name[end]) || lk_run_is_events(name);
}

/* Temporary files of writers that were killed; whoever holds the lock may remove them. */
static int is_left_over(const struct dirent *entry) {
  char name[NAME_MAX + 1];
  snprintf(name, sizeof name, "%s", entry->d_name);
  size_t stem = lk_draft_stem(name);
  if (!name[stem]) return 0;
  name[stem] = '\0';
  return is_name_of_ours(name);
}

/* Nothing is lost when it fails. What has such a name and is no file or link is none of
 * ours. */
void lk_run_remove_left_over(const char *folder) {
  struct dirent **list = NULL;
  char path[PATH_MAX];
  struct stat facts;
  int count = scandir(folder, &list, is_left_over, NULL);
  for (int i = 0; i < count; i++) {
    int length = snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
    int ours = length < PATH_MAX && !lstat(path, &facts) &&
               (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode));
    if (ours) unlink(path);
    free(list[i]);
  }
  free(list);
}

lk_status lk_run_check(const lk_config *config) {
  if (*config->run) return LK_OK;
  return lk_fail(LK_USAGE,
                 "no run directory: set run=FOLDER, where checkpoints and metrics go");
}

/* Of a folder that the config's `key` names. */
static lk_status make_run(lk_run **out, const lk_config *config, const char *key,
                          const char *folder) {
  lk_run *run = NULL;
  LK_TRY(LK_NEW(run, 1));
  run->config = config;
  run->key = key;
  run->lock = -1;
  if ((size_t)snprintf(run->folder, sizeof run->folder, "%s", folder) >=
      sizeof run->folder) {
    lk_run_close(run);
    return lk_fail(LK_USAGE, "%s: the path is too long", key);
  }
  *out = run;
  return LK_OK;
}

static lk_status open_folder(lk_run **out, const lk_config *config, const char *key,
                             const char *folder) {
  lk_run *run = NULL;
  lk_status status;
  char checkpoints[PATH_MAX];
  LK_TRY(make_run(&run, config, key, folder));
  lk_run_path(run, "checkpoints", checkpoints);
  LK_TRY_OR(failed, lk_folder_create(checkpoints));
  LK_TRY_OR(failed, take_lock(run));
  lk_run_remove_left_over(run->folder);
  lk_run_remove_left_over(checkpoints);
  *out = run;
  return LK_OK;
failed:
  lk_run_close(run);
  return status;
}

lk_status lk_run_open(lk_run **out, const lk_config *config) {
  *out = NULL;
  LK_TRY(lk_run_check(config));
  return open_folder(out, config, "run", config->run);
}

static const char copy_key[] = "checkpoint_copy";

/* Nonzero when the config there is of other numbers, or cannot be read: `how` says which.
 * What training starts from and cuts text with is no part of a config's difference. */
static int is_of_another(const lk_config *here, const char *path, char *how, int size) {
  lk_config *there = NULL;
  snprintf(how, (size_t)size, "which cannot be read");
  if (lk_config_read(&there, path, 0, NULL) != LK_OK) return 1;
  int differs = lk_config_difference(here, there, how, size);
  if (!differs && (differs = strcmp(here->init, there->init) != 0))
    snprintf(how, (size_t)size, "another init");
  if (!differs && (differs = strcmp(here->tokenizer, there->tokenizer) != 0))
    snprintf(how, (size_t)size, "another tokenizer");
  lk_config_free(there);
  return differs;
}

/* The checkpoints of another run are not copies that may be replaced. This run's own are:
 * the folder may have been its directory, when its first host was another. */
static lk_status refuse_run(const lk_config *config) {
  char path[PATH_MAX], how[300];
  int length = snprintf(path, sizeof path, "%s/config.yaml", config->checkpoint_copy);
  if (length >= (int)sizeof path || access(path, F_OK) ||
      !is_of_another(config, path, how, sizeof how))
    return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: checkpoint_copy=%s is the directory of another run, by its "
                 "config.yaml (%s); name a folder for the copies of this run alone",
                 lk_config_origin(config, copy_key), config->checkpoint_copy, how);
}

lk_status lk_run_open_copy(lk_run **out, const lk_config *config) {
  *out = NULL;
  LK_TRY(refuse_run(config));
  return open_folder(out, config, copy_key, config->checkpoint_copy);
}

lk_status lk_run_visit_copy(lk_run **out, const lk_config *config) {
  *out = NULL;
  return make_run(out, config, copy_key, config->checkpoint_copy);
}

void lk_run_close(lk_run *run) {
  if (!run) return;
  lk_sinks_end(run->sinks);
  if (run->lock >= 0) close(run->lock);
  lk_free(run->known);
  lk_free(run);
}

/* Nonzero when all lines are among those of `whole`, in their order. */
static int is_part(const char *lines, const char *whole) {
  while (*lines && *whole) {
    size_t size = strcspn(lines, "\n"), other = strcspn(whole, "\n");
    if (size == other && !strncmp(lines, whole, size))
      lines += size + (lines[size] == '\n');
    whole += other + (whole[other] == '\n');
  }
  return !*lines;
}

/* Nonzero when the file is what lockstep makes, or made, of the config that it holds, but
 * for keys that an earlier version did not have. */
static int is_emitted(const char *path) {
  char *bytes = NULL, *yaml = NULL, *untyped = NULL;
  lk_config *config = NULL;
  size_t size;
  int same = lk_file_read(path, &bytes, &size) == LK_OK &&
             lk_config_read(&config, path, 0, NULL) == LK_OK &&
             lk_config_emit(config, &yaml) == LK_OK &&
             lk_config_emit_untyped(config, &untyped) == LK_OK &&
             (is_part(bytes, yaml) || is_part(bytes, untyped));
  lk_config_free(config);
  lk_free(untyped);
  lk_free(yaml);
  lk_free(bytes);
  return same;
}

/* A config of the user's own may have the name of ours, in run=. */
static lk_status write_config(const lk_run *run) {
  char path[PATH_MAX], *yaml = NULL;
  struct stat facts;
  lk_run_path(run, "config.yaml", path);
  if (!lstat(path, &facts) && !(lk_file_is_plain(path) && is_emitted(path)))
    LK_TRY(lk_run_set_aside_file(run, "config.yaml", "not as lockstep writes it"));
  LK_TRY(lk_config_emit(run->config, &yaml));
  lk_status status = lk_file_replace(path, yaml, strlen(yaml));
  lk_free(yaml);
  return status;
}

lk_status lk_run_begin(lk_run *run, uint64_t step) {
  LK_TRY(write_config(run));
  LK_TRY(lk_run_begin_scores(run, step));
  LK_TRY(lk_run_begin_samples(run, step));
  return lk_sinks_begin(&run->sinks, run, step);
}

void lk_run_log(lk_run *run, const lk_metrics *metrics) {
  lk_sinks_row(run->sinks, metrics);
}

void lk_run_log_histograms(lk_run *run, uint64_t step, const lk_named_histogram *list,
                           int count) {
  lk_sinks_histograms(run->sinks, step, list, count);
}
