/* Texts as documents: what counts, what a slice holds, what is refused and how. */
#include "data_files.h"
#include "lockstep/characters.h"
#include "lockstep/corpus.h"
#include "lockstep/text_survey.h"

static const lk_slice whole = {1, 0, 1};

static lk_corpus *corpus_of(const char *text, lk_slice slice) {
  lk_corpus *corpus;
  if (lk_corpus_read_text(&corpus, temporary_text(text), NULL, slice) != LK_OK)
    fail_msg("%s", lk_message());
  return corpus;
}

static void assert_document(const lk_corpus *corpus, uint64_t document, const char *text) {
  size_t length;
  char *found;
  const lk_token *tokens = lk_corpus_document(corpus, document, &length);
  assert_int_equal(lk_tokenizer_decode(corpus->tokenizer, tokens, length, &found), LK_OK);
  assert_string_equal(found, text);
  lk_free(found);
}

static void shards_cut_the_documents_evenly(void **state) {
  (void)state;
  const uint64_t counts[] = {8, 9, 11, 15, 16, 2937, 1ull << 62};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    for (int shards = 1; shards <= 8; shards *= 2) {
      uint64_t next = 0, n = counts[i];
      for (int shard = 0; shard < shards; shard++) {
        lk_range range = lk_shard_range(n, shards, shard);
        uint64_t small = n / (uint64_t)shards;
        assert_int_equal(range.first, next);
        assert_in_range(range.count, small, small + (n % (uint64_t)shards != 0));
        next += range.count;
      }
      assert_int_equal(next, n);
    }
  assert_int_equal(lk_shard_range(2937, 8, 3).first, 3 * 2937 / 8);
}

static void lines_that_are_not_empty_are_documents(void **state) {
  (void)state;
  lk_corpus *corpus = corpus_of("\nab\n\n\ncé\nd", whole);
  assert_int_equal(corpus->documents, 3);
  assert_int_equal(corpus->characters, 10); /* newlines included */
  assert_int_equal(lk_tokenizer_size(corpus->tokenizer), 2 + 6);
  assert_int_equal(corpus->held.first, 0);
  assert_int_equal(corpus->held.count, 3);
  assert_document(corpus, 0, "ab");
  assert_document(corpus, 1, "cé");
  assert_document(corpus, 2, "d");
  lk_corpus_free(corpus);
}

static void marks_and_carriage_returns_are_no_characters(void **state) {
  (void)state;
  lk_corpus *plain = corpus_of("ab\n\nc d \ne\rf\n", whole);
  lk_corpus *other = corpus_of("\xEF\xBB\xBF"
                               "ab\r\n\r\nc d \r\r\ne\rf\r\n\r",
                               whole);
  assert_true(lk_tokenizer_equal(plain->tokenizer, other->tokenizer));
  assert_int_equal(other->documents, 3);
  assert_int_equal(other->characters, plain->characters);
  assert_document(other, 1, "c d ");
  assert_document(other, 2, "e\rf");
  assert_int_equal(other->left_out.marks, 1);
  assert_int_equal(other->left_out.returns, 6);
  assert_int_equal(plain->left_out.returns + plain->left_out.marks, 0);
  assert_string_equal(other->sha256.hex,
                      "a01769c25ad8076d2e1072ad3fd7d01ff9422c5dbf83e97ba0ac527b597f0e2f");
  lk_corpus_free(plain);
  lk_corpus_free(other);
}

static void a_last_newline_adds_no_document(void **state) {
  (void)state;
  lk_corpus *without = corpus_of("a\nb", whole), *with = corpus_of("a\nb\n", whole);
  assert_int_equal(without->documents, 2);
  assert_int_equal(with->documents, 2);
  assert_int_equal(with->characters, without->characters + 1);
  assert_string_not_equal(with->sha256.hex, without->sha256.hex);
  lk_corpus_free(without);
  lk_corpus_free(with);
}

