/* What the tests of dumps share: bytes packed by the libraries, files of them, and whole
 * streams read. */
#ifndef UNIT_DUMP_FILES_H
#define UNIT_DUMP_FILES_H

#include "data_files.h"
#include "lockstep/text_stream.h"
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

enum { PLAIN, BZ2, GZIP, ZSTD, XZ, FORMS };

static const char *const form_names[] = {"plain", "bz2", "gzip", "zstd", "xz"};

typedef struct {
  char *bytes; /* malloc's */
  size_t size;
} packed;

static inline size_t pack_gzip(char *to, size_t room, const char *bytes, size_t size) {
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes,
                     .avail_in = (uInt)size,
                     .next_out = (Bytef *)to,
                     .avail_out = (uInt)room};
  assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return room - stream.avail_out;
}

/* bz2 in blocks of 100 kB, so that small tests have several. */
static inline packed pack(int form, const char *bytes, size_t size) {
  size_t room = size + size / 50 + 1000, done = 0;
  unsigned made = (unsigned)room;
  packed to = {malloc(room), size};
  assert_non_null(to.bytes);
  switch (form) {
  case BZ2:
    assert_int_equal(BZ2_bzBuffToBuffCompress(to.bytes, &made, (char *)(uintptr_t)bytes,
                                              (unsigned)size, 1, 0, 0),
                     BZ_OK);
    to.size = made;
    break;
  case GZIP:
    to.size = pack_gzip(to.bytes, room, bytes, size);
    break;
  case ZSTD: {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    to.size = ZSTD_compress2(context, to.bytes, room, bytes, size);
    ZSTD_freeCCtx(context);
    assert_false(ZSTD_isError(to.size));
    break;
  }
  case XZ:
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL,
                                             (const uint8_t *)bytes, size,
                                             (uint8_t *)to.bytes, &done, room),
                     LZMA_OK);
    to.size = done;
    break;
  default:
    if (size) memcpy(to.bytes, bytes, size);
  }
  return to;
}

/* One behind the other; both are freed. */
static inline packed join(packed one, packed other) {
  packed both = {malloc(one.size + other.size + 1), one.size + other.size};
  assert_non_null(both.bytes);
  memcpy(both.bytes, one.bytes, one.size);
  memcpy(both.bytes + one.size, other.bytes, other.size);
  free(one.bytes);
  free(other.bytes);
  return both;
}

/* Reads all of a stream, `part` bytes at a time: malloc's, with a zero behind. */
static inline lk_status read_whole(const char *path, int threads, size_t part, packed *to) {
  lk_text_stream *stream;
  size_t room = 1 << 16, got = part;
  *to = (packed){malloc(room + 1), 0};
  lk_status status = lk_text_stream_open(&stream, path, threads);
  while (status == LK_OK && got == part) {
    while (to->size + part > room)
      to->bytes = realloc(to->bytes, (room *= 2) + 1);
    assert_non_null(to->bytes);
    status = lk_text_stream_read(stream, to->bytes + to->size, part, &got);
    to->size += status == LK_OK ? got : 0;
  }
  to->bytes[to->size] = '\0';
  lk_text_stream_close(stream);
  return status;
}

static inline void assert_bytes(packed read, const char *bytes, size_t size) {
  assert_int_equal(read.size, size);
  if (size) assert_memory_equal(read.bytes, bytes, size);
  free(read.bytes);
}

/* A text of letters and runs, of which bz2 makes blocks of different sizes. */
static inline char *make_text(size_t size) {
  char *text = malloc(size + 1);
  uint32_t state = 12345;
  assert_non_null(text);
  for (size_t i = 0; i < size; i++) {
    state = state * 1664525 + 1013904223;
    text[i] = i / 70000 % 3 == 2 ? 'x' : (char)('a' + (state >> 24) % 26);
  }
  text[size] = '\0';
  return text;
}

#endif
