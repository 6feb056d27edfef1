/* Near duplicates, against the shares of common shingles counted one by one. */
#include "data_files.h"
#include "lockstep/random.h"
#include "prepare/near.h"

enum { WORDS = 5, CHARACTERS = 12, ROOM = 1 << 16, MOST = 4096 };

static uint64_t state = 1;

static uint64_t draw(uint64_t below) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (state >> 33) % below;
}

/* Units are words of five letters and a blank, or characters of three bytes. */
typedef struct {
  int unit;    /* bytes */
  int shingle; /* units */
} kind;

static const kind words = {6, WORDS}, characters = {3, CHARACTERS};

static void write_unit(char *to, kind of) {
  uint64_t value = draw(20000);
  if (of.unit == 3) {
    to[0] = (char)(0xe4 + value / 4096);
    to[1] = (char)(0x80 + value / 64 % 64);
    to[2] = (char)(0x80 + value % 64);
    return;
  }
  for (int i = 0; i < 5; i++, value /= 10)
    to[i] = (char)('a' + value % 10);
  to[5] = ' ';
}

static int compare(const void *one, const void *other) {
  const uint64_t *a = one, *b = other;
  return *a < *b ? -1 : *a > *b;
}

/* The hashes of all shingles, sorted, each once. FNV, which the signatures do not use. */
static size_t shingles_of(const char *text, size_t units, kind of, uint64_t *to) {
  size_t count = 0, kept = 0, length = (size_t)(of.unit * of.shingle);
  for (size_t i = 0; i + (size_t)of.shingle <= units; i++) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t j = 0; j < length; j++)
      hash =
          (hash ^ (unsigned char)text[i * (size_t)of.unit + j]) * UINT64_C(1099511628211);
    to[count++] = hash;
  }
  qsort(to, count, sizeof *to, compare);
  for (size_t i = 0; i < count; i++)
    if (!i || to[i] != to[i - 1]) to[kept++] = to[i];
  return kept;
}

static double share(const char *one, const char *other, size_t units, kind of) {
  static uint64_t a[MOST], b[MOST];
  size_t m = shingles_of(one, units, of, a), n = shingles_of(other, units, of, b);
  size_t both = 0;
  for (size_t i = 0, j = 0; i < m && j < n;) {
    both += a[i] == b[j];
    if (a[i] <= b[j])
      i++, j += a[i - 1] == b[j];
    else
      j++;
  }
  return (double)both / (double)(m + n - both);
}

static int is_near(const char *one, const char *other, size_t size, double threshold) {
  lk_near *near;
  lk_near_signature signature;
  uint64_t of;
  assert_int_equal(lk_near_create(&near, threshold), LK_OK);
  lk_near_sign(one, size, &signature);
  assert_int_equal(lk_near_add(near, &signature, &of), LK_OK);
  assert_int_equal(of, UINT64_MAX);
  lk_near_sign(other, size, &signature);
  assert_int_equal(lk_near_add(near, &signature, &of), LK_OK);
  lk_near_free(near);
  return of == 0;
}

/* Pairs of texts, the second with so many of 1,000 units drawn anew. */
static void check(kind of, size_t units, double threshold) {
  static char one[ROOM], other[ROOM];
  int above = 0, found = 0, below = 0, wrong = 0;
  size_t size = units * (size_t)of.unit;
  for (int pair = 0; pair < 400; pair++) {
    uint64_t changed = draw(pair % 2 ? 10 : 250);
    for (size_t i = 0; i < units; i++)
      write_unit(one + i * (size_t)of.unit, of);
    memcpy(other, one, size);
    for (size_t i = 0; i < units; i++)
      if (draw(1000) < changed) write_unit(other + i * (size_t)of.unit, of);
    double common = share(one, other, units, of);
    int is_above = common >= threshold + 0.1, is_below = common <= threshold - 0.2;
    if (!is_above && !is_below) continue;
    int was_found = is_near(one, other, size, threshold);
    above += is_above;
    found += is_above && was_found;
    below += is_below;
    wrong += is_below && was_found;
  }
  assert_true(above >= 20 && below >= 20);
  if (found < 0.95 * above || wrong)
    fail_msg("threshold %g, %zu units: found %d of %d, and %d of %d wrongly", threshold,
             units, found, above, wrong, below);
}

static void texts_are_near_when_they_share_enough(void **unused) {
  (void)unused;
  const double thresholds[] = {0.5, 0.7, 0.8, 0.85};
  for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) {
    check(words, 60, thresholds[i]);
    check(words, 1000, thresholds[i]);
    check(characters, 300, thresholds[i]);
  }
}

static uint64_t add(lk_near *near, const char *text) {
  lk_near_signature signature;
  uint64_t of;
  lk_near_sign(text, strlen(text), &signature);
  assert_int_equal(lk_near_add(near, &signature, &of), LK_OK);
  return of;
}

static void the_first_one_is_named(void **unused) {
  (void)unused;
  lk_near *near;
  assert_int_equal(lk_near_create(&near, 1), LK_OK);
  static const char *const texts[] = {
      "", "one", "two", "one two three four five six", "\xe4\xb8\x80", " "};
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(add(near, texts[i]), UINT64_MAX);
  assert_int_equal(add(near, texts[5]), 0);
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(add(near, texts[i]), i);
  assert_int_equal(add(near, "seven"), UINT64_MAX);
  assert_int_equal(add(near, "seven"), 11);
  lk_near_free(near);
}

static void blanks_between_words_do_not_matter(void **unused) {
  (void)unused;
  lk_near *near;
  assert_int_equal(lk_near_create(&near, 1), LK_OK);
  add(near, "one two three four five six seven");
  assert_int_equal(add(near, "\n one two\tthree four  five six\nseven "), 0);
  lk_near_free(near);
}

/* Short texts have few shingles, whose minima are the same at many places. */
static void texts_of_few_words_are_told_apart(void **unused) {
  (void)unused;
  enum { TEXTS = 30000 };
  lk_near *near;
  char text[64];
  assert_int_equal(lk_near_create(&near, 0.8), LK_OK);
  for (int i = 0; i < TEXTS; i++) {
    snprintf(text, sizeof text, i % 2 ? "word%d" : "%d a b c d %d e", i, i);
    assert_int_equal(add(near, text), UINT64_MAX);
  }
  for (int i = 0; i < TEXTS; i += 1000) {
    snprintf(text, sizeof text, i % 2 ? "word%d" : "%d a b c d %d e", i, i);
    assert_int_equal(add(near, text), i);
  }
  lk_near_free(near);
}

/* What bots write: half of it is the same everywhere. The time is linear all the same. */
static void texts_of_one_form_are_told_apart(void **unused) {
  (void)unused;
  enum { TEXTS = 20000, FORM = 60 };
  lk_near *near;
  static char text[ROOM];
  assert_int_equal(lk_near_create(&near, 0.8), LK_OK);
  for (size_t i = 0; i < FORM; i++)
    write_unit(text + i * 6, words);
  text[2 * FORM * 6] = '\0';
  for (int i = 0; i < TEXTS; i++) {
    for (size_t j = FORM; j < FORM + 20; j++)
      write_unit(text + j * 6, words);
    text[(FORM + 20) * 6] = '\0';
    assert_int_equal(add(near, text), UINT64_MAX);
  }
  lk_near_free(near);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_near_when_they_share_enough),
      cmocka_unit_test(the_first_one_is_named),
      cmocka_unit_test(blanks_between_words_do_not_matter),
      cmocka_unit_test(texts_of_few_words_are_told_apart),
      cmocka_unit_test(texts_of_one_form_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
