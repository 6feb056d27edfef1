/* The first pass: where marks are and which belong together. */
#ifndef LOCKSTEP_WIKI_SCAN_H
#define LOCKSTEP_WIKI_SCAN_H

#include "wiki/tags.h"

/* `found` keeps, for each tag and for comments (the last), where its end was found, so that
 * nothing is searched for twice. */
typedef struct {
  lk_wikitext *parser;
  const char *page;
  uint32_t size;
  int32_t last[LK_MARK_KINDS]; /* the highest of its kind on the stack of open marks, -1 */
  uint32_t found[LK_TAGS + 1];
  uint32_t bracket; /* the next > */
} lk_scan;

static inline char lk_scan_peek(const lk_scan *scan, uint32_t at) {
  return at < scan->size ? scan->page[at] : '\0';
}

lk_status lk_scan_mark(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t next);
lk_status lk_scan_open(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t next);

/* Pairs at…end with the highest open mark of that kind; what stands above it stays open.
 * There must be one. */
lk_status lk_scan_close(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t end);

/* What the mark on top of the stack is, LK_MARK_KINDS for none. */
lk_mark_kind lk_scan_top(const lk_scan *scan);

/* scan_tags.c: what begins with the < at *at, which is moved behind it. */
lk_status lk_scan_tag(lk_scan *scan, uint32_t *at);

/* Where the line of `at` ends. */
uint32_t lk_scan_line_end(lk_scan *scan, uint32_t at);

#endif
