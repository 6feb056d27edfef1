/* A page of wikitext. Whatever it holds, it must give a text, the same one twice, that is
 * no longer than bounded, in steps that grow with the page alone. */
#include "lockstep/wikitext.h"
#include "fuzz.h"

enum { STEPS = 512, GROWTH = 16, SMALL = 1024 };

static const char rows[] = "fuzz = $1$1[ $2]${a,3}\\x\nf-* = @list\n";

static void parse(lk_wikitext *parser, const char *page, size_t size, lk_wiki_text *text) {
  lk_wiki_counts counts = {0};
  MUST(lk_wikitext_parse(parser, "Title", page, size, text, &counts) == LK_OK);
  MUST(counts.steps <= STEPS * size + SMALL);
  MUST(text->size <= GROWTH * size + SMALL);
  MUST(!text->size || text->bytes[text->size - 1] == '\n');
}

/* Fields lie in the page, one behind the other. */
static void check_fields(lk_wikitext *parser, const char *page, size_t size) {
  lk_wiki_counts counts = {0};
  lk_wiki_fields fields = {0};
  MUST(lk_wikitext_fields(parser, page, size, &fields, &counts) == LK_OK);
  MUST(counts.steps <= STEPS * size + SMALL);
  const char *at = page;
  for (size_t i = 0; i < fields.count; i++) {
    const lk_wiki_field *field = &fields.at[i];
    MUST(field->name >= at && field->value >= field->name + field->name_size);
    at = field->value + field->value_size;
    MUST(at <= page + size && field->call < fields.templates);
  }
  lk_free(fields.at);
}

static void check_page(const lk_wiki_site *site, lk_wiki_options options, const char *page,
                       size_t size) {
  lk_wikitext *parser;
  lk_wiki_text one = {0}, other = {0};
  MUST(lk_wikitext_create(&parser, site, options) == LK_OK);
  MUST(lk_wikitext_add_templates(parser, rows, sizeof rows - 1, "rows") == LK_OK);
  parse(parser, page, size, &one);
  parse(parser, page, size, &other);
  MUST(one.size == other.size);
  MUST(!one.size || !memcmp(one.bytes, other.bytes, one.size));
  lk_free(one.bytes);
  lk_free(other.bytes);
  check_fields(parser, page, size);
  lk_wikitext_free(parser);
}

static void check_kind(const lk_wiki_site *site, const char *page, size_t size) {
  const char *target;
  size_t target_size;
  if (lk_wiki_is_redirect(site, page, size, &target, &target_size))
    MUST(target > page && target_size && target + target_size <= page + size);
  lk_wiki_is_disambiguation(site, page, size);
}

/* A stranger's rows are refused or taken. */
static void check_rows(const lk_wiki_site *site, const char *bytes, size_t size) {
  lk_wikitext *parser;
  static const char page[] = "{{a|b|c=d}} {{b}}";
  lk_wiki_text text = {0};
  MUST(lk_wikitext_create(&parser, site, lk_wiki_options_default) == LK_OK);
  if (fuzz_was_read(lk_wikitext_add_templates(parser, bytes, size, "rows"), LK_BAD_DATA,
                    "rows"))
    parse(parser, page, sizeof page - 1, &text);
  lk_free(text.bytes);
  lk_wikitext_free(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const char *const languages[] = {"en", "de", "zh", "xx"};
  const char *page = (const char *)bytes;
  lk_wiki_site *site;
  MUST(lk_wiki_site_create(&site, languages[size % 4]) == LK_OK);
  check_page(site, lk_wiki_options_default, page, size);
  check_page(site, (lk_wiki_options){1, 1, 1, 1, 0, 0}, page, size);
  check_kind(site, page, size);
  check_rows(site, page, size);
  lk_wiki_site_free(site);
  fuzz_end();
  return 0;
}
