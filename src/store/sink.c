#include "store/sink.h"
#include "store/user_block.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static void fail(lk_sink *sink, int reason) {
  assert(reason > 0);
  if (!sink->fault) sink->fault = reason;
}

/* Where in the file a byte of HDF5's is. */
static off_t place_of(uint64_t at) {
  assert(at <= INT64_MAX - LK_USER_BLOCK);
  return (off_t)(LK_USER_BLOCK + at);
}

void lk_sink_write(lk_sink *sink, uint64_t at, uint64_t count, const void *from) {
  const char *bytes = from;
  assert(sink->descriptor >= 0);
  if (at + count > sink->size) sink->size = at + count;
  while (count > 0 && !sink->fault) {
    ssize_t part = pwrite(sink->descriptor, bytes, count, place_of(at));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) {
      fail(sink, part < 0 ? errno : ENOSPC);
      return;
    }
    bytes += part;
    at += (uint64_t)part;
    count -= (uint64_t)part;
  }
}

void lk_sink_read(lk_sink *sink, uint64_t at, uint64_t count, void *to) {
  char *bytes = to;
  memset(to, 0, count);
  while (count > 0 && !sink->fault) {
    ssize_t part = pread(sink->descriptor, bytes, count, place_of(at));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) fail(sink, errno);
    if (part <= 0) return;
    bytes += part;
    at += (uint64_t)part;
    count -= (uint64_t)part;
  }
}

void lk_sink_resize(lk_sink *sink, uint64_t size) {
  sink->size = size;
  if (!sink->fault && ftruncate(sink->descriptor, place_of(size))) fail(sink, errno);
}

lk_status lk_sink_verdict(const lk_sink *sink, const char *path, lk_status status) {
  return sink->fault ? lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(sink->fault))
                     : status;
}
