/* The objective that asks for a document's facts: what it asks for, shows and leaves out.
 */
#include "data/example.h"
#include "lockstep/bpe.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "text/tokenizer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 96, MOST = 400, DRAWS = 3000 };

static lk_tokenizer *tokenizer;
static uint8_t *classes, *blanks;
static lk_token *bare_ids;
static lk_corruption how;
static size_t title;                  /* tokens of a known one */
static int begins;                    /* the text is a document's beginning */
static int is_part;                   /* it is a window */
static char shown[MOST], asked[MOST]; /* input up to the last mask but one; the answer */

static int find_words(void) {
  size_t ids = (size_t)lk_tokenizer_size(tokenizer);
  lk_free(classes);
  lk_free(blanks);
  lk_free(bare_ids);
  if (LK_NEW(classes, ids) != LK_OK || LK_NEW(blanks, ids) != LK_OK ||
      LK_NEW(bare_ids, ids) != LK_OK)
    return 1;
  lk_tokenizer_classes(tokenizer, classes);
  return lk_tokenizer_blanks(tokenizer, blanks, bare_ids) != LK_OK;
}

/* Printable ASCII and É. */
static int set_up(void **state) {
  uint32_t points[96];
  (void)state;
  for (uint32_t i = 0; i < 95; i++)
    points[i] = ' ' + i;
  points[95] = 0xC9;
  if (lk_characters_create(&tokenizer, points, 96, 0) != LK_OK) return 1;
  return find_words();
}

static int tear_down(void **state) {
  (void)state;
  lk_free(classes);
  lk_free(blanks);
  lk_free(bare_ids);
  lk_tokenizer_free(tokenizer);
  return lk_allocations_alive() != 0;
}

static int keep_all(void **state) {
  (void)state;
  how = (lk_corruption){.classes = classes,
                        .behind = blanks,
                        .bare = bare_ids,
                        .joins = lk_tokenizer_joins(tokenizer),
                        .salient = 1,
                        .stop = lk_tokenizer_first_of(tokenizer, LK_CLASS_STOP),
                        .space = lk_tokenizer_first_of(tokenizer, LK_CLASS_SPACE),
                        .keep_title = 1};
  title = 0;
  begins = 1;
  is_part = 0;
  return 0;
}

static void to_text(const lk_token *tokens, size_t count, char *to) {
  char *text = NULL;
  assert_int_equal(lk_tokenizer_decode(tokenizer, tokens, count, &text), LK_OK);
  snprintf(to, MOST, "%s", text);
  lk_free(text);
}

/* One example of the document; fills shown and asked. */
static void recall(const char *document, uint64_t step) {
  lk_token text[MOST], tokens[BLOCK + 1];
  size_t length, end;
  lk_example example = {.tokens = tokens, .mask = lk_tokenizer_mask(tokenizer)};
  lk_stream stream = {.seed = 3, .purpose = LK_RANDOM_OBJECTIVE, .step = step};
  assert_int_equal(lk_tokenizer_encode(tokenizer,
                                       (lk_passage[]){lk_passage_of(document, "test", 1)},
                                       text, MOST, &length),
                   LK_OK);
  lk_example_recall(&example, &how, &(lk_excerpt){text, length, title, is_part, begins},
                    BLOCK, &stream);
  assert_in_range(example.length, 4, BLOCK + 1);
  assert_int_equal(example.first_target, 0);
  assert_int_equal(tokens[example.length - 1], lk_tokenizer_mask(tokenizer));
  for (end = example.length - 2; tokens[end] != lk_tokenizer_mask(tokenizer);)
    end--;
  to_text(tokens, end, shown);
  to_text(tokens + end + 1, example.length - 2 - end, asked);
}

static const char rome[] =
    "Ada B. Love. Ada was born in Rome, Italy on 3 May 1822 to Love and Émile .";

/* How many of the draws ask for this word. */
static int times_asked(const char *document, const char *word) {
  int times = 0;
  for (uint64_t step = 0; step < DRAWS; step++) {
    recall(document, step);
    times += !strcmp(asked, word);
  }
  return times;
}

