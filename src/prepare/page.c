#include "prepare/page.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include "prepare/letters.h"
#include "prepare/tidy.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char between[] = "\n\n"; /* a title and what follows */

static lk_status open_parser(lk_page_maker *maker, const char *templates) {
  LK_TRY(lk_wikitext_create(&maker->parser, maker->site, maker->options->wiki));
  if (!templates) return LK_OK;
  return lk_wikitext_add_templates(maker->parser, templates, strlen(templates),
                                   lk_file_name(maker->options->templates));
}

lk_status lk_page_maker_open(lk_page_maker *maker, const lk_dump *dump, const char *path,
                             const lk_prepare_options *options, int composes,
                             const char *templates) {
  maker->options = options;
  maker->kind = lk_dump_kind_of(dump);
  maker->is_tidied = maker->kind != LK_DUMP_TEXT;
  maker->composes = composes;
  lk_prepare_language(dump, path, options->language, maker->language);
  if (!maker->is_tidied) return LK_OK;
  LK_TRY(lk_prepare_site(&maker->site, dump, maker->language));
  return maker->kind == LK_DUMP_XML ? open_parser(maker, templates) : LK_OK;
}

void lk_page_maker_close(lk_page_maker *maker) {
  lk_wikitext_free(maker->parser);
  lk_wiki_site_free(maker->site);
  lk_free(maker->body.bytes);
  lk_free(maker->text.bytes);
  *maker = (lk_page_maker){0};
}

static lk_status append(lk_wiki_text *to, const char *bytes, size_t size) {
  size_t need = to->size + size + 1;
  if (need > to->room) {
    char *larger;
    LK_TRY(lk_allocate((void **)&larger, need, 2, "a page"));
    if (to->size) memcpy(larger, to->bytes, to->size);
    lk_free(to->bytes);
    to->bytes = larger;
    to->room = 2 * need;
  }
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
  to->bytes[to->size] = '\0';
  return LK_OK;
}

static int is_wikitext(const lk_page_maker *maker) {
  return maker->parser != NULL;
}

/* What its own facts say of a page: LK_PREPARE_KEPT as far as they go. */
static lk_prepare_step judge_facts(const lk_page_maker *maker, const lk_dump_page *page) {
  const char *target;
  size_t size;
  if (!maker->is_tidied) return LK_PREPARE_KEPT;
  if (page->space != 0) return LK_PREPARE_namespace;
  if (page->is_redirect) return LK_PREPARE_redirect;
  if (lk_wiki_is_disambiguation(maker->site, page->calls, strlen(page->calls)))
    return LK_PREPARE_disambiguation;
  if (!is_wikitext(maker)) return LK_PREPARE_KEPT;
  if (strcmp(page->model, "wikitext")) return LK_PREPARE_model;
  if (lk_wiki_is_redirect(maker->site, page->text, page->size, &target, &size))
    return LK_PREPARE_redirect;
  if (lk_wiki_is_disambiguation(maker->site, page->text, page->size))
    return LK_PREPARE_disambiguation;
  return LK_PREPARE_KEPT;
}

static void cut_ends(lk_wiki_text *text) {
  size_t begin = 0;
  while (text->size && isspace((unsigned char)text->bytes[text->size - 1]))
    text->size--;
  while (begin < text->size && text->bytes[begin] == '\n')
    begin++;
  text->size -= begin;
  if (begin) memmove(text->bytes, text->bytes + begin, text->size);
}

/* What cannot be composed, for it has a thousand marks in a row, loses them in a dump; in a
 * text it is refused where it is encoded, by its line. */
static lk_status compose(lk_page_maker *maker, lk_wiki_text *text, uint64_t *composed) {
  char *other;
  size_t size;
  uint64_t changed = 0;
  if (lk_normal_is_composed(text->bytes, text->size)) return LK_OK;
  lk_status status =
      lk_normal_text(text->bytes, text->size, "a page", &other, &size, &changed);
  if (status == LK_BAD_DATA && !maker->is_tidied) return LK_OK;
  if (status == LK_BAD_DATA) {
    lk_normal_cut_marks(text->bytes, &text->size);
    status = lk_normal_text(text->bytes, text->size, "a page", &other, &size, &changed);
  }
  LK_TRY(status);
  text->size = 0;
  status = append(text, other, size);
  lk_free(other);
  *composed += changed > 0;
  return status;
}

