/* Corpora mixed by weight: how often an epoch, and many, visit what each has. */
#include "invented_corpus.h"
#include "lockstep/characters.h"
#include "lockstep/mixture.h"

enum { SHARDS = 4, REACH = 10, MOST = 200 };

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
      cmocka_unit_test(facts_are_those_of_all),
      cmocka_unit_test(other_tokenizers_are_refused),
      cmocka_unit_test(coverage_is_that_of_a_sample),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
