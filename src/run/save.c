/* Writing checkpoints, and which of them stay. */
#include "lockstep/file.h"
#include "run/directory.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void lk_run_link_path(const lk_run *run, const char *name, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/checkpoints/%s", run->folder, name);
}

void lk_run_checkpoint_file(const lk_run *run, uint64_t step, char path[PATH_MAX]) {
  char name[LK_RUN_NAME];
  lk_run_name(step, name);
  lk_run_link_path(run, name, path);
}

/* A copy of a run directory may have files where there were links. */
static lk_status make_way_for_link(const lk_run *run, const char *link) {
  char path[PATH_MAX], name[LK_RUN_NAME];
  struct stat facts;
  lk_run_link_path(run, link, path);
  if (lstat(path, &facts) || S_ISLNK(facts.st_mode)) return LK_OK;
  snprintf(name, sizeof name, "checkpoints/%s", link);
  return lk_run_set_aside_file(run, name, "it is no link");
}

uint64_t lk_run_led_to(const lk_run *run, const char *link) {
  char path[PATH_MAX], name[LK_RUN_NAME], target[LK_RUN_NAME] = "";
  unsigned long long step = 0;
  lk_run_link_path(run, link, path);
  if (readlink(path, target, sizeof target - 1) < 0) return 0;
  sscanf(target, "step-%llu", &step);
  lk_run_name(step, name);
  return strcmp(target, name) ? 0 : step;
}

uint64_t lk_run_best(const lk_run *run) {
  return lk_run_led_to(run, "best");
}

lk_status lk_run_point(const lk_run *run, const char *link, uint64_t step) {
  char name[LK_RUN_NAME], path[PATH_MAX], place[PATH_MAX];
  lk_run_name(step, name);
  lk_run_link_path(run, name, path);
  lk_run_link_path(run, link, place);
  if (access(path, F_OK)) return LK_OK;
  LK_TRY(make_way_for_link(run, link));
  return lk_file_link(place, name);
}

/* What has the name of the checkpoint to be written, and is not that, is not lost to it. */
lk_status lk_run_make_way(const lk_run *run, uint64_t step) {
  char folder[PATH_MAX], path[PATH_MAX];
  struct stat facts;
  lk_checkpoint *there = NULL;
  lk_run_verdict verdict = LK_RUN_FOREIGN;
  lk_run_path(run, "checkpoints", folder);
  lk_run_checkpoint_file(run, step, path);
  if (lstat(path, &facts)) return LK_OK;
  if (!stat(path, &facts) && S_ISREG(facts.st_mode) &&
      lk_run_judge(folder, step, &there, &verdict) != LK_OK)
    return lk_fail(LK_IO, "%s", lk_message());
  lk_checkpoint_free(there);
  if (verdict == LK_RUN_GOOD) return LK_OK;
  return lk_run_set_aside(folder, step, verdict == LK_RUN_DAMAGED ? "damaged" : "other");
}

/* Kept for good: every keep_every-th step, the best, and what this start went on from. */
static int is_kept(const lk_run *run, uint64_t step) {
  char path[PATH_MAX];
  uint64_t every = run->config->keep_every;
  struct stat facts;
  if (lk_run_best(run) == step) return 1;
  lk_run_checkpoint_file(run, step, path);
  if (!stat(path, &facts) && facts.st_dev == run->origin_device &&
      facts.st_ino == run->origin_file)
    return 1;
  return every && step % every == 0;
}

/* What was read once is not read again at every checkpoint. */
static lk_status remember(lk_run *run, uint64_t step, lk_run_verdict verdict) {
  if (run->known_count == run->known_room) {
    size_t room = 2 * run->known_room + 16;
    lk_run_known *more;
    LK_TRY(LK_NEW(more, room));
    if (run->known) memcpy(more, run->known, run->known_count * sizeof *more);
    lk_free(run->known);
    run->known = more;
    run->known_room = room;
  }
  run->known[run->known_count++] = (lk_run_known){step, verdict};
  return LK_OK;
}

/* Of a file that this process neither wrote nor read yet, it finds out. */
static lk_status verdict_of(lk_run *run, const char *folder, uint64_t step,
                            lk_run_verdict *verdict) {
  lk_checkpoint *checkpoint = NULL;
  for (size_t i = run->known_count; i-- > 0;)
    if (run->known[i].step == step) {
      *verdict = run->known[i].verdict;
      return LK_OK;
    }
  LK_TRY(lk_run_judge(folder, step, &checkpoint, verdict));
  lk_checkpoint_free(checkpoint);
  if (*verdict != LK_RUN_GOOD) lk_say("%s", lk_message());
  return *verdict == LK_RUN_DAMAGED ? lk_run_set_aside(folder, step, "damaged")
                                    : remember(run, step, *verdict);
}

/* Later ones than the one just written are left: a run that went back writes them anew. */
static lk_status remove_old(lk_run *run, const lk_run_list *list, const char *folder,
                            uint64_t written) {
  uint64_t good = 0;
  for (int i = 0; i < list->count; i++) {
    lk_run_verdict verdict;
    char path[PATH_MAX];
    if (list->steps[i] > written || is_kept(run, list->steps[i])) continue;
    LK_TRY(verdict_of(run, folder, list->steps[i], &verdict));
    if (verdict != LK_RUN_GOOD || good++ < run->config->keep_last) continue;
    lk_run_checkpoint_file(run, list->steps[i], path);
    unlink(path);
  }
  return LK_OK;
}

/* That old ones cannot be removed is no reason to stop: they only take room. */
static void keep_last(lk_run *run, uint64_t written) {
  char folder[PATH_MAX];
  lk_run_list list;
  if (run->config->keep_last == 0) return;
  lk_run_path(run, "checkpoints", folder);
  lk_status status = lk_run_list_read(&list, folder, 0);
  if (status == LK_OK) status = remember(run, written, LK_RUN_GOOD);
  if (status == LK_OK) status = remove_old(run, &list, folder, written);
  if (status != LK_OK) lk_say("%s; old checkpoints stay", lk_message());
  lk_run_list_clear(&list);
}

lk_status lk_run_settle(lk_run *run, uint64_t step) {
  LK_TRY(lk_run_point(run, "latest", step));
  keep_last(run, step);
  return LK_OK;
}

lk_status lk_run_save(lk_run *run, const lk_checkpoint *checkpoint) {
  char path[PATH_MAX];
  uint64_t step = checkpoint->info.step;
  lk_run_checkpoint_file(run, step, path);
  LK_TRY(lk_run_make_way(run, step));
  LK_TRY(lk_checkpoint_write(path, checkpoint));
  return lk_run_settle(run, step);
}