static void asks_for_words_with_capitals_and_numbers_alike(void **state) {
  const char *words[] = {"Rome", "Italy", "3", "May", "1822", "Émile"};
  int sum = 0;
  (void)state;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    int times = times_asked(rome, words[i]);
    assert_in_range(times, DRAWS / 6 - 130, DRAWS / 6 + 130); /* 6 standard deviations */
    sum += times;
  }
  assert_int_equal(sum, DRAWS); /* none of the title's */
}

static void shows_everything_else_without_cropping(void **state) {
  (void)state;
  for (uint64_t step = 0; step < 50; step++) {
    char whole[3 * MOST];
    recall(rome, step);
    char *mask = strstr(shown, "⁇");
    assert_non_null(mask);
    snprintf(whole, sizeof whole, "%.*s%s%s", (int)(mask - shown), shown, asked,
             mask + strlen("⁇"));
    assert_string_equal(whole, rome);
  }
}

/* What is shown and asked of the document is a piece of it, cut between words. */
static void assert_whole_words(const char *document, const char *mask) {
  char piece[3 * MOST];
  const char *left = shown + strlen("Ada B. Love. "), *right = mask + strlen("⁇");
  snprintf(piece, sizeof piece, "%.*s%s%s", (int)(mask - left), left, asked, right);
  const char *at = strstr(document, piece), *end = at + strlen(piece);
  assert_non_null(at);
  assert_true(at[-1] == ' ');
  assert_true(!*right || *end == ' ' || *end == '\0');
}

static void crops_down_to_the_title(void **state) {
  int bare = 0, left = 0, right = 0;
  (void)state;
  how.crop = 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    recall(rome, step);
    assert_int_equal(strncmp(shown, "Ada B. Love. ", 13), 0);
    char *mask = strstr(shown, "⁇");
    assert_non_null(mask);
    left += mask == shown + 13;
    right += mask[strlen("⁇")] == '\0';
    bare += !strcmp(shown, "Ada B. Love. ⁇");
    assert_whole_words(rome, mask);
  }
  assert_in_range(bare, DRAWS / 200, DRAWS / 4);
  assert_true(left > bare && right > bare);
}

static void crops_what_the_block_cannot_hold(void **state) {
  char text[MOST] = "Ada Love. ";
  (void)state;
  for (int i = 0; i < 60; i++)
    strcat(text, "word ");
  strcat(text, "Rome");
  recall(text, 1);
  assert_string_equal(asked, "Rome");
  assert_int_equal(strncmp(shown, "Ada Love. ", 10), 0);
  assert_non_null(strstr(shown, "word ⁇"));
}

static void other_documents_lose_any_span(void **state) {
  const char *documents[] = {"x", "no capital here", "Ada Love. nothing said", "A. ", "É"};
  (void)state;
  how.crop = 0.5;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
    for (uint64_t step = 0; step < 200; step++) {
      recall(documents[i], step);
      assert_true(strlen(asked) > 0);
      assert_non_null(strstr(documents[i], asked));
    }
}

/* An article: many times what an example shows. spaced: its words have spaces between. */
static void write_article(char *text, int titled, int spaced) {
  snprintf(text, MOST, "%s", titled ? "Ada Love. " : "");
  for (size_t i = strlen(text); i + 1 < MOST; i++) {
    text[i] = spaced && i % 7 == 6 ? ' ' : (char)('a' + i * i % 23);
    text[i + 1] = '\0';
  }
}

/* Spans of any length, crops, titles or none, spaces or none: beside the span there is
 * always something of the document, be it the title, and half of what is shown, but for a
 * word at each edge, where nothing is cropped. */
static void long_documents_keep_a_context(void **state) {
  char text[MOST];
  (void)state;
  how.salient = 0;
  for (int form = 0; form < 8; form++) {
    write_article(text, form & 1, form & 2);
    how.crop = form & 4 ? 1 : 0;
    for (uint64_t step = 0; step < DRAWS; step++) {
      recall(text, step);
      assert_true(strlen(shown) > strlen("⁇"));
      if (!how.crop) assert_true(strlen(shown) + 2 * 6 >= strlen(asked));
    }
  }
}

static void without_a_kept_title_any_word_counts(void **state) {
  (void)state;
  how.keep_title = 0;
  assert_true(times_asked(rome, "Ada") > DRAWS / 20);
  how.salient = 0;
  assert_true(times_asked(rome, "Rome") < DRAWS / 20);
}

