#include "lockstep/run.h"
#include "run/list.h"
#include <libgen.h>
#include <stdio.h>

/* The newest good checkpoint of a folder into `name`; 0 when there is none. */
static int find_good(const char *folder, char name[LK_RUN_NAME]) {
  lk_run_list list;
  lk_checkpoint *checkpoint = NULL;
  lk_run_verdict verdict;
  if (lk_run_list_read(&list, folder, 0) != LK_OK) return 0;
  for (int i = 0; i < list.count && !checkpoint; i++) {
    lk_run_name(list.steps[i], name);
    if (lk_run_judge(folder, list.steps[i], &checkpoint, &verdict) != LK_OK) break;
  }
  int found = checkpoint != NULL;
  lk_run_list_clear(&list);
  lk_checkpoint_free(checkpoint);
  return found;
}

lk_status lk_run_explain(lk_status status, const char *path) {
  char target[PATH_MAX], copy[PATH_MAX], name[LK_RUN_NAME];
  if (status != LK_NO_INPUT || !lk_run_dangles(path, target)) return status;
  snprintf(copy, sizeof copy, "%s", path);
  const char *folder = dirname(copy);
  if (find_good(folder, name))
    return lk_fail(status,
                   "%s points to %s, which is not there; the newest good checkpoint beside "
                   "it is %s/%s",
                   path, target, folder, name);
  return lk_fail(status,
                 "%s points to %s, which is not there, and no good checkpoint is beside it",
                 path, target);
}
