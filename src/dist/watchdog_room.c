/* Room for the links: each takes a descriptor of its hub. */
#include "dist/watchdog.h"
#include "lockstep/file.h"

lk_status lk_watchdog_make_room(int links) {
  uint64_t most, needed = lk_file_make_room(links, &most);
  if (most >= needed) return LK_OK;
  return lk_fail(LK_USAGE,
                 "watchdog: links to %d ranks need %llu open files in a process, and the "
                 "system allows %llu: raise the limit on every host before the ranks start "
                 "(ulimit -n %llu), or set LOCKSTEP_WATCHDOG=0 for all ranks",
                 links, (unsigned long long)needed, (unsigned long long)most,
                 (unsigned long long)needed);
}