static void so_many_spans_are_answers(void **state) {
  (void)state;
  lk_question items[] = {{"A?", "Rome", 1, 1}, {"B?", "Oslo", 1, 2}, {"C?", "Love", 1, 3}};
  lk_questions list = {.items = items, .count = 3, .has_answers = 1};
  lk_lexicon *lexicon = NULL;
  assert_int_equal(lk_lexicon_create(&lexicon, &list, "answers.tsv", tokenizer), LK_OK);
  how.lexicon = lexicon;
  how.answers = 0.5;
  assert_in_range(times_asked(rome, "Rome"), DRAWS * 7 / 12 - 170, DRAWS * 7 / 12 + 170);
  assert_int_equal(times_asked(rome, "Love"), 0); /* of the title */
  assert_in_range(times_asked("Ada Love. In Bonn, Asia", "Bonn"), DRAWS / 3 - 160,
                  DRAWS / 3 + 160);
  how.answers = 1;
  assert_int_equal(times_asked(rome, "Rome"), DRAWS);
  how.salient = 0;
  assert_int_equal(times_asked(rome, "Rome"), DRAWS);
  lk_lexicon_free(lexicon);
}

/* Of Rome and Italy, which are three answers, Rome is two. */
static void an_answer_is_cut_out_as_often_as_it_is_one(void **state) {
  (void)state;
  lk_question items[] = {{"A?", "Rome", 1, 1}, {"B?", "Italy", 1, 2}, {"C?", "Rome", 1, 3}};
  lk_questions list = {.items = items, .count = 3, .has_answers = 1};
  lk_lexicon *lexicon = NULL;
  assert_int_equal(lk_lexicon_create(&lexicon, &list, "answers.tsv", tokenizer), LK_OK);
  how.lexicon = lexicon;
  how.answers = 1;
  assert_in_range(times_asked(rome, "Rome"), DRAWS / 2 - 170, DRAWS / 2 + 170);
  how.weigh = 1;
  assert_in_range(times_asked(rome, "Rome"), DRAWS * 2 / 3 - 170, DRAWS * 2 / 3 + 170);
  assert_in_range(times_asked(rome, "Italy"), DRAWS / 3 - 170, DRAWS / 3 + 170);
  lk_lexicon_free(lexicon);
}

/* Italy, which stands behind Rome, only when it was drawn each time. */
static void of_several_draws_the_first_word_is_cut_out(void **state) {
  (void)state;
  lk_question items[] = {{"A?", "Rome", 1, 1}, {"B?", "Italy", 1, 2}};
  lk_questions list = {.items = items, .count = 2, .has_answers = 1};
  lk_lexicon *lexicon = NULL;
  assert_int_equal(lk_lexicon_create(&lexicon, &list, "answers.tsv", tokenizer), LK_OK);
  how.lexicon = lexicon;
  how.answers = 1;
  how.first_of = 3;
  assert_in_range(times_asked(rome, "Italy"), DRAWS / 8 - 110, DRAWS / 8 + 110);
  assert_int_equal(times_asked(rome, "Rome") + times_asked(rome, "Italy"), DRAWS);
  lk_lexicon_free(lexicon);
}

/* One example in the form of a question: fills shown and asked. */
static void ask(const char *document, uint64_t step) {
  lk_token text[MOST], tokens[BLOCK + 1];
  size_t length, end = 0;
  lk_example example = {.tokens = tokens, .mask = lk_tokenizer_mask(tokenizer)};
  lk_stream stream = {.seed = 3, .purpose = LK_RANDOM_OBJECTIVE, .step = step};
  assert_int_equal(lk_tokenizer_encode(tokenizer,
                                       (lk_passage[]){lk_passage_of(document, "test", 1)},
                                       text, MOST, &length),
                   LK_OK);
  lk_example_recall(&example, &how, &(lk_excerpt){text, length, title, is_part, begins},
                    BLOCK, &stream);
  while (tokens[end] != lk_tokenizer_mask(tokenizer))
    end++;
  assert_int_equal(example.first_target, end - 1); /* that predicts the first mask */
  to_text(tokens, end, shown);
  to_text(tokens + end + 1, example.length - end - 2, asked);
  assert_null(strstr(asked, "⁇"));
  assert_int_equal(tokens[example.length - 1], lk_tokenizer_mask(tokenizer));
}

