#include "lockstep/tensor_file.h"
#include <assert.h>
#include <math.h>
#include <string.h>

#define ROW(name, block, bytes, dtype, ggml) {#name, block, bytes, dtype, ggml},
static const struct {
  const char *name;
  unsigned block, bytes;
  int is_dtype, ggml;
} kinds[] = {LK_NUMBERS(ROW)};

enum { BLOCK = 32 }; /* numbers of a block of Q8_0, behind two bytes of a scale */

const char *lk_number_name(lk_number number) {
  assert(number < LK_NUMBER_COUNT);
  return kinds[number].name;
}

unsigned lk_number_block(lk_number number) {
  assert(number < LK_NUMBER_COUNT);
  return kinds[number].block;
}

uint64_t lk_numbers_size(lk_number number, uint64_t count) {
  assert(number < LK_NUMBER_COUNT && count % kinds[number].block == 0);
  return count / kinds[number].block * kinds[number].bytes;
}

lk_number lk_number_named(const char *dtype) {
  int number = 0;
  while (number < LK_NUMBER_COUNT &&
         (!kinds[number].is_dtype || strcmp(kinds[number].name, dtype)))
    number++;
  return (lk_number)number;
}

lk_number lk_number_of_ggml(uint32_t type) {
  int number = 0;
  while (number < LK_NUMBER_COUNT &&
         (kinds[number].ggml < 0 || (uint32_t)kinds[number].ggml != type))
    number++;
  return (lk_number)number;
}

int lk_number_ggml(lk_number number) {
  assert(number < LK_NUMBER_COUNT);
  return kinds[number].ggml;
}

int lk_number_is_real(lk_number number) {
  return number == LK_NUMBER_F32 || number == LK_NUMBER_F16 || number == LK_NUMBER_BF16 ||
         number == LK_NUMBER_F64 || number == LK_NUMBER_Q8_0;
}

static float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* Binary16: 5 bits of exponent, 10 of fraction. */
static float from_half(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 31, fraction = half & 0x3FF;
  if (exponent == 31) return float_of_bits(sign | 0x7F800000 | fraction << 13);
  if (exponent) return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
  float small = (float)fraction * 0x1p-24f; /* subnormal */
  return sign ? -small : small;
}

/* Cuts `shift` bits off, to the nearest, halves to even. */
static uint32_t round_off(uint32_t value, int shift) {
  uint32_t half = UINT32_C(1) << (shift - 1), rest = value & (2 * half - 1);
  value >>= shift;
  return value + (rest > half || (rest == half && (value & 1)));
}

static uint16_t to_half(float value) {
  uint32_t bits = bits_of_float(value), sign = bits >> 16 & 0x8000;
  uint32_t size = bits & 0x7FFFFFFF;
  if (size > 0x7F800000) return (uint16_t)(sign | 0x7E00);  /* no number */
  if (size >= 0x477FF000) return (uint16_t)(sign | 0x7C00); /* 65520 and more: infinite */
  if (size >= 0x38800000) /* 2^-14: what is rounded up may carry into the exponent */
    return (uint16_t)(sign | (round_off(size, 13) - (UINT32_C(112) << 10)));
  if (size < 0x33000000) return (uint16_t)sign; /* under half of 2^-24 */
  uint32_t fraction = (size & 0x7FFFFF) | 0x800000;
  return (uint16_t)(sign | round_off(fraction, 126 - (int)(size >> 23)));
}

static uint16_t to_bfloat(float value) {
  uint32_t bits = bits_of_float(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)round_off(bits, 16);
}

static uint64_t read_little(const uint8_t *from, size_t size) {
  uint64_t value = 0;
  while (size--)
    value = value << 8 | from[size];
  return value;
}

static float real_of(const uint8_t *from, lk_number number) {
  double wide;
  uint64_t bits = read_little(from, kinds[number].bytes);
  switch (number) {
  case LK_NUMBER_F32:
    return float_of_bits((uint32_t)bits);
  case LK_NUMBER_F16:
    return from_half((uint16_t)bits);
  case LK_NUMBER_BF16:
    return float_of_bits((uint32_t)bits << 16);
  default:
    assert(number == LK_NUMBER_F64);
    memcpy(&wide, &bits, sizeof wide);
    return (float)wide;
  }
}

/* ggml-quants.c: dequantize_row_q8_0. */
static void to_floats_by_block(float *to, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i += BLOCK, bytes += 2 + BLOCK) {
    float scale = real_of(bytes, LK_NUMBER_F16);
    for (size_t j = 0; j < BLOCK; j++)
      to[i + j] = (float)(int8_t)bytes[2 + j] * scale;
  }
}

/* ggml-quants.c: quantize_row_q8_0_ref. */
static void of_floats_by_block(uint8_t *bytes, const float *from, size_t count) {
  for (size_t i = 0; i < count; i += BLOCK, bytes += 2 + BLOCK) {
    float largest = 0;
    for (size_t j = 0; j < BLOCK; j++)
      largest = fmaxf(largest, fabsf(from[i + j]));
    float scale = largest / 127, inverse = scale != 0 ? 1 / scale : 0;
    lk_numbers_of_float(bytes, &scale, LK_NUMBER_F16, 1);
    for (size_t j = 0; j < BLOCK; j++)
      bytes[2 + j] = (uint8_t)(int8_t)roundf(from[i + j] * inverse);
  }
}

void lk_numbers_to_float(float *to, const void *from, lk_number number, size_t count) {
  const uint8_t *bytes = from;
  size_t size = kinds[number].bytes;
  assert(lk_number_is_real(number) && count % kinds[number].block == 0);
  if (number == LK_NUMBER_Q8_0) {
    to_floats_by_block(to, bytes, count);
    return;
  }
  for (size_t i = 0; i < count; i++)
    to[i] = real_of(bytes + i * size, number);
}

void lk_numbers_of_float(void *to, const float *from, lk_number number, size_t count) {
  uint8_t *bytes = to;
  size_t size = kinds[number].bytes;
  assert(lk_number_is_real(number) && number != LK_NUMBER_F64);
  assert(count % kinds[number].block == 0);
  if (number == LK_NUMBER_Q8_0) {
    of_floats_by_block(bytes, from, count);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = number == LK_NUMBER_F32   ? bits_of_float(from[i])
                    : number == LK_NUMBER_F16 ? to_half(from[i])
                                              : to_bfloat(from[i]);
    for (size_t b = 0; b < size; b++)
      bytes[i * size + b] = (uint8_t)(bits >> 8 * b);
  }
}

int lk_numbers_hold(const float *from, lk_number number, size_t count) {
  float largest = 0, back;
  uint8_t bytes[sizeof(double)]; /* the largest of a number */
  for (size_t i = 0; i < count; i++)
    largest = fmaxf(largest, fabsf(from[i]));
  if (number == LK_NUMBER_Q8_0) { /* its scale */
    largest /= 127;
    number = LK_NUMBER_F16;
  }
  lk_numbers_of_float(bytes, &largest, number, 1);
  lk_numbers_to_float(&back, bytes, number, 1);
  return isfinite(back) || !isfinite(largest);
}
