/* Corpora mixed by weight: how often an epoch, and many, visit what each has. */
#include "invented_corpus.h"
#include "lockstep/characters.h"
#include "lockstep/mixture.h"
#include <math.h>

enum { SHARDS = 4, REACH = 10, MOST = 200, END = 60000 };

static const lk_slice whole = {SHARDS, 0, SHARDS};
static const char *const paths[] = {"a.h5", "b.h5", "c.h5"};
static const uint64_t documents[] = {100, 40, 30};
static const double weights[] = {1, 2.5, 0.4};

static size_t short_length(uint64_t document) {
  return 1 + (size_t)(document % REACH);
}

static size_t long_length(uint64_t document) {
  return 1 + (size_t)(document * 7 % 40);
}

static lk_corpus *corpus_of(uint64_t count, measure *length, uint32_t letter,
                            lk_slice slice) {
  lk_corpus *corpus = invent(count, length, NULL, slice);
  assert_int_equal(lk_characters_create(&corpus->tokenizer, &letter, 1, 0), LK_OK);
  assert_int_equal(lk_sha256_bytes(&corpus->sha256, &count, sizeof count), LK_OK);
  return corpus;
}

/* The three. */
static lk_mixture *mix_uncut(measure *length, lk_slice slice) {
  lk_ingredient list[3];
  lk_mixture *mixture;
  for (int i = 0; i < 3; i++)
    list[i] =
        (lk_ingredient){paths[i], corpus_of(documents[i], length, 'a', slice), weights[i]};
  assert_int_equal(lk_mixture_create(&mixture, list, 3, slice), LK_OK);
  return mixture;
}

static lk_mixture *mix(lk_window_kind kind, measure *length, lk_slice slice) {
  const lk_window_rule rule = {.kind = kind, .reach = REACH, .seed = 3};
  lk_mixture *mixture = mix_uncut(length, slice);
  assert_int_equal(lk_mixture_cut(mixture, &rule), LK_OK);
  return mixture;
}

/* Visits to each document in some epochs. */
static void count_visits(const lk_mixture *mixture, uint64_t epochs,
                         unsigned visits[3][MOST]) {
  memset(visits, 0, 3 * sizeof *visits);
  for (uint64_t epoch = 0; epoch < epochs; epoch++)
    for (int shard = 0; shard < SHARDS; shard++)
      for (uint64_t i = 0; i < lk_mixture_count(mixture, shard); i++) {
        const lk_visit visit = {epoch, i, shard};
        lk_place place = lk_mixture_find(mixture, &visit);
        visits[place.ingredient][place.window.document]++;
      }
}

/* 10 of a shard's at weight 2.5 are 25 visits, 7.5 at 0.4 are 3: no document comes more
 * than once oftener than another one of its shard. */
static void visits_are_in_proportion_to_weight(void **state) {
  (void)state;
  static unsigned visits[3][MOST];
  lk_mixture *mixture = mix(LK_WINDOW_START, short_length, whole);
  for (uint64_t epochs = 1; epochs <= 20; epochs++) {
    count_visits(mixture, epochs, visits);
    for (int i = 0; i < 3; i++)
      for (uint64_t d = 0; d < documents[i]; d++) {
        double expected = weights[i] * (double)epochs;
        if (i == 2)
          expected = (double)(3 * epochs) / (d < 7 || (d >= 15 && d < 22) ? 7 : 8);
        assert_in_range(visits[i][d], (uint64_t)expected, (uint64_t)(expected + 0.999));
      }
  }
  lk_mixture_free(mixture);
}

/* The window's document is asked for, and before it one that is not behind it. */
static void check_ahead(const lk_mixture *mixture, const lk_visit *visit,
                        const lk_place *place) {
  const lk_corpus *corpus = lk_mixture_list(mixture)[place->ingredient].corpus;
  const invented *source = (const invented *)corpus->source;
  for (int stage = 0; stage < 2; stage++)
    lk_mixture_ahead(mixture, visit, stage);
  assert_int_equal(source->asked[1], place->window.document);
  assert_in_range(source->asked[0], corpus->held.first, place->window.document);
}