/* The words of a question without the name, each with a space behind it. */
static void words_of_question(char *rest, size_t size) {
  static const char name[] = "Ada B. Love";
  char *at = strstr(shown, name), *behind = at + strlen(name);
  assert_non_null(at);
  assert_true(at == shown || at[-1] == ' ');
  assert_true(*behind == ' ' || *behind == '\0');
  snprintf(rest, size, "%.*s%s%s", (int)(at - shown), shown, *behind ? behind + 1 : "",
           *behind ? " " : "");
}

/* Nonzero when these are words of the document without its span, in its order, and the one
 * in front of the span is among them. */
static int is_question(const char *words, const char *span) {
  int near = 0;
  const char *left = rome + strlen("Ada B. Love. ");
  for (const char *end; *words; words = end + 1, left++) {
    end = strchr(words, ' ');
    size_t size = (size_t)(end - words);
    while (*left && (left == span || strncmp(left, words, size)))
      left++;
    if (!*left) return 0;
    left += size;
    near |= left + 1 == span;
  }
  return near;
}

static void questions_keep_the_word_before_the_span(void **state) {
  int whole = 0, single = 0;
  (void)state;
  how.ask = 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    char words[3 * MOST];
    int fits = 0;
    ask(rome, step);
    words_of_question(words, sizeof words);
    for (const char *at = strstr(rome, asked); at; at = strstr(at + 1, asked))
      fits |= is_question(words, at);
    assert_true(fits);
    whole += strlen(words) + strlen(asked) > strlen(rome) - strlen("Ada B. Love. ");
    single += strchr(words, ' ') + 1 == words + strlen(words);
  }
  assert_in_range(whole, DRAWS / 400, DRAWS / 10);
  assert_in_range(single, DRAWS / 40, DRAWS / 4);
}

static void the_name_stands_anywhere_in_a_question(void **state) {
  int front = 0, back = 0;
  (void)state;
  how.ask = 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    ask(rome, step);
    front += !strncmp(shown, "Ada B. Love", 11);
    back += !strcmp(shown + strlen(shown) - 11, "Ada B. Love");
  }
  assert_in_range(front, DRAWS / 40, DRAWS / 2);
  assert_in_range(back, DRAWS / 40, DRAWS / 2);
}

/* Of a part of a document, that the corpus knows the title of or not. */
static void parts_of_documents_have_known_titles_alone(void **state) {
  static const char part[] = "Ada Love lived there. In May she came back to Rome. She";
  (void)state;
  begins = 0;
  is_part = 1;
  how.salient = 0;
  for (int known = 0; known < 2; known++)
    for (uint64_t step = 0; step < DRAWS; step++) {
      title = known ? strlen("Ada Love") : 0;
      how.crop = step % 2 ? 1 : 0;
      how.ask = 0;
      recall(part, step);
      if (known) assert_int_equal(strncmp(shown, "Ada Love ", 9), 0);
      assert_true(strlen(shown) > strlen("⁇"));
      if (!known && !how.crop)
        assert_int_equal(strlen(shown) + strlen(asked), strlen(part) + strlen("⁇"));
      how.ask = known;
      if (known) ask(part, step);
      if (known) assert_non_null(strstr(shown, "Ada Love"));
    }
}

/* In front of what follows it in the document it stands as it does there. */
static void known_titles_fit_into_the_block(void **state) {
  char text[MOST] = "Ada Love\tis ";
  (void)state;
  for (size_t i = strlen(text); i + 1 < MOST; i++)
    text[i] = i % 7 == 6 ? ' ' : 'a';
  text[8] = '-';
  title = strlen("Ada Love");
  how.salient = 0;
  for (uint64_t step = 0; step < DRAWS; step++) {
    how.ask = step % 2 ? 1 : 0;
    how.crop = 0.5;
    (how.ask > 0 ? ask : recall)(text, step);
    if (how.ask > 0) continue;
    assert_int_equal(strncmp(shown, "Ada Love", 8), 0);
    assert_true(strchr("- \xe2", shown[8]) != NULL);
  }
}

