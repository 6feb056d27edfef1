#include "wiki/site.h"
#include "wiki/site_list.h"
#include <ctype.h>

enum { KINDS = LK_WORD_FIELD + 1 };

struct lk_wiki_site {
  char *language;
  lk_wiki_names words[KINDS];
};

/* Whether `word` is one of a list with bars between. */
static int is_in(lk_piece word, const char *list) {
  for (const char *at = list; *at;) {
    size_t size = strcspn(at, "|");
    if (size == word.size && !memcmp(at, word.at, size)) return 1;
    at += size + (at[size] == '|');
  }
  return 0;
}

enum { PREFIX = 16 };

/* A prefix in small letters; nothing of one that is longer than all of the lists. */
static lk_piece small_letters(lk_piece prefix, char copy[PREFIX]) {
  if (prefix.size > PREFIX) prefix.size = 0;
  for (size_t i = 0; i < prefix.size; i++)
    copy[i] = (char)tolower((unsigned char)prefix.at[i]);
  return (lk_piece){copy, prefix.size};
}

int lk_wiki_is_language(const char *prefix, size_t size) {
  char copy[PREFIX + 1] = "";
  lk_piece code = small_letters((lk_piece){prefix, size}, copy);
  return code.size == 2 ? lk_word_is_among(copy, two_letters) : is_in(code, language_codes);
}

int lk_wiki_is_project(lk_piece prefix) {
  char copy[PREFIX];
  return is_in(small_letters(prefix, copy), project_prefixes);
}

static lk_status add_list(lk_wiki_names *words, const char *list, int number) {
  for (const char *at = list; *at;) {
    size_t size = strcspn(at, "|");
    LK_TRY(lk_wiki_names_add(words, (lk_piece){at, size}, NULL, number));
    at += size + (at[size] == '|');
  }
  return LK_OK;
}

static lk_status fill(lk_wiki_site *site, const char *language) {
  lk_wiki_names *words = site->words;
  LK_TRY(lk_wiki_language(&site->language, language));
  LK_TRY(add_list(&words[LK_WORD_NAMESPACE], file_names, LK_WIKI_FILE_ELSEWHERE));
  LK_TRY(add_list(&words[LK_WORD_NAMESPACE], "File|Image", LK_WIKI_FILE));
  LK_TRY(add_list(&words[LK_WORD_NAMESPACE], template_names, LK_WIKI_TEMPLATE));
  LK_TRY(add_list(&words[LK_WORD_NAMESPACE], category_names, LK_WIKI_CATEGORY));
  LK_TRY(add_list(&words[LK_WORD_REDIRECT], redirect_words, 1));
  LK_TRY(add_list(&words[LK_WORD_MAGIC], magic_words, LK_WIKI_CAPITALS));
  LK_TRY(add_list(&words[LK_WORD_DISAMBIGUATION], disambiguation_words, 1));
  return add_list(&words[LK_WORD_DISAMBIGUATION], disambiguation_beginnings,
                  LK_WIKI_BEGINNING);
}

lk_status lk_wiki_site_create(lk_wiki_site **out, const char *language) {
  LK_TRY(LK_NEW(*out, 1));
  lk_status status = fill(*out, language);
  if (status != LK_OK) {
    lk_wiki_site_free(*out);
    *out = NULL;
  }
  return status;
}

lk_status lk_wiki_site_add(lk_wiki_site *site, int number, const char *name) {
  lk_wiki_word_kind kind = LK_WORD_NAMESPACE;
  if (number == LK_WIKI_REDIRECT) kind = LK_WORD_REDIRECT;
  if (number == LK_WIKI_DISAMBIGUATION) kind = LK_WORD_DISAMBIGUATION;
  if (number == LK_WIKI_MAGIC) kind = LK_WORD_MAGIC;
  if (number == LK_WIKI_FIELD) kind = LK_WORD_FIELD;
  int matters = kind != LK_WORD_NAMESPACE || number == LK_WIKI_FILE ||
                number == LK_WIKI_TEMPLATE || number == LK_WIKI_CATEGORY;
  if (!matters) return LK_OK;
  return lk_wiki_names_add(&site->words[kind], lk_piece_of(name), NULL,
                           kind == LK_WORD_NAMESPACE ? number : 1);
}

void lk_wiki_site_free(lk_wiki_site *site) {
  if (!site) return;
  for (int kind = 0; kind < KINDS; kind++)
    lk_wiki_names_free(&site->words[kind]);
  lk_free(site->language);
  lk_free(site);
}

int lk_wiki_site_find(const lk_wiki_site *site, lk_wiki_word_kind kind, lk_piece name) {
  assert((int)kind < KINDS);
  const lk_wiki_name *word = lk_wiki_names_find(&site->words[kind], name, 0);
  return word ? word->number : 0;
}

lk_piece lk_wiki_template_name(const lk_wiki_site *site, lk_piece name) {
  name = lk_piece_trim(name);
  const char *colon = memchr(name.at, ':', name.size);
  lk_piece prefix = {name.at, colon ? (size_t)(colon - name.at) : 0};
  int template = (prefix.size == 8 && !strncasecmp(prefix.at, "template", 8)) ||
                 lk_wiki_site_find(site, LK_WORD_NAMESPACE, prefix) == LK_WIKI_TEMPLATE;
  size_t skip = template ? prefix.size + 1 : 0;
  return (lk_piece){name.at + skip, name.size - skip};
}

int lk_wiki_site_knows(const lk_wiki_site *site, lk_wiki_word_kind kind) {
  assert((int)kind < KINDS);
  return site->words[kind].count > 0;
}

const char *lk_wiki_site_language(const lk_wiki_site *site) {
  return site->language;
}
