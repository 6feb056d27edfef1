/* Signatures by one permutation: each shingle's hash says which of the minima it may become
 * (Li, Owen and Zhang 2012, "One Permutation Hashing"), and what no shingle became is taken
 * from elsewhere (Shrivastava 2017, "Optimal Densification for Fast and Accurate Minwise
 * Hashing"). So a shingle costs one hash, not 128. */
#include "lockstep/hash.h"
#include "lockstep/text.h"
#include "prepare/near.h"
#include <assert.h>
#include <string.h>

enum {
  WORDS = 5,
  CHARACTERS = 12,
  TIMES = 4,
  LONG_WORD = 16, /* characters a blank, from which on words are no measure */
  PLACE_SHIFT = 64 - 7
};
#define EMPTY UINT32_MAX

_Static_assert(LK_NEAR_HASHES == UINT64_C(1) << (64 - PLACE_SHIFT),
               "the highest bits choose");

/* A shingle counts as several, so that those of a short text become more of the minima, and
 * the estimate is as good. */
static void add(lk_near_signature *to, uint64_t hash) {
  for (int i = 0; i < TIMES; i++) {
    hash = (hash ^ hash >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t *least = &to->minima[hash >> PLACE_SHIFT], value = (uint32_t)(hash >> 16);
    if (value == EMPTY) value--;
    if (value < *least) *least = value;
  }
}

static int is_blank(char byte) {
  return (unsigned char)byte <= ' ';
}

static int has_words(const char *text, size_t size) {
  size_t blanks = 0, characters = 0;
  for (size_t i = 0; i < size; i++) {
    blanks += is_blank(text[i]);
    characters += !lk_text_continues(text[i]);
  }
  return blanks * LONG_WORD >= characters || characters < LONG_WORD;
}

/* The next word from *at on; 0: there is none. */
static size_t next_word(const char *text, size_t size, size_t *at) {
  while (*at < size && is_blank(text[*at]))
    ++*at;
  size_t end = *at;
  while (end < size && !is_blank(text[end]))
    end++;
  return end - *at;
}

/* Words are hashed, and then the hashes of those that follow one another. */
static void sign_words(const char *text, size_t size, lk_near_signature *out) {
  uint64_t last[WORDS] = {0};
  size_t count = 0, length;
  for (size_t at = 0; (length = next_word(text, size, &at)); at += length) {
    memmove(last, last + 1, (WORDS - 1) * sizeof *last);
    last[WORDS - 1] = lk_hash_short(text + at, length);
    if (++count >= WORDS) add(out, lk_hash_short(last, sizeof last));
  }
  if (count < WORDS) add(out, lk_hash_short(last, sizeof last));
}

static void sign_characters(const char *text, size_t size, lk_near_signature *out) {
  size_t begins[CHARACTERS] = {0}, count = 0;
  for (size_t i = 0; i <= size; i++) {
    if (i < size && lk_text_continues(text[i])) continue;
    size_t *oldest = &begins[count % CHARACTERS];
    if (count >= CHARACTERS) add(out, lk_hash_short(text + *oldest, i - *oldest));
    *oldest = i;
    count++;
  }
  assert(count > CHARACTERS); /* the end is one more */
}

/* Where what no shingle became is looked for, by its own sequence of places. */
static void fill(lk_near_signature *out) {
  uint32_t before[LK_NEAR_HASHES];
  memcpy(before, out->minima, sizeof before);
  for (uint64_t i = 0; i < LK_NEAR_HASHES; i++) {
    uint64_t state = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    while (out->minima[i] == EMPTY) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      out->minima[i] = before[state >> PLACE_SHIFT];
    }
  }
}

void lk_near_sign(const char *text, size_t size, lk_near_signature *out) {
  memset(out, 0xff, sizeof *out);
  if (has_words(text, size))
    sign_words(text, size, out);
  else
    sign_characters(text, size, out);
  fill(out);
}