static void the_hash_is_of_the_bytes(void **state) {
  (void)state;
  lk_corpus *corpus = corpus_of("abc", whole);
  assert_string_equal(corpus->sha256.hex, /* FIPS 180-2, appendix B.1 */
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  lk_corpus_free(corpus);
}

static const char eleven[] =
    "zero\none\n\ntwo\nthrée\nfour\nfive\nsix\nseven\neight\n\nnine\n"
    "tên\n";

/* A slice holds its documents, no others, and knows the same of the whole. */
static void check_slice(const lk_corpus *all, lk_slice slice) {
  lk_corpus *part = corpus_of(eleven, slice);
  lk_range first = lk_shard_range(11, slice.shards, slice.first_shard);
  lk_range last =
      lk_shard_range(11, slice.shards, slice.first_shard + slice.shard_count - 1);
  assert_int_equal(part->documents, 11);
  assert_int_equal(part->characters, all->characters);
  assert_string_equal(part->sha256.hex, all->sha256.hex);
  assert_true(lk_tokenizer_equal(part->tokenizer, all->tokenizer));
  assert_int_equal(part->held.first, first.first);
  assert_int_equal(part->held.count, last.first + last.count - first.first);
  for (uint64_t i = part->held.first; i < part->held.first + part->held.count; i++) {
    size_t length, expected_length;
    const lk_token *tokens = lk_corpus_document(part, i, &length);
    const lk_token *expected = lk_corpus_document(all, i, &expected_length);
    assert_int_equal(length, expected_length);
    assert_memory_equal(tokens, expected, length * sizeof *tokens);
    lk_token end[1];
    assert_int_equal(lk_corpus_length(part, i), length);
    lk_corpus_window(part, i, length - 1, 1, end);
    assert_int_equal(end[0], expected[length - 1]);
  }
  lk_corpus_free(part);
}

static void a_slice_holds_its_shards_only(void **state) {
  (void)state;
  lk_corpus *all = corpus_of(eleven, whole);
  assert_int_equal(all->documents, 11);
  assert_document(all, 3, "thrée");
  assert_document(all, 10, "tên");
  for (int shards = 1; shards <= 8; shards *= 2)
    for (int count = 1; count <= shards; count++)
      for (int first = 0; first + count <= shards; first++)
        check_slice(all, (lk_slice){shards, first, count});
  lk_corpus_free(all);
}

static void assert_encodes(const lk_tokenizer *tokenizer, const char *text,
                           const char *same) {
  lk_token tokens[8];
  size_t count;
  char *found;
  assert_int_equal(lk_tokenizer_encode(tokenizer,
                                       (lk_passage[]){lk_passage_of(text, "it", 0)}, tokens,
                                       8, &count),
                   LK_OK);
  assert_int_equal(lk_tokenizer_decode(tokenizer, tokens, count, &found), LK_OK);
  assert_string_equal(found, same);
  lk_free(found);
}

/* Of characters that compose. */
static lk_status read_composed(lk_corpus **out, const char *text) {
  static const uint32_t characters[] = {'a', 'b', 'c',  'f',  'r',    'g',   'o',    'd',
                                        'e', ' ', '\n', 0xE9, 0x1EB9, 0x301, 0xD55C, 0x3A9};
  lk_tokenizer *tokenizer;
  assert_int_equal(lk_characters_create(&tokenizer, characters,
                                        sizeof characters / sizeof *characters, 1),
                   LK_OK);
  lk_status status = lk_corpus_read_text(out, temporary_text(text), tokenizer, whole);
  lk_tokenizer_free(tokenizer);
  return status;
}

/* e and an acute, a ring under and above in both orders, Hangul by its letters. */
static void nfc_composes_a_text_and_what_is_looked_up(void **state) {
  (void)state;
  const char *text = "ab\n\ncafe\u0301 r\ne\u0301\u0323\nẹ́\n\u1112\u1161\u11ab\u2126";
  lk_corpus *corpus, *again;
  assert_int_equal(read_composed(&corpus, text), LK_OK);
  assert_true(lk_tokenizer_composes(corpus->tokenizer));
  assert_int_equal(corpus->left_out.composed, 3);
  assert_document(corpus, 1, "café r");
  assert_document(corpus, 2, "ẹ\u0301");
  assert_document(corpus, 3, "ẹ\u0301");
  assert_document(corpus, 4, "한Ω");
  assert_encodes(corpus->tokenizer, "fe\u0301", "fé");
  assert_encodes(corpus->tokenizer, "ab", "ab");
  assert_int_equal(
      lk_corpus_read_text(&again, temporary_text("cafe\u0301"), corpus->tokenizer, whole),
      LK_OK);
  assert_document(again, 0, "café");
  assert_true(lk_tokenizer_equal(again->tokenizer, corpus->tokenizer));
  lk_tokenizer *plain;
  assert_int_equal(lk_characters_restore(&plain, lk_characters_table(again->tokenizer),
                                         (size_t)lk_tokenizer_size(again->tokenizer)),
                   LK_OK);
  assert_false(lk_tokenizer_equal(plain, corpus->tokenizer));
  lk_tokenizer_free(plain);
  lk_corpus_free(again);
  lk_corpus_free(corpus);
}

static void nfc_refuses_what_would_take_for_ever(void **state) {
  (void)state;
  char text[4096] = "good\ne";
  lk_corpus *corpus;
  for (int i = 0; i < 1001; i++)
    strcat(text, i % 2 ? "\u0301" : "\u0323");
  assert_int_equal(read_composed(&corpus, text), LK_BAD_DATA);
  assert_message(temporary_path, ", line 2: more than 1000 combining marks in a row", NULL);
  assert_int_equal(read_composed(&corpus, "a\nb\xff"), LK_BAD_DATA);
  assert_message(temporary_path, ", line 2, byte 2: invalid UTF-8 (0xFF)", NULL);
}

static void a_given_vocabulary_is_used(void **state) {
  (void)state;
  const uint32_t letters[] = {'a', 'b', 'c', 'z'}; /* no newline: it is never a token */
  lk_tokenizer *tokenizer;
  lk_corpus *corpus;
  size_t length;
  assert_int_equal(lk_characters_create(&tokenizer, letters, 4, 0), LK_OK);
  assert_int_equal(
      lk_corpus_read_text(&corpus, temporary_text("bz\nc\n"), tokenizer, whole), LK_OK);
  assert_true(lk_tokenizer_equal(corpus->tokenizer, tokenizer));
  assert_ptr_not_equal(corpus->tokenizer, tokenizer);
  assert_int_equal(lk_corpus_document(corpus, 0, &length)[1], 5);
  lk_corpus_free(corpus);
  assert_int_equal(
      lk_corpus_read_text(&corpus, temporary_text("bz\nac\n\nabé\n"), tokenizer, whole),
      LK_BAD_DATA);
  assert_message(temporary_path, ", line 4, character 3: é (U+00E9) is not in the", NULL);
  assert_null(corpus);
  lk_tokenizer_free(tokenizer);
}

static void bad_texts_are_refused_by_every_slice(void **state) {
  (void)state;
#define BYTES(text) text, sizeof(text) - 1
  const struct {
    const char *bytes;
    size_t size;
    const char *message;
  } bad[] = {
      {BYTES(""), "no documents"},
      {BYTES("\n\n\n"), "no documents"},
      {BYTES("ab\nc\xC3(\n"), ", line 2, byte 2: invalid UTF-8 (0xC3)"},
      {BYTES("a\nb\nc\nd\xE2\x82"), ", line 4, byte 2: invalid UTF-8 (0xE2)"},
      {BYTES("a\nb\0c\nd\n"), ", line 2, byte 2: a NUL byte"},
      {BYTES("a\nb\n\nc\u25A1\n"), ", line 4, character 2: □ (U+25A1) is reserved"},
      {BYTES("é\u2047\nb\nc\n"), ", line 1, character 2: ⁇ (U+2047) is reserved"},
      {BYTES("a\n"), ": 1 documents are fewer than 2 shards; set shards=1, a power of two "
                     "not above 1"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    for (int shard = 0; shard < 2; shard++) {
      const char *path = temporary_file(bad[i].bytes, bad[i].size);
      lk_corpus *corpus;
      assert_int_equal(lk_corpus_read_text(&corpus, path, NULL, (lk_slice){2, shard, 1}),
                       LK_BAD_DATA);
      assert_message(path, bad[i].message, NULL);
      assert_null(corpus);
    }
}

static void too_few_documents_are_named_with_the_fix(void **state) {
  (void)state;
  const lk_slice slice = {8, 0, 8};
  assert_int_equal(lk_corpus_check_slice("x.h5", 7, slice), LK_BAD_DATA);
  assert_message("x.h5: 7 documents", "8 shards", "set shards=4, a power of two", NULL);
  assert_int_equal(lk_corpus_check_slice("x.h5", 0, slice), LK_BAD_DATA);
  assert_int_equal(lk_corpus_check_slice("x.h5", 8, slice), LK_OK);
}

/* Lines of all lengths, none, one and several pieces among them; some begin with what is a
 * mark in front of the first alone, and some end with carriage returns. *documents of the
 * lines are not empty: their bytes, each with a newline, are `expected`, which is the
 * caller's, as the text is. */
static char *long_text(size_t *size, char **expected, uint64_t *documents) {
  enum { LINES = 4000, LONGEST = 1 << 20 };
  size_t room = 4 * LONGEST + LINES * 600, used = 0, kept = 0;
  char *text = malloc(room);
  assert_non_null(text);
  assert_non_null(*expected = malloc(room));
  *documents = 0;
  for (unsigned i = 0; i < LINES; i++) {
    size_t length = i == 1000 || i == 3000 ? LONGEST - i : i * i % 997 / 2;
    size_t start = used;
    if (i % 7 == 3) used += (size_t)sprintf(text + used, "\xEF\xBB\xBF");
    for (size_t k = 0; k < length; k++)
      text[used++] = (char)('a' + (i + k * k) % 26);
    memcpy(*expected + kept, text + start, used - start);
    if (used > start) {
      kept += used - start;
      (*expected)[kept++] = '\n';
      ++*documents;
    }
    used += (size_t)sprintf(text + used, "%s\n", i % 5 == 2 ? "\r\r" : "");
  }
  *size = used;
  return text;
}

/* Moves *expected behind the documents, which it begins with. */
static void assert_documents(const lk_corpus *corpus, const char **expected) {
  for (uint64_t i = corpus->held.first; i < corpus->held.first + corpus->held.count; i++) {
    size_t length;
    char *found;
    const lk_token *tokens = lk_corpus_document(corpus, i, &length);
    assert_int_equal(lk_tokenizer_decode(corpus->tokenizer, tokens, length, &found), LK_OK);
    size_t bytes = strlen(found);
    assert_memory_equal(found, *expected, bytes);
    assert_int_equal((*expected)[bytes], '\n');
    *expected += bytes + 1;
    lk_free(found);
  }
  assert_int_equal(lk_corpus_status(corpus), LK_OK);
}

static void slices_of_a_long_text_are_its_lines(void **state) {
  (void)state;
  lk_text_survey survey;
  size_t size, covered = 0;
  uint64_t documents;
  char *expected, *text = long_text(&size, &expected, &documents);
  const char *path = temporary_file(text, size), *next = expected;
  assert_int_equal(lk_text_survey_make(&survey, path, NULL), LK_OK);
  assert_int_equal(survey.documents, documents);
  assert_int_equal(survey.left_out.returns, 2 * 800);
  assert_true(survey.count > 5);
  for (uint64_t i = 0; i < survey.count; covered += survey.parts[i++].size)
    assert_int_equal(survey.parts[i].at, covered);
  assert_int_equal(covered, size);
  for (int shard = 0; shard < 8; shard++) {
    lk_corpus *corpus;
    const lk_slice slice = {8, shard, 1};
    assert_int_equal(lk_corpus_read_surveyed(&corpus, path, &survey, NULL, slice), LK_OK);
    assert_documents(corpus, &next);
    lk_corpus_free(corpus);
  }
  assert_int_equal(survey.left_out.marks, 0);
  lk_text_survey_clear(&survey);
  free(expected);
  free(text);
}

static void a_text_that_changed_after_its_survey_is_named(void **state) {
  (void)state;
  const lk_slice slice = {2, 1, 1};
  lk_text_survey survey;
  lk_corpus *corpus;
  const char *const texts[] = {"ab\nab\n", "ab\n", "ab\nab\nab\n", "ab\nbb\n"};
  const char *path = temporary_text(texts[0]);
  assert_int_equal(lk_text_survey_make(&survey, path, NULL), LK_OK);
  assert_int_equal(lk_corpus_read_surveyed(&corpus, path, &survey, NULL, slice), LK_OK);
  lk_corpus_free(corpus);
  for (size_t i = 1; i < sizeof texts / sizeof *texts; i++) {
    temporary_text(texts[i]);
    assert_int_equal(lk_corpus_read_surveyed(&corpus, path, &survey, NULL, slice),
                     LK_NO_INPUT);
    assert_message(path, ": changed while it was read", NULL);
    assert_null(corpus);
  }
  lk_text_survey_clear(&survey);
}

static void lines_are_found_in_the_same_text_only(void **state) {
  (void)state;
  uint64_t documents[] = {3, 0, 3, 1};
  lk_corpus *corpus = corpus_of("\nab\n\r\n\ncd\nef\n\ngh", whole);
  assert_int_equal(lk_corpus_find_lines(temporary_path, &corpus->sha256, documents, 4),
                   LK_OK);
  const uint64_t lines[] = {8, 2, 8, 5};
  assert_memory_equal(documents, lines, sizeof lines);
  temporary_text("ab\ncd\nef\ngh");
  assert_int_equal(lk_corpus_find_lines(temporary_path, &corpus->sha256, documents, 4),
                   LK_NO_INPUT);
  assert_memory_equal(documents, lines, sizeof lines);
  lk_corpus_free(corpus);
}

static void no_room_for_tokens_is_told(void **state) {
  (void)state;
  const char *path = temporary_text("ab\ncd\n");
  lk_corpus *corpus;
  setenv("TMPDIR", "/nowhere", 1);
  assert_int_equal(lk_corpus_read_text(&corpus, path, NULL, whole), LK_IO);
  unsetenv("TMPDIR");
  assert_message(path, "temporary file for its tokens: No such file", "set TMPDIR", NULL);
  assert_null(corpus);
}

static void paths_that_are_no_file_are_refused(void **state) {
  (void)state;
  lk_corpus *corpus;
  assert_int_equal(lk_corpus_read_text(&corpus, "/nowhere/wiki.txt", NULL, whole),
                   LK_NO_INPUT);
  assert_message("/nowhere/wiki.txt", NULL);
  assert_null(corpus);
  assert_int_equal(lk_corpus_read_text(&corpus, "/tmp", NULL, whole), LK_NO_INPUT);
  assert_message("/tmp", "folder", NULL);
}

static void the_experiment_has_its_known_figures(void **state) {
  (void)state;
  const char *path = experiment_file("wiki.txt");
  lk_corpus *corpus;
  assert_int_equal(lk_corpus_read_text(&corpus, path, NULL, (lk_slice){8, 7, 1}), LK_OK);
  assert_int_equal(corpus->characters, 418352);
  assert_int_equal(corpus->documents, 2937);
  assert_int_equal(lk_tokenizer_size(corpus->tokenizer), 256);
  assert_int_equal(corpus->held.first, 2569);
  assert_int_equal(corpus->held.count, 368);
  assert_string_equal(corpus->sha256.hex,
                      "823bb536fca77c8b5a15b34b0dead6355d0cf1f806e822464bca28806c2fd055");
  lk_corpus_free(corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shards_cut_the_documents_evenly),
      cmocka_unit_test(lines_that_are_not_empty_are_documents),
      cmocka_unit_test(marks_and_carriage_returns_are_no_characters),
      cmocka_unit_test(a_last_newline_adds_no_document),
      cmocka_unit_test(the_hash_is_of_the_bytes),
      cmocka_unit_test(a_slice_holds_its_shards_only),
      cmocka_unit_test(nfc_composes_a_text_and_what_is_looked_up),
      cmocka_unit_test(nfc_refuses_what_would_take_for_ever),
      cmocka_unit_test(a_given_vocabulary_is_used),
      cmocka_unit_test(bad_texts_are_refused_by_every_slice),
      cmocka_unit_test(too_few_documents_are_named_with_the_fix),
      cmocka_unit_test(slices_of_a_long_text_are_its_lines),
      cmocka_unit_test(a_text_that_changed_after_its_survey_is_named),
      cmocka_unit_test(lines_are_found_in_the_same_text_only),
      cmocka_unit_test(no_room_for_tokens_is_told),
      cmocka_unit_test(paths_that_are_no_file_are_refused),
      cmocka_unit_test(the_experiment_has_its_known_figures),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
