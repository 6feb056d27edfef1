/* UTF-8 and the vocabulary: all characters there and back, and each kind of bad input. */
#include "data_files.h"
#include "lockstep/characters.h"
#include "text/tokenizer.h"

static void every_character_survives_utf8(void **state) {
  (void)state;
  for (uint32_t c = 1; c <= 0x10FFFF; c++) {
    char bytes[5];
    uint32_t back[4];
    size_t count;
    if (c == 0xD800) c = 0xE000;
    int length = lk_utf8_encode(c, bytes);
    assert_int_equal(strlen(bytes), length);
    assert_int_equal(lk_utf8_decode(bytes, (size_t)length, "text", back, &count), LK_OK);
    assert_int_equal(count, 1);
    assert_int_equal(back[0], c);
  }
}

static void decode_gives_code_points_in_order(void **state) {
  (void)state;
  const char text[] = "aé\n\u2047\U0001F600";
  const uint32_t expected[] = {'a', 0xE9, '\n', 0x2047, 0x1F600};
  uint32_t found[sizeof text];
  size_t count;
  assert_int_equal(lk_utf8_decode(text, strlen(text), "text", found, &count), LK_OK);
  assert_int_equal(count, 5);
  assert_memory_equal(found, expected, sizeof expected);
  assert_int_equal(lk_utf8_decode("", 0, "text", found, &count), LK_OK);
  assert_int_equal(count, 0);
}

static void decode_names_line_and_byte(void **state) {
  (void)state;
  const struct {
    const char *bytes;
    size_t size;
    const char *place;
  } bad[] = {
      {"ok\n\xC3\xA9x\xFF", 7, "names.txt, line 2, byte 4: invalid UTF-8 (0xFF)"},
      {"\x80", 1, "line 1, byte 1"},             /* a continuation alone */
      {"a\xC3", 2, "line 1, byte 2"},            /* cut off */
      {"a\xE2\x81", 3, "line 1, byte 2"},        /* cut off */
      {"\n\n\xC0\xAF", 4, "line 3, byte 1"},     /* overlong */
      {"\xE0\x80\xAF", 3, "line 1, byte 1"},     /* overlong */
      {"\xED\xA0\x80", 3, "line 1, byte 1"},     /* a surrogate */
      {"\xF4\x90\x80\x80", 4, "line 1, byte 1"}, /* above U+10FFFF */
      {"ab\0c", 4, "line 1, byte 3: a NUL byte"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint32_t found[8];
    size_t count;
    assert_int_equal(lk_utf8_decode(bad[i].bytes, bad[i].size, "names.txt", found, &count),
                     LK_BAD_DATA);
    assert_message(bad[i].place, NULL);
  }
}

static lk_tokenizer *vocabulary_of(const uint32_t *code_points, size_t count) {
  lk_tokenizer *tokenizer;
  assert_int_equal(lk_characters_create(&tokenizer, code_points, count, 0), LK_OK);
  return tokenizer;
}

static const uint32_t some[] = {'b', 0xE9, 'a', '\n', 'b', 0x1F600, 'a'};
#define SOME (sizeof some / sizeof *some)

static void create_sorts_behind_pad_and_mask(void **state) {
  (void)state;
  const uint32_t expected[] = {0x25A1, 0x2047, '\n', 'a', 'b', 0xE9, 0x1F600};
  lk_tokenizer *tokenizer = vocabulary_of(some, SOME);
  assert_int_equal(lk_tokenizer_size(tokenizer), 7);
  assert_memory_equal(lk_characters_table(tokenizer), expected, sizeof expected);
  for (int id = 0; id < 7; id++)
    assert_int_equal(lk_characters_id(tokenizer, expected[id]), id);
  assert_int_equal(lk_characters_id(tokenizer, 'c'), -1);
  assert_int_equal(lk_characters_id(tokenizer, 0x1F601), -1);
  assert_int_equal(lk_characters_id(tokenizer, 0xFFFFFFFF), -1);
  lk_tokenizer_free(tokenizer);
}

static void create_refuses_what_no_vocabulary_has(void **state) {
  (void)state;
  const uint32_t bad[] = {0, 0xD800, 0x110000, LK_PAD_CODE_POINT, LK_MASK_CODE_POINT};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lk_tokenizer *tokenizer = (lk_tokenizer *)&bad;
    assert_int_equal(lk_characters_create(&tokenizer, &bad[i], 1, 0), LK_BAD_DATA);
    assert_null(tokenizer);
  }
}

