/* Windows: that an epoch shows every token once, or each document in proportion to its
 * length, and that all that depends on nothing but seed, epoch and lengths. */
#include "invented_corpus.h"
#include "lockstep/window.h"
#include <string.h>

enum { REACH = 10, DOCUMENTS = 333, LONGEST = 60, SHARDS = 4 };

static const lk_slice whole = {SHARDS, 0, SHARDS};

/* From 1 on, just around multiples of the reach among them. */
static size_t length_of(uint64_t document) {
  return 1 + (size_t)(document * 37 % LONGEST);
}

static size_t title_of(uint64_t document) {
  return document % 3 ? (size_t)(document % 8) : 0;
}

static size_t long_length(uint64_t document) {
  return 1000 + (size_t)(document % 1000);
}

static lk_windows *windows_of(const lk_corpus *corpus, lk_slice slice,
                              lk_window_rule rule) {
  lk_windows *windows = NULL;
  assert_int_equal(lk_windows_create(&windows, corpus, slice, &rule), LK_OK);
  return windows;
}

/* Reads a window and checks that it holds what the document has there. */
static void check_window(const lk_windows *windows, const lk_window *window, size_t reach) {
  lk_token tokens[128];
  assert_in_range(window->count, 1, reach - window->title);
  lk_windows_read(windows, window, tokens);
  for (size_t i = 0; i < window->title; i++)
    assert_int_equal(tokens[i], invented_token(window->document, i));
  for (size_t i = 0; i < window->count; i++)
    assert_int_equal(tokens[window->title + i],
                     invented_token(window->document, window->first + i));
}

/* How often an epoch shows each token, titles in front of others left out. */
static void count_shown(const lk_windows *windows, uint64_t epoch,
                        unsigned shown[DOCUMENTS][LONGEST]) {
  for (int shard = 0; shard < SHARDS; shard++)
    for (uint64_t i = 0; i < lk_windows_count(windows, shard); i++) {
      lk_visit visit = {epoch, i, shard};
      lk_window window = lk_windows_find(windows, i, &visit);
      lk_range range = lk_shard_range(DOCUMENTS, SHARDS, shard);
      assert_in_range(window.document, range.first, range.first + range.count - 1);
      assert_in_range(lk_windows_near(windows, i, shard), 0, window.document);
      check_window(windows, &window, REACH);
      for (size_t at = 0; at < window.count; at++)
        shown[window.document][window.first + at]++;
    }
}

/* The fewest windows that can hold it, none of them much shorter than the others. */
static void every_token_comes_once(void **state) {
  (void)state;
  static unsigned shown[DOCUMENTS][LONGEST];
  lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
  lk_windows *windows = windows_of(
      corpus, whole, (lk_window_rule){.kind = LK_WINDOW_EVERY, .reach = REACH, .seed = 1});
  uint64_t count = 0, expected = 0;
  memset(shown, 0, sizeof shown);
  count_shown(windows, 3, shown);
  for (int shard = 0; shard < SHARDS; shard++)
    count += lk_windows_count(windows, shard);
  for (uint64_t d = 0; d < DOCUMENTS; d++) {
    expected += (length_of(d) + REACH - 1) / REACH;
    for (size_t at = 0; at < LONGEST; at++)
      assert_int_equal(shown[d][at], at < length_of(d));
  }
  assert_int_equal(count, expected);
  lk_windows_free(windows);
  lk_corpus_free(corpus);
}

