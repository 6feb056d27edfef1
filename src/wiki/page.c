/* What kind of page it is. */
#include "wiki/site.h"

/* The [[target]] behind a redirect's word, on the same line. */
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
  const char *line = memchr(page, '\n', (size_t)(end - page));
  size_t most = (size_t)((line ? line : end) - page), length = 0;
  if (!most || *page != '#') return 0;
  if (most > 1024) most = 1024;
  while (length < most && length < LK_WIKI_KEY && !strchr(" :[", page[length]))
    length++;
  if (!lk_wiki_site_find(site, LK_WORD_REDIRECT, (lk_piece){page, length})) return 0;
  return find_target((lk_piece){page + length, most - length}, target, target_size);
}

static int ends_name(char c) {
  return c == '|' || c == '{' || c == '}' || c == '\n' || c == '<' || c == '\0';
}

/* memmem of {{, which is several times slower where there are few. NULL: none. */
static const char *find_call(const char *at, const char *end) {
  while ((at = memchr(at, '{', (size_t)(end - at))) && at + 1 < end && at[1] != '{')
    at++;
  return at && at + 1 < end ? at : NULL;
}

int lk_wiki_is_disambiguation(const lk_wiki_site *site, const char *page, size_t size) {
  const char *at = page, *end = page + size;
  while ((at = find_call(at, end))) {
    const char *name = at += 2;
    while (at < end && at < name + LK_WIKI_KEY && !ends_name(*at))
      at++;
    if (lk_wiki_site_find(site, LK_WORD_DISAMBIGUATION,
                          (lk_piece){name, (size_t)(at - name)}))
      return 1;
  }
  return memmem(page, size, "__DISAMBIG__", 12) != NULL;
}
