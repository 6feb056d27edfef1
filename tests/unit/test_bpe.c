/* Byte-level BPE: pieces, merges, any bytes there and back, the file, and what is refused.
 */
#include "data_files.h"
#include "lockstep/bpe.h"
#include "lockstep/evaluate.h"
#include "lockstep/memory.h"
#include "text/bpe.h"
#include <cjson/cJSON.h>

/* Bytes, what the merges (two texts each) make, the special token, an added one or NULL. */
static lk_bpe *made_with(const char *const (*merges)[2], size_t count, const char *added) {
  lk_bpe *bpe;
  char both[16];
  assert_int_equal(lk_bpe_begin(&bpe, 257 + count + (added != NULL), count), LK_OK);
  if (added)
    assert_int_equal(lk_bpe_add(bpe, 257 + count, LK_BPE_ADDED, added, strlen(added)),
                     LK_OK);
  for (int i = 0; i < 256; i++)
    assert_int_equal(lk_bpe_add(bpe, (size_t)i, LK_BPE_TEXT, (char[]){(char)i}, 1), LK_OK);
  for (size_t i = 0; i < count; i++) {
    int size = snprintf(both, sizeof both, "%s%s", merges[i][0], merges[i][1]);
    assert_int_equal(lk_bpe_add(bpe, 256 + i, LK_BPE_TEXT, both, (size_t)size), LK_OK);
  }
  assert_int_equal(lk_bpe_add(bpe, 256 + count, LK_BPE_SPECIAL, "<|endoftext|>", 13),
                   LK_OK);
  for (size_t i = 0; i < count; i++) {
    int64_t left = lk_bpe_find(bpe, merges[i][0], strlen(merges[i][0])),
            right = lk_bpe_find(bpe, merges[i][1], strlen(merges[i][1]));
    assert_int_equal(lk_bpe_join(bpe, (lk_token)left, (lk_token)right), LK_OK);
  }
  assert_int_equal(lk_bpe_finish(bpe), LK_OK);
  return bpe;
}

static lk_bpe *made_of(const char *const (*merges)[2], size_t count) {
  return made_with(merges, count, NULL);
}

static void pieces_are(const lk_pattern *pattern, const char *text, const char *expected) {
  lk_pieces pieces = lk_pieces_of(pattern, text, strlen(text));
  char found[256] = "";
  const char *piece;
  size_t size;
  while (lk_pieces_next(&pieces, &piece, &size)) {
    strncat(found, piece, size);
    strcat(found, "|");
  }
  assert_string_equal(found, expected);
}

static void patterns_cut_as_their_expressions_do(void **state) {
  (void)state;
  const lk_pattern gpt2 = {LK_PATTERN_gpt2, 0, 0}, cl100k = {LK_PATTERN_cl100k, 0, 0},
                   qwen2 = {LK_PATTERN_qwen2, 0, 0}, digits = {LK_PATTERN_gpt2, 1, 0},
                   unspaced = {LK_PATTERN_gpt2, 0, 1};
  pieces_are(&gpt2, "It's  we'll 1234 ok!?\n\n x\t ",
             "It|'s| | we|'ll| 1234| ok|!?|\n\n| x|\t |");
  pieces_are(&gpt2, "l'ARBRE 'S ''s", "l|'|ARBRE| '|S| ''|s|");
  pieces_are(&gpt2, "a\u00A0b \u3000c²½ é\u0301", "a|\u00A0|b| |\u3000|c|²½| é|\u0301|");
  pieces_are(&cl100k, "It'S (we 12345 ok!?\n\n  x \r\n\n y",
             "It|'S| (|we| |123|45| ok|!?\n\n| | x| \r\n\n| y|");
  pieces_are(&cl100k, "\tx 'ſo", "\tx| '|ſo|");
  pieces_are(&cl100k, "a'ſb", "a|'ſ|b|");
  pieces_are(&qwen2, "a 123", "a| |1|2|3|");
  pieces_are(&digits, "a  1２b 3", "a|  |1|２|b| |3|");
  pieces_are(&unspaced, "a 東京 ไทย b", "a| |東|京| |ไ|ท|ย| b|");
}

