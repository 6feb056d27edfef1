#include "interchange/gguf_head.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* A vocabulary of 256 thousand tokens and its merges have some 15 MB. */
enum { MOST = 128 << 20, STEP = 1 << 20 };

static void release(void *held) {
  lk_gguf_head *h = held;
  lk_free(h->bytes);
  lk_free(h->values);
  lk_free(h);
}

lk_status lk_gguf_begin(lk_gguf_reading *r, lk_tensor_file *file) {
  uint64_t size = lk_tensor_file_size(file);
  *r = (lk_gguf_reading){.file = file};
  LK_TRY(LK_NEW(r->head, 1));
  file->held = r->head;
  file->release = release;
  r->head->room = size < MOST ? size : MOST;
  return lk_allocate((void **)&r->head->bytes, r->head->room + 1, 1, "a GGUF file's head");
}

/* The next `size` bytes of the head. */
lk_status lk_gguf_take(const lk_gguf_reading *r, uint64_t size, uint8_t **bytes) {
  lk_gguf_head *h = r->head;
  assert(h->at <= h->have && h->have <= h->room);
  *bytes = h->bytes + h->at;
  if (size > h->room - h->at)
    return lk_tensor_file_refuse(r->file, h->room < MOST
                                              ? "cut short in its head; fetch it again"
                                              : "its head has more than 128 MB");
  if (size > h->have - h->at) {
    uint64_t more = h->at + size - h->have;
    more = more > STEP ? more : STEP;
    more = more < h->room - h->have ? more : h->room - h->have;
    LK_TRY(lk_tensor_file_bytes(r->file, h->have, h->bytes + h->have, more));
    h->have += more;
  }
  h->at += size;
  return LK_OK;
}

uint64_t lk_gguf_number(const uint8_t *bytes, unsigned width) {
  uint64_t number = 0;
  assert(width >= 1 && width <= sizeof number);
  while (width--)
    number = number << 8 | bytes[width];
  return number;
}

lk_status lk_gguf_take_number(const lk_gguf_reading *r, unsigned width, uint64_t *number) {
  uint8_t *bytes;
  LK_TRY(lk_gguf_take(r, width, &bytes));
  *number = lk_gguf_number(bytes, width);
  return LK_OK;
}

/* A text with its zero, in the head. */
lk_status lk_gguf_take_text(const lk_gguf_reading *r, const char **text) {
  uint64_t size;
  uint8_t *bytes;
  LK_TRY(lk_gguf_take_number(r, 8, &size));
  LK_TRY(lk_gguf_take(r, size, &bytes));
  char *start = (char *)bytes - 1;
  assert(bytes + size ==
         r->head->bytes + r->head->at); /* the byte before is its length's */
  memmove(start, bytes, size);
  start[size] = 0;
  *text = start;
  return LK_OK;
}

/* A name: UTF-8 without a zero. */
lk_status lk_gguf_take_name(const lk_gguf_reading *r, const char **name) {
  uint64_t before = r->head->at;
  LK_TRY(lk_gguf_take_text(r, name));
  if (strlen(*name) == r->head->at - before - 8 && **name)
    return lk_text_check(*name, strlen(*name), lk_tensor_file_path(r->file));
  return lk_tensor_file_refuse(r->file, "a name at byte %" PRIu64 " is none", before);
}
