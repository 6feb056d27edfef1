/* -{zh-hans:A; zh-hant:B}-: one text in several scripts. The first one stands here. */
#include "wiki/render.h"

/* Of MediaWiki's converters, and as BCP 47 has them. */
static const char codes[] =
    "zh zh-hans zh-hant zh-cn zh-tw zh-hk zh-mo zh-sg zh-my sr sr-ec sr-el sr-cyrl sr-latn "
    "sh-cyrl sh-latn gan gan-hans gan-hant wuu wuu-hans wuu-hant kk kk-cyrl kk-latn "
    "kk-arab "
    "kk-kz kk-tr kk-cn ku ku-arab ku-latn tg tg-cyrl tg-latn uz uz-cyrl uz-latn iu "
    "ike-cans ike-latn shi shi-tfng shi-latn zgh zgh-tfng zgh-latn crh crh-cyrl crh-latn "
    "tly tly-latn tly-cyrl mni mni-mtei mni-beng ban ban-bali ban-x-dharma ban-x-palmleaf "
    "ban-x-pku";

/* How long "zh-hans:" is, if the text begins with the code of a variant; else 0. */
static size_t code_size(lk_piece text) {
  char code[16] = "";
  size_t size = 0;
  while (size < text.size && size + 1 < sizeof code &&
         (lk_is_letter(text.at[size]) || text.at[size] == '-')) {
    code[size] = text.at[size] | 0x20;
    size++;
  }
  while (size < text.size && lk_is_blank(text.at[size]))
    size++;
  int colon = size < text.size && text.at[size] == ':';
  return colon && lk_word_is_among(code, codes) ? size + 1 : 0;
}

/* Up to the ; before another code, or the last one: others are of entities and of the text.
 */
static size_t rule_size(lk_piece rules) {
  for (size_t at = 0; at < rules.size; at++) {
    if (rules.at[at] != ';') continue;
    lk_piece rest = lk_piece_trim((lk_piece){rules.at + at + 1, rules.size - at - 1});
    if (!rest.size || code_size(rest)) return at;
  }
  return rules.size;
}

/* "zh-hans:A; zh-hant:B" is A. */
static lk_piece first_of(lk_piece rules) {
  size_t code = code_size(rules);
  if (!code) return rules;
  lk_piece text = {rules.at + code, rules.size - code};
  text.size = rule_size(text);
  return lk_piece_trim(text);
}

/* Whether one of the flags, with ; between, is that one. */
static int has_flag(lk_piece flags, const char *flag) {
  while (flags.size) {
    const char *end = memchr(flags.at, ';', flags.size);
    size_t size = end ? (size_t)(end - flags.at) : flags.size;
    if (lk_piece_is(lk_piece_trim((lk_piece){flags.at, size}), flag)) return 1;
    size += end != NULL;
    flags.at += size, flags.size -= size;
  }
  return 0;
}

/* Rules for the page or its title show nothing; N shows what the wiki calls a variant. */
static int is_silent(lk_piece flags) {
  return has_flag(flags, "H") || has_flag(flags, "T") || has_flag(flags, "-") ||
         has_flag(flags, "N");
}

lk_status lk_wiki_close_variant(lk_wikitext *parser, const lk_wiki_frame *variant) {
  lk_wiki_text *out = &parser->rendered;
  lk_piece text = {out->bytes + variant->from, out->size - variant->from};
  out->size = variant->from;
  if (!text.size) return LK_OK;
  const char *bar = memchr(text.at, '|', text.size);
  lk_piece flags = {text.at, bar ? (size_t)(bar - text.at) : 0};
  int raw = has_flag(flags, "R");
  if (!raw && is_silent(flags)) return lk_wiki_hole(parser);
  size_t skip = flags.size + (bar != NULL);
  lk_piece shown = lk_piece_trim((lk_piece){text.at + skip, text.size - skip});
  if (!raw) shown = first_of(shown);
  memmove(out->bytes + variant->from, shown.at, shown.size);
  out->size += shown.size;
  return LK_OK;
}
