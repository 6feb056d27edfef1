#include "dump/bits.h"
#include <assert.h>
#include <endian.h>
#include <string.h>

uint64_t lk_bits_get(const unsigned char *from, size_t at, int count) {
  uint64_t bits = 0;
  assert(count > 0 && count <= LK_MARK_BITS);
  size_t last = (at + (size_t)count - 1) / 8;
  for (size_t i = at / 8; i <= last; i++)
    bits = bits << 8 | from[i];
  bits >>= 8 * (last + 1) - at - (size_t)count;
  return bits & ((UINT64_C(1) << count) - 1);
}

static void put_byte(unsigned char *to, size_t at, unsigned byte) {
  unsigned shift = at % 8;
  if (!shift) {
    to[at / 8] = (unsigned char)byte;
    return;
  }
  to[at / 8] = (unsigned char)((to[at / 8] & ~(0xffU >> shift)) | byte >> shift);
  to[at / 8 + 1] = (unsigned char)(byte << (8 - shift));
}

void lk_bits_put(unsigned char *to, size_t at, uint64_t bits, int count) {
  for (; count > 0; count -= 8, at += 8)
    put_byte(to, at,
             0xff & (unsigned)(count >= 8 ? bits >> (count - 8) : bits << (8 - count)));
}

/* Bytes, the first one from bit `shift` on, eight at a time, but for the last ones. Returns
 * how many. */
static size_t copy_eights(unsigned char *to, const unsigned char *from, unsigned shift,
                          size_t count) {
  size_t i = 0;
  for (uint64_t eight; i + sizeof eight < count; i += sizeof eight) {
    memcpy(&eight, from + i, sizeof eight);
    eight = be64toh(eight) << shift | (uint64_t)from[i + 8] >> (8 - shift);
    eight = htobe64(eight);
    memcpy(to + i, &eight, sizeof eight);
  }
  return i;
}

void lk_bits_copy(unsigned char *to, size_t at, const unsigned char *from, size_t from_at,
                  size_t count) {
  unsigned shift = from_at % 8;
  const unsigned char *next = from + from_at / 8;
  size_t whole = count / 8, rest = count % 8;
  size_t done = at % 8 ? 0 : copy_eights(to + at / 8, next, shift, whole);
  for (size_t i = done; i < whole; i++)
    put_byte(to, at + 8 * i,
             0xff & (unsigned)((next[i] << 8 | next[i + 1]) >> (8 - shift)));
  if (rest)
    lk_bits_put(to, at + 8 * whole, lk_bits_get(from, from_at + 8 * whole, (int)rest),
                (int)rest);
}

/* A mark at any of 8 shifts has five whole bytes: the first two of them. */
static void prepare(lk_bz2_marks *marks, uint64_t mark) {
  for (int shift = 0; shift < 8; shift++)
    marks->may_be[mark >> (LK_MARK_BITS - 16 - shift) & 0xffff] = 1;
}

void lk_bz2_marks_prepare(lk_bz2_marks *marks) {
  *marks = (lk_bz2_marks){{0}};
  prepare(marks, LK_MARK_BLOCK);
  prepare(marks, LK_MARK_END);
}

static int is_mark(const unsigned char *bytes, size_t at) {
  uint64_t bits = lk_bits_get(bytes, at, LK_MARK_BITS);
  return bits == LK_MARK_BLOCK || bits == LK_MARK_END;
}

/* Of the marks whose first whole byte is number i, the first between the two bits. */
static size_t find_around(const unsigned char *bytes, size_t i, size_t at, size_t bits) {
  size_t first = i ? 8 * i - 7 : 0;
  for (size_t bit = first > at ? first : at; bit <= 8 * i; bit++)
    if (bit + LK_MARK_BITS <= bits && is_mark(bytes, bit)) return bit;
  return bits;
}

size_t lk_bz2_marks_find(const lk_bz2_marks *marks, const unsigned char *bytes, size_t at,
                         size_t bits) {
  size_t last = bits / 8;
  for (size_t i = (at + 7) / 8; i + 1 < last; i++) {
    if (!marks->may_be[bytes[i] << 8 | bytes[i + 1]]) continue;
    size_t found = find_around(bytes, i, at, bits);
    if (found < bits) return found;
  }
  return bits;
}