/* The text of the page, or of a title, as it is to be learnt. */
static lk_status clean(lk_page_maker *maker, lk_wiki_text *text,
                       lk_prepare_changes *changes) {
  if (!text->size) return LK_OK;
  if (maker->is_tidied) {
    lk_tidy(text->bytes, &text->size, changes);
    cut_ends(text);
  }
  return maker->composes && text->size ? compose(maker, text, &changes->composed) : LK_OK;
}

static lk_status make_body(lk_page_maker *maker, const lk_dump_page *page,
                           lk_prepare_changes *changes) {
  maker->body.size = 0;
  if (is_wikitext(maker))
    LK_TRY(lk_wikitext_parse(maker->parser, page->title, page->text, page->size,
                             &maker->body, &maker->wiki));
  else
    LK_TRY(append(&maker->body, page->text, page->size));
  return clean(maker, &maker->body, changes);
}

static lk_prepare_step judge_body(const lk_page_maker *maker, uint64_t characters) {
  const lk_prepare_options *o = maker->options;
  const lk_wiki_text *body = &maker->body;
  if (!body->size) return LK_PREPARE_empty;
  if (characters < o->shortest) return LK_PREPARE_stub;
  if (o->letters > 0 &&
      lk_letters_share(body->bytes, body->size, maker->language) < o->letters)
    return LK_PREPARE_letters;
  return LK_PREPARE_KEPT;
}

/* The title first, where there is one. */
static lk_status join(lk_page_maker *maker, const lk_dump_page *page, uint64_t characters) {
  lk_prepare_changes of_title = {0};
  lk_wiki_text *text = &maker->text;
  text->size = 0;
  if (*page->title && !maker->options->no_titles)
    LK_TRY(append(text, page->title, strlen(page->title)));
  LK_TRY(clean(maker, text, &of_title));
  maker->head.title = (uint32_t)text->size;
  if (text->size) {
    maker->head.characters = lk_text_count(text->bytes, text->size) + strlen(between);
    LK_TRY(append(text, between, strlen(between)));
  }
  maker->head.characters += characters;
  LK_TRY(append(text, maker->body.bytes, maker->body.size));
  maker->head.size = text->size;
  return LK_OK;
}

void lk_prepare_take(lk_prepare_count *count, uint64_t bytes, uint64_t characters,
                     const char *title) {
  count->pages++;
  count->bytes += bytes;
  count->characters += characters;
  lk_prepare_show(count, title);
}

void lk_prepare_show(lk_prepare_count *count, const char *title) {
  if (!title || count->example_count == LK_PREPARE_EXAMPLES) return;
  char *example = count->examples[count->example_count++];
  size_t size = strcspn(title, "\n");
  if (size >= LK_PREPARE_TITLE) size = LK_PREPARE_TITLE - 1;
  while (size && ((unsigned char)title[size] & 0xC0) == 0x80)
    size--;
  snprintf(example, LK_PREPARE_TITLE, "%.*s", (int)size, title);
}

static lk_status make_document(lk_page_maker *maker, const lk_dump_page *page,
                               lk_prepare_changes *changes, lk_prepare_step *step) {
  LK_TRY(make_body(maker, page, changes));
  uint64_t characters = lk_text_count(maker->body.bytes, maker->body.size);
  *step = judge_body(maker, characters);
  if (*step != LK_PREPARE_KEPT) return LK_OK;
  maker->head.hash = lk_hash_pair_of(maker->body.bytes, maker->body.size);
  maker->head.has_signature = maker->options->near > 0;
  if (maker->head.has_signature)
    lk_near_sign(maker->body.bytes, maker->body.size, &maker->signature);
  return join(maker, page, characters);
}

static void add_changes(lk_prepare_changes *to, const lk_prepare_changes *more) {
  to->composed += more->composed;
  to->controls += more->controls;
  to->invisible += more->invisible;
  to->spaces += more->spaces;
  to->reserved += more->reserved;
}

lk_status lk_page_make(lk_page_maker *maker, const lk_dump_page *page,
                       lk_spool_facts *facts, lk_prepare_step *step) {
  lk_prepare_changes changes = {0};
  uint64_t characters = lk_text_count(page->text, page->size);
  maker->head = (lk_spool_head){
      .line = page->line, .page_bytes = page->size, .page_characters = characters};
  *step = judge_facts(maker, page);
  if (*step == LK_PREPARE_KEPT) LK_TRY(make_document(maker, page, &changes, step));
  if (*step == LK_PREPARE_KEPT) add_changes(&facts->report.changes, &changes);
  const char *title = *page->title ? page->title : page->text;
  lk_prepare_take(&facts->report.steps[*step], page->size, characters,
                  *step == LK_PREPARE_KEPT ? NULL : title); /* it may still be dropped */
  return LK_OK;
}
