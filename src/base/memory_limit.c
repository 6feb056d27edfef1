/* What this process has in memory, and what is left of a limit on it, found out before
 * something takes it for granted. */
#include "lockstep/memory.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const double megabyte = 1e6;

/* The numbers of /proc/self/statm, in pages. */
enum { ADDRESS_SPACE, RESIDENT, OF_FILES };

/* One of them in bytes; 0 where it is not known. Allocates nothing. */
static double in_use(int number) {
  char text[80] = "", *next = text;
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, text, sizeof text - 1) < 0) *text = '\0';
  if (file >= 0) close(file);
  while (number-- > 0)
    strtod(next, &next);
  return strtod(next, NULL) * (double)sysconf(_SC_PAGESIZE);
}

uint64_t lk_file_memory(void) {
  return (uint64_t)in_use(OF_FILES);
}

const char *lk_memory_limit(void) {
  static char text[160];
  static const struct {
    int resource;
    const char *name;
  } limits[] = {{RLIMIT_AS, "ulimit -v"}, {RLIMIT_DATA, "ulimit -d"}};
  int used =
      snprintf(text, sizeof text, "%.0f MB are in use", in_use(ADDRESS_SPACE) / megabyte);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct rlimit limit;
    if (getrlimit(limits[i].resource, &limit) || limit.rlim_cur == RLIM_INFINITY) continue;
    used += snprintf(text + used, sizeof text - (size_t)used, ", the limit is %.0f MB (%s)",
                     (double)limit.rlim_cur / megabyte, limits[i].name);
  }
  return text;
}

lk_status lk_memory_check(size_t bytes, const char *what) {
  void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    return lk_fail(LK_INTERNAL,
                   "%s: out of memory, for they need %.0f MB more: %s; raise the limit, or "
                   "give the job more memory",
                   what, (double)bytes / megabyte, lk_memory_limit());
  munmap(room, bytes);
  return LK_OK;
}