static void encodes(const lk_tokenizer *t, const char *text, size_t size,
                    const lk_token *expected, size_t expected_count) {
  lk_passage passage = {text, size, "x", 0, 0};
  lk_token tokens[64];
  size_t count;
  assert_int_equal(lk_tokenizer_encode(t, &passage, tokens, 64, &count), LK_OK);
  assert_int_equal(count, expected_count);
  assert_memory_equal(tokens, expected, count * sizeof *tokens);
}

/* "abab" is a token: by their bytes all three would be longer than 2 tokens. */
static void answers_are_as_long_as_their_tokens(void **state) {
  (void)state;
  const char *const merges[][2] = {{"a", "b"}, {"ab", "ab"}};
  lk_bpe *bpe = made_of(merges, 2);
  lk_parameters table = {.shape = {.block = 8}};
  lk_trained trained = {.tokenizer = &bpe->base, .table = &table, .most_answer = 2};
  char *text;
  lk_questions *questions;
  assert_int_equal(lk_copy_text(&text, "a\tabababab\na\tababababab\nbbbbbb\tabababab\n"),
                   LK_OK);
  assert_int_equal(
      lk_questions_parse(&questions, text, strlen(text), "q.tsv", LK_ANY_ANSWERS), LK_OK);
  assert_int_equal(lk_evaluate_too_long(&trained, questions), 2);
  lk_questions_free(questions);
  lk_tokenizer_free(&bpe->base);
}

/* (a, b) before (b, c), wherever they stand; of the same the leftmost first. */
static void merges_apply_in_their_order(void **state) {
  (void)state;
  const char *const merges[][2] = {
      {"a", "b"}, {"b", "c"}, {"ab", "c"}, {"a", "a"}, {"aa", "aa"}};
  lk_bpe *bpe = made_of(merges, 5);
  encodes(&bpe->base, "bcab", 4, (lk_token[]){257, 256}, 2);
  encodes(&bpe->base, "abcabc", 6, (lk_token[]){258, 258}, 2);
  encodes(&bpe->base, "aaaaaaa", 7, (lk_token[]){260, 259, 'a'}, 3);
  encodes(&bpe->base, "<|endoftext|>", 13,
          (lk_token[]){'<', '|', 'e', 'n', 'd', 'o', 'f', 't', 'e', 'x', 't', '|', '>'},
          13);
  lk_tokenizer_free(&bpe->base);
}

static void any_bytes_survive(void **state) {
  (void)state;
  const char *const merges[][2] = {{"\xC3", "\xA9"}, {" ", "\xC3\xA9"}, {"\xFF", "\xFE"}};
  lk_bpe *bpe = made_of(merges, 3);
  uint32_t seed = 1;
  for (int round = 0; round < 2000; round++) {
    char bytes[40], back[40], scratch[LK_PIECE];
    lk_token tokens[40];
    size_t count, size = (size_t)round % 40, used = 0, part;
    for (size_t i = 0; i < size; i++) {
      seed = seed * 1664525 + 1013904223;
      bytes[i] = "\0\xC3\xA9 \xFF\xFE\x80\nab0'"[seed >> 24 & 7];
      if (seed >> 16 & 1) bytes[i] = (char)(seed >> 20);
    }
    lk_passage passage = {bytes, size, "x", 0, 0};
    assert_int_equal(lk_tokenizer_encode_bytes(&bpe->base, &passage, tokens, 40, &count),
                     LK_OK);
    for (size_t i = 0; i < count; i++, used += part) {
      const char *piece = lk_tokenizer_piece(&bpe->base, tokens[i], scratch, &part);
      memcpy(back + used, piece, part);
    }
    assert_int_equal(used, size);
    assert_memory_equal(back, bytes, size);
  }
  lk_tokenizer_free(&bpe->base);
}

/* What is encoded of a part is what begins the whole, and the rest is encoded alike. */
static void check_parts(const lk_bpe *bpe, const char *text, size_t size) {
  lk_token whole[200], tokens[200];
  size_t count, more, used;
  lk_passage all = {text, size, "x", 0, 0};
  assert_int_equal(lk_tokenizer_encode_bytes(&bpe->base, &all, whole, 200, &count), LK_OK);
  for (size_t part = 0; part <= size; part++) {
    size_t first;
    lk_passage begin = {text, part, "x", 0, 0};
    assert_int_equal(
        lk_tokenizer_encode_part(&bpe->base, &begin, tokens, 200, &first, &used), LK_OK);
    assert_true(used <= part);
    lk_passage rest = {text + used, size - used, "x", 0, 0};
    assert_int_equal(
        lk_tokenizer_encode_bytes(&bpe->base, &rest, tokens + first, 200 - first, &more),
        LK_OK);
    assert_int_equal(first + more, count);
    assert_memory_equal(tokens, whole, count * sizeof *tokens);
  }
  assert_true(used + 30 > size);
}

