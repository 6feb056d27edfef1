/* bz2: what libbz2 decodes is decoded to the same bytes, with any number of threads; the
 * rest is refused, or is a stream that says smaller blocks than it has. */
#include "dump/unpack.h"
#include "fuzz.h"
#include <bzlib.h>

enum { MOST = 1 << 17 };

typedef struct {
  char bytes[MOST];
  size_t size;
  int is_whole;
} text;

/* All streams, by libbz2 alone; is_whole 0 for what it refuses or is too long. */
static void decode_plainly(const uint8_t *bytes, size_t size, text *to) {
  bz_stream stream = {0};
  int result = BZ_STREAM_END;
  to->size = 0;
  stream.next_in = (char *)(uintptr_t)bytes;
  stream.avail_in = (unsigned)size;
  stream.next_out = to->bytes;
  stream.avail_out = MOST;
  while (result == BZ_STREAM_END && stream.avail_in) {
    MUST(BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK);
    do
      result = BZ2_bzDecompress(&stream);
    while (result == BZ_OK && stream.avail_in && stream.avail_out);
    BZ2_bzDecompressEnd(&stream);
  }
  to->size = MOST - stream.avail_out;
  to->is_whole = result == BZ_STREAM_END;
}

/* The status; the text has no more than fits. */
static lk_status decode(const char *path, int threads, text *to) {
  static lk_unpacked file;
  to->size = 0;
  lk_status status = lk_unpacked_open(&file, path, threads);
  if (status == LK_OK) status = lk_unpacked_read(&file, to->bytes, MOST, &to->size);
  lk_unpacked_close(&file);
  return status;
}

static void check(const uint8_t *bytes, size_t size) {
  static text plainly, one, three;
  const char *path = fuzz_file(bytes, size);
  if (size < 4 || memcmp(bytes, "BZh", 3) || bytes[3] < '1' || bytes[3] > '9') return;
  decode_plainly(bytes, size, &plainly);
  lk_status status = decode(path, 1, &one);
  fuzz_was_read(status, LK_BAD_DATA, path);
  MUST(decode(path, 3, &three) == status);
  MUST(!plainly.is_whole || status == LK_OK);
  if (status != LK_OK) return;
  MUST(one.size == three.size && !memcmp(one.bytes, three.bytes, one.size));
  if (!plainly.is_whole) return;
  MUST(one.size == plainly.size && !memcmp(one.bytes, plainly.bytes, one.size));
}

/* Packs the bytes in so many streams and changes one bit: four bytes that say it, then the
 * bytes. */
static void check_made(const uint8_t *bytes, size_t size) {
  static char packed[1 << 18];
  unsigned used = 0;
  size_t flip = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16,
         streams = bytes[3] % 4 + 1;
  size_t part = (size - 4 + streams - 1) / streams;
  for (size_t at = 4; at < size; at += part) {
    unsigned room = sizeof packed - used,
             left = (unsigned)(size - at < part ? size - at : part);
    MUST(BZ2_bzBuffToBuffCompress(packed + used, &room, (char *)(uintptr_t)bytes + at, left,
                                  1, 0, 0) == BZ_OK);
    used += room;
  }
  check((uint8_t *)packed, used);
  if (used) packed[flip / 8 % used] ^= (char)(1 << flip % 8);
  check((uint8_t *)packed, used);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size > 5 && size < 1 << 16 && bytes[0] == 1)
    check_made(bytes + 1, size - 1);
  else
    check(bytes, size);
  fuzz_end();
  return 0;
}
