/* What is left of a limit on memory, found out before something takes it for granted. */
#include "lockstep/memory.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const double megabyte = 1e6;

/* Address space in use, in bytes; 0 where it is not known. Allocates nothing. */
static double in_use(void) {
  char text[32] = "";
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, text, sizeof text - 1) < 0) *text = '\0';
  if (file >= 0) close(file);
  return strtod(text, NULL) * (double)sysconf(_SC_PAGESIZE);
}

const char *lk_memory_limit(void) {
  static char text[160];
  static const struct {
    int resource;
    const char *name;
  } limits[] = {{RLIMIT_AS, "ulimit -v"}, {RLIMIT_DATA, "ulimit -d"}};
  int used = snprintf(text, sizeof text, "%.0f MB are in use", in_use() / megabyte);
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
