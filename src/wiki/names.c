#include "wiki/names.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <utf8proc.h>

/* ESP is a country, esp an exponent: whether a short name has capitals and no small letter.
 */
static int is_acronym(lk_piece name) {
  enum { LONGEST = 4 };
  int characters = 0, capitals = 0;
  while (name.size && characters++ < LONGEST) {
    utf8proc_int32_t c;
    utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)name.at,
                                              (utf8proc_ssize_t)name.size, &c);
    if (bytes < 1 || utf8proc_toupper(c) != c) return 0;
    capitals += utf8proc_tolower(c) != c;
    name.at += bytes, name.size -= (size_t)bytes;
  }
  return capitals > 1 && !name.size;
}

/* One character; returns its bytes in the name. */
static size_t put_character(char *key, size_t *length, lk_piece rest, int acronym) {
  utf8proc_int32_t character;
  utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)rest.at,
                                            (utf8proc_ssize_t)rest.size, &character);
  if (bytes < 1) {
    key[(*length)++] = *rest.at;
    return 1;
  }
  if (!acronym) character = utf8proc_tolower(character);
  *length += (size_t)utf8proc_encode_char(character, (utf8proc_uint8_t *)key + *length);
  return (size_t)bytes;
}

/* A name as it is compared, into key: small letters but for an acronym's, one blank for
 * underscores and blanks, none at the ends; returns its length, 0 for one that is too long.
 */
static size_t key_of(char key[LK_WIKI_KEY], lk_piece name, int acronym) {
  size_t length = 0;
  for (size_t at = 0; at < name.size;) {
    char c = name.at[at];
    if (length > LK_WIKI_KEY - 5) return 0;
    if (c == '_' || lk_is_blank(c)) {
      if (length && key[length - 1] != ' ') key[length++] = ' ';
      at++;
    } else if ((unsigned char)c < 0x80) {
      key[length++] = !acronym && c >= 'A' && c <= 'Z' ? c | 0x20 : c;
      at++;
    } else {
      at += put_character(key, &length, (lk_piece){name.at + at, name.size - at}, acronym);
    }
  }
  while (length && key[length - 1] == ' ')
    length--;
  return length;
}

/* FNV-1a */
static size_t hash_of(const char *key, size_t size) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
  return (size_t)(hash ^ hash >> 32);
}

/* Where the key stands, or would. */
static lk_wiki_name *place_of(const lk_wiki_names *names, const char *key, size_t size) {
  assert(names->count < names->room);
  size_t place = hash_of(key, size) & (names->room - 1);
  while (names->at[place].key &&
         (strlen(names->at[place].key) != size || memcmp(names->at[place].key, key, size)))
    place = (place + 1) & (names->room - 1);
  return &names->at[place];
}

static lk_status make_room(lk_wiki_names *names) {
  lk_wiki_names larger = {.count = names->count,
                          .room = names->room ? names->room * 2 : 64,
                          .acronyms = names->acronyms};
  if (names->count * 2 < names->room) return LK_OK;
  LK_TRY(LK_NEW(larger.at, larger.room));
  for (size_t i = 0; i < names->room; i++)
    if (names->at[i].key)
      *place_of(&larger, names->at[i].key, strlen(names->at[i].key)) = names->at[i];
  lk_free(names->at);
  *names = larger;
  return LK_OK;
}

lk_status lk_wiki_names_add(lk_wiki_names *names, lk_piece name, const char *value,
                            int number) {
  char key[LK_WIKI_KEY];
  name = lk_piece_trim(name);
  size_t size = key_of(key, name, names->acronyms && is_acronym(name));
  if (!size)
    return lk_fail(LK_BAD_DATA, "'%.*s' is no name: 1 to %d bytes", (int)name.size, name.at,
                   LK_WIKI_KEY - 5);
  key[size] = '\0';
  LK_TRY(make_room(names));
  lk_wiki_name *place = place_of(names, key, size);
  char *copy = NULL;
  if (value) LK_TRY(lk_copy_text(&copy, value));
  lk_free(place->value);
  place->value = copy;
  place->number = number;
  if (place->key) return LK_OK;
  LK_TRY(lk_copy_text(&place->key, key));
  names->count++;
  return LK_OK;
}

static const lk_wiki_name *find(const lk_wiki_names *names, lk_piece name, int acronym) {
  char key[LK_WIKI_KEY];
  size_t size = key_of(key, name, acronym);
  if (!size || !names->count) return NULL;
  const lk_wiki_name *place = place_of(names, key, size);
  return place->key ? place : NULL;
}

const lk_wiki_name *lk_wiki_names_find(const lk_wiki_names *names, lk_piece name,
                                       int any_case) {
  name = lk_piece_trim(name);
  int acronym = names->acronyms && is_acronym(name);
  const lk_wiki_name *row = find(names, name, acronym);
  return row || !acronym || !any_case ? row : find(names, name, 0);
}

void lk_wiki_names_free(lk_wiki_names *names) {
  for (size_t i = 0; i < names->room; i++) {
    lk_free(names->at[i].key);
    lk_free(names->at[i].value);
  }
  lk_free(names->at);
  *names = (lk_wiki_names){0};
}
