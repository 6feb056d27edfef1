#include "base/steady.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PART = 1 << 16 };

void lk_steady_begin(lk_steady *steady, int descriptor, const char *name) {
  *steady = (lk_steady){.name = name, .descriptor = descriptor};
  if (fstat(descriptor, &steady->before)) steady->before = (struct stat){0};
  steady->is_fresh = time(NULL) - steady->before.st_mtim.tv_sec < 2;
}

/* The same bytes once more were all there between the two passes. */
static int is_same(int descriptor, const char *bytes, size_t size) {
  char again[PART];
  for (size_t done = 0; done < size;) {
    size_t most = size - done < PART ? size - done : PART;
    ssize_t part = pread(descriptor, again, most, (off_t)done);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0 || memcmp(again, bytes + done, (size_t)part)) return 0;
    done += (size_t)part;
  }
  return 1;
}

/* The clock of file times ticks every few milliseconds, so a file that was written just now
 * can change again without another time. */
static int is_unchanged(const lk_steady *steady, const char *bytes, size_t size) {
  struct stat after;
  return !fstat(steady->descriptor, &after) && after.st_size == steady->before.st_size &&
         after.st_mtim.tv_sec == steady->before.st_mtim.tv_sec &&
         after.st_mtim.tv_nsec == steady->before.st_mtim.tv_nsec &&
         (!steady->is_fresh || is_same(steady->descriptor, bytes, size));
}

lk_status lk_steady_end(const lk_steady *steady, const char *bytes, size_t size) {
  if (!S_ISREG(steady->before.st_mode) || is_unchanged(steady, bytes, size)) return LK_OK;
  return lk_fail(LK_NO_INPUT,
                 "%s: changed while it was read; start again when nothing writes to it",
                 steady->name);
}
