/* A tokenizer of dumps and texts: the same for any number of threads and parts, bounded,
 * and what a corpus is made with. */
#include "cli_run.h"
#include "lockstep/prepare.h"
#include "lockstep/store.h"

static lk_piece_counts *counted(const char *text, size_t most) {
  const lk_pattern pattern = {LK_PATTERN_gpt2, 0, 0};
  lk_piece_counts *counts;
  assert_int_equal(lk_piece_counts_create(&counts, &pattern, most), LK_OK);
  assert_int_equal(lk_piece_counts_add_text(counts, text, strlen(text)), LK_OK);
  return counts;
}

/* The most frequent pair, of equal ones the lowest: (b, c) stands four times, ( , a) three,
 * then ( , bc) and ( a, x) twice. */
static void the_most_frequent_pair_is_merged(void **state) {
  (void)state;
  lk_piece_counts *counts = counted("abc abc bc bc ax ax", 100);
  lk_tokenizer *t;
  char *json;
  size_t size;
  assert_int_equal(lk_bpe_train(&t, counts, 400, 0), LK_OK);
  assert_int_equal(lk_bpe_write_json(t, &json, &size), LK_OK);
  json[size - 1] = '\0';
  must_have(json, "\"merges\":[\n\"b c\",\n\"Ġ a\",\n\"Ġ bc\",\n\"Ġa x\"");
  lk_free(json);
  lk_tokenizer_free(t);
  assert_int_equal(lk_bpe_train(&t, counts, 258, 0), LK_USAGE);
  lk_piece_counts_free(counts);
}

/* Of more pieces than there is room for the rare ones go. */
static void rare_pieces_are_left_out(void **state) {
  (void)state;
  char text[4096] = "";
  for (int i = 0; i < 200; i++)
    snprintf(text + strlen(text), 20, " of of x%c%c", 'A' + i % 26, 'A' + i / 26);
  lk_piece_counts *all = counted(text, 1000), *few = counted(text, 16);
  assert_true(lk_piece_counts_pruned(few) && !lk_piece_counts_pruned(all));
  for (size_t ids = 261; ids <= 280; ids += 19) {
    lk_tokenizer *one, *other;
    assert_int_equal(lk_bpe_train(&one, all, ids, 0), LK_OK);
    assert_int_equal(lk_bpe_train(&other, few, ids, 0), LK_OK);
    assert_int_equal(lk_tokenizer_equal(one, other), ids == 261); /* " of" */
    lk_tokenizer_free(one);
    lk_tokenizer_free(other);
  }
  lk_piece_counts_free(all);
  lk_piece_counts_free(few);
}

static lk_tokenizer *trained(const char *path, int threads, uint64_t part, size_t most) {
  const lk_bpe_training how = {300, {LK_PATTERN_cl100k, 0, 0}, most};
  lk_prepare_options options = lk_prepare_defaults();
  lk_inputs inputs = {0};
  lk_tokenizer *tokenizer;
  options.dump.threads = threads;
  options.part = part;
  assert_int_equal(lk_inputs_add(&inputs, path), LK_OK);
  assert_int_equal(lk_prepare_train(world, &inputs, "t.json", &options, &how, &tokenizer),
                   LK_OK);
  lk_inputs_free(&inputs);
  return tokenizer;
}

static void one_tokenizer_for_any_threads(void **state) {
  (void)state;
  MUST_RUN("synth", "data", "--people", "60", "--questions", "10");
  for (size_t most = 200; most < 40000; most *= 150) {
    int before = divert(STDERR_FILENO, "said", O_WRONLY | O_CREAT | O_TRUNC);
    lk_tokenizer *one = trained("data/wiki.txt", 1, 1000, most);
    put_back(STDERR_FILENO, before);
    read_back("said", &said);
    assert_int_equal(strstr(said, "there are more than 200 pieces") != NULL, most == 200);
    lk_tokenizer *three = trained("data/wiki.txt", 3, 1000, most),
                 *whole = trained("data/wiki.txt", 2, 1 << 20, most);
    assert_int_equal(lk_tokenizer_size(one), 300);
    assert_true(lk_tokenizer_equal(one, three));
    if (most > 200) assert_true(lk_tokenizer_equal(one, whole));
    lk_tokenizer_free(one);
    lk_tokenizer_free(three);
    lk_tokenizer_free(whole);
  }
}

