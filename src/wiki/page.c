/* What kind of page it is. */
#include "wiki/site.h"

static int begins_pair(char one, const char *at, const char *end) {
  return at + 1 < end && at[0] == one && at[1] == one;
}

/* What stands behind a redirect's word: its line, or, as in MediaWiki, a link that follows
 * on a later one. */
static lk_piece behind_word(const char *at, const char *end) {
  const char *next = at;
  while (next < end && (*next == ':' || lk_is_blank(*next)))
    next++;
  if (begins_pair('[', next, end)) at = next;
  const char *line = memchr(at, '\n', (size_t)(end - at));
  return (lk_piece){at, (size_t)((line ? line : end) - at)};
}

static int find_target(lk_piece rest, const char **target, size_t *target_size) {
  const char *open = memmem(rest.at, rest.size, "[[", 2);
  if (!open) return 0;
  *target = open + 2;
  *target_size = 0;
  size_t most = rest.size - (size_t)(*target - rest.at);
  while (*target_size < most && !strchr("]|#\n", (*target)[*target_size]))
    ++*target_size;
  return *target_size > 0;
}

int lk_wiki_is_redirect(const lk_wiki_site *site, const char *page, size_t size,
                        const char **target, size_t *target_size) {
  const char *end = page + size;
  while (page < end && lk_is_blank(*page))
    page++;
  size_t most = (size_t)(end - page), length = 0;
  int wide = most > 3 && !memcmp(page, "＃", 3);
  if (!most || (*page != '#' && !wide)) return 0;
  while (length < most && length < LK_WIKI_KEY && !strchr(" \t\r\n:[", page[length]))
    length++;
  if (!lk_wiki_site_find(site, LK_WORD_REDIRECT, (lk_piece){page, length})) return 0;
  lk_piece rest = behind_word(page + length, end);
  if (rest.size > 1024) rest.size = 1024;
  return find_target(rest, target, target_size);
}

static int ends_name(char c) {
  return c == '|' || c == '{' || c == '}' || c == '\n' || c == '<' || c == '\0';
}

/* memmem of two of these, which is several times slower where there are few. NULL: none. */
static const char *find_pair(char one, const char *at, const char *end) {
  while ((at = memchr(at, one, (size_t)(end - at))) && at + 1 < end && at[1] != one)
    at++;
  return at && at + 1 < end ? at : NULL;
}

static int ends_word(char c) {
  return c == '_' || c == '-' || c == '/' || lk_is_blank(c);
}

static int is_name(const lk_wiki_site *site, lk_piece name) {
  size_t first = 0;
  name = lk_wiki_template_name(site, name);
  if (lk_wiki_site_find(site, LK_WORD_DISAMBIGUATION, name)) return 1;
  while (first < name.size && !ends_word(name.at[first]))
    first++;
  return lk_wiki_site_find(site, LK_WORD_DISAMBIGUATION, (lk_piece){name.at, first}) ==
         LK_WIKI_BEGINNING;
}

static int has_template(const lk_wiki_site *site, const char *at, const char *end) {
  while ((at = find_pair('{', at, end))) {
    const char *name = at += 2;
    while (at < end && at < name + LK_WIKI_KEY && !ends_name(*at))
      at++;
    if (is_name(site, (lk_piece){name, (size_t)(at - name)})) return 1;
  }
  return 0;
}

/* __DISAMBIG__, __HOMONYMIE__: in capitals, as a template may be called. */
static int has_mark(const lk_wiki_site *site, const char *at, const char *end) {
  while ((at = find_pair('_', at, end))) {
    const char *name = at += 2;
    while (at < end && at < name + LK_WIKI_KEY && !lk_is_blank(*at) &&
           !(*at >= 'a' && *at <= 'z') && !begins_pair('_', at, end))
      at++;
    lk_piece word = {name, (size_t)(at - name)};
    if (begins_pair('_', at, end) && lk_wiki_site_find(site, LK_WORD_DISAMBIGUATION, word))
      return 1;
  }
  return 0;
}

int lk_wiki_is_disambiguation(const lk_wiki_site *site, const char *page, size_t size) {
  return has_template(site, page, page + size) || has_mark(site, page, page + size);
}
