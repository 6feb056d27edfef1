#include "lockstep/wire.h"
#include "base/bf16.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Smaller numbers than this wait until they have added up: their scale would be none. */
static const float least = 0x1p-100f;

typedef struct {
  size_t (*words)(size_t count);
  void (*pack)(const float *numbers, size_t count, uint32_t *words);
  void (*unpack)(const uint32_t *words, size_t count, float *to);
} form;

static size_t words_of_fp32(size_t count) {
  return count;
}

static void pack_fp32(const float *numbers, size_t count, uint32_t *words) {
  memcpy(words, numbers, count * sizeof *words);
}

static void unpack_fp32(const uint32_t *words, size_t count, float *to) {
  memcpy(to, words, count * sizeof *words);
}

static size_t words_of_bf16(size_t count) {
  return (count + 1) / 2;
}

static void pack_bf16(const float *numbers, size_t count, uint32_t *words) {
  lk_bf16 narrow[LK_WIRE_BLOCK + 1] = {0};
  for (size_t i = 0; i < count; i++)
    narrow[i] = lk_bf16_of(numbers[i]);
  memcpy(words, narrow, words_of_bf16(count) * sizeof *words);
}

static void unpack_bf16(const uint32_t *words, size_t count, float *to) {
  lk_bf16 narrow[LK_WIRE_BLOCK + 1];
  memcpy(narrow, words, words_of_bf16(count) * sizeof *words);
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_value(narrow[i]);
}

/* The scale's word first. */
static size_t words_of_int8(size_t count) {
  return count ? 1 + (count + 3) / 4 : 0;
}

static float largest(const float *numbers, size_t count) {
  float most = 0;
  for (size_t i = 0; i < count; i++)
    most = fmaxf(most, fabsf(numbers[i]));
  return most;
}

static void pack_int8(const float *numbers, size_t count, uint32_t *words) {
  int8_t steps[LK_WIRE_BLOCK + 3] = {0};
  float most = largest(numbers, count), scale = most > least ? most / 127 : 0;
  float inverse = most > least ? 127 / most : 0;
  for (size_t i = 0; i < count; i++)
    steps[i] = (int8_t)lrintf(fmaxf(-127, fminf(127, inverse * numbers[i])));
  memcpy(words, &scale, sizeof scale);
  memcpy(words + 1, steps, (words_of_int8(count) - 1) * sizeof *words);
}

static void unpack_int8(const uint32_t *words, size_t count, float *to) {
  int8_t steps[LK_WIRE_BLOCK + 3];
  float scale;
  memcpy(&scale, words, sizeof scale);
  memcpy(steps, words + 1, (words_of_int8(count) - 1) * sizeof *words);
  for (size_t i = 0; i < count; i++)
    to[i] = scale * steps[i];
}

static const form forms[] = {[LK_WIRE_FP32] = {words_of_fp32, pack_fp32, unpack_fp32},
                             [LK_WIRE_BF16] = {words_of_bf16, pack_bf16, unpack_bf16},
                             [LK_WIRE_INT8] = {words_of_int8, pack_int8, unpack_int8}};

size_t lk_wire_words(lk_wire wire, size_t count) {
  size_t blocks = count / LK_WIRE_BLOCK;
  return blocks * forms[wire].words(LK_WIRE_BLOCK) +
         forms[wire].words(count % LK_WIRE_BLOCK);
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static void pack_block(const form *f, const float *change, float *left, size_t count,
                       uint32_t *words) {
  float sum[LK_WIRE_BLOCK], packed[LK_WIRE_BLOCK];
  assert(count <= LK_WIRE_BLOCK);
  for (size_t i = 0; i < count; i++)
    sum[i] = change[i] + left[i];
  f->pack(sum, count, words);
  f->unpack(words, count, packed);
  for (size_t i = 0; i < count; i++)
    left[i] = sum[i] - packed[i];
}

void lk_wire_pack(lk_wire wire, const float *change, float *left, size_t count,
                  uint32_t *words) {
  const form *f = &forms[wire];
  for (size_t at = 0, part; at < count; at += part, words += f->words(part)) {
    part = smaller(count - at, LK_WIRE_BLOCK);
    pack_block(f, change + at, left + at, part, words);
  }
}

void lk_wire_unpack(lk_wire wire, const uint32_t *words, size_t count, float *to) {
  const form *f = &forms[wire];
  for (size_t at = 0, part; at < count; at += part, words += f->words(part)) {
    part = smaller(count - at, LK_WIRE_BLOCK);
    f->unpack(words, part, to + at);
  }
}

static void add(float *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] += from[i];
}

void lk_wire_add(float *blocks, int number, size_t count) {
  for (int span = 1; span < number; span *= 2)
    for (int i = 0; i + span < number; i += 2 * span)
      add(blocks + LK_WIRE_BLOCK * i, blocks + LK_WIRE_BLOCK * (i + span), count);
}
