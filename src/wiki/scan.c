/* Braces outrank brackets, as in MediaWiki: what is open inside {{ ends with its }}. */
#include "wiki/scan.h"
#include "base/block.h"
#include "wiki/render.h"

static const char special[256] = {
    ['{'] = 1, ['}'] = 1, ['['] = 1, [']'] = 1, ['<'] = 1, ['\n'] = 1};

/* Where special[] holds: a bit is between { and [, } and ]. */
static lk_block are_special(lk_block c) {
  return (lk_block)(((c | 0x20) == '{') | ((c | 0x20) == '}') | (c == '<') | (c == '\n'));
}

static lk_mark *top_mark(const lk_scan *scan) {
  const lk_open_marks *open = &scan->parser->open;
  return open->count ? &scan->parser->marks.at[open->at[open->count - 1].mark] : NULL;
}

lk_mark_kind lk_scan_top(const lk_scan *scan) {
  const lk_mark *mark = top_mark(scan);
  return mark ? mark->kind : LK_MARK_KINDS;
}

lk_status lk_scan_mark(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t next) {
  lk_marks *marks = &scan->parser->marks;
  assert(at < next && next <= scan->size);
  assert(!marks->count || marks->at[marks->count - 1].at < at);
  LK_TRY(LK_WIKI_ROOM(marks));
  marks->at[marks->count++] = (lk_mark){.at = at, .next = next, .kind = (uint8_t)kind};
  return LK_OK;
}

/* One chain for both kinds of braces: which it was shows at the end. */
static int chain_of(int kind) {
  assert(kind < LK_MARK_KINDS);
  return kind == LK_MARK_PARAMETER ? LK_MARK_TEMPLATE : kind;
}

lk_status lk_scan_open(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t next) {
  lk_open_marks *open = &scan->parser->open;
  int32_t *last = &scan->last[chain_of(kind)];
  LK_TRY(lk_scan_mark(scan, kind, at, next));
  LK_TRY(LK_WIKI_ROOM(open));
  open->at[open->count] = (lk_open_mark){(uint32_t)scan->parser->marks.count - 1, *last};
  *last = (int32_t)open->count++;
  return LK_OK;
}

static lk_mark *pop(lk_scan *scan) {
  lk_open_marks *open = &scan->parser->open;
  assert(open->count > 0);
  lk_mark *mark = top_mark(scan);
  scan->last[chain_of(mark->kind)] = open->at[--open->count].below;
  return mark;
}

static void give_up(lk_scan *scan) {
  pop(scan);
  scan->parser->counts->unclosed++;
}

lk_status lk_scan_close(lk_scan *scan, lk_mark_kind kind, uint32_t at, uint32_t end) {
  int32_t wanted = scan->last[chain_of(kind)];
  assert(wanted >= 0);
  while ((int32_t)scan->parser->open.count - 1 > wanted)
    give_up(scan);
  lk_mark *mark = pop(scan);
  mark->close = at;
  mark->end = end;
  uint8_t opener = mark->kind;
  LK_TRY(lk_scan_mark(scan, LK_MARK_CLOSE, at, end));
  scan->parser->marks.at[scan->parser->marks.count - 1].opener = opener;
  return LK_OK;
}

static uint32_t run_of(lk_scan *scan, uint32_t at) {
  uint32_t end = at + 1;
  while (end < scan->size && scan->page[end] == scan->page[at])
    end++;
  scan->parser->counts->steps += end - at;
  return end - at;
}

/* Tables begin and end lines; colons may stand before. */
static int begins_line(const lk_scan *scan, uint32_t at) {
  for (int i = 0; i < 16 && at; i++) {
    char before = scan->page[--at];
    if (before == '\n' || before == '>') return 1;
    if (before != ' ' && before != '\t' && before != ':') return 0;
  }
  return !at;
}