/* A shard's visits and what they show are the same whoever holds what else. */
static void visits_are_those_of_the_shard(void **state) {
  (void)state;
  lk_mixture *all = mix(LK_WINDOW_RANDOM, long_length, whole);
  for (int shard = 0; shard < SHARDS; shard++) {
    lk_mixture *one = mix(LK_WINDOW_RANDOM, long_length, (lk_slice){SHARDS, shard, 1});
    assert_int_equal(lk_mixture_count(one, shard), lk_mixture_count(all, shard));
    for (uint64_t i = 0; i < lk_mixture_count(one, shard); i++) {
      const lk_visit visit = {1, i, shard};
      lk_place here = lk_mixture_find(one, &visit), there = lk_mixture_find(all, &visit);
      check_ahead(one, &visit, &here);
      size_t length;
      assert_int_equal(here.ingredient, there.ingredient);
      assert_memory_equal(&here.window, &there.window, sizeof here.window);
      const lk_token *text = lk_mixture_text(one, &here, &length);
      assert_int_equal(length, here.window.count);
      assert_int_equal(text[0], invented_token(here.window.document, here.window.first));
    }
    lk_mixture_free(one);
  }
  lk_mixture_free(all);
}

/* What is held out is every corpus' share once, whatever its weight, and comes no more
 * among what is trained on. */
static void what_is_held_out_is_of_all_corpora(void **state) {
  (void)state;
  static unsigned trained[3][MOST], visits[3][MOST];
  const lk_window_rule rule = {
      .kind = LK_WINDOW_START, .reach = REACH, .seed = 3, .held_out = 0.25};
  lk_mixture *mixture = mix_uncut(short_length, whole), *held_out;
  assert_int_equal(lk_mixture_hold_out(&held_out, mixture), LK_OK);
  assert_int_equal(lk_mixture_cut(mixture, &rule), LK_OK);
  assert_int_equal(lk_mixture_cut(held_out, &rule), LK_OK);
  count_visits(mixture, 40, trained);
  count_visits(held_out, 1, visits);
  assert_false(lk_mixture_is_plain(mixture));
  for (int i = 0; i < 3; i++)
    for (uint64_t d = 0; d < documents[i]; d++) {
      assert_in_range(visits[i][d], 0, 1);
      assert_int_equal(visits[i][d], trained[i][d] == 0);
    }
  lk_mixture_free(held_out);
  lk_mixture_free(mixture);
}

/* Of a rank among `ranks`, whose shards make up equal parts: rows of the three corpora. */
static lk_mixture *rows_of_rank(int rank, int ranks, const uint64_t *tokens) {
  const lk_window_rule rule = {
      .kind = LK_WINDOW_EVERY, .reach = REACH, .cut = LK_CUT_CORPUS, .end = END};
  int first = rank * SHARDS / ranks, end = (rank + 1) * SHARDS / ranks;
  const lk_slice slice = {SHARDS, first, end - first};
  lk_mixture *m = mix_uncut(long_length, slice);
  assert_int_equal(lk_mixture_cut(m, &rule), LK_OK);
  for (int i = 0; i < 3 * slice.shard_count; i++) {
    int corpus = i / slice.shard_count, shard = first + i % slice.shard_count;
    assert_int_equal(lk_mixture_tokens(m, corpus, shard), tokens[corpus * SHARDS + shard]);
  }
  assert_int_equal(lk_mixture_share(m, tokens), LK_OK);
  for (int i = 0; i < 3; i++) {
    lk_slice needs = lk_mixture_needs(m, i);
    int is_more = needs.shard_count > slice.shard_count;
    lk_corpus *more = is_more ? corpus_of(documents[i], long_length, 'a', needs) : NULL;
    assert_int_equal(lk_mixture_place(m, i, more), LK_OK);
  }
  return m;
}

/* The tokens to predict of the documents of each shard of each corpus; their sums. */
static void count_tokens(uint64_t tokens[3 * SHARDS], uint64_t sums[3]) {
  for (int i = 0; i < 3 * SHARDS; i++) {
    lk_range range = lk_shard_range(documents[i / SHARDS], SHARDS, i % SHARDS);
    tokens[i] = 0;
    for (uint64_t d = range.first; d < range.first + range.count; d++)
      tokens[i] += long_length(d) + 1;
    sums[i / SHARDS] = tokens[i] + (i % SHARDS ? sums[i / SHARDS] : 0);
  }
}

/* Windows of the first corpus one after the other: where one ends the next goes on, with
 * the token before it. */
typedef struct {
  uint64_t tokens; /* to predict, so far */
  lk_token last;
} token_chain;

static void check_visit(const lk_mixture *here, const lk_mixture *there,
                        const lk_visit *visit, token_chain *chain) {
  lk_place mine = lk_mixture_find(here, visit), other = lk_mixture_find(there, visit);
  size_t length, others;
  const lk_token *text = lk_mixture_text(here, &mine, &length);
  const lk_token *expected = lk_mixture_text(there, &other, &others);
  assert_int_equal(mine.ingredient, other.ingredient);
  assert_int_equal(length, others);
  assert_memory_equal(text, expected, length * sizeof *text);
  if (mine.ingredient > 0) return;
  assert_in_range(mine.window.count, REACH - 1, REACH);
  if (chain->tokens > 0) assert_int_equal(text[0], chain->last);
  chain->tokens += mine.window.count;
  chain->last = text[length - 1];
}

