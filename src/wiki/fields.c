/* The named parameters of a page's templates, which the text leaves out. */
#include "wiki/render.h"
#include "wiki/site.h"

/* The parameter that is read: it begins at `from`, its name ends at `name_end` (0: not
 * yet), its value begins at `value` (0: it has no name so far). */
typedef struct {
  lk_wikitext *parser;
  lk_wiki_fields *to;
  uint32_t from, name_end, value;
  int first; /* what stands before the first bar is the template's own name */
} field_reader;

static lk_piece piece_of(const field_reader *reader, uint32_t from, uint32_t end) {
  assert(from <= end && end <= reader->parser->size);
  return lk_piece_trim((lk_piece){reader->parser->page + from, end - from});
}

static lk_status end_field(field_reader *reader, uint32_t end) {
  lk_wiki_fields *to = reader->to;
  const lk_wiki_site *site = reader->parser->site;
  if (!reader->value || reader->first) return LK_OK;
  lk_piece name = piece_of(reader, reader->from, reader->name_end),
           value = piece_of(reader, reader->value, end);
  int wanted = !lk_wiki_site_knows(site, LK_WORD_FIELD) ||
               lk_wiki_site_find(site, LK_WORD_FIELD, name);
  if (!name.size || !wanted) return LK_OK;
  LK_TRY(LK_WIKI_ROOM(to));
  to->at[to->count++] =
      (lk_wiki_field){name.at, name.size, value.at, value.size, to->templates - 1};
  return LK_OK;
}

/* Text that stands in the template itself. */
static lk_status read_text(field_reader *reader, uint32_t at, uint32_t end) {
  const char *page = reader->parser->page;
  reader->parser->counts->steps += end - at;
  for (; at < end; at++) {
    if (page[at] == '=' && !reader->value) {
      if (!reader->name_end) reader->name_end = at;
      reader->value = at + 1;
    }
    if (page[at] != '|') continue;
    LK_TRY(end_field(reader, at));
    reader->from = at + 1;
    reader->name_end = reader->value = 0;
    reader->first = 0;
  }
  return LK_OK;
}

/* A comment before, in or behind a name is no part of it. */
static void pass_comment(field_reader *reader, const lk_mark *mark) {
  if (reader->value || reader->name_end) return;
  if (piece_of(reader, reader->from, mark->at).size)
    reader->name_end = mark->at;
  else
    reader->from = mark->next;
}

/* Where the page goes on behind a mark, and behind its other half. */
static uint32_t behind(const lk_mark *mark) {
  return mark->end > mark->next ? mark->end : mark->next;
}

/* The template of the mark at *i, which is moved to the mark that closes it. */
static lk_status read_template(field_reader *reader, size_t *i) {
  const lk_marks *marks = &reader->parser->marks;
  const lk_mark *template = &marks->at[*i];
  uint32_t at = template->next;
  reader->first = 1;
  reader->value = reader->name_end = 0;
  reader->from = at;
  for (++*i;; ++*i) {
    assert(*i < marks->count);
    const lk_mark *mark = &marks->at[*i];
    if (mark->at < at) continue; /* inside what was passed over */
    LK_TRY(read_text(reader, at, mark->at));
    if (mark->at == template->close) return end_field(reader, mark->at);
    if (mark->kind == LK_MARK_DROPPED) pass_comment(reader, mark);
    at = behind(mark);
  }
}

lk_status lk_wikitext_fields(lk_wikitext *parser, const char *page, size_t size,
                             lk_wiki_fields *fields, lk_wiki_counts *counts) {
  field_reader reader = {.parser = parser, .to = fields};
  uint32_t at = 0;
  fields->count = fields->templates = fields->infoboxes = 0;
  LK_TRY(lk_wiki_begin(parser, "", page, size, counts));
  for (size_t i = 0; i < parser->marks.count; i++) {
    const lk_mark *mark = &parser->marks.at[i];
    if (mark->kind != LK_MARK_TEMPLATE || !mark->end || mark->at < at) continue;
    at = mark->end;
    fields->templates++;
    fields->infoboxes += (uint32_t)lk_wiki_is_infobox(parser, mark);
    LK_TRY(read_template(&reader, &i));
  }
  return LK_OK;
}