/* A title of over half of the reach is none; what a title stands before comes once. */
static void titles_stand_before_every_window(void **state) {
  (void)state;
  static unsigned shown[DOCUMENTS][LONGEST];
  lk_corpus *corpus = invent(DOCUMENTS, length_of, title_of, whole);
  const lk_window_rule rules[] = {
      {.kind = LK_WINDOW_EVERY, .reach = REACH, .keep_title = 1, .seed = 1},
      {.kind = LK_WINDOW_RANDOM, .reach = REACH, .keep_title = 1, .seed = 1},
      {.kind = LK_WINDOW_START, .reach = REACH, .keep_title = 1, .seed = 1}};
  for (size_t r = 0; r < 3; r++) {
    lk_windows *windows = windows_of(corpus, whole, rules[r]);
    for (int shard = 0; shard < SHARDS; shard++)
      for (uint64_t i = 0; i < lk_windows_count(windows, shard); i++) {
        lk_visit visit = {0, i, shard};
        lk_window window = lk_windows_find(windows, i, &visit);
        size_t title = title_of(window.document);
        if (title > REACH / 2 || title >= length_of(window.document)) title = 0;
        assert_int_equal(window.title, title);
        assert_true(window.first >= title);
        check_window(windows, &window, REACH);
      }
    memset(shown, 0, sizeof shown);
    if (r == 0) count_shown(windows, 0, shown);
    for (uint64_t d = 0; d < DOCUMENTS && r == 0; d++)
      assert_int_equal(shown[d][length_of(d) - 1], 1);
    lk_windows_free(windows);
  }
  lk_corpus_free(corpus);
}

/* Each epoch shows as many tokens of each document as it has; over many epochs each token
 * between 1/2 and 3/2 times an epoch, those that are no end's once: within 6 standard
 * deviations, of at most 1 an epoch. */
static void random_windows_are_in_proportion_to_length(void **state) {
  (void)state;
  enum { EPOCHS = 900, SLACK = 6 * 30 };
  static unsigned shown[DOCUMENTS][LONGEST];
  lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
  lk_windows *windows = windows_of(
      corpus, whole, (lk_window_rule){.kind = LK_WINDOW_RANDOM, .reach = REACH, .seed = 1});
  memset(shown, 0, sizeof shown);
  for (uint64_t epoch = 0; epoch < EPOCHS; epoch++)
    count_shown(windows, epoch, shown);
  for (uint64_t d = 0; d < DOCUMENTS; d++) {
    size_t length = length_of(d);
    uint64_t sum = 0;
    for (size_t at = 0; at < length; at++) {
      int inside = at >= REACH && at + REACH < length;
      sum += shown[d][at];
      assert_in_range(shown[d][at], (inside ? EPOCHS : EPOCHS / 2) - SLACK,
                      (inside ? EPOCHS : EPOCHS * 3 / 2) + SLACK);
    }
    assert_int_equal(sum, EPOCHS * length);
  }
  lk_windows_free(windows);
  lk_corpus_free(corpus);
}

/* Other places in every epoch, and for a window that comes twice in one. */
static void a_visit_shows_another_part(void **state) {
  (void)state;
  lk_corpus *corpus = invent(DOCUMENTS, long_length, NULL, whole);
  lk_windows *windows = windows_of(
      corpus, whole, (lk_window_rule){.kind = LK_WINDOW_RANDOM, .reach = REACH, .seed = 1});
  unsigned same = 0;
  for (uint64_t i = 0; i < 1000; i++) {
    const lk_visit visits[] = {{0, i, 1}, {1, i, 1}, {0, i + 100000, 1}, {0, i, 1}};
    lk_window w[4];
    for (int v = 0; v < 4; v++)
      w[v] = lk_windows_find(windows, i, &visits[v]);
    assert_memory_equal(&w[0], &w[3], sizeof *w);
    assert_int_equal(w[0].document, w[1].document);
    same += (w[0].first == w[1].first) + (w[0].first == w[2].first);
  }
  assert_in_range(same, 0, 20);
  lk_windows_free(windows);
  lk_corpus_free(corpus);
}

/* A rank finds the windows of its shards as one that holds all of them does. */
static void windows_are_those_of_the_shard(void **state) {
  (void)state;
  const lk_window_rule rule = {
      .kind = LK_WINDOW_RANDOM, .reach = REACH, .keep_title = 1, .seed = 5};
  lk_corpus *corpus = invent(DOCUMENTS, length_of, title_of, whole);
  lk_windows *all = windows_of(corpus, whole, rule);
  for (int first = 0; first < SHARDS; first++)
    for (int count = 1; first + count <= SHARDS; count++) {
      const lk_slice slice = {SHARDS, first, count};
      lk_corpus *held = invent(DOCUMENTS, length_of, title_of, slice);
      lk_windows *some = windows_of(held, slice, rule);
      for (int shard = first; shard < first + count; shard++) {
        assert_int_equal(lk_windows_count(some, shard), lk_windows_count(all, shard));
        for (uint64_t i = 0; i < lk_windows_count(some, shard); i++) {
          lk_visit visit = {2, i, shard};
          lk_window one = lk_windows_find(some, i, &visit),
                    other = lk_windows_find(all, i, &visit);
          assert_memory_equal(&one, &other, sizeof one);
        }
      }
      lk_windows_free(some);
      lk_corpus_free(held);
    }
  lk_windows_free(all);
  lk_corpus_free(corpus);
}

