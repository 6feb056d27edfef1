/* How many files may be open at once: the limit that shells set is soon reached where each
 * rank or each file of a model takes a descriptor. */
#include "lockstep/file.h"
#include <dirent.h>
#include <sys/resource.h>

enum { SPARE = 32 }; /* for other files, and for what MPI opens later */

/* Descriptors that this process has open. Without /proc: as many as MPI takes. */
static rlim_t count_open(void) {
  DIR *list = opendir("/proc/self/fd");
  rlim_t count = 0;
  if (!list) return SPARE;
  while (readdir(list))
    count++;
  closedir(list);
  return count;
}

uint64_t lk_file_make_room(int more, uint64_t *most) {
  struct rlimit limit;
  rlim_t needed = count_open() + (rlim_t)more + SPARE;
  *most = needed;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed) return needed;
  *most = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
  setrlimit(RLIMIT_NOFILE, &limit);
  return needed;
}
