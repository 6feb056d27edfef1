/* NFC, against the library that does it without looking at a text first. */
#include "data_files.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include <stdlib.h>
#include <utf8proc.h>

enum { CODE_POINTS = 0x110000, LENGTH = 12, TEXTS = 200000 };

static void must_agree(const char *text, size_t size) {
  utf8proc_uint8_t *expected = NULL;
  char *composed;
  size_t composed_size;
  utf8proc_ssize_t length =
      utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &expected,
                   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  assert_true(length >= 0);
  assert_int_equal(lk_normal_line(text, size, "t", 0, &composed, &composed_size), LK_OK);
  if (composed_size != (size_t)length || memcmp(composed, expected, composed_size))
    fail_msg("'%.*s' becomes '%.*s', not '%s'", (int)size, text, (int)composed_size,
             composed, (char *)expected);
  lk_free(composed);
  free(expected);
}

/* A text's lines are composed in parts: the whole must be the same. */
static void must_agree_by_lines(const char *text, size_t size) {
  utf8proc_uint8_t *expected = NULL;
  uint64_t changed = 0;
  char *composed;
  size_t composed_size;
  utf8proc_ssize_t length =
      utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &expected,
                   UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  assert_true(length >= 0);
  assert_int_equal(lk_normal_text(text, size, "t", &composed, &composed_size, &changed),
                   LK_OK);
  assert_int_equal(composed_size, length);
  assert_memory_equal(composed, expected, composed_size);
  assert_int_equal(changed > 0, composed_size != size || memcmp(composed, text, size));
  lk_free(composed);
  free(expected);
}

static int is_character(uint32_t c) {
  return c > 0 && c < CODE_POINTS && (c < 0xD800 || c > 0xDFFF);
}

/* Behind a letter, too, which it may become one with. */
static void every_character_alone_and_behind_another(void **state) {
  (void)state;
  for (uint32_t c = 1; c < CODE_POINTS; c++) {
    char text[16] = "e";
    if (!is_character(c) || utf8proc_category((int32_t)c) == UTF8PROC_CATEGORY_CN) continue;
    int length = lk_utf8_encode(c, text + 1);
    must_agree(text, (size_t)length + 1);
    must_agree(text + 1, (size_t)length);
  }
}

/* Of the characters that have to do with each other. */
static uint32_t any_character(void) {
  static const uint32_t blocks[] = {'a',    0xC0,   0x300,   0x3B1,  0x410,  0x5D0,
                                    0x627,  0x9BE,  0xBC6,   0x1100, 0x1161, 0x11A8,
                                    0xAC00, 0xF900, 0x1D15E, 0x110BA};
  return blocks[rand() % 16] + (uint32_t)(rand() % 40);
}

static void texts_of_many_writings(void **state) {
  (void)state;
  srand(7);
  for (int i = 0; i < TEXTS; i++) {
    char text[4 * LENGTH + 1];
    size_t size = 0;
    for (int k = 0; k < LENGTH; k++)
      size += (size_t)lk_utf8_encode(any_character(), text + size);
    must_agree(text, size);
    must_agree_by_lines(text, size);
  }
}

/* Composes what comes in parts, each up to where it can be cut; returns the bytes. */
static size_t compose_by_parts(const char *text, size_t size, char *to) {
  size_t done = 0, used = 0, searched = 0, made;
  for (size_t got = 0; got < size;) {
    char *composed;
    got += 1 + (size_t)rand() % 9;
    size_t held = got < size ? got - done : size - done;
    size_t cut = got < size ? lk_normal_cut(text + done, held, searched) : held;
    assert_int_equal(lk_normal_bytes(text + done, cut, &composed, &made), LK_OK);
    memcpy(to + used, composed, made);
    lk_free(composed);
    used += made;
    done += cut;
    searched = held - cut;
  }
  return used;
}

/* NUL and what is no character among them. */
static void parts_of_any_bytes_are_composed_as_the_whole(void **state) {
  (void)state;
  srand(8);
  for (int i = 0; i < TEXTS / 10; i++) {
    char text[4 * LENGTH + 1], parts[LK_NORMAL_GROWTH * sizeof text], *whole;
    size_t size = 0, whole_size;
    for (int k = 0; k < LENGTH; k++)
      if (rand() % 3)
        size += (size_t)lk_utf8_encode(any_character(), text + size);
      else
        text[size++] = "\0\xFF\x80\xE1\xCC"[rand() % 5];
    assert_int_equal(lk_normal_bytes(text, size, &whole, &whole_size), LK_OK);
    assert_int_equal(compose_by_parts(text, size, parts), whole_size);
    assert_memory_equal(parts, whole, whole_size);
    lk_free(whole);
  }
}

/* Else a stream of them is held, and searched, as a whole. */
static void bytes_are_cut_at_what_is_no_character(void **state) {
  (void)state;
  assert_int_equal(lk_normal_cut("\0\0\0\0", 4, 0), 3);
  assert_int_equal(lk_normal_cut("\xFF\xFF\xFF\xFF\xFF", 5, 0), 1);
  assert_int_equal(lk_normal_cut("\0\u0301\u0301", 5, 0), 0);
  assert_int_equal(lk_normal_cut("ab\u0301\u0301\u0301", 8, 5), 0);
}

static void characters_are_counted(void **state) {
  (void)state;
  enum { MOST = 10000 };
  char text[4 * MOST + 1];
  size_t size = 0;
  for (uint64_t count = 0; count < MOST; count++) {
    assert_int_equal(lk_text_count(text, size), count);
    size += (size_t)lk_utf8_encode(any_character(), text + size);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_are_counted),
      cmocka_unit_test(every_character_alone_and_behind_another),
      cmocka_unit_test(texts_of_many_writings),
      cmocka_unit_test(parts_of_any_bytes_are_composed_as_the_whole),
      cmocka_unit_test(bytes_are_cut_at_what_is_no_character)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