static void ids_may_exceed_16_bits(void **state) {
  (void)state;
  enum { MANY = 70000 };
  static uint32_t many[MANY];
  for (uint32_t i = 0; i < MANY; i++)
    many[i] = 0x10000 + i;
  lk_tokenizer *tokenizer = vocabulary_of(many, MANY);
  assert_int_equal(lk_tokenizer_size(tokenizer), MANY + 2);
  assert_int_equal(lk_characters_id(tokenizer, many[MANY - 1]), MANY + 1);
  lk_tokenizer_free(tokenizer);
}

static void restore_checks_the_table(void **state) {
  (void)state;
  const struct {
    uint32_t table[4];
    size_t size;
    const char *message;
  } bad[] = {
      {{0x25A1}, 0, "0 ids"},
      {{0x25A1}, 1, "1 ids"},
      {{0x2047, 0x25A1, 'a'}, 3, "ids 0 and 1"},
      {{'a', 'b', 'c'}, 3, "ids 0 and 1"},
      {{0x25A1, 0x2047, 'b', 'a'}, 4, "ids 2 and 3"},
      {{0x25A1, 0x2047, 'a', 'a'}, 4, "ids 2 and 3"},
      {{0x25A1, 0x2047, 'a', 0x2047}, 4, "id 3 cannot be U+2047"},
      {{0x25A1, 0x2047, 'a', 0x110000}, 4, "id 3 cannot be U+110000"},
      {{0x25A1, 0x2047, 0xDFFF, 0xE000}, 4, "id 2 cannot be U+DFFF"},
      {{0x25A1, 0x2047, 0, 'a'}, 4, "id 2 cannot be U+0000"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lk_tokenizer *tokenizer;
    assert_int_equal(lk_characters_restore(&tokenizer, bad[i].table, bad[i].size),
                     LK_BAD_DATA);
    assert_null(tokenizer);
    assert_message(bad[i].message, NULL);
  }
}

static void copies_and_restored_tables_are_equal(void **state) {
  (void)state;
  const uint32_t other[] = {'a', 'b', 'c', '\n', 0x1F600};
  lk_tokenizer *a = vocabulary_of(some, SOME), *b, *c, *d = vocabulary_of(other, 5);
  assert_int_equal(lk_tokenizer_copy(&b, a), LK_OK);
  assert_int_equal(lk_characters_restore(&c, lk_characters_table(a), 7), LK_OK);
  assert_true(lk_tokenizer_equal(a, b));
  lk_tokenizer_free(a);
  assert_true(lk_tokenizer_equal(b, c));
  assert_int_equal(lk_characters_id(b, 'b'), 4);
  assert_int_equal(lk_tokenizer_size(d), 7);
  assert_false(lk_tokenizer_equal(b, d)); /* as many ids, another character */
  lk_tokenizer_free(b);
  lk_tokenizer_free(c);
  lk_tokenizer_free(d);
}

static void text_survives_encode_and_decode(void **state) {
  (void)state;
  lk_tokenizer *tokenizer = vocabulary_of(some, SOME);
  const lk_token expected[] = {4, 5, 6, 3};
  lk_token tokens[4];
  size_t count;
  char *text;
  assert_int_equal(
      lk_tokenizer_encode(tokenizer, (lk_passage[]){lk_passage_of("bé\U0001F600a", "x", 0)},
                          tokens, 4, &count),
      LK_OK);
  assert_int_equal(count, 4);
  assert_memory_equal(tokens, expected, sizeof expected);
  assert_int_equal(lk_tokenizer_decode(tokenizer, tokens, 4, &text), LK_OK);
  assert_string_equal(text, "bé\U0001F600a");
  lk_free(text);
  assert_int_equal(lk_tokenizer_encode(tokenizer, (lk_passage[]){lk_passage_of("", "x", 0)},
                                       tokens, 0, &count),
                   LK_OK);
  assert_int_equal(count, 0);
  lk_tokenizer_free(tokenizer);
}

static void decode_shows_pad_and_mask_and_refuses_other_ids(void **state) {
  (void)state;
  lk_tokenizer *tokenizer = vocabulary_of(some, SOME);
  char *text;
  assert_int_equal(lk_tokenizer_decode(tokenizer, (lk_token[]){3, 1, 0}, 3, &text), LK_OK);
  assert_string_equal(text, "a⁇□");
  lk_free(text);
  assert_int_equal(lk_tokenizer_decode(tokenizer, NULL, 0, &text), LK_OK);
  assert_string_equal(text, "");
  lk_free(text);
  assert_int_equal(lk_tokenizer_decode(tokenizer, (lk_token[]){3, 7}, 2, &text),
                   LK_BAD_DATA);
  assert_null(text);
  lk_tokenizer_free(tokenizer);
}

static void encode_says_what_is_wrong_and_where(void **state) {
  (void)state;
  const struct {
    const char *text;
    uint64_t line;
    const char *message;
  } bad[] = {
      {"éaß", 12, "q.tsv, line 12, character 3: ß (U+00DF) is not in the vocabulary; "},
      {"éaß", 0, "q.tsv, character 3: ß (U+00DF)"},
      {"a\x01", 3, "line 3, character 2: U+0001 is not"},
      {"a\u200B", 3, "character 2: U+200B is not"}, /* nothing that a terminal shows */
      {"a⁇", 3, "line 3, character 2: ⁇ (U+2047) is reserved for masking"},
      {"□", 3, "line 3, character 1: □ (U+25A1) is reserved for padding"},
      {"é\xFF", 5, "q.tsv, line 5, byte 3: invalid UTF-8 (0xFF)"},
      {"é\xC3", 0, "q.tsv, byte 3: invalid UTF-8 (0xC3)"},
      {"aaaaa", 9, "q.tsv, line 9: more than the 4 characters"},
      {"aaaaa", 0, "q.tsv: more than the 4 characters"},
  };
  lk_tokenizer *tokenizer = vocabulary_of(some, SOME);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lk_token tokens[4];
    size_t count;
    assert_int_equal(lk_tokenizer_encode(
                         tokenizer,
                         (lk_passage[]){lk_passage_of(bad[i].text, "q.tsv", bad[i].line)},
                         tokens, 4, &count),
                     LK_BAD_DATA);
    assert_message(bad[i].message, NULL);
  }
  lk_tokenizer_free(tokenizer);
}