enum { END = 60000 }; /* no token of an invented document */

/* The documents of a shard as one row: an end, and behind each document another. Returns
 * its length. */
static size_t row_of(uint64_t first, uint64_t count, lk_token *row) {
  size_t length = 0;
  row[length++] = END;
  for (uint64_t document = first; document < first + count; document++) {
    for (size_t i = 0; i < length_of(document); i++)
      row[length++] = invented_token(document, i);
    row[length++] = END;
  }
  return length;
}

/* That windows first … of the visits show the row in order, each token as a target once. */
static uint64_t check_row(const lk_windows *windows, int shard, uint64_t first,
                          const lk_token *row, size_t length, size_t reach) {
  lk_token tokens[REACH * 5 + 1];
  for (size_t at = 0; at + 1 < length; first++) {
    lk_window window = lk_windows_find(windows, first, &(lk_visit){1, first, shard});
    assert_in_range(window.count, 1, reach);
    lk_windows_read(windows, &window, tokens);
    assert_memory_equal(tokens, row + at, (window.count + 1) * sizeof *row);
    at += window.count;
    assert_true(at < length);
  }
  return first;
}

/* Held by a rank or by one that holds all: the rows of documents, and those of shards. */
static void streams_show_every_token_once(void **state) {
  (void)state;
  static lk_token row[DOCUMENTS * (LONGEST + 1)];
  for (size_t reach = 2; reach <= REACH * 5; reach += 3)
    for (int shard = 0; shard < SHARDS; shard++) {
      const lk_slice slice = reach % 2 ? whole : (lk_slice){SHARDS, shard, 1};
      lk_window_rule rule = {.kind = LK_WINDOW_EVERY,
                             .reach = reach,
                             .seed = 1,
                             .cut = LK_CUT_STREAMS,
                             .end = END};
      lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, slice);
      lk_windows *streams = windows_of(corpus, slice, rule);
      rule.cut = LK_CUT_SHARDS;
      lk_windows *across = windows_of(corpus, slice, rule);
      lk_range range = lk_shard_range(DOCUMENTS, SHARDS, shard);
      uint64_t next = 0;
      for (uint64_t i = 0; i < range.count; i++) {
        size_t length = row_of(range.first + i, 1, row);
        next = check_row(streams, shard, next, row, length, reach);
      }
      assert_int_equal(next, lk_windows_count(streams, shard));
      size_t length = row_of(range.first, range.count, row);
      next = check_row(across, shard, 0, row, length, reach);
      assert_int_equal(next, lk_windows_count(across, shard));
      assert_int_equal(next, (length - 1 + reach - 1) / reach);
      lk_windows_free(across);
      lk_windows_free(streams);
      lk_corpus_free(corpus);
    }
}

/* The corpus as one row, of which a rank has any shards in turn: the windows that lie in
 * them are those of the whole row, one after the other, of one length. */