static void a_text_in_parts_has_the_same_tokens(void **state) {
  (void)state;
  static const char *const signs[] = {
      "a",  "r",      "e",      "'",      " ", " ", "\n", "!",  "1",    "\u00E9",
      "\r", "\u4E2D", "\u2028", "\u017F", "<", "<", "n>", "\t", "\xFF", "\x80"};
  const char *const merges[][2] = {{"'", "r"}, {"'r", "e"}, {" ", "a"}, {"\n", "\n"}};
  lk_bpe *bpe = made_with(merges, 4, "<\nn>");
  uint32_t seed = 1;
  for (int round = 0; round < 3000; round++) {
    char text[100] = "";
    bpe->pattern =
        (lk_pattern){(lk_pattern_kind)(round % LK_PATTERN_COUNT), round & 4, round & 8};
    for (int i = 0; i < 30; i++) {
      seed = seed * 1664525 + 1013904223;
      strcat(text, signs[(seed >> 16) % (sizeof signs / sizeof *signs)]);
    }
    check_parts(bpe, text, strlen(text));
  }
  lk_tokenizer_free(&bpe->base);
}

/* A quadratic way would take hours. */
static void a_megabyte_of_one_letter_is_fast(void **state) {
  (void)state;
  enum { SIZE = 1 << 20 };
  const char *const merges[][2] = {{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}};
  lk_bpe *bpe = made_of(merges, 3);
  char *text = malloc(SIZE);
  lk_token *tokens = malloc(SIZE * sizeof *tokens);
  size_t count;
  assert_true(text && tokens);
  memset(text, 'a', SIZE);
  lk_passage passage = {text, SIZE, "x", 0, 0};
  assert_int_equal(lk_tokenizer_encode(&bpe->base, &passage, tokens, SIZE, &count), LK_OK);
  assert_int_equal(count, SIZE / 8);
  assert_int_equal(lk_tokenizer_encode(&bpe->base, &passage, tokens, 10, &count),
                   LK_BAD_DATA);
  assert_message("more than the 10 tokens", NULL);
  free(text);
  free(tokens);
  lk_tokenizer_free(&bpe->base);
}

