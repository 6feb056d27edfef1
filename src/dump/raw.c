#include "dump/raw.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/signals.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

lk_status lk_raw_open(lk_raw *raw, const char *path) {
  struct stat facts;
  *raw = (lk_raw){.in.descriptor = -1, .end = UINT64_MAX};
  LK_TRY(lk_input_open(&raw->in, path));
  if (!fstat(raw->in.descriptor, &facts)) raw->changed = facts.st_mtim;
  return lk_allocate((void **)&raw->bytes, LK_RAW_ROOM, 1, raw->in.name);
}

static lk_status stop_when_asked(const lk_raw *raw) {
  const char *reason = lk_signals_received();
  if (!reason) return LK_OK;
  return lk_fail(LK_STOPPED, "stopped by %s while %s was read", reason, raw->in.name);
}

/* A download that goes on, or a file that is written anew, is no whole dump. */
lk_status lk_raw_check_steady(const lk_raw *raw) {
  struct stat facts;
  if (!raw->in.size || fstat(raw->in.descriptor, &facts)) return LK_OK;
  if (facts.st_mtim.tv_sec == raw->changed.tv_sec &&
      facts.st_mtim.tv_nsec == raw->changed.tv_nsec)
    return LK_OK;
  return lk_fail(LK_NO_INPUT,
                 "%s: was written to while it was read; start again when nothing writes to "
                 "it",
                 raw->in.name);
}

static lk_status check_part(lk_raw *raw, size_t part) {
  raw->size += part;
  raw->is_at_end = !part;
  if (raw->in.is_standard) LK_TRY(lk_file_check_input(raw->taken + raw->size));
  return part ? LK_OK : lk_raw_check_steady(raw);
}

lk_status lk_raw_open_part(lk_raw *raw, const char *path, const lk_raw *whole,
                           uint64_t first, uint64_t end) {
  assert(first < end && (!first || whole->in.size));
  LK_TRY(lk_raw_open(raw, path));
  raw->changed = whole->changed;
  raw->taken = raw->first = first;
  raw->end = end;
  LK_TRY(lk_raw_check_steady(raw));
  if (!first || lseek(raw->in.descriptor, (off_t)first, SEEK_SET) >= 0) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: cannot read from byte %llu on: %s", raw->in.name,
                 (unsigned long long)first, strerror(errno));
}

lk_status lk_raw_fill(lk_raw *raw) {
  size_t part;
  LK_TRY(stop_when_asked(raw));
  memmove(raw->bytes, raw->bytes + raw->begin, raw->size);
  raw->begin = 0;
  while (!raw->is_at_end && raw->size < LK_RAW_ROOM) {
    LK_TRY(lk_input_read(&raw->in, raw->bytes + raw->size, LK_RAW_ROOM - raw->size, &part));
    LK_TRY(check_part(raw, part));
  }
  return LK_OK;
}

lk_status lk_raw_look(lk_raw *raw, const char **bytes, size_t *size) {
  if (!raw->size) LK_TRY(lk_raw_fill(raw));
  *bytes = raw->bytes + raw->begin;
  *size = raw->size;
  return LK_OK;
}

void lk_raw_take(lk_raw *raw, size_t size) {
  assert(size <= raw->size);
  raw->begin += size;
  raw->size -= size;
  raw->taken += size;
}

lk_status lk_raw_read(lk_raw *raw, char *bytes, size_t room, size_t *got) {
  for (*got = 0; *got < room;) {
    const char *next;
    size_t size;
    LK_TRY(lk_raw_look(raw, &next, &size));
    if (!size) return LK_OK;
    if (size > room - *got) size = room - *got;
    memcpy(bytes + *got, next, size);
    lk_raw_take(raw, size);
    *got += size;
  }
  return LK_OK;
}

void lk_raw_close(lk_raw *raw) {
  lk_input_close(&raw->in);
  lk_free(raw->bytes);
  raw->bytes = NULL;
}