static void a_corpus_is_one_row(void **state) {
  (void)state;
  static lk_token row[DOCUMENTS * (LONGEST + 1)], tokens[REACH + 1];
  const lk_window_rule rule = {
      .kind = LK_WINDOW_EVERY, .reach = REACH, .cut = LK_CUT_CORPUS, .end = END};
  const lk_slice slices[] = {whole, {SHARDS, 0, 2}, {SHARDS, 1, 2}, {SHARDS, 3, 1}};
  size_t length = row_of(0, DOCUMENTS, row) - 1;
  uint64_t rows = length / REACH + (length % REACH > 0), found = 0;
  for (size_t s = 0; s < sizeof slices / sizeof *slices; s++) {
    lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
    lk_windows *windows = windows_of(corpus, slices[s], rule);
    uint64_t before = row_of(0, lk_slice_range(DOCUMENTS, slices[s]).first, row) - 1,
             end = before;
    for (int i = 0; i < slices[s].shard_count; i++)
      end += lk_windows_tokens(windows, slices[s].first_shard + i);
    row_of(0, DOCUMENTS, row);
    lk_windows_place(windows, before, length, rows);
    assert_int_equal(lk_windows_count(windows, 0), rows);
    for (uint64_t i = 0; i < rows; i++) {
      size_t first = length * i / rows, count = length * (i + 1) / rows - first;
      if (first < before || first + count > end) continue;
      lk_window window = lk_windows_find(windows, i, &(lk_visit){0, i, 0});
      assert_int_equal(window.count, count);
      lk_windows_read(windows, &window, tokens);
      assert_memory_equal(tokens, row + first, (count + 1) * sizeof *row);
      found += s == 0;
    }
    lk_windows_free(windows);
    lk_corpus_free(corpus);
  }
  assert_int_equal(found, rows);
}

/* Adds 1 for every document that has windows, which come in the documents' order. */
static void note_documents(const lk_windows *windows, unsigned noted[DOCUMENTS]) {
  for (int shard = 0; shard < SHARDS; shard++)
    for (uint64_t i = 0, last = UINT64_MAX; i < lk_windows_count(windows, shard); i++) {
      uint64_t document = lk_windows_find(windows, i, &(lk_visit){0, i, shard}).document;
      assert_true(last == UINT64_MAX || document >= last);
      noted[document] += document != last;
      last = document;
    }
}

/* A document is trained on or held out, whole, however the corpus is cut; as many are held
 * out as chance makes of the share, within 6 standard deviations. */
static void a_share_of_the_documents_is_held_out(void **state) {
  (void)state;
  const lk_window_rule rules[] = {
      {.kind = LK_WINDOW_START, .reach = REACH},
      {.kind = LK_WINDOW_EVERY, .reach = REACH},
      {.kind = LK_WINDOW_EVERY, .reach = REACH, .cut = LK_CUT_STREAMS, .end = END}};
  static unsigned first[DOCUMENTS];
  lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
  for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
    unsigned trained[DOCUMENTS] = {0}, held_out[DOCUMENTS] = {0}, count = 0;
    lk_window_rule rule = rules[r];
    rule.held_out = 0.3;
    rule.seed = 7;
    lk_windows *windows = windows_of(corpus, whole, rule);
    note_documents(windows, trained);
    lk_windows_free(windows);
    rule.of_held_out = 1;
    windows = windows_of(corpus, whole, rule);
    note_documents(windows, held_out);
    lk_windows_free(windows);
    for (int d = 0; d < DOCUMENTS; d++, count += held_out[d - 1])
      assert_int_equal(trained[d] + held_out[d], 1);
    assert_in_range(count, 100 - 6 * 8, 100 + 6 * 8);
    if (r == 0) memcpy(first, held_out, sizeof first);
    assert_memory_equal(held_out, first, sizeof first);
  }
  lk_corpus_free(corpus);
}

/* What is held out is not in the row of its shard. */
static void rows_of_shards_leave_held_out_documents_out(void **state) {
  (void)state;
  static lk_token row[DOCUMENTS * (LONGEST + 1)];
  lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
  lk_window_rule rule = {.kind = LK_WINDOW_EVERY,
                         .reach = REACH,
                         .cut = LK_CUT_STREAMS,
                         .end = END,
                         .held_out = 0.5};
  lk_windows *streams = windows_of(corpus, whole, rule);
  rule.cut = LK_CUT_SHARDS;
  lk_windows *across = windows_of(corpus, whole, rule);
  for (int shard = 0; shard < SHARDS; shard++) {
    size_t length = 1;
    row[0] = END;
    for (uint64_t i = 0; i < lk_windows_count(streams, shard); i++) {
      lk_window window = lk_windows_find(streams, i, &(lk_visit){0, i, shard});
      lk_windows_read(streams, &window, row + length - 1);
      length += window.count;
    }
    assert_int_equal(check_row(across, shard, 0, row, length, REACH),
                     lk_windows_count(across, shard));
  }
  lk_windows_free(across);
  lk_windows_free(streams);
  lk_corpus_free(corpus);
}