/* Its bytes changed in one place: `from` to `to`. The caller frees it. */
static char *changed(const char *json, const char *from, const char *to) {
  const char *at = strstr(json, from);
  assert_non_null(at);
  char *out = malloc(strlen(json) + strlen(to) + 1);
  sprintf(out, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
  return out;
}

static void a_file_gives_the_same_tokenizer(void **state) {
  (void)state;
  const char *const merges[][2] = {{"\"", "\\"}, {"\"\\", "\""}};
  for (int i = 0; i < 2 * LK_PATTERN_COUNT; i++) {
    lk_bpe *bpe = made_of(merges, 2);
    lk_tokenizer *again;
    char *json;
    size_t size;
    bpe->pattern = (lk_pattern){(lk_pattern_kind)(i / 2), i % 2, i % 2};
    bpe->base.composes = i % 2;
    assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
    assert_int_equal(lk_bpe_read_json(&again, json, size, "x.json"), LK_OK);
    assert_true(lk_tokenizer_equal(&bpe->base, again));
    encodes(again, "\"\\\"", 3, (lk_token[]){257}, 1);
    lk_tokenizer_free(again);
    lk_free(json);
    lk_tokenizer_free(&bpe->base);
  }
}

/* Every part that this is not is named. */
static void other_files_are_refused_by_their_part(void **state) {
  (void)state;
  const char *const merges[][2] = {{"a", "b"}, {"ab", "c"}};
  const struct {
    const char *from, *to, *message;
  } bad[] = {
      {"\"BPE\"", "\"WordPiece\"", "x.json: model.type is \"WordPiece\"; only \"BPE\""},
      {"\"dropout\":null", "\"dropout\":0.1", "model.dropout is 0.1"},
      {"\"byte_fallback\":false", "\"byte_fallback\":true", "model.byte_fallback is true"},
      {"\"normalizer\":null", "\"normalizer\":{\"type\":\"NFKC\"}",
       "normalizer is {\"type\":\"NFKC\"}"},
      {"\"post_processor\":null", "\"post_processor\":{\"type\":\"BertProcessing\"}",
       "post_processor is"},
      {"\"add_prefix_space\":false", "\"add_prefix_space\":true",
       "add_prefix_space must be false"},
      {"\"use_regex\":true}]}", "\"use_regex\":false}]}", "there must be one pattern"},
      {"{\"type\":\"ByteLevel\"", "{\"type\":\"Metaspace\"", "pre_tokenizer is"},
      {"\"special\":true", "\"special\":false", "no special token ends a document"},
      {"\"lstrip\":false", "\"lstrip\":true", "added_tokens[0] is"},
      {"\"id\":258", "\"id\":-1", "added_tokens[0] is"},
      {"\"id\":258", "\"id\":259", "id 259 of 259 tokens: ids must have no gaps"},
      {"\"ab\":256", "\"ab\":257", "model.vocab: token 257: two texts have this id"},
      {"\"ab\":256", "\"ab\":1e9", "model.vocab: 'ab' has no id"},
      {"\"ab\":256", "\"Ġ\u2047\":256", "'Ġ\u2047' is not written as the bytes"},
      {"\"ab\":256", "\"ba\":256", "merge 0: no token is what"},
      {"\"ab c\"", "\"abc\"", "merge 1: 'abc' is not two tokens"},
      {"\"ab c\"", "\"ab zz\"", "merge 1: 'zz' is no token"},
      {"\"ab c\"", "\"a b\"", "merges 0 and 1 are the same"},
      {"\"ab c\"", "7", "one of model.merges is 7"},
      {"\"z\":122", "\"ac\":122", "no token is the byte 0x7A"},
      {"\"vocab\":{", "\"vocab\":{]", "is no tokenizer"},
  };
  lk_bpe *bpe = made_of(merges, 2);
  lk_tokenizer *none;
  char *json;
  size_t size;
  assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char *other = changed(json, bad[i].from, bad[i].to);
    assert_int_equal(lk_bpe_read_json(&none, other, strlen(other), "x.json"), LK_BAD_DATA);
    assert_null(none);
    assert_message(bad[i].message, NULL);
    free(other);
  }
  lk_free(json);
  lk_tokenizer_free(&bpe->base);
}

/* What cuts single characters off stands before the pattern, not behind it. */
static void what_cuts_behind_the_pattern_is_refused(void **state) {
  (void)state;
  static const char last[] = "{\"type\":\"ByteLevel\"";
  const char *const merges[][2] = {{"a", "b"}}, *const regexes[] = {
                                                    "\\p{N}", lk_pattern_unspaced,
                                                    lk_pattern_expression(LK_PATTERN_gpt2),
                                                    NULL};
  lk_bpe *bpe = made_of(merges, 1);
  lk_tokenizer *t;
  char *json, step[1024];
  size_t size;
  bpe->pattern.kind = LK_PATTERN_qwen2;
  assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
  for (int i = 0; i < 3; i++) {
    cJSON *regex = cJSON_CreateString(regexes[i]);
    char *quoted = cJSON_PrintUnformatted(regex);
    snprintf(step, sizeof step,
             "{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":%s}},%s",
             quoted, last);
    char *other = changed(json, last, step);
    assert_int_equal(lk_bpe_read_json(&t, other, strlen(other), "x.json"), LK_BAD_DATA);
    assert_message("behind the pattern that cuts words", NULL);
    cJSON_free(quoted);
    cJSON_Delete(regex);
    free(other);
  }
  lk_free(json);
  lk_tokenizer_free(&bpe->base);
}

