#include "dump/unpack.h"
#include "dump/utf16.h"
#include "lockstep/memory.h"
#include "lockstep/text_stream.h"
#include <assert.h>
#include <bzlib.h>
#include <expat.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { WIDE_ROOM = 1 << 15, NARROW_ROOM = LK_UTF16_MOST * WIDE_ROOM / 2 };

typedef enum { UTF8, UTF16_LITTLE, UTF16_BIG } encoding;

/* Bytes that wait to be given: from `begin` to `size`. */
typedef struct {
  char *bytes;
  size_t begin, size;
} piece;

struct lk_text_stream {
  lk_unpacked unpacked;
  encoding encoding;
  uint64_t converted; /* bytes of UTF-16 */
  piece wide, narrow; /* of it, and what they became */
  piece head;
  size_t head_begin; /* behind a byte order mark */
  char origin[64];   /* of a part */
};

/* "<" and "{" of two bytes, with which XML and JSON begin. */
static int is_wide(int first, int second) {
  return (!first && (second == '<' || second == '{')) ||
         (!second && (first == '<' || first == '{'));
}

/* Without a byte order mark only XML and JSON are known to be UTF-16. */
static lk_status find_encoding(lk_text_stream *stream) {
  const unsigned char *b = (const unsigned char *)stream->head.bytes;
  size_t size = stream->head.size;
  if (size >= 4 && (!memcmp(b, "\xff\xfe\0\0", 4) || !memcmp(b, "\0\0\xfe\xff", 4)))
    return lk_fail(LK_BAD_DATA, "%s: is UTF-32; only UTF-8 and UTF-16 are read",
                   lk_text_stream_name(stream));
  int is_marked = size >= 2 && (!memcmp(b, "\xff\xfe", 2) || !memcmp(b, "\xfe\xff", 2));
  int is_utf8_mark = size >= 3 && !memcmp(b, "\xef\xbb\xbf", 3);
  if (is_marked || (size >= 2 && is_wide(b[0], b[1])))
    stream->encoding = !b[0] || b[0] == 0xfe ? UTF16_BIG : UTF16_LITTLE;
  stream->head.begin = stream->head_begin = is_marked ? 2 : is_utf8_mark ? 3 : 0;
  return LK_OK;
}

static size_t give(piece *from, char *bytes, size_t room) {
  size_t size = from->size - from->begin;
  if (size > room) size = room;
  if (size) memcpy(bytes, from->bytes + from->begin, size);
  from->begin += size;
  return size;
}

static lk_status refuse_utf16(const lk_text_stream *stream) {
  return lk_fail(LK_BAD_DATA, "%s: is no UTF-16 at byte %llu of its text",
                 lk_text_stream_name(stream), (unsigned long long)stream->converted);
}

/* Fills `wide` with what is left of it and what comes next, and converts it. */
static lk_status convert(lk_text_stream *stream) {
  piece *wide = &stream->wide;
  size_t got;
  wide->size -= wide->begin;
  memmove(wide->bytes, wide->bytes + wide->begin, wide->size);
  LK_TRY(lk_unpacked_read(&stream->unpacked, wide->bytes + wide->size,
                          WIDE_ROOM - wide->size, &got));
  wide->size += got;
  wide->begin = lk_utf16_convert(wide->bytes, wide->size, stream->encoding == UTF16_BIG,
                                 stream->narrow.bytes, &stream->narrow.size);
  stream->narrow.begin = 0;
  stream->converted += wide->begin;
  if (wide->size && !wide->begin) return refuse_utf16(stream);
  return LK_OK;
}

static lk_status read_utf16(lk_text_stream *stream, char *bytes, size_t room, size_t *got) {
  for (*got = 0; *got < room;) {
    if (stream->narrow.begin == stream->narrow.size) LK_TRY(convert(stream));
    if (!stream->narrow.size) return LK_OK;
    *got += give(&stream->narrow, bytes + *got, room - *got);
  }
  return LK_OK;
}

static lk_status read_text(lk_text_stream *stream, char *bytes, size_t room, size_t *got) {
  if (stream->encoding != UTF8) return read_utf16(stream, bytes, room, got);
  return lk_unpacked_read(&stream->unpacked, bytes, room, got);
}

/* The head, which was read as bytes, becomes text. */
static lk_status begin_utf16(lk_text_stream *stream) {
  LK_TRY(lk_allocate((void **)&stream->wide.bytes, WIDE_ROOM, 1, ""));
  LK_TRY(lk_allocate((void **)&stream->narrow.bytes, NARROW_ROOM, 1, ""));
  assert(stream->head.size <= WIDE_ROOM);
  stream->converted = stream->head.begin;
  stream->wide.size = give(&stream->head, stream->wide.bytes, LK_TEXT_STREAM_HEAD);
  stream->head.begin = 0;
  return read_utf16(stream, stream->head.bytes, LK_TEXT_STREAM_HEAD, &stream->head.size);
}

static lk_status read_head(lk_text_stream *stream) {
  LK_TRY(lk_allocate((void **)&stream->head.bytes, LK_TEXT_STREAM_HEAD, 1, ""));
  LK_TRY(lk_unpacked_read(&stream->unpacked, stream->head.bytes, LK_TEXT_STREAM_HEAD,
                          &stream->head.size));
  LK_TRY(find_encoding(stream));
  if (stream->encoding != UTF8) return begin_utf16(stream);
  return LK_OK;
}