/* -{, unless the - belongs to the }- before; where a language has variants. */
static int opens_variant(const lk_scan *scan, uint32_t at) {
  const lk_marks *marks = &scan->parser->marks;
  return scan->parser->variants && at && scan->page[at - 1] == '-' &&
         (!marks->count || marks->at[marks->count - 1].next < at);
}

static lk_status open_braces(lk_scan *scan, uint32_t *at) {
  uint32_t run = run_of(scan, *at);
  if (run == 1) {
    uint32_t here = (*at)++;
    if (opens_variant(scan, here))
      return lk_scan_open(scan, LK_MARK_VARIANT, here - 1, here + 1);
    if (lk_scan_peek(scan, here + 1) != '|' || !begins_line(scan, here)) return LK_OK;
    ++*at;
    return lk_scan_open(scan, LK_MARK_TABLE, here, here + 2);
  }
  for (uint32_t size; run; run -= size, *at += size) {
    size = run == 3 ? 3 : 2;
    LK_TRY(lk_scan_open(scan, size == 3 ? LK_MARK_PARAMETER : LK_MARK_TEMPLATE, *at,
                        *at + size));
  }
  return LK_OK;
}

/* {{{a}} is a brace before {{a}}. */
static uint32_t braces_that_close(const lk_scan *scan, uint32_t run) {
  uint32_t mark = scan->parser->open.at[scan->last[LK_MARK_TEMPLATE]].mark;
  lk_mark *opener = &scan->parser->marks.at[mark];
  if (opener->kind == LK_MARK_TEMPLATE) return 2;
  if (run >= 3) return 3;
  opener->kind = LK_MARK_TEMPLATE;
  opener->at++;
  return 2;
}

static lk_status close_pairs(lk_scan *scan, uint32_t *at, uint32_t run) {
  while (run >= 2 && scan->last[LK_MARK_TEMPLATE] >= 0) {
    uint32_t size = braces_that_close(scan, run);
    LK_TRY(lk_scan_close(scan, LK_MARK_TEMPLATE, *at, *at + size));
    *at += size;
    run -= size;
  }
  if (run >= 2) LK_TRY(lk_scan_mark(scan, LK_MARK_STRAY, *at, *at + run));
  *at += run;
  return LK_OK;
}

/* |} closes a table, but the } of |}} belongs to the template around. */
static int closes_table(const lk_scan *scan, uint32_t at, uint32_t run) {
  return run % 2 && at && scan->page[at - 1] == '|' && begins_line(scan, at - 1) &&
         scan->last[LK_MARK_TABLE] >= 0;
}

static lk_status close_braces(lk_scan *scan, uint32_t *at) {
  uint32_t run = run_of(scan, *at), here = *at;
  if (closes_table(scan, here, run)) {
    ++*at;
    LK_TRY(lk_scan_close(scan, LK_MARK_TABLE, here, here + 1));
    return run > 1 ? close_pairs(scan, at, run - 1) : LK_OK;
  }
  if (run > 1) return close_pairs(scan, at, run);
  ++*at;
  if (lk_scan_peek(scan, here + 1) != '-' || lk_scan_top(scan) != LK_MARK_VARIANT)
    return LK_OK;
  ++*at;
  return lk_scan_close(scan, LK_MARK_VARIANT, here, here + 2);
}

/* What may be linked to in single brackets: MediaWiki's $wgUrlProtocols. */
static int begins_address(const lk_scan *scan, uint32_t at) {
  static const char *const schemes[] = {
      "https://", "http://",   "//",       "ftp://",    "ftps://",     "mailto:",
      "news:",    "irc://",    "ircs://",  "tel:",      "geo:",        "git://",
      "urn:",     "gopher://", "bitcoin:", "magnet:",   "sip:",        "sips:",
      "sms:",     "xmpp:",     "matrix:",  "sftp://",   "nntp://",     "ssh://",
      "svn://",   "redis://",  "mms://",   "telnet://", "worldwind://"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    size_t size = strlen(schemes[i]);
    if (scan->size - at <= size || strncasecmp(scan->page + at, schemes[i], size)) continue;
    return !lk_is_blank(scan->page[at + size]) && scan->page[at + size] != ']';
  }
  return 0;
}

