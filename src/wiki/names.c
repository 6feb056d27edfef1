#include "wiki/names.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <utf8proc.h>

/* One character; returns its bytes in the name. */
static size_t put_small(char *key, size_t *length, lk_piece rest) {
  utf8proc_int32_t character;
  utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)rest.at,
                                            (utf8proc_ssize_t)rest.size, &character);
  if (bytes < 1) {
    key[(*length)++] = *rest.at;
    return 1;
  }
  *length += (size_t)utf8proc_encode_char(utf8proc_tolower(character),
                                          (utf8proc_uint8_t *)key + *length);
  return (size_t)bytes;
}

size_t lk_wiki_key(char key[LK_WIKI_KEY], lk_piece name) {
  size_t length = 0;
  name = lk_piece_trim(name);
  for (size_t at = 0; at < name.size;) {
    char c = name.at[at];
    if (length > LK_WIKI_KEY - 5) return 0;
    if (c == '_' || lk_is_blank(c)) {
      if (length && key[length - 1] != ' ') key[length++] = ' ';
      at++;
    } else if ((unsigned char)c < 0x80) {
      key[length++] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
      at++;
    } else {
      at += put_small(key, &length, (lk_piece){name.at + at, name.size - at});
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
  lk_wiki_names larger = {NULL, names->count, names->room ? names->room * 2 : 64};
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
  size_t size = lk_wiki_key(key, name);
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

const lk_wiki_name *lk_wiki_names_find(const lk_wiki_names *names, lk_piece name) {
  char key[LK_WIKI_KEY];
  size_t size = lk_wiki_key(key, name);
  if (!size || !names->count) return NULL;
  const lk_wiki_name *place = place_of(names, key, size);
  return place->key ? place : NULL;
}

void lk_wiki_names_free(lk_wiki_names *names) {
  for (size_t i = 0; i < names->room; i++) {
    lk_free(names->at[i].key);
    lk_free(names->at[i].value);
  }
  lk_free(names->at);
  *names = (lk_wiki_names){0};
}