static lk_status open_whole(lk_text_stream *stream, const char *path, int threads) {
  LK_TRY(lk_unpacked_open(&stream->unpacked, path, threads));
  return read_head(stream);
}

static lk_status create(lk_text_stream **stream) {
  LK_TRY(LK_NEW(*stream, 1));
  (*stream)->unpacked.raw.in.descriptor = -1;
  return LK_OK;
}

/* What could not be opened is closed. */
static lk_status keep(lk_text_stream **stream, lk_status opened) {
  if (opened == LK_OK) return LK_OK;
  lk_text_stream_close(*stream);
  *stream = NULL;
  return opened;
}

lk_status lk_text_stream_open(lk_text_stream **stream, const char *path, int threads) {
  assert(threads >= 1);
  LK_TRY(create(stream));
  return keep(stream, open_whole(*stream, path, threads));
}

int lk_text_stream_has_parts(const lk_text_stream *stream) {
  const lk_unpacked *unpacked = &stream->unpacked;
  return unpacked->raw.in.size > 0 && !unpacked->decoder.codec && stream->encoding == UTF8;
}

/* The first part has the file's head, and with it its byte order mark. */
static lk_status open_part(lk_text_stream *stream, const char *path, int threads,
                           const lk_text_stream *whole, uint64_t first, uint64_t end) {
  LK_TRY(lk_unpacked_open_part(&stream->unpacked, path, threads, &whole->unpacked, first,
                               end));
  if (!first) return read_head(stream);
  snprintf(stream->origin, sizeof stream->origin, " of the part that begins at byte %llu",
           (unsigned long long)first);
  return LK_OK;
}

lk_status lk_text_stream_open_part(lk_text_stream **stream, const char *path, int threads,
                                   const lk_text_stream *whole, uint64_t first,
                                   uint64_t end) {
  assert(threads >= 1 && first < end && lk_text_stream_has_parts(whole));
  LK_TRY(create(stream));
  return keep(stream, open_part(*stream, path, threads, whole, first, end));
}

uint64_t lk_text_stream_owned(const lk_text_stream *stream) {
  uint64_t owned = lk_unpacked_owned(&stream->unpacked), mark = stream->head_begin;
  if (owned == UINT64_MAX) return owned;
  return owned > mark ? owned - mark : 0;
}

int lk_text_stream_begins_within(const lk_text_stream *stream) {
  return stream->unpacked.raw.first > 0;
}

lk_status lk_text_stream_check(const lk_text_stream *stream) {
  return lk_raw_check_steady(&stream->unpacked.raw);
}

lk_status lk_text_stream_read(lk_text_stream *stream, char *bytes, size_t room,
                              size_t *got) {
  size_t more = 0;
  *got = give(&stream->head, bytes, room);
  if (*got < room) LK_TRY(read_text(stream, bytes + *got, room - *got, &more));
  *got += more;
  return LK_OK;
}

const char *lk_text_stream_head(const lk_text_stream *stream, size_t *size) {
  size_t begin = stream->encoding == UTF8 ? stream->head_begin : 0;
  *size = stream->head.size - begin;
  return stream->head.bytes + begin;
}

const char *lk_text_stream_name(const lk_text_stream *stream) {
  return stream->unpacked.raw.in.name;
}

const char *lk_text_stream_origin(const lk_text_stream *stream) {
  return stream->origin;
}

const char *lk_text_stream_form(const lk_text_stream *stream) {
  return lk_unpacked_form(&stream->unpacked);
}

int lk_text_stream_was_utf16(const lk_text_stream *stream) {
  return stream->encoding != UTF8;
}

int lk_text_stream_had_mark(const lk_text_stream *stream) {
  return stream->head_begin > 0;
}

static uint64_t within(const lk_raw *raw, uint64_t place) {
  assert(place >= raw->first);
  return (place < raw->end ? place : raw->end) - raw->first;
}

uint64_t lk_text_stream_used(const lk_text_stream *stream) {
  return within(&stream->unpacked.raw, stream->unpacked.raw.taken);
}

uint64_t lk_text_stream_size(const lk_text_stream *stream) {
  const lk_raw *raw = &stream->unpacked.raw;
  return raw->in.size ? within(raw, raw->in.size) : 0;
}

void lk_text_stream_close(lk_text_stream *stream) {
  if (!stream) return;
  lk_unpacked_close(&stream->unpacked);
  lk_free(stream->head.bytes);
  lk_free(stream->wide.bytes);
  lk_free(stream->narrow.bytes);
  lk_free(stream);
}

const char *lk_text_stream_libraries(void) {
  static char text[160];
  snprintf(text, sizeof text, "libbz2 %.*s, zlib %s, zstd %s, liblzma %s, expat %s",
           (int)strcspn(BZ2_bzlibVersion(), ","), BZ2_bzlibVersion(), zlibVersion(),
           ZSTD_versionString(), lzma_version_string(),
           XML_ExpatVersion() + strlen("expat_"));
  return text;
}
