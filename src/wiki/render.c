#include "wiki/render.h"
#include "wiki/site.h"
#include "wiki/tags.h"

lk_status lk_wiki_hole(lk_wikitext *parser) {
  return lk_wiki_append_byte(&parser->rendered, LK_WIKI_HOLE);
}

lk_wiki_frame *lk_wiki_push(lk_wikitext *parser, const lk_mark *mark) {
  assert(mark->end > mark->next);
  if (parser->depth == LK_WIKI_DEPTH) {
    parser->counts->too_deep++;
    return NULL;
  }
  lk_wiki_frame *frame = &parser->frames[parser->depth++];
  *frame = (lk_wiki_frame){.kind = mark->kind,
                           .from = parser->rendered.size,
                           .arguments = parser->arguments.count,
                           .at = mark->at,
                           .end = mark->end};
  return frame;
}

lk_status lk_wiki_piece(lk_wikitext *parser, lk_piece piece) {
  if (!piece.size) return LK_OK;
  parser->counts->steps += piece.size;
  lk_wiki_frame *top = parser->depth ? &parser->frames[parser->depth - 1] : NULL;
  if (top && top->kind == LK_MARK_TEMPLATE)
    return lk_wiki_template_piece(parser, top, piece);
  if (top && top->kind == LK_MARK_LINK) return lk_wiki_link_piece(parser, top, piece);
  return lk_wiki_join(&parser->rendered, piece);
}

/* A table, template or picture that nothing closes: to the end of the line that it is in,
 * or of the paragraph that it begins. */
static uint32_t unclosed_end(const lk_wikitext *parser, const lk_mark *mark) {
  const char *at = parser->page + mark->next, *end = parser->page + parser->size;
  int begins =
      mark->kind != LK_MARK_LINK && (!mark->at || parser->page[mark->at - 1] == '\n');
  for (; at < end; at++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (!at) break;
    if (!begins || at + 1 == end || at[1] == '\n' || at[1] == '=') break;
  }
  uint32_t next = at ? (uint32_t)(at - parser->page) : parser->size;
  parser->counts->steps += next - mark->at;
  return next;
}

static lk_status unclosed(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  int brackets = mark->kind == LK_MARK_LINK && !lk_wiki_begins_file(parser, mark);
  if (mark->kind == LK_MARK_ADDRESS || mark->kind == LK_MARK_VARIANT)
    return lk_wiki_piece(parser,
                         (lk_piece){parser->page + mark->at, mark->next - mark->at});
  if (mark->kind == LK_MARK_TABLE && parser->rendered.size < parser->rows)
    parser->rows = parser->rendered.size;
  if (!brackets) *next = unclosed_end(parser, mark);
  return brackets ? LK_OK : lk_wiki_hole(parser);
}

static lk_status jump(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  *next = mark->end;
  return lk_wiki_hole(parser);
}

static lk_status open_table(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  parser->counts->tables++;
  if (!parser->options.tables || !lk_wiki_push(parser, mark))
    return jump(parser, mark, next);
  return LK_OK;
}

static lk_status open(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  if (!mark->end) return unclosed(parser, mark, next);
  switch (mark->kind) {
  case LK_MARK_TEMPLATE:
    return lk_wiki_open_template(parser, mark, next);
  case LK_MARK_LINK:
    return lk_wiki_open_link(parser, mark, next);
  case LK_MARK_ADDRESS:
    return lk_wiki_open_address(parser, mark, next);
  case LK_MARK_TABLE:
    return open_table(parser, mark, next);
  case LK_MARK_VARIANT:
    return lk_wiki_push(parser, mark) ? LK_OK : jump(parser, mark, next);
  default:
    return jump(parser, mark, next);
  }
}

static lk_status close(lk_wikitext *parser, const lk_mark *mark) {
  if (mark->opener == LK_MARK_ADDRESS) return LK_OK; /* which needs no frame */
  assert(parser->depth > 0);
  const lk_wiki_frame frame = parser->frames[--parser->depth];
  assert(frame.kind == mark->opener && frame.end == mark->next);
  parser->counts->steps += parser->rendered.size - frame.from;
  switch (frame.kind) {
  case LK_MARK_TEMPLATE:
    return lk_wiki_close_template(parser, &frame);
  case LK_MARK_LINK:
    return lk_wiki_close_link(parser, &frame);
  case LK_MARK_TABLE:
    return lk_wiki_close_table(parser, &frame);
  default:
    return lk_wiki_close_variant(parser, &frame);
  }
}

/* A line that ends in the page too ends once. */
static lk_status end_line(lk_wikitext *parser, const lk_mark *mark) {
  const lk_wiki_text *out = &parser->rendered;
  int ends = mark->next < parser->size && parser->page[mark->next] == '\n';
  int begins = out->size && out->bytes[out->size - 1] == '\n';
  return ends || begins ? LK_OK : lk_wiki_append_byte(&parser->rendered, '\n');
}

/* `opener`: <li>, not </li>. */
static lk_status begin_item(lk_wikitext *parser, const lk_mark *mark) {
  const lk_wiki_text *out = &parser->rendered;
  if (!mark->opener) return LK_OK;
  if (out->size && out->bytes[out->size - 1] != '\n')
    LK_TRY(lk_wiki_append_byte(&parser->rendered, '\n'));
  return lk_wiki_append(&parser->rendered, "* ", 2);
}

