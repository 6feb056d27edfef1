/* Checkpoints that come and go as files, from one run directory to another. */
#include "lockstep/file.h"
#include "run/directory.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

lk_status lk_run_open_file(const lk_run *run, uint64_t step, int *descriptor,
                           uint64_t *size) {
  char path[PATH_MAX];
  const char *reason;
  struct stat facts;
  lk_run_checkpoint_file(run, step, path);
  *descriptor = lk_file_open(path, O_RDONLY, &reason);
  if (*descriptor < 0) return lk_fail(LK_NO_INPUT, "%s: cannot open: %s", path, reason);
  if (fstat(*descriptor, &facts)) {
    close(*descriptor);
    *descriptor = -1;
    return lk_fail(LK_NO_INPUT, "%s: cannot look at it: %s", path, strerror(errno));
  }
  *size = (uint64_t)facts.st_size;
  return LK_OK;
}

lk_status lk_run_begin_arrival(lk_run *run, uint64_t step, lk_run_arrival *arrival) {
  arrival->step = step;
  lk_run_checkpoint_file(run, step, arrival->path);
  LK_TRY(lk_run_make_way(run, step));
  return lk_draft_begin(&arrival->draft, arrival->path);
}

/* Before it has its name: all of its numbers. */
static lk_status verify(const lk_run_arrival *arrival) {
  lk_checkpoint *checkpoint = NULL;
  lk_status status = lk_checkpoint_open(&checkpoint, arrival->draft.temporary);
  if (status == LK_OK) status = lk_checkpoint_check(checkpoint, 1);
  if (status == LK_OK && checkpoint->info.step != arrival->step)
    status = lk_fail(LK_BAD_DATA, "%s: the checkpoint of step %llu came in its place",
                     arrival->path, (unsigned long long)checkpoint->info.step);
  lk_checkpoint_free(checkpoint);
  return status;
}

lk_status lk_run_end_arrival(lk_run *run, lk_run_arrival *arrival, uint64_t best) {
  lk_status status = verify(arrival);
  if (status != LK_OK) {
    lk_draft_discard(&arrival->draft);
    return status;
  }
  LK_TRY(lk_draft_commit(&arrival->draft));
  if (best) LK_TRY(lk_run_point(run, "best", best));
  return lk_run_settle(run, arrival->step);
}