static lk_tokenizer *bytes_tokenizer(int composes) {
  lk_tokenizer *tokenizer;
  assert_int_equal(lk_tokenizer_create(&tokenizer, "bytes", composes), LK_OK);
  return tokenizer;
}

/* U+FFFD in a vocabulary stands for all that it lacks, pad and mask too. */
static void encode_takes_the_replacement_for_what_it_lacks(void **state) {
  (void)state;
  const uint32_t code_points[] = {'a', 'b', LK_UNKNOWN_CODE_POINT};
  const lk_token expected[] = {2, 4, 3, 4, 4};
  lk_tokenizer *tokenizer;
  lk_token tokens[16];
  size_t count;
  assert_int_equal(lk_characters_create(&tokenizer, code_points, 3, 0), LK_OK);
  lk_passage passage = lk_passage_of("a山b□⁇", "t", 1);
  assert_int_equal(lk_tokenizer_encode(tokenizer, &passage, tokens, 16, &count), LK_OK);
  assert_int_equal(count, 5);
  assert_memory_equal(tokens, expected, sizeof expected);
  passage = lk_passage_of("a\xff", "t", 1);
  assert_int_equal(lk_tokenizer_encode(tokenizer, &passage, tokens, 16, &count),
                   LK_BAD_DATA);
  lk_tokenizer_free(tokenizer);
}

static void bytes_encode_every_text(void **state) {
  (void)state;
  const char text[] = "aé□⁇\U0001F600";
  lk_tokenizer *bytes = bytes_tokenizer(0);
  lk_token tokens[sizeof text];
  lk_passage passage = lk_passage_of(text, "x", 0);
  size_t count;
  char *back;
  assert_int_equal(lk_tokenizer_size(bytes), 258);
  assert_int_equal(lk_tokenizer_room(bytes, sizeof text - 1), sizeof text - 1);
  assert_int_equal(lk_tokenizer_encode(bytes, &passage, tokens, sizeof text, &count),
                   LK_OK);
  assert_int_equal(count, sizeof text - 1);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(tokens[i], 2 + (unsigned char)text[i]);
  assert_int_equal(lk_tokenizer_decode(bytes, tokens, count, &back), LK_OK);
  assert_string_equal(back, text);
  lk_free(back);
  lk_tokenizer_free(bytes);
}

