#include "lockstep/tensor_file.h"
#include <assert.h>
#include <string.h>

#define NAME(name, bits) #name,
#define BITS(name, bits) bits,
static const char *const names[] = {LK_NUMBERS(NAME)};
static const uint8_t bits_of[] = {LK_NUMBERS(BITS)};

const char *lk_number_name(lk_number number) {
  assert(number < LK_NUMBER_COUNT);
  return names[number];
}

size_t lk_number_size(lk_number number) {
  assert(number < LK_NUMBER_COUNT);
  return bits_of[number] / 8;
}

lk_number lk_number_named(const char *name) {
  int number = 0;
  while (number < LK_NUMBER_COUNT && strcmp(names[number], name))
    number++;
  return (lk_number)number;
}

int lk_number_is_real(lk_number number) {
  return number == LK_NUMBER_F32 || number == LK_NUMBER_F16 || number == LK_NUMBER_BF16 ||
         number == LK_NUMBER_F64;
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
  uint64_t bits = read_little(from, lk_number_size(number));
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

void lk_numbers_to_float(float *to, const void *from, lk_number number, size_t count) {
  const uint8_t *bytes = from;
  size_t size = lk_number_size(number);
  for (size_t i = 0; i < count; i++)
    to[i] = real_of(bytes + i * size, number);
}

void lk_numbers_of_float(void *to, const float *from, lk_number number, size_t count) {
  uint8_t *bytes = to;
  size_t size = lk_number_size(number);
  assert(number == LK_NUMBER_F32 || number == LK_NUMBER_F16 || number == LK_NUMBER_BF16);
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = number == LK_NUMBER_F32   ? bits_of_float(from[i])
                    : number == LK_NUMBER_F16 ? to_half(from[i])
                                              : to_bfloat(from[i]);
    for (size_t b = 0; b < size; b++)
      bytes[i * size + b] = (uint8_t)(bits >> 8 * b);
  }
}