/* On any number of ranks an epoch makes the same visits to a shard, as many as to the
 * others, ±1, by the corpora's weights; and shows every token of that of weight 1 once. */
static void shards_have_equal_parts_of_the_rows(void **state) {
  (void)state;
  uint64_t tokens[3 * SHARDS], sums[3], all = 0;
  count_tokens(tokens, sums);
  for (int i = 0; i < 3; i++)
    all += (uint64_t)round((double)((sums[i] - 1) / REACH + 1) * weights[i]);
  lk_mixture *alone = rows_of_rank(0, 1, tokens);
  for (int ranks = 1; ranks <= SHARDS; ranks++) {
    token_chain chain = {0, 0};
    for (int shard = 0, rank = 0; shard < SHARDS; shard++) {
      while ((rank + 1) * SHARDS / ranks <= shard)
        rank++;
      lk_mixture *rows = rows_of_rank(rank, ranks, tokens);
      uint64_t visits = lk_mixture_count(rows, shard);
      assert_int_equal(visits, lk_shard_range(all, SHARDS, shard).count);
      for (uint64_t place = 0; place < visits; place++)
        check_visit(rows, alone, &(lk_visit){place % 3, place, shard}, &chain);
      lk_mixture_free(rows);
    }
    assert_int_equal(chain.tokens, sums[0]);
  }
  lk_mixture_free(alone);
}

static void facts_are_those_of_all(void **state) {
  (void)state;
  lk_mixture *three = mix(LK_WINDOW_START, short_length, whole), *one;
  lk_ingredient single = {"a.h5", corpus_of(100, short_length, 'a', whole), 1};
  const lk_window_rule rule = {.kind = LK_WINDOW_START, .reach = REACH, .seed = 3};
  assert_int_equal(lk_mixture_create(&one, &single, 1, whole), LK_OK);
  assert_int_equal(lk_mixture_cut(one, &rule), LK_OK);
  lk_mixture_facts all = lk_mixture_about(three), alone = lk_mixture_about(one);
  assert_string_equal(all.path, "a.h5, b.h5, c.h5");
  assert_int_equal(all.documents, 170);
  assert_string_equal(alone.sha256.hex, single.corpus->sha256.hex);
  assert_string_not_equal(all.sha256.hex, alone.sha256.hex);
  assert_true(lk_mixture_is_plain(one));
  assert_false(lk_mixture_is_plain(three));
  lk_mixture_free(one);
  lk_mixture_free(three);
}

static void other_tokenizers_are_refused(void **state) {
  (void)state;
  const lk_ingredient list[] = {{"a.h5", corpus_of(9, short_length, 'a', whole), 1},
                                {"b.h5", corpus_of(9, short_length, 'b', whole), 1}};
  lk_mixture *mixture;
  assert_int_equal(lk_mixture_create(&mixture, list, 2, whole), LK_BAD_DATA);
  assert_message("b.h5: its vocabulary (3 ids) is not that of a.h5 (3 ids)", NULL);
  assert_null(mixture);
}

/* Many documents: a sample of them stands for all, whose lengths are 1 to 10 in turn. */
static void coverage_is_that_of_a_sample(void **state) {
  (void)state;
  const uint64_t count = 3000000;
  lk_ingredient single = {"a.h5", corpus_of(count, short_length, 'a', whole), 1};
  lk_mixture *mixture;
  assert_int_equal(lk_mixture_create(&mixture, &single, 1, whole), LK_OK);
  lk_coverage first = lk_mixture_coverage(mixture, 5, 0);
  assert_true(first.longer > 0.49 * (double)count && first.longer < 0.51 * (double)count);
  assert_true(first.shown > 0.72 * first.characters &&
              first.shown < 0.74 * first.characters);
  lk_coverage all = lk_mixture_coverage(mixture, 5, 1);
  assert_true(all.shown == all.characters && all.characters == first.characters);
  lk_mixture_free(mixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(visits_are_in_proportion_to_weight),
      cmocka_unit_test(visits_are_those_of_the_shard),
      cmocka_unit_test(what_is_held_out_is_of_all_corpora),
      cmocka_unit_test(shards_have_equal_parts_of_the_rows),
      cmocka_unit_test(facts_are_those_of_all),
      cmocka_unit_test(other_tokenizers_are_refused),
      cmocka_unit_test(coverage_is_that_of_a_sample),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