static void bytes_that_are_no_character_are_shown(void **state) {
  (void)state;
  lk_tokenizer *bytes = bytes_tokenizer(0);
  const lk_token tokens[] = {'a' + 2, 0xC3 + 2, 1, 0xA9 + 2, 0, 0xF0 + 2, 2};
  char *text;
  assert_int_equal(lk_tokenizer_decode(bytes, tokens, 7, &text), LK_OK);
  assert_string_equal(text, "a\uFFFD⁇\uFFFD□\uFFFD\uFFFD");
  lk_free(text);
  assert_int_equal(lk_tokenizer_decode(bytes, (lk_token[]){258}, 1, &text), LK_BAD_DATA);
  assert_null(text);
  lk_tokenizer_free(bytes);
}

static void bytes_say_what_is_wrong_and_where(void **state) {
  (void)state;
  lk_tokenizer *bytes = bytes_tokenizer(0);
  lk_token tokens[4];
  size_t count;
  lk_passage invalid = lk_passage_of("é\xFF", "q.tsv", 5);
  lk_passage late = lk_passage_of("éééé", "q.tsv", 9);
  assert_int_equal(lk_tokenizer_encode(bytes, &invalid, tokens, 4, &count), LK_BAD_DATA);
  assert_message("q.tsv, line 5, byte 3: invalid UTF-8 (0xFF)", NULL);
  assert_int_equal(lk_tokenizer_encode(bytes, &late, tokens, 4, &count), LK_BAD_DATA);
  assert_message("q.tsv, line 9: more than the 4 bytes", NULL);
  lk_tokenizer_free(bytes);
}

/* What is no text, or has more marks than any writing, stays as it is beside a text. */
static void bytes_that_are_no_text_are_not_composed(void **state) {
  (void)state;
  enum { MARKS = 1001 };
  char marks[2 * MARKS + 8] = "e";
  const char text[] = "e\u0301\xff\0\u304B\u3099\0\u1112\u1161\u11ABa\0\u1112\u1161\xE3";
  const char composed[] = "é\xff\0\u304C\0한a\0하\xE3";
  lk_tokenizer *bytes = bytes_tokenizer(1);
  lk_passage passage = {text, sizeof text - 1, "x", 0, 0};
  lk_token tokens[3 * sizeof marks];
  size_t count;
  assert_int_equal(lk_tokenizer_encode_bytes(bytes, &passage, tokens, 99, &count), LK_OK);
  assert_int_equal(count, sizeof composed - 1);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(tokens[i], 2 + (unsigned char)composed[i]);
  for (int i = 0; i < MARKS; i++)
    strcat(marks, "\u0301");
  strcat(marks, " e\u0301");
  passage = lk_passage_of(marks, "x", 0);
  assert_int_equal(
      lk_tokenizer_encode_bytes(bytes, &passage, tokens, 3 * sizeof marks, &count), LK_OK);
  assert_int_equal(count, strlen(marks) - 1);
  lk_tokenizer_free(bytes);
}

static void too_many_marks_are_named_by_their_line(void **state) {
  (void)state;
  enum { MARKS = 1001 };
  char marks[2 * MARKS + 8] = "a\ne";
  lk_tokenizer *bytes = bytes_tokenizer(1);
  size_t count;
  for (int i = 0; i < MARKS; i++)
    strcat(marks, "\u0301");
  lk_passage passage = {marks, strlen(marks), "x", 7, 1};
  assert_int_equal(lk_tokenizer_encode(bytes, &passage, NULL, 0, &count), LK_BAD_DATA);
  assert_message("x, line 8: more than 1000 combining marks in a row", NULL);
  passage.by_lines = 0;
  assert_int_equal(lk_tokenizer_encode(bytes, &passage, NULL, 0, &count), LK_BAD_DATA);
  assert_message("x, line 7: more than 1000 combining marks in a row", NULL);
  lk_tokenizer_free(bytes);
}

static void bytes_compose_if_asked_to(void **state) {
  (void)state;
  lk_tokenizer *bytes = bytes_tokenizer(1);
  lk_token tokens[3];
  size_t count;
  lk_passage passage = lk_passage_of("e\u0301", "x", 0);
  assert_int_equal(lk_tokenizer_encode(bytes, &passage, tokens, 3, &count), LK_OK);
  assert_int_equal(count, 2);
  assert_int_equal(tokens[0], 2 + 0xC3);
  lk_tokenizer_free(bytes);
}

