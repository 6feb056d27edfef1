#include "wiki/call.h"
#include "wiki/language_list.h"
#include "wiki/site.h"
#include "wiki/template_list.h"

/* Languages that MediaWiki converts between variants (languages/converters), by the codes
 * of their Wikipedias. */
static const char with_variants[] =
    "zh gan wuu sr sh kk ku uz tg iu crh shi zgh tly ban mni ks";

const lk_wiki_options lk_wiki_options_default = {
    .headings = 1, .lists = 1, .list_markers = 1, .flags = 1};

/* "infobox*" is the beginning "infobox", "lang-*" the beginning "lang", "* infobox" the
 * ending "infobox". */
static lk_status add_row(lk_wikitext *parser, lk_piece name, const char *rendering) {
  name = lk_piece_trim(name);
  int beginning = name.size > 1 && name.at[name.size - 1] == '*';
  int ending = name.size > 1 && *name.at == '*';
  if (ending)
    return lk_wiki_names_add(&parser->endings, (lk_piece){name.at + 1, name.size - 1},
                             rendering, 0);
  if (!beginning) return lk_wiki_names_add(&parser->templates, name, rendering, 0);
  name.size--;
  while (name.size > 1 && strchr("-:/ ", name.at[name.size - 1]))
    name.size--;
  return lk_wiki_names_add(&parser->beginnings, name, rendering, 0);
}

/* Names with `between` between. */
static lk_status add_rows(lk_wikitext *parser, lk_piece names, char between,
                          const char *rendering) {
  while (names.size) {
    const char *end = memchr(names.at, between, names.size);
    size_t size = end ? (size_t)(end - names.at) : names.size;
    LK_TRY(add_row(parser, (lk_piece){names.at, size}, rendering));
    size += end != NULL;
    names.at += size, names.size -= size;
  }
  return LK_OK;
}

static lk_status add_list(lk_wikitext *parser) {
  const char *language = lk_wiki_site_language(parser->site);
  for (size_t i = 0; i < sizeof template_list / sizeof *template_list; i++)
    LK_TRY(add_rows(parser, lk_piece_of(template_list[i].names), '|',
                    template_list[i].rendering));
  for (size_t i = 0; i < sizeof language_list / sizeof *language_list; i++)
    if (lk_word_is_among(language, language_list[i].languages))
      LK_TRY(add_rows(parser, lk_piece_of(language_list[i].names), '|',
                      language_list[i].rendering));
  return LK_OK;
}

/* Nothing that is pointed into is NULL, even for a page without text. */
static lk_status fill(lk_wikitext *parser) {
  LK_TRY(LK_WIKI_ROOM(&parser->arguments));
  LK_TRY(lk_wiki_append_byte(&parser->rendered, ' '));
  LK_TRY(lk_wiki_append_byte(&parser->scratch, ' '));
  return add_list(parser);
}

lk_status lk_wikitext_create(lk_wikitext **out, const lk_wiki_site *site,
                             lk_wiki_options options) {
  LK_TRY(LK_NEW(*out, 1));
  (*out)->site = site;
  (*out)->options = options;
  (*out)->variants = lk_word_is_among(lk_wiki_site_language(site), with_variants);
  (*out)->templates.acronyms = (*out)->beginnings.acronyms = (*out)->endings.acronyms = 1;
  lk_status status = fill(*out);
  if (status != LK_OK) {
    lk_wikitext_free(*out);
    *out = NULL;
  }
  return status;
}

/* One `name, name = rendering`. */
static lk_status add_line(lk_wikitext *parser, lk_piece line, const char *file,
                          unsigned long number) {
  line = lk_piece_trim(line);
  if (!line.size || *line.at == '#') return LK_OK;
  const char *equals = memmem(line.at, line.size, " = ", 3);
  if (!equals && line.size > 2 && !memcmp(line.at + line.size - 2, " =", 2))
    equals = line.at + line.size - 2;
  if (!equals)
    return lk_fail(LK_BAD_DATA, "%s, line %lu: not of the form NAME = RENDERING", file,
                   number);
  lk_piece rest = {equals + 2, line.size - (size_t)(equals + 2 - line.at)};
  rest = lk_piece_trim(rest);
  char *rendering;
  LK_TRY(LK_NEW(rendering, rest.size + 1));
  memcpy(rendering, rest.at, rest.size);
  lk_status status = lk_call_check(rendering);
  if (status == LK_OK)
    status =
        add_rows(parser, (lk_piece){line.at, (size_t)(equals - line.at)}, ',', rendering);
  lk_free(rendering);
  return status == LK_BAD_DATA
             ? lk_fail(LK_BAD_DATA,
                       "%s, line %lu: the name is empty or too long, or there "
                       "is no such built-in rendering",
                       file, number)
             : status;
}

lk_status lk_wikitext_add_templates(lk_wikitext *parser, const char *text, size_t size,
                                    const char *name) {
  unsigned long number = 0;
  while (size) {
    const char *end = memchr(text, '\n', size);
    size_t length = end ? (size_t)(end - text) : size;
    LK_TRY(add_line(parser, (lk_piece){text, length}, name, ++number));
    length += end != NULL;
    text += length, size -= length;
  }
  return LK_OK;
}

lk_status lk_wiki_begin(lk_wikitext *parser, const char *title, const char *page,
                        size_t size, lk_wiki_counts *counts) {
  if (size >= UINT32_MAX / 2)
    return lk_fail(LK_BAD_DATA, "%s: a page of %zu bytes; the largest has 2 GB", title,
                   size);
  parser->title = title;
  parser->page = page;
  parser->size = (uint32_t)size;
  parser->counts = counts;
  return lk_wiki_scan(parser);
}

lk_status lk_wikitext_parse(lk_wikitext *parser, const char *title, const char *page,
                            size_t size, lk_wiki_text *text, lk_wiki_counts *counts) {
  LK_TRY(lk_wiki_begin(parser, title, page, size, counts));
  if (!text->room)
    LK_TRY(lk_wiki_grow((void **)&text->bytes, &text->room, 0, size / 2 + 1, 1));
  LK_TRY(lk_wiki_render(parser));
  return lk_wiki_lines(parser, text);
}

void lk_wikitext_free(lk_wikitext *parser) {
  if (!parser) return;
  lk_wiki_names_free(&parser->templates);
  lk_wiki_names_free(&parser->beginnings);
  lk_wiki_names_free(&parser->endings);
  lk_free(parser->marks.at);
  lk_free(parser->open.at);
  lk_free(parser->arguments.at);
  lk_free(parser->rendered.bytes);
  lk_free(parser->scratch.bytes);
  lk_free(parser);
}
