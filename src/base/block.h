/* Sixteen bytes at a time. The type is the compiler's own: from plain loops over many
 * comparisons it makes tests of bits, one byte after the other. */
#ifndef LOCKSTEP_BASE_BLOCK_H
#define LOCKSTEP_BASE_BLOCK_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char lk_block __attribute__((vector_size(16)));

static inline lk_block lk_block_at(const char *bytes) {
  lk_block block;
  memcpy(&block, bytes, sizeof block);
  return block;
}

/* Which byte of a comparison holds first; the size of a block: none. */
static inline size_t lk_block_first(lk_block holds) {
  uint64_t eight;
  for (size_t at = 0; at < sizeof holds; at += sizeof eight) {
    memcpy(&eight, (const char *)&holds + at, sizeof eight);
    if (eight) return at + (size_t)__builtin_ctzll(le64toh(eight)) / 8;
  }
  return sizeof holds;
}

#endif
