/* Bits at any place of a buffer, the highest of a byte first, and the marks between the
 * blocks of bz2. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_BITS_H
#define LOCKSTEP_DUMP_BITS_H

#include <stddef.h>
#include <stdint.h>

enum { LK_MARK_BITS = 48, LK_CRC_BITS = 32 };
#define LK_MARK_BLOCK 0x314159265359 /* pi: a block follows */
#define LK_MARK_END   0x177245385090 /* its square root: a stream's checksum follows */

/* `count` <= 48 bits from bit `at`. */
uint64_t lk_bits_get(const unsigned char *from, size_t at, int count);

/* Appends `count` <= 48 bits at bit `at`; those behind are zero up to the byte's end. */
void lk_bits_put(unsigned char *to, size_t at, uint64_t bits, int count);

/* Appends `count` bits of `from`, from its bit `from_at` on, at bit `at`. The byte behind
 * them is read. */
void lk_bits_copy(unsigned char *to, size_t at, const unsigned char *from, size_t from_at,
                  size_t count);

/* The bytes of a buffer that a mark may lie across. */
typedef struct {
  unsigned char may_be[1 << 16]; /* two bytes that lie inside a mark, at any shift */
} lk_bz2_marks;

void lk_bz2_marks_prepare(lk_bz2_marks *marks);

/* The bit at which the first mark from bit `at` on begins, of `bits` bits that are there;
 * `bits` when there is none that is whole. */
size_t lk_bz2_marks_find(const lk_bz2_marks *marks, const unsigned char *bytes, size_t at,
                         size_t bits);

#endif
