#include "wiki/tags.h"

/* The frequent ones first. */
static const lk_tag tags[LK_TAGS] = {{"ref", LK_TAG_REFERENCE},
                                     {"br", LK_TAG_BREAK},
                                     {"sub", LK_TAG_STRIP},
                                     {"sup", LK_TAG_POWER},
                                     {"math", LK_TAG_FORMULA},
                                     {"small", LK_TAG_STRIP},
                                     {"nowiki", LK_TAG_LITERAL},
                                     {"pre", LK_TAG_LITERAL},
                                     {"gallery", LK_TAG_GALLERY},
                                     {"chem", LK_TAG_FORMULA},
                                     {"ce", LK_TAG_FORMULA},
                                     {"timeline", LK_TAG_DROP},
                                     {"score", LK_TAG_DROP},
                                     {"hiero", LK_TAG_DROP},
                                     {"imagemap", LK_TAG_GALLERY},
                                     {"graph", LK_TAG_DROP},
                                     {"mapframe", LK_TAG_DROP},
                                     {"maplink", LK_TAG_DROP},
                                     {"templatedata", LK_TAG_DROP},
                                     {"templatestyles", LK_TAG_DROP},
                                     {"inputbox", LK_TAG_DROP},
                                     {"references", LK_TAG_REFERENCE},
                                     {"source", LK_TAG_DROP},
                                     {"syntaxhighlight", LK_TAG_DROP},
                                     {"includeonly", LK_TAG_DROP},
                                     {"indicator", LK_TAG_DROP},
                                     {"categorytree", LK_TAG_DROP},
                                     {"style", LK_TAG_DROP},
                                     {"section", LK_TAG_STRIP},
                                     {"code", LK_TAG_STRIP},
                                     {"span", LK_TAG_STRIP},
                                     {"big", LK_TAG_STRIP},
                                     {"b", LK_TAG_STRIP},
                                     {"i", LK_TAG_STRIP},
                                     {"u", LK_TAG_STRIP},
                                     {"s", LK_TAG_STRIP},
                                     {"del", LK_TAG_STRIP},
                                     {"ins", LK_TAG_STRIP},
                                     {"strike", LK_TAG_STRIP},
                                     {"em", LK_TAG_STRIP},
                                     {"strong", LK_TAG_STRIP},
                                     {"font", LK_TAG_STRIP},
                                     {"tt", LK_TAG_STRIP},
                                     {"cite", LK_TAG_STRIP},
                                     {"dfn", LK_TAG_STRIP},
                                     {"kbd", LK_TAG_STRIP},
                                     {"var", LK_TAG_STRIP},
                                     {"samp", LK_TAG_STRIP},
                                     {"abbr", LK_TAG_STRIP},
                                     {"q", LK_TAG_STRIP},
                                     {"bdi", LK_TAG_STRIP},
                                     {"bdo", LK_TAG_STRIP},
                                     {"ruby", LK_TAG_RUBY},
                                     {"rb", LK_TAG_STRIP},
                                     {"rt", LK_TAG_READING},
                                     {"rp", LK_TAG_STRIP},
                                     {"wbr", LK_TAG_STRIP},
                                     {"mark", LK_TAG_STRIP},
                                     {"time", LK_TAG_STRIP},
                                     {"data", LK_TAG_STRIP},
                                     {"onlyinclude", LK_TAG_STRIP},
                                     {"noinclude", LK_TAG_STRIP},
                                     {"center", LK_TAG_LINE},
                                     {"blockquote", LK_TAG_LINE},
                                     {"poem", LK_TAG_LINE},
                                     {"div", LK_TAG_LINE},
                                     {"p", LK_TAG_LINE},
                                     {"hr", LK_TAG_LINE},
                                     {"ul", LK_TAG_BREAK},
                                     {"ol", LK_TAG_BREAK},
                                     {"li", LK_TAG_ITEM},
                                     {"dl", LK_TAG_BREAK},
                                     {"dt", LK_TAG_BREAK},
                                     {"dd", LK_TAG_BREAK},
                                     {"table", LK_TAG_TABLE},
                                     {"tr", LK_TAG_LINE},
                                     {"td", LK_TAG_LINE},
                                     {"th", LK_TAG_LINE},
                                     {"caption", LK_TAG_LINE},
                                     {"h", LK_TAG_LINE},
                                     {"rtc", LK_TAG_STRIP},
                                     {"phonos", LK_TAG_STRIP},
                                     {"langconvert", LK_TAG_STRIP},
                                     {"translate", LK_TAG_STRIP},
                                     {"tvar", LK_TAG_STRIP},
                                     {"nobr", LK_TAG_STRIP},
                                     {"tabber", LK_TAG_DROP},
                                     {"charinsert", LK_TAG_DROP},
                                     {"rss", LK_TAG_DROP},
                                     {"dynamicpagelist", LK_TAG_DROP},
                                     {"quiz", LK_TAG_DROP},
                                     {"pages", LK_TAG_STRIP},
                                     {"languages", LK_TAG_STRIP},
                                     {"ipa", LK_TAG_STRIP},
                                     {"listing", LK_TAG_STRIP},
                                     {"see", LK_TAG_STRIP},
                                     {NULL, LK_TAG_STRIP}};

const lk_tag *lk_tag_at(int number) {
  assert(number >= 0 && number < LK_TAGS);
  return &tags[number];
}

/* <h1> to <h6> are "h". */
int lk_tag_find(const char *name, size_t size) {
  char small[16];
  size_t length = 0;
  while (length < size && length < sizeof small && lk_is_letter(name[length])) {
    small[length] = name[length] | 0x20;
    length++;
  }
  if (!length || length == sizeof small || length == size) return -1;
  int heading = length == 1 && *small == 'h' && name[1] >= '1' && name[1] <= '6';
  if (heading && length + 1 == size) return -1;
  char after = name[length + (size_t)heading];
  if (!lk_is_blank(after) && after != '/' && after != '>') return -1;
  for (int i = 0; tags[i].name; i++)
    if (small[0] == tags[i].name[0] && strlen(tags[i].name) == length &&
        !memcmp(small, tags[i].name, length))
      return i;
  return -1;
}
