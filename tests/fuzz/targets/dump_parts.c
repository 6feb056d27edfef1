/* Parts of a dump: their pages are those of the whole, and refused is the one when the
 * other is. The first two bytes say how it is cut up and packed. */
#include "dump.h"
#include "lockstep/hash.h"
#include <bzlib.h>

typedef struct {
  lk_status status;
  lk_hasher *pages;
} reading;

static void add(reading *to, const lk_dump_page *page) {
  lk_hasher_add(to->pages, page->title, strlen(page->title) + 1);
  lk_hasher_add(to->pages, page->text, page->size + 1);
  lk_hasher_add(to->pages, &page->id, sizeof page->id);
  lk_hasher_add(to->pages, &page->space, sizeof page->space);
}

/* Reads on to the end and closes. */
static void read_on(lk_dump *dump, reading *to, const char *path) {
  const lk_dump_page *page;
  do {
    to->status = lk_dump_next(dump, &page);
    if (!fuzz_was_read(to->status, LK_BAD_DATA, path)) break;
    if (page) add(to, page);
  } while (page);
  lk_dump_close(dump);
}

static void read_whole(const char *path, const lk_dump_options *options, reading *to) {
  lk_dump *dump;
  to->status = lk_dump_open(&dump, path, options);
  if (fuzz_was_read(to->status, LK_BAD_DATA, path)) read_on(dump, to, path);
}

static void read_parts(const char *path, const lk_dump_options *options, uint64_t size,
                       const lk_dump *whole, reading *to) {
  uint64_t count = lk_dump_parts(whole, size);
  for (uint64_t i = 0; i < count && to->status == LK_OK; i++) {
    lk_dump_part part = {i * size, i + 1 < count ? (i + 1) * size : UINT64_MAX};
    lk_dump *dump;
    to->status = lk_dump_open_part(&dump, path, options, whole, part);
    if (fuzz_was_read(to->status, LK_BAD_DATA, path)) read_on(dump, to, path);
  }
}

static void read_in_parts(const char *path, const lk_dump_options *options, uint64_t size,
                          reading *to) {
  lk_dump *whole;
  const lk_dump_page *page;
  to->status = lk_dump_open(&whole, path, options);
  if (to->status != LK_OK) return;
  to->status = lk_dump_next(whole, &page);
  if (to->status == LK_OK) read_parts(path, options, size, whole, to);
  lk_dump_close(whole);
}

/* What only parts refuse. */
static int is_strange(void) {
  return strstr(lk_message(), "CDATA") || strstr(lk_message(), "inside of another");
}

static void compare(const char *path, uint64_t size) {
  lk_dump_options options = lk_dump_defaults();
  reading whole, parts;
  options.longest = FUZZ_LONGEST;
  MUST(lk_hasher_create(&whole.pages) == LK_OK && lk_hasher_create(&parts.pages) == LK_OK);
  read_whole(path, &options, &whole);
  read_in_parts(path, &options, size, &parts);
  lk_hash one = lk_hasher_value(whole.pages), other = lk_hasher_value(parts.pages);
  MUST(parts.status == whole.status || is_strange());
  MUST(parts.status != LK_OK || !strcmp(one.hex, other.hex));
  lk_hasher_free(whole.pages);
  lk_hasher_free(parts.pages);
}

/* Streams of so many bytes, one behind the other. */
static void compare_packed(const uint8_t *bytes, size_t size, size_t stream,
                           uint64_t part) {
  static char packed[1 << 19];
  unsigned used = 0;
  for (size_t at = 0; at < size; at += stream) {
    unsigned room = sizeof packed - used,
             left = (unsigned)(size - at < stream ? size - at : stream);
    MUST(BZ2_bzBuffToBuffCompress(packed + used, &room, (char *)(uintptr_t)bytes + at, left,
                                  1, 0, 0) == BZ_OK);
    used += room;
  }
  compare(fuzz_file(packed, used), part);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size < 3 || size > 8192) return 0;
  uint64_t part = 1 + bytes[0] % 64 + (size > 1024 ? size / 16 : 0);
  if (bytes[1] < 128)
    compare(fuzz_file(bytes + 2, size - 2), part);
  else
    compare_packed(bytes + 2, size - 2, 16 + (size_t)(bytes[1] - 128) * 8, 4 * part);
  fuzz_end();
  return 0;
}