/* Nothing is counted, nor held, for windows that are documents' beginnings. */
static void beginnings_of_any_number_of_documents(void **state) {
  (void)state;
  const uint64_t documents = (1ull << 36) + 7;
  const lk_slice slice = {2, 1, 1};
  lk_corpus *corpus = invent(documents, long_length, NULL, slice);
  lk_windows *windows = windows_of(
      corpus, slice, (lk_window_rule){.kind = LK_WINDOW_START, .reach = REACH, .seed = 1});
  lk_range range = lk_shard_range(documents, 2, 1);
  assert_int_equal(lk_windows_count(windows, 1), range.count);
  for (uint64_t i = 0; i < range.count; i += range.count / 1000) {
    lk_visit visit = {0, i, 1};
    lk_window window = lk_windows_find(windows, i, &visit);
    assert_int_equal(window.document, range.first + i);
    assert_int_equal(window.first, 0);
    assert_int_equal(window.count, REACH);
    check_window(windows, &window, REACH);
  }
  lk_windows_free(windows);
  lk_corpus_free(corpus);
}

/* Over 2^32 tokens and windows, in documents of over 2^32 tokens among them. */
static size_t huge_length(uint64_t document) {
  return document == 3 ? (size_t)5 << 32 : ((size_t)1 << 32) + (size_t)document;
}

static void tokens_beyond_32_bits(void **state) {
  (void)state;
  const lk_slice slice = {1, 0, 1};
  lk_corpus *corpus = invent(5, huge_length, NULL, slice);
  lk_windows *windows = windows_of(
      corpus, slice, (lk_window_rule){.kind = LK_WINDOW_EVERY, .reach = 2, .seed = 1});
  uint64_t before = 3 * (1ull << 31) + 0 + 1 + 1;
  const uint64_t numbers[] = {before, before + (1ull << 33), before + 5 * (1ull << 31) - 1};
  assert_int_equal(lk_windows_count(windows, 0),
                   before + 5 * (1ull << 31) + (1ull << 31) + 2);
  for (int i = 0; i < 3; i++) {
    lk_visit visit = {0, numbers[i], 0};
    lk_window window = lk_windows_find(windows, numbers[i], &visit);
    assert_int_equal(window.document, 3);
    assert_int_equal(window.first, 2 * (numbers[i] - before));
    check_window(windows, &window, 2);
  }
  lk_windows_free(windows);
  lk_corpus_free(corpus);
}

static void a_failure_to_read_is_told(void **state) {
  (void)state;
  const lk_window_rule rule = {.kind = LK_WINDOW_EVERY, .reach = REACH, .seed = 1};
  lk_corpus *corpus = invent(DOCUMENTS, length_of, NULL, whole);
  lk_windows *windows = NULL;
  ((invented *)corpus->source)->fails = 200;
  assert_int_equal(lk_windows_create(&windows, corpus, whole, &rule), LK_NO_INPUT);
  assert_string_equal(lk_message(), "document 200");
  assert_null(windows);
  lk_corpus_free(corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_token_comes_once),
      cmocka_unit_test(titles_stand_before_every_window),
      cmocka_unit_test(random_windows_are_in_proportion_to_length),
      cmocka_unit_test(a_visit_shows_another_part),
      cmocka_unit_test(windows_are_those_of_the_shard),
      cmocka_unit_test(streams_show_every_token_once),
      cmocka_unit_test(a_corpus_is_one_row),
      cmocka_unit_test(a_share_of_the_documents_is_held_out),
      cmocka_unit_test(rows_of_shards_leave_held_out_documents_out),
      cmocka_unit_test(beginnings_of_any_number_of_documents),
      cmocka_unit_test(tokens_beyond_32_bits),
      cmocka_unit_test(a_failure_to_read_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
