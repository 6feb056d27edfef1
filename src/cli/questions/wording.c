#include "cli/questions/wording.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <string.h>

/* What ends the first place of several, and what is no part of a text at its ends. */
static const char *const ends[] = {",",  ";",  "(", "[", "/",   "|",   "，", "；",
                                   "（", "、", "،", "؛", " – ", " — ", " - "};
static const char *const separators[] = {" ", "・", "·", ",", "、", "،", "，", "-",
                                         "–", "—",  "/", ";", "；", "؛", "|",  ":"};

enum {
  ENDS = sizeof ends / sizeof *ends,
  SEPARATORS = sizeof separators / sizeof *separators
};

/* How long the member is that the text begins with, 0: none. */
static size_t begins_with(lk_words_of text, const char *const list[], int count) {
  for (int i = 0; i < count; i++) {
    size_t size = strlen(list[i]);
    if (text.size >= size && !memcmp(text.at, list[i], size)) return size;
  }
  return 0;
}

/* How long the separator is that the text ends with, 0: none. */
static size_t ends_with_separator(lk_words_of text) {
  for (int i = 0; i < SEPARATORS; i++) {
    size_t size = strlen(separators[i]);
    if (text.size >= size && !memcmp(text.at + text.size - size, separators[i], size))
      return size;
  }
  return 0;
}

static lk_words_of trim(lk_words_of text) {
  size_t size;
  while ((size = begins_with(text, separators, SEPARATORS)))
    text.at += size, text.size -= size;
  while ((size = ends_with_separator(text)))
    text.size -= size;
  return text;
}

lk_words_of lk_wording_name(const char *title) {
  size_t size = strlen(title), open = 0;
  int ascii = size && title[size - 1] == ')';
  int wide = size > 3 && !memcmp(title + size - 3, "）", 3);
  for (size_t at = 1; (ascii || wide) && at < size; at++)
    if (title[at] == '(' || !strncmp(title + at, "（", 3)) {
      open = at;
      break;
    }
  if (strpbrk(title, "\t\n\r")) return (lk_words_of){title, 0};
  lk_words_of name = {title, open ? open : size};
  while (name.size && name.at[name.size - 1] == ' ')
    name.size--;
  return name;
}

static int has_letter(lk_words_of text) {
  for (size_t at = 0; at < text.size;) {
    uint32_t character;
    int bytes = lk_text_next(text.at + at, text.size - at, &character);
    if (!bytes) return 0;
    lk_class class = lk_text_class(character);
    if (class == LK_CLASS_LETTER || class == LK_CLASS_CAPITAL) return 1;
    at += (size_t)bytes;
  }
  return 0;
}

static lk_words_of first_of_line(lk_words_of line) {
  size_t size = 0;
  line = trim(line);
  while (size < line.size &&
         !begins_with((lk_words_of){line.at + size, line.size - size}, ends, ENDS))
    size++;
  return trim((lk_words_of){line.at, size});
}

/* Cuts the first line off the text. */
static lk_words_of next_line(lk_words_of *text) {
  const char *end = memchr(text->at, '\n', text->size);
  lk_words_of line = {text->at, end ? (size_t)(end - text->at) : text->size};
  size_t skip = line.size + (end != NULL);
  text->at += skip, text->size -= skip;
  return line;
}

lk_words_of lk_wording_first(const char *text, size_t size) {
  lk_words_of rest = {text, size};
  while (rest.size) {
    lk_words_of place = first_of_line(next_line(&rest));
    if (has_letter(place)) return place;
  }
  return (lk_words_of){text, 0};
}

lk_status lk_wording_whole(const char *text, size_t size, char **out) {
  lk_words_of rest = {text, size};
  size_t used = 0;
  *out = NULL;
  if (!has_letter(rest)) return LK_OK;
  LK_TRY(LK_NEW(*out, 2 * size + 1));
  while (rest.size) {
    lk_words_of line = trim(next_line(&rest));
    if (!line.size) continue;
    if (used) memcpy(*out + used, ", ", 2);
    used += used ? 2 : 0;
    memcpy(*out + used, line.at, line.size);
    used += line.size;
    assert(used <= 2 * size);
  }
  return LK_OK;
}

lk_status lk_wording_check(const char *form) {
  const char *name = strstr(form, "%s");
  if (!name || strstr(name + 2, "%s"))
    return lk_fail(LK_USAGE,
                   "questions: --form must have one %%s, where the name stands, as in "
                   "\"Where was %%s born?\", not '%s'",
                   form);
  if (strpbrk(form, "\t\n\r"))
    return lk_fail(LK_USAGE, "questions: --form must be a line without tabs");
  return LK_OK;
}

lk_status lk_wording_ask(const char *form, lk_words_of name, char **out) {
  const char *place = strstr(form, "%s");
  assert(place);
  size_t before = (size_t)(place - form), after = strlen(place + 2);
  LK_TRY(LK_NEW(*out, before + name.size + after + 1));
  memcpy(*out, form, before);
  memcpy(*out + before, name.at, name.size);
  memcpy(*out + before + name.size, place + 2, after);
  return LK_OK;
}
