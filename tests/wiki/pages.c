/* The articles of a dump, a line of JSON each, with what they were and the text that was
 * made of them: for compare.js. */
#include "lockstep/dump.h"
#include "lockstep/memory.h"
#include "lockstep/wikitext.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lk_wiki_site *site;
static lk_wikitext *parser;

static lk_status open_site(const lk_dump_site *of, const char *language) {
  const char *code = *of->language ? of->language : language;
  LK_TRY(lk_wiki_site_create(&site, code));
  for (size_t i = 0; i < of->namespace_count; i++)
    if (*of->namespaces[i].name)
      LK_TRY(lk_wiki_site_add(site, of->namespaces[i].key, of->namespaces[i].name));
  lk_wiki_options options = lk_wiki_options_default;
  options.headings = 0; /* which wtf_wikipedia keeps apart from the text */
  options.list_markers = 0;
  return lk_wikitext_create(&parser, site, options);
}

/* cJSON fails for lack of memory alone. */
static void print(const lk_dump_page *page, const char *text) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "title", page->title);
  cJSON_AddStringToObject(root, "wikitext", page->text);
  cJSON_AddStringToObject(root, "text", text);
  char *line = cJSON_PrintUnformatted(root);
  puts(line ? line : "{}");
  free(line);
  cJSON_Delete(root);
}

static lk_status print_article(const lk_dump_page *page) {
  lk_wiki_text text = {0};
  lk_wiki_counts counts = {0};
  LK_TRY(lk_wikitext_parse(parser, page->title, page->text, page->size, &text, &counts));
  char *copy;
  LK_TRY(LK_NEW(copy, text.size + 1));
  if (text.size) memcpy(copy, text.bytes, text.size);
  print(page, copy);
  lk_free(copy);
  lk_free(text.bytes);
  return LK_OK;
}

static lk_status print_dump(lk_dump *dump, const char *language) {
  const lk_dump_page *page;
  const char *target;
  size_t size;
  LK_TRY(lk_dump_next(dump, &page));
  if (page) LK_TRY(open_site(lk_dump_site_of(dump), language));
  while (page) {
    if (!page->space && !page->is_redirect &&
        !lk_wiki_is_redirect(site, page->text, page->size, &target, &size))
      LK_TRY(print_article(page));
    LK_TRY(lk_dump_next(dump, &page));
  }
  return LK_OK;
}

int main(int argc, char **argv) {
  lk_dump *dump = NULL;
  lk_dump_options options = lk_dump_defaults();
  lk_status status = argc == 3 ? lk_dump_open(&dump, argv[1], &options)
                               : lk_fail(LK_USAGE, "usage: wiki_pages DUMP LANGUAGE");
  if (status == LK_OK) status = print_dump(dump, argv[2]);
  if (status != LK_OK) lk_say("%s", lk_message());
  lk_dump_close(dump);
  lk_wikitext_free(parser);
  lk_wiki_site_free(site);
  return (int)status;
}
