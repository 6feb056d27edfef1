/* Comments and tags. What is inside some of them is no markup: it is passed over here. */
#include "wiki/scan.h"

enum { COMMENT = LK_TAGS };

uint32_t lk_scan_line_end(lk_scan *scan, uint32_t at) {
  const char *end = memchr(scan->page + at, '\n', scan->size - at);
  uint32_t line_end = end ? (uint32_t)(end - scan->page) : scan->size;
  scan->parser->counts->steps += line_end - at;
  return line_end;
}

/* As MediaWiki has it: </ref name="x"> ends nothing. */
static int ends_tag(const lk_scan *scan, uint32_t at, int tag) {
  if (tag == COMMENT) return at + 3 <= scan->size && !memcmp(scan->page + at, "-->", 3);
  if (lk_scan_peek(scan, at) != '<' || lk_scan_peek(scan, at + 1) != '/' ||
      lk_tag_find(scan->page + at + 2, scan->size - at - 2) != tag)
    return 0;
  at += 2 + (uint32_t)strlen(lk_tag_at(tag)->name);
  while (lk_is_blank(lk_scan_peek(scan, at)))
    at++;
  return lk_scan_peek(scan, at) == '>';
}

/* The first end of the tag from `from` on, or the page's end. */
static uint32_t find_end(lk_scan *scan, int tag, uint32_t from) {
  uint32_t at = from;
  const char first = tag == COMMENT ? '-' : '<';
  if (scan->found[tag] >= from) return scan->found[tag];
  while (at < scan->size) {
    const char *next = memchr(scan->page + at, first, scan->size - at);
    at = next ? (uint32_t)(next - scan->page) : scan->size;
    if (next && ends_tag(scan, at, tag)) break;
    at += next != NULL;
  }
  scan->parser->counts->steps += at - from;
  return scan->found[tag] = at;
}

/* Behind the > that ends the tag at `at`; 0 when there is none. */
static uint32_t behind_bracket(lk_scan *scan, uint32_t at) {
  if (scan->bracket <= at) {
    const char *next = memchr(scan->page + at, '>', scan->size - at);
    scan->bracket = next ? (uint32_t)(next - scan->page) : scan->size;
    scan->parser->counts->steps += scan->bracket - at;
  }
  return scan->bracket < scan->size ? scan->bracket + 1 : 0;
}

/* As MediaWiki does: one that is not closed goes to the page's end. */
static lk_status comment(lk_scan *scan, uint32_t *at) {
  uint32_t end = find_end(scan, COMMENT, *at + 4);
  scan->parser->counts->comments++;
  scan->parser->counts->unclosed += end == scan->size;
  uint32_t next = end < scan->size ? end + 3 : scan->size;
  LK_TRY(lk_scan_mark(scan, LK_MARK_DROPPED, *at, next));
  *at = next;
  return LK_OK;
}

static void count(lk_wiki_counts *counts, lk_tag_action action) {
  counts->references += action == LK_TAG_REFERENCE;
  counts->formulas += action == LK_TAG_FORMULA;
  counts->galleries += action == LK_TAG_GALLERY;
  counts->tags++;
}

/* A tag with its content, which goes to the line's end if nothing closes it. */
static lk_status whole_tag(lk_scan *scan, int tag, uint32_t *at, uint32_t next) {
  int literal = lk_tag_at(tag)->action == LK_TAG_LITERAL;
  uint32_t close = find_end(scan, tag, next), end = 0;
  if (close < scan->size) end = behind_bracket(scan, close);
  if (!end) {
    scan->parser->counts->unclosed++;
    close = end = literal ? next : lk_scan_line_end(scan, next);
  }
  LK_TRY(lk_scan_mark(scan, literal ? LK_MARK_LITERAL : LK_MARK_DROPPED, *at, next));
  lk_mark *mark = &scan->parser->marks.at[scan->parser->marks.count - 1];
  mark->close = close;
  mark->end = end;
  if (!literal) mark->next = end;
  *at = end;
  return LK_OK;
}

static lk_status table_tag(lk_scan *scan, int closes, uint32_t *at, uint32_t next) {
  if (closes && scan->last[LK_MARK_TABLE] < 0)
    LK_TRY(lk_scan_mark(scan, LK_MARK_STRAY, *at, next));
  else if (closes)
    LK_TRY(lk_scan_close(scan, LK_MARK_TABLE, *at, next));
  else
    LK_TRY(lk_scan_open(scan, LK_MARK_TABLE, *at, next));
  *at = next;
  return LK_OK;
}

static lk_status known_tag(lk_scan *scan, int tag, int closes, uint32_t *at) {
  lk_tag_action action = lk_tag_at(tag)->action;
  uint32_t next = behind_bracket(scan, *at);
  if (!next) {
    ++*at;
    return LK_OK;
  }
  int empty = scan->page[next - 2] == '/';
  count(scan->parser->counts, action);
  if (action == LK_TAG_TABLE) return table_tag(scan, closes, at, next);
  if (action <= LK_TAG_LITERAL && !closes && !empty) return whole_tag(scan, tag, at, next);
  LK_TRY(lk_scan_mark(scan, action <= LK_TAG_LITERAL ? LK_MARK_DROPPED : LK_MARK_TAG, *at,
                      next));
  lk_mark *mark = &scan->parser->marks.at[scan->parser->marks.count - 1];
  mark->tag = (uint8_t)tag;
  mark->opener = (uint8_t)!closes;
  *at = next;
  return LK_OK;
}

lk_status lk_scan_tag(lk_scan *scan, uint32_t *at) {
  assert(scan->page[*at] == '<');
  if (scan->size - *at >= 4 && !memcmp(scan->page + *at, "<!--", 4))
    return comment(scan, at);
  uint32_t closes = lk_scan_peek(scan, *at + 1) == '/', name = *at + 1 + closes;
  int tag = name < scan->size ? lk_tag_find(scan->page + name, scan->size - name) : -1;
  if (tag >= 0) return known_tag(scan, tag, (int)closes, at);
  ++*at;
  return LK_OK;
}