/* Added tokens that are not special are looked for in texts, the longest first. */
static void added_tokens_are_found(void **state) {
  (void)state;
  const char *const merges[][2] = {{"a", "b"}};
  lk_bpe *bpe = made_of(merges, 1);
  lk_tokenizer *more;
  char *json;
  size_t size;
  assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
  char *other = changed(json, "\"special\":true}]",
                        "\"special\":true},{\"id\":258,\"content\":\"  \"},"
                        "{\"id\":259,\"content\":\"    \"}]");
  assert_int_equal(lk_bpe_read_json(&more, other, strlen(other), "x.json"), LK_OK);
  encodes(more, "ab      ab ", 11, (lk_token[]){256, 259, 258, 256, ' '}, 5);
  lk_tokenizer_free(more);
  free(other);
  lk_free(json);
  lk_tokenizer_free(&bpe->base);
}

/* Its merges are made, though no text needs them; a copy is made of what is written. */
static void an_added_token_may_be_of_the_vocabulary(void **state) {
  (void)state;
  const char *const merges[][2] = {{"a", "b"}, {"ab", "c"}};
  lk_bpe *bpe = made_of(merges, 2);
  lk_tokenizer *both, *copy;
  char *json;
  size_t size;
  assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
  char *other = changed(json, "\"special\":true}]",
                        "\"special\":true},{\"id\":256,\"content\":\"ab\"}]");
  if (lk_bpe_read_json(&both, other, strlen(other), "x.json") != LK_OK)
    fail_msg("%s", lk_message());
  assert_int_equal(lk_tokenizer_copy(&copy, both), LK_OK);
  encodes(both, "xabcab", 6, (lk_token[]){'x', 256, 'c', 256}, 4);
  encodes(copy, "xabcab", 6, (lk_token[]){'x', 256, 'c', 256}, 4);
  assert_true(lk_tokenizer_equal(both, copy));
  lk_tokenizer_free(both);
  lk_tokenizer_free(copy);
  free(other);
  lk_free(json);
  lk_tokenizer_free(&bpe->base);
}

/* The vocabulary that a tokenizer.json has is written as encoder.json is. */
static void gpt2_files_are_read(void **state) {
  (void)state;
  const char *const list[][2] = {{"a", "b"}, {"ab", "c"}};
  const char merges[] = "#version: 0.2\na b\r\nab c\n", wrong[] = "a b\nb a\n";
  lk_bpe *bpe = made_of(list, 2);
  lk_tokenizer *t;
  char *json;
  size_t size;
  assert_int_equal(lk_bpe_write_json(&bpe->base, &json, &size), LK_OK);
  char *vocabulary = strstr(json, "\"vocab\":{") + 8,
       *end = strstr(vocabulary, "},\n\"merges");
  strcpy(end, ",\"<|endoftext|>\":258}");
  lk_bpe_file encoder = {vocabulary, "encoder.json", strlen(vocabulary)};
  assert_int_equal(
      lk_bpe_read_gpt2(&t, encoder, (lk_bpe_file){merges, "vocab.bpe", strlen(merges)}),
      LK_OK);
  assert_true(lk_tokenizer_equal(t, &bpe->base));
  lk_tokenizer_free(t);
  assert_int_equal(
      lk_bpe_read_gpt2(&t, encoder, (lk_bpe_file){wrong, "vocab.bpe", strlen(wrong)}),
      LK_BAD_DATA);
  assert_message("vocab.bpe: merge 1: no token is what", NULL);
  assert_int_equal(lk_bpe_read_gpt2(&t, (lk_bpe_file){"{}", "encoder.json", 2},
                                    (lk_bpe_file){merges, "vocab.bpe", strlen(merges)}),
                   LK_BAD_DATA);
  assert_message("encoder.json: 0 tokens", NULL);
  lk_free(json);
  lk_tokenizer_free(&bpe->base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(patterns_cut_as_their_expressions_do),
      cmocka_unit_test(answers_are_as_long_as_their_tokens),
      cmocka_unit_test(merges_apply_in_their_order),
      cmocka_unit_test(any_bytes_survive),
      cmocka_unit_test(a_text_in_parts_has_the_same_tokens),
      cmocka_unit_test(a_megabyte_of_one_letter_is_fast),
      cmocka_unit_test(a_file_gives_the_same_tokenizer),
      cmocka_unit_test(other_files_are_refused_by_their_part),
      cmocka_unit_test(what_cuts_behind_the_pattern_is_refused),
      cmocka_unit_test(added_tokens_are_found),
      cmocka_unit_test(an_added_token_may_be_of_the_vocabulary),
      cmocka_unit_test(gpt2_files_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
