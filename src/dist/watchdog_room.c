/* Room for the links: each takes a descriptor of its hub, and on a thousand ranks the limit
 * that shells set is soon reached. */
#include "dist/watchdog.h"
#include <dirent.h>
#include <sys/resource.h>

enum { SPARE = 32 }; /* for files, and for what MPI opens later */

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

lk_status lk_watchdog_make_room(int links) {
  struct rlimit limit;
  rlim_t needed = count_open() + (rlim_t)links + SPARE;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed) return LK_OK;
  rlim_t most = limit.rlim_max;
  limit.rlim_cur = most < needed ? most : needed;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (most >= needed) return LK_OK;
  return lk_fail(LK_USAGE,
                 "watchdog: links to %d ranks need %llu open files in a process, and the "
                 "system allows %llu: raise the limit on every host before the ranks start "
                 "(ulimit -n %llu), or set LOCKSTEP_WATCHDOG=0 for all ranks",
                 links, (unsigned long long)needed, (unsigned long long)most,
                 (unsigned long long)needed);
}
