/* Reading GGUF: facts, the list of tensors, and their numbers, each at a multiple of the
 * alignment (gguf.h). */
#include "interchange/gguf_head.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FACTS = 1 << 16, MOST_TENSORS = 1 << 17, MOST_ALIGNMENT = 1 << 20 };
enum { SMALLEST_FACT = 13, SMALLEST_TENSOR = 24, MOST_DIMENSIONS = 4 };

static lk_status take_sizes(const lk_gguf_reading *r, lk_file_tensor *tensor) {
  uint64_t rank;
  LK_TRY(lk_gguf_take_number(r, 4, &rank));
  if (rank > MOST_DIMENSIONS)
    return lk_tensor_file_refuse(r->file, "tensor '%.80s' has %" PRIu64 " dimensions",
                                 tensor->name, rank);
  tensor->rank = (int)rank;
  for (int d = tensor->rank; d--;) /* the fastest is first */
    LK_TRY(lk_gguf_take_number(r, 8, &tensor->size[d]));
  return LK_OK;
}

/* `at` is from where the numbers begin. */
static lk_status take_tensor(const lk_gguf_reading *r, lk_file_tensor *tensor) {
  uint64_t type;
  LK_TRY(lk_gguf_take_name(r, &tensor->name));
  LK_TRY(take_sizes(r, tensor));
  LK_TRY(lk_gguf_take_number(r, 4, &type));
  LK_TRY(lk_gguf_take_number(r, 8, &tensor->at));
  tensor->number = lk_number_of_ggml((uint32_t)type);
  if (tensor->number == LK_NUMBER_COUNT)
    return lk_tensor_file_refuse(r->file,
                                 "tensor '%.80s' is of a type that is not known: "
                                 "%" PRIu64,
                                 tensor->name, type);
  if (!lk_tensor_measure(tensor))
    return lk_tensor_file_refuse(r->file,
                                 "tensor '%.80s' has more numbers than there can "
                                 "be, or rows that are no whole blocks",
                                 tensor->name);
  if (tensor->at % r->alignment == 0 && tensor->at <= lk_tensor_file_size(r->file))
    return LK_OK;
  return lk_tensor_file_refuse(
      r->file, "tensor '%.80s' begins at %" PRIu64 ": %s", tensor->name, tensor->at,
      tensor->at % r->alignment ? "no multiple of the alignment" : "behind the file's end");
}

static lk_status take_alignment(lk_gguf_reading *r) {
  const char *said = lk_tensor_file_says(r->file, "general.alignment");
  r->alignment = said ? (uint32_t)strtoul(said, NULL, 10) : LK_GGUF_ALIGNMENT;
  if (r->alignment && r->alignment % 8 == 0 && r->alignment <= MOST_ALIGNMENT) return LK_OK;
  return lk_tensor_file_refuse(r->file,
                               "general.alignment is %.32s, no multiple of 8 up to "
                               "%d",
                               said, MOST_ALIGNMENT);
}

static lk_status take_tensors(lk_gguf_reading *r, uint64_t count) {
  lk_tensor_file *file = r->file;
  LK_TRY(take_alignment(r));
  LK_TRY(LK_NEW(file->tensors, count));
  for (uint64_t i = 0; i < count; i++)
    LK_TRY(take_tensor(r, &file->tensors[file->count++]));
  uint64_t end = r->head->at, first = lk_align(end, r->alignment);
  assert(end <= lk_tensor_file_size(file));
  for (int i = 0; i < file->count; i++)
    file->tensors[i].at += first;
  return lk_tensor_file_check(file, count ? first : end, r->alignment);
}

static lk_status take_start(const lk_gguf_reading *r, uint64_t *tensors, uint64_t *facts) {
  uint8_t *magic;
  uint64_t version, size = lk_tensor_file_size(r->file);
  if (size < 24) return lk_tensor_file_refuse(r->file, "too short for a GGUF file");
  LK_TRY(lk_gguf_take(r, 4, &magic));
  if (memcmp(magic, "GGUF", 4)) return lk_tensor_file_refuse(r->file, "no GGUF file");
  LK_TRY(lk_gguf_take_number(r, 4, &version));
  if (version != 2 && version != LK_GGUF_VERSION)
    return lk_tensor_file_refuse(r->file,
                                 "GGUF of version %" PRIu64 ", not 2 or 3; convert it anew"
                                 "%s",
                                 version, version & 0xFFFF ? "" : " (it is big-endian)");
  LK_TRY(lk_gguf_take_number(r, 8, tensors));
  LK_TRY(lk_gguf_take_number(r, 8, facts));
  if (*tensors <= MOST_TENSORS && *tensors <= size / SMALLEST_TENSOR &&
      *facts <= MOST_FACTS && *facts <= size / SMALLEST_FACT)
    return LK_OK;
  return lk_tensor_file_refuse(r->file,
                               "would have %" PRIu64 " facts and %" PRIu64
                               " tensors, more than it can or than are read",
                               *facts, *tensors);
}

static lk_status read_all(lk_tensor_file *file) {
  lk_gguf_reading r;
  uint64_t tensors, facts;
  LK_TRY(lk_gguf_begin(&r, file));
  LK_TRY(take_start(&r, &tensors, &facts));
  LK_TRY(lk_gguf_take_facts(&r, facts));
  return take_tensors(&r, tensors);
}

lk_status lk_gguf_open(lk_tensor_file **out, const char *path) {
  LK_TRY(lk_tensor_file_begin(out, path, LK_GGUF));
  lk_status status = read_all(*out);
  if (status == LK_OK) return LK_OK;
  lk_tensor_file_close(*out);
  *out = NULL;
  return status;
}