/* <ruby>A<rt>b</rt></ruby> is A (b), as {{ruby|A|b}}; <rp> has the brackets already.
 * `begins`: <rt>, which needs no end. */
static lk_status reading(lk_wikitext *parser, int begins) {
  lk_wiki_text *out = &parser->rendered;
  int wide = lk_word_is_among(lk_wiki_site_language(parser->site), "ja zh yue wuu");
  const char *opener = wide ? "（" : " (", *closer = wide ? "）" : ")";
  if (parser->reading) {
    LK_TRY(lk_wiki_hole(parser));
    LK_TRY(lk_wiki_append(out, closer, strlen(closer)));
  }
  int there =
      out->size && (out->bytes[out->size - 1] == '(' ||
                    (out->size > 2 && !memcmp(out->bytes + out->size - 3, "（", 3)));
  parser->reading = begins && !there;
  return parser->reading ? lk_wiki_append(out, opener, strlen(opener)) : LK_OK;
}

/* What stands there up to the end of a tag, if that is near. */
static lk_piece raised_at(lk_wikitext *parser, uint32_t at) {
  enum { NEAR = 64 };
  size_t size = parser->size - at < NEAR ? parser->size - at : NEAR;
  const char *end = memmem(parser->page + at, size, "</", 2);
  parser->counts->steps += size;
  return (lk_piece){parser->page + at, end ? (size_t)(end - parser->page) - at : size};
}

/* 10<sup>6</sup> is 10^6, km<sup>2</sup> km2. */
static lk_status tag(lk_wikitext *parser, const lk_mark *mark) {
  const lk_wiki_text *out = &parser->rendered;
  lk_tag_action action = lk_tag_at(mark->tag)->action;
  if (action == LK_TAG_BREAK) return end_line(parser, mark);
  if (action == LK_TAG_ITEM) return begin_item(parser, mark);
  if (action == LK_TAG_RUBY || action == LK_TAG_READING)
    return reading(parser, action == LK_TAG_READING && mark->opener);
  if (action == LK_TAG_LINE) return lk_wiki_append_byte(&parser->rendered, '\n');
  if (action != LK_TAG_POWER || !mark->opener || !out->size) return LK_OK;
  int power =
      lk_wiki_is_power(lk_wiki_site_language(parser->site),
                       (lk_piece){out->bytes, out->size}, raised_at(parser, mark->next));
  return power ? lk_wiki_append_byte(&parser->rendered, '^') : LK_OK;
}

/* Characters are still written as entities here. */
static lk_status literal(lk_wikitext *parser, const lk_mark *mark) {
  for (uint32_t at = mark->next; at < mark->close; at++) {
    int begins = at == mark->next || parser->page[at - 1] == '\n';
    if (memchr("'_~", parser->page[at], 3) ||
        (begins && memchr("=*#:;|!-{", parser->page[at], 9)))
      LK_TRY(lk_wiki_append_byte(&parser->rendered, LK_WIKI_LITERAL));
    LK_TRY(lk_wiki_append_byte(&parser->rendered, parser->page[at]));
  }
  parser->counts->steps += mark->close - mark->next;
  return LK_OK;
}

static lk_status follow(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  *next = mark->next;
  if (mark->kind < LK_MARK_KINDS) return open(parser, mark, next);
  switch (mark->kind) {
  case LK_MARK_CLOSE:
    return close(parser, mark);
  case LK_MARK_TAG:
    return tag(parser, mark);
  case LK_MARK_DROPPED:
    return lk_wiki_append_byte(&parser->rendered, LK_WIKI_NOTE);
  case LK_MARK_LITERAL:
    *next = mark->end;
    return literal(parser, mark);
  default:
    return LK_OK;
  }
}

/* Whether a mark before *at, the end of what is left out, is passed over. That end is moved
 * where it would cut what is around in two, or what is inside. */
static int is_left_out(const lk_wikitext *parser, const lk_mark *mark, uint32_t *at) {
  if (mark->at >= *at) return 0;
  const lk_wiki_frame *top = parser->depth ? &parser->frames[parser->depth - 1] : NULL;
  if (top && mark->kind == LK_MARK_CLOSE && mark->next == top->end) {
    *at = mark->at;
    return 0;
  }
  uint32_t end = mark->end > mark->next ? mark->end : mark->next;
  if (end > *at) *at = end;
  return 1;
}

lk_status lk_wiki_render(lk_wikitext *parser) {
  uint32_t at = 0;
  parser->rendered.size = parser->arguments.count = 0;
  parser->rows = SIZE_MAX;
  parser->repeats = parser->size;
  parser->reading = 0;
  parser->depth = 0;
  for (size_t i = 0; i < parser->marks.count; i++) {
    const lk_mark *mark = &parser->marks.at[i];
    if (is_left_out(parser, mark, &at)) continue;
    LK_TRY(lk_wiki_piece(parser, (lk_piece){parser->page + at, mark->at - at}));
    LK_TRY(follow(parser, mark, &at));
  }
  assert(at <= parser->size && !parser->depth);
  return lk_wiki_piece(parser, (lk_piece){parser->page + at, parser->size - at});
}