static lk_status open_brackets(lk_scan *scan, uint32_t *at) {
  uint32_t run = run_of(scan, *at), end = *at + run;
  if (run == 1 && begins_address(scan, end))
    LK_TRY(lk_scan_open(scan, LK_MARK_ADDRESS, *at, end));
  for (uint32_t here = *at + run % 2; here < end; here += 2)
    LK_TRY(lk_scan_open(scan, LK_MARK_LINK, here, here + 2));
  *at = end;
  return LK_OK;
}

static lk_status close_brackets(lk_scan *scan, uint32_t *at) {
  uint32_t here = *at, pair = lk_scan_peek(scan, here + 1) == ']';
  lk_mark_kind top = lk_scan_top(scan);
  scan->parser->counts->steps++;
  *at += 1;
  if (top == LK_MARK_ADDRESS) return lk_scan_close(scan, LK_MARK_ADDRESS, here, here + 1);
  if (!pair) return LK_OK;
  *at += 1;
  if (top == LK_MARK_LINK) return lk_scan_close(scan, LK_MARK_LINK, here, here + 2);
  return lk_scan_mark(scan, LK_MARK_STRAY, here, here + 2);
}

/* Whether the mark on top is of a file; looked up once. */
static int is_file(lk_scan *scan) {
  enum { FILE_LINK = 1, OTHER_LINK };
  lk_mark *mark = top_mark(scan);
  if (!mark->tag)
    mark->tag = lk_wiki_begins_file(scan->parser, mark) ? FILE_LINK : OTHER_LINK;
  return mark->tag == FILE_LINK;
}

/* Addresses end with the line, links with the paragraph, captions before a heading. */
static int ends_with_line(lk_scan *scan, char next) {
  lk_mark_kind top = lk_scan_top(scan);
  if (top != LK_MARK_LINK) return top == LK_MARK_ADDRESS;
  return (next == '\n' && !is_file(scan)) || (next == '=' && is_file(scan));
}

static void end_line(lk_scan *scan, uint32_t *at) {
  char next = lk_scan_peek(scan, *at + 1);
  while (ends_with_line(scan, next))
    give_up(scan);
  ++*at;
}

static lk_status special_byte(lk_scan *scan, uint32_t *at) {
  switch (scan->page[*at]) {
  case '{':
    return open_braces(scan, at);
  case '}':
    return close_braces(scan, at);
  case '[':
    return open_brackets(scan, at);
  case ']':
    return close_brackets(scan, at);
  case '<':
    return lk_scan_tag(scan, at);
  default:
    end_line(scan, at);
    return LK_OK;
  }
}

/* The first special byte from `at` on, or the page's end. */
static uint32_t find_special(const lk_scan *scan, uint32_t at) {
  for (; scan->size - at >= sizeof(lk_block); at += sizeof(lk_block)) {
    size_t first = lk_block_first(are_special(lk_block_at(scan->page + at)));
    if (first < sizeof(lk_block)) return at + (uint32_t)first;
  }
  while (at < scan->size && !special[(unsigned char)scan->page[at]])
    at++;
  return at;
}

lk_status lk_wiki_scan(lk_wikitext *parser) {
  lk_scan scan = {.parser = parser, .page = parser->page, .size = parser->size};
  uint32_t at = 0;
  memset(scan.last, -1, sizeof scan.last);
  parser->marks.count = parser->open.count = 0;
  while (1) {
    at = find_special(&scan, at);
    if (at == scan.size) break;
    uint32_t before = at;
    LK_TRY(special_byte(&scan, &at));
    assert(at > before);
  }
  parser->counts->steps += scan.size;
  parser->counts->unclosed += parser->open.count;
  return LK_OK;
}