static void classes_are_those_of_characters(void **state) {
  (void)state;
  static const struct {
    const char *text;
    lk_class class;
  } some_classes[] = {{" ", LK_CLASS_SPACE},  {".", LK_CLASS_STOP},
                      {"a", LK_CLASS_LETTER}, {"Q", LK_CLASS_CAPITAL},
                      {"7", LK_CLASS_DIGIT},  {",", LK_CLASS_OTHER}};
  const uint32_t points[] = {' ', '.', 'a', 'Q', '7', ','};
  lk_tokenizer *both[2] = {vocabulary_of(points, 6), bytes_tokenizer(0)};
  for (int i = 0; i < 2; i++) {
    uint8_t classes[258];
    lk_tokenizer_classes(both[i], classes);
    for (size_t c = 0; c < 6; c++) {
      lk_token token;
      size_t count;
      lk_passage passage = lk_passage_of(some_classes[c].text, "x", 0);
      assert_int_equal(lk_tokenizer_encode(both[i], &passage, &token, 1, &count), LK_OK);
      assert_int_equal(classes[token], some_classes[c].class);
    }
    assert_int_equal(classes[lk_tokenizer_pad(both[i])], LK_CLASS_OTHER);
    assert_int_equal(classes[lk_tokenizer_first_of(both[i], LK_CLASS_STOP)], LK_CLASS_STOP);
    lk_tokenizer_free(both[i]);
  }
  lk_tokenizer *none = vocabulary_of(points + 2, 1);
  assert_int_equal(lk_tokenizer_first_of(none, LK_CLASS_SPACE), lk_tokenizer_pad(none));
  lk_tokenizer_free(none);
}

static void every_kind_survives_save_and_restore(void **state) {
  (void)state;
  lk_tokenizer *all[] = {vocabulary_of(some, SOME), bytes_tokenizer(0), bytes_tokenizer(1)};
  for (int i = 0; i < 3; i++) {
    lk_tokenizer *copy;
    assert_int_equal(lk_tokenizer_copy(&copy, all[i]), LK_OK);
    for (int j = 0; j < 3; j++)
      assert_int_equal(lk_tokenizer_equal(copy, all[j]), i == j);
    assert_string_equal(lk_tokenizer_name(copy), lk_tokenizer_name(all[i]));
    assert_int_equal(lk_tokenizer_size(copy), lk_tokenizer_size(all[i]));
    lk_tokenizer_free(copy);
  }
  for (int i = 0; i < 3; i++)
    lk_tokenizer_free(all[i]);
}

static void restore_refuses_what_no_kind_saves(void **state) {
  (void)state;
  const struct {
    lk_tokenizer_image image;
    const char *message;
  } bad[] = {
      {{"bytes", 0, 0, ""}, "no bytes"},
      {{"bytes", 0, 3, "256"}, "other contents"},
      {{"bytes", 0, 10, "257 bytes"}, "other contents"},
      {{"characters", 0, 3, "abc"}, "3 bytes are no code points"},
      {{"words", 0, 1, "a"}, "no tokenizer 'words'; choose one of: characters, bytes"},
      {{"", 0, 1, "a"}, "no tokenizer ''"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lk_tokenizer *tokenizer;
    assert_int_equal(lk_tokenizer_restore(&tokenizer, &bad[i].image), LK_BAD_DATA);
    assert_null(tokenizer);
    assert_message(bad[i].message, NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_character_survives_utf8),
      cmocka_unit_test(decode_gives_code_points_in_order),
      cmocka_unit_test(decode_names_line_and_byte),
      cmocka_unit_test(create_sorts_behind_pad_and_mask),
      cmocka_unit_test(create_refuses_what_no_vocabulary_has),
      cmocka_unit_test(ids_may_exceed_16_bits),
      cmocka_unit_test(restore_checks_the_table),
      cmocka_unit_test(copies_and_restored_tables_are_equal),
      cmocka_unit_test(text_survives_encode_and_decode),
      cmocka_unit_test(decode_shows_pad_and_mask_and_refuses_other_ids),
      cmocka_unit_test(encode_says_what_is_wrong_and_where),
      cmocka_unit_test(encode_takes_the_replacement_for_what_it_lacks),
      cmocka_unit_test(bytes_encode_every_text),
      cmocka_unit_test(bytes_that_are_no_character_are_shown),
      cmocka_unit_test(bytes_say_what_is_wrong_and_where),
      cmocka_unit_test(bytes_that_are_no_text_are_not_composed),
      cmocka_unit_test(too_many_marks_are_named_by_their_line),
      cmocka_unit_test(bytes_compose_if_asked_to),
      cmocka_unit_test(classes_are_those_of_characters),
      cmocka_unit_test(every_kind_survives_save_and_restore),
      cmocka_unit_test(restore_refuses_what_no_kind_saves),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