/* Newlines are tokens of a document like all else. */
static void a_corpus_has_the_tokenizer_of_a_file(void **state) {
  lk_corpus *corpus;
  size_t length;
  char *text;
  (void)state;
  write_file("n.txt", "One one one.\nTwo two.\n\nThree.\n");
  MUST_RUN("tokenizer", "train", "n.txt", "n.json", "--size", "262", "--documents",
           "blank-line");
  MUST_RUN("prepare", "--tokenizer", "n.json", "--documents", "blank-line", "n.txt",
           "n.h5");
  must_have(printed, "n.h5: 29 characters, 2 documents, vocabulary 262\n");
  assert_int_equal(lk_corpus_read(&corpus, "n.h5", NULL, (lk_slice){1, 0, 1}), LK_OK);
  const lk_token *tokens = lk_corpus_document(corpus, 0, &length);
  assert_true(length < 21);
  assert_int_equal(lk_tokenizer_decode(corpus->tokenizer, tokens, length, &text), LK_OK);
  assert_string_equal(text, "One one one.\nTwo two.");
  lk_free(text);
  lk_corpus_free(corpus);
  MUST_RUN("tokenizer", "export", "n.h5", "again.json");
  must_hold("again.json", "\"vocab\":{");
  MUST_REFUSE(LK_BAD_DATA, "n.txt: is no tokenizer", "tokenizer", "export", "n.txt",
              "none.json");
  MUST_RUN("inspect", "n.h5");
  must_have(printed, "tokenizer: bpe\n");
  MUST_REFUSE(LK_NO_INPUT, "words: cannot open", "prepare", "--tokenizer", "words", "n.txt",
              "w.h5");
  MUST_REFUSE(LK_USAGE, "--vocabulary-size is for --tokenizer characters", "prepare",
              "--vocabulary-size", "9", "--tokenizer", "n.json", "n.txt", "w.h5");
}

/* A file for other programs has no place for it. */
static void an_end_that_goes_nowhere_is_said(void **state) {
  static const char special[] = "\"special\":true";
  char *json = NULL, marked[8000];
  (void)state;
  read_back("n.json", &json);
  char *mask = strstr(json, "<|mask|>"), *at = mask ? strstr(mask, special) : NULL;
  assert_non_null(at);
  at += strlen(special);
  snprintf(marked, sizeof marked, "%.*s,\"ends_document\":true%s", (int)(at - json), json,
           at);
  lk_free(json);
  write_file("marked.json", marked);
  MUST_RUN("prepare", "--tokenizer", "marked.json", "n.txt", "marked.h5");
  MUST_RUN("tokenizer", "export", "marked.h5", "out.json");
  must_have(said, "out.json: nothing in it says that id 260 ends a document");
  MUST_RUN("tokenizer", "export", "n.h5", "out.json");
  assert_string_equal(said, "");
}

/* In either order, with what may stand in front of JSON. */
static void files_of_gpt2_are_known_by_their_content(void **state) {
  char json[8000] = "\xEF\xBB\xBF\n {\"<|endoftext|>\":256", name[8];
  (void)state;
  for (int i = 0; i < 256; i++) {
    int code_point = i;
    if (i <= ' ' || (i > '~' && i <= 0xA0) || i == 0xAD)
      code_point = 0x100 + (i <= ' ' ? i : i == 0xAD ? 67 : i - 94);
    snprintf(name, sizeof name, "\\u%04x", code_point);
    snprintf(json + strlen(json), 20, ",\"%s\":%d", name, i);
  }
  strcat(json, "}");
  write_file("encoder.json", json);
  write_file("vocab.bpe", "#version: 0.2\n");
  MUST_RUN("tokenizer", "import", "encoder.json", "vocab.bpe", "one.json");
  MUST_RUN("tokenizer", "import", "vocab.bpe", "encoder.json", "two.json");
  must_have(printed, "two.json: vocabulary 257\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_most_frequent_pair_is_merged),
      cmocka_unit_test(rare_pieces_are_left_out),
      cmocka_unit_test(one_tokenizer_for_any_threads),
      cmocka_unit_test(a_corpus_has_the_tokenizer_of_a_file),
      cmocka_unit_test(an_end_that_goes_nowhere_is_said),
      cmocka_unit_test(files_of_gpt2_are_known_by_their_content)};
  return cmocka_run_group_tests(tests, open_world, close_world);
}
