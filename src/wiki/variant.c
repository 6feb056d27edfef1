/* -{zh-hans:A; zh-hant:B}-: one text in several scripts. The first one stands here. */
#include "wiki/render.h"

/* "zh-hans:A" is A. */
static lk_piece without_code(lk_piece text) {
  size_t length = 0;
  while (
      length < text.size && length < 12 &&
      (lk_is_letter(text.at[length]) || text.at[length] == '-' || text.at[length] == ' '))
    length++;
  int code = length && length < text.size && text.at[length] == ':';
  if (!code) return text;
  return lk_piece_trim((lk_piece){text.at + length + 1, text.size - length - 1});
}

/* Rules for the page or its title show nothing. */
static int is_silent(lk_piece flags) {
  return memchr(flags.at, 'H', flags.size) || memchr(flags.at, 'T', flags.size) ||
         memchr(flags.at, '-', flags.size);
}

lk_status lk_wiki_close_variant(lk_wikitext *parser, const lk_wiki_frame *variant) {
  lk_wiki_text *out = &parser->rendered;
  lk_piece text = {out->bytes + variant->from, out->size - variant->from};
  out->size = variant->from;
  if (!text.size) return LK_OK;
  const char *bar = memchr(text.at, '|', text.size);
  if (bar) {
    if (is_silent((lk_piece){text.at, (size_t)(bar - text.at)}))
      return lk_wiki_hole(parser);
    text.size -= (size_t)(bar + 1 - text.at);
    text.at = bar + 1;
  }
  lk_piece shown = without_code(lk_piece_trim(text));
  const char *end = shown.size ? memchr(shown.at, ';', shown.size) : NULL;
  if (end && shown.at != lk_piece_trim(text).at) shown.size = (size_t)(end - shown.at);
  memmove(out->bytes + variant->from, shown.at, shown.size);
  out->size += shown.size;
  return LK_OK;
}