/* A BPE whose words are tokens, mostly. Once: it is the last tests' tokenizer. */
static int keep_all_subwords(void **state) {
  const lk_pattern pattern = {LK_PATTERN_gpt2, 0, 0};
  lk_piece_counts *counts;
  if (lk_tokenizer_joins(tokenizer)) return keep_all(state);
  lk_tokenizer_free(tokenizer);
  tokenizer = NULL;
  if (lk_piece_counts_create(&counts, &pattern, 100) != LK_OK) return 1;
  for (int i = 0; i < 2; i++)
    if (lk_piece_counts_add_text(counts, rome, strlen(rome)) != LK_OK) return 1;
  lk_status status = lk_bpe_train(&tokenizer, counts, 400, 0);
  lk_piece_counts_free(counts);
  return status != LK_OK || find_words() || keep_all(state);
}

/* A blank before a word is the word's. */
static void subwords_ask_for_the_same_words(void **state) {
  const char *words[] = {" Rome", " Italy", " 3", " May", " 1822", " Émile"};
  lk_question items[] = {{"A?", "Rome", 1, 1}};
  lk_questions list = {.items = items, .count = 1, .has_answers = 1};
  lk_lexicon *lexicon = NULL;
  int sum = 0;
  (void)state;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    int times = times_asked(rome, words[i]);
    assert_in_range(times, DRAWS / 6 - 130, DRAWS / 6 + 130);
    sum += times;
  }
  assert_int_equal(sum, DRAWS);
  assert_int_equal(lk_lexicon_create(&lexicon, &list, "answers.tsv", tokenizer), LK_OK);
  how.lexicon = lexicon;
  how.answers = 1;
  assert_int_equal(times_asked(rome, " Rome"), DRAWS);
  lk_lexicon_free(lexicon);
}

static void subwords_are_cut_between_words(void **state) {
  (void)state;
  how.crop = 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    char piece[3 * MOST];
    recall(rome, step);
    assert_int_equal(strncmp(shown, "Ada B. Love.", 12), 0);
    char *mask = strstr(shown, "⁇"), *right = mask + strlen("⁇");
    snprintf(piece, sizeof piece, "%.*s%s%s", (int)(mask - shown - 12), shown + 12, asked,
             right);
    const char *at = strstr(rome, piece), *end = at + strlen(piece);
    assert_non_null(at);
    assert_true(*end == ' ' || *end == ',' || *end == '\0');
    assert_true(*at == ' ');
  }
}

static void subwords_make_questions(void **state) {
  int front = 0, back = 0;
  (void)state;
  how.ask = 1;
  for (uint64_t step = 0; step < DRAWS; step++) {
    ask(rome, step);
    const char *name = strstr(shown, "Ada B. Love");
    assert_non_null(name);
    assert_true(name == shown || name[-1] == ' ');
    assert_null(strstr(shown, "  "));
    assert_null(strstr(shown, asked));
    front += name == shown;
    back += name[11] == '\0';
  }
  assert_in_range(front, DRAWS / 40, DRAWS / 2);
  assert_in_range(back, DRAWS / 40, DRAWS / 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(asks_for_words_with_capitals_and_numbers_alike, keep_all),
      cmocka_unit_test_setup(shows_everything_else_without_cropping, keep_all),
      cmocka_unit_test_setup(crops_down_to_the_title, keep_all),
      cmocka_unit_test_setup(crops_what_the_block_cannot_hold, keep_all),
      cmocka_unit_test_setup(other_documents_lose_any_span, keep_all),
      cmocka_unit_test_setup(long_documents_keep_a_context, keep_all),
      cmocka_unit_test_setup(an_answer_is_cut_out_as_often_as_it_is_one, keep_all),
      cmocka_unit_test_setup(of_several_draws_the_first_word_is_cut_out, keep_all),
      cmocka_unit_test_setup(so_many_spans_are_answers, keep_all),
      cmocka_unit_test_setup(questions_keep_the_word_before_the_span, keep_all),
      cmocka_unit_test_setup(the_name_stands_anywhere_in_a_question, keep_all),
      cmocka_unit_test_setup(parts_of_documents_have_known_titles_alone, keep_all),
      cmocka_unit_test_setup(known_titles_fit_into_the_block, keep_all),
      cmocka_unit_test_setup(without_a_kept_title_any_word_counts, keep_all),
      cmocka_unit_test_setup(subwords_ask_for_the_same_words, keep_all_subwords),
      cmocka_unit_test_setup(subwords_are_cut_between_words, keep_all_subwords),
      cmocka_unit_test_setup(subwords_make_questions, keep_all_subwords),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
