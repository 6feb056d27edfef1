#include "dump/bytes.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

lk_status lk_bytes_reserve(lk_bytes *to, size_t more) {
  char *larger;
  assert(to->size <= to->room);
  if (to->bytes && more <= to->room - to->size) return LK_OK;
  size_t room = to->size + more > 2 * to->room ? to->size + more : 2 * to->room;
  LK_TRY(lk_allocate((void **)&larger, room + 1, 1, ""));
  if (to->size) memcpy(larger, to->bytes, to->size);
  lk_free(to->bytes);
  to->bytes = larger;
  to->room = room;
  return LK_OK;
}

lk_status lk_bytes_append(lk_bytes *to, const char *bytes, size_t size) {
  LK_TRY(lk_bytes_reserve(to, size));
  if (size) memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
  to->bytes[to->size] = '\0';
  return LK_OK;
}

void lk_bytes_clear(lk_bytes *to) {
  if (to->room > LK_BYTES_KEPT) lk_bytes_free(to);
  to->size = 0;
  if (to->bytes) to->bytes[0] = '\0';
}

void lk_bytes_free(lk_bytes *to) {
  lk_free(to->bytes);
  *to = (lk_bytes){0};
}

const char *lk_bytes_text(const lk_bytes *of) {
  return of->bytes ? of->bytes : "";
}
