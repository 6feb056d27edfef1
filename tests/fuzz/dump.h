/* What the fuzz targets of dumps share. */
#ifndef LOCKSTEP_TESTS_FUZZ_DUMP_H
#define LOCKSTEP_TESTS_FUZZ_DUMP_H

#include "fuzz.h"
#include "lockstep/dump.h"
#include "lockstep/text.h"

/* Small, so that the limit is met. */
enum { FUZZ_LONGEST = 1000 };

static inline void fuzz_check_page(const lk_dump_page *page) {
  MUST(page->size <= FUZZ_LONGEST && strlen(page->text) == page->size);
  MUST(lk_text_check(page->text, page->size, "text") == LK_OK);
  MUST(lk_text_check(page->title, strlen(page->title), "title") == LK_OK);
  MUST(page->redirect && page->model && page->format);
}

/* Reads all pages of these bytes: each is consistent, or all is refused. */
static inline void fuzz_pages(const uint8_t *bytes, size_t size) {
  lk_dump_options options = lk_dump_defaults();
  const char *path = fuzz_file(bytes, size);
  const lk_dump_page *page;
  lk_dump *dump;
  options.longest = FUZZ_LONGEST;
  if (!fuzz_was_read(lk_dump_open(&dump, path, &options), LK_BAD_DATA, path)) return;
  while (fuzz_was_read(lk_dump_next(dump, &page), LK_BAD_DATA, path) && page)
    fuzz_check_page(page);
  lk_dump_close(dump);
}

#endif
