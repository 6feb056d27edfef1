/* Reading whole files into memory. What has no size of its own, a pipe above
 * all, is read to its end. */
#include "base/steady.h"
#include "lockstep/file.h"
#include "lockstep/input.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include <string.h>

enum { PIECE = 1 << 24 }; /* bytes between two looks at the clock */

static lk_status fill(const lk_input *in, char *bytes, lk_progress *progress) {
  size_t part, left;
  for (size_t done = 0; done < in->size; done += part) {
    left = in->size - done;
    LK_TRY(lk_input_read(in, bytes + done, left < PIECE ? left : PIECE, &part));
    if (!part)
      return lk_fail(LK_NO_INPUT,
                     "%s: became shorter while it was read; start again when "
                     "nothing writes to it",
                     in->name);
    lk_progress_show(progress, done + part);
  }
  return LK_OK;
}

static lk_status read_known(const lk_input *in, char **bytes, size_t *size) {
  lk_progress progress;
  lk_steady steady;
  *size = in->size;
  lk_steady_begin(&steady, in->descriptor, in->name);
  LK_TRY(lk_allocate((void **)bytes, in->size + 1, 1, in->name));
  lk_progress_begin(&progress, NULL, *size, "reading %s", in->name);
  lk_status status = fill(in, *bytes, &progress);
  lk_progress_end(&progress);
  LK_TRY(status);
  return lk_steady_end(&steady, *bytes, *size);
}

/* Room for twice as many bytes and a zero. */
static lk_status grow(const lk_input *in, char **bytes, size_t *room) {
  char *larger;
  LK_TRY(lk_allocate((void **)&larger, 2 * *room + 1, 1, in->name));
  memcpy(larger, *bytes, *room);
  lk_free(*bytes);
  *bytes = larger;
  *room *= 2;
  return LK_OK;
}

static lk_status check_most(const lk_input *in, size_t size, size_t most) {
  if (size <= most) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: has more than the %zu bytes that are read of such a file; is it "
                 "another one?",
                 in->name, most);
}

static lk_status read_to_end(const lk_input *in, size_t most, char **bytes, size_t *size) {
  size_t room = 1 << 16, part;
  *size = 0;
  LK_TRY(lk_allocate((void **)bytes, room + 1, 1, in->name));
  for (;;) {
    LK_TRY(lk_input_read(in, *bytes + *size, room - *size, &part));
    if (!part) return LK_OK;
    *size += part;
    LK_TRY(check_most(in, *size, most));
    if (in->is_standard) LK_TRY(lk_file_check_input(*size));
    if (*size < room) continue;
    if (room == LK_PIPE_MOST)
      return lk_fail(LK_NO_INPUT,
                     "%s: gives more than the %zu MiB that a pipe may; write it to a file "
                     "first",
                     in->name, LK_PIPE_MOST >> 20);
    LK_TRY(grow(in, bytes, &room));
  }
}

static lk_status read_all(const lk_input *in, size_t most, char **bytes, size_t *size) {
  LK_TRY(check_most(in, in->size, most));
  return in->size ? read_known(in, bytes, size) : read_to_end(in, most, bytes, size);
}

lk_status lk_file_read_small(const char *path, size_t most, char **bytes, size_t *size) {
  lk_input in;
  *bytes = NULL;
  LK_TRY(lk_input_open(&in, path));
  lk_status status = read_all(&in, most, bytes, size);
  lk_input_close(&in);
  if (status != LK_OK) {
    lk_free(*bytes);
    *bytes = NULL;
  }
  return status;
}

lk_status lk_file_read(const char *path, char **bytes, size_t *size) {
  return lk_file_read_small(path, SIZE_MAX, bytes, size);
}
