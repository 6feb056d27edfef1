/* Runs of ASCII, which most texts are made of. */
#ifndef LOCKSTEP_BASE_ASCII_H
#define LOCKSTEP_BASE_ASCII_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many of the first bytes are below 0x80. */
static inline size_t lk_ascii_run(const char *bytes, size_t size) {
  size_t at = 0;
  for (uint64_t eight; at + sizeof eight <= size; at += sizeof eight) {
    memcpy(&eight, bytes + at, sizeof eight);
    if (eight & UINT64_C(0x8080808080808080)) break;
  }
  while (at < size && (unsigned char)bytes[at] < 0x80)
    at++;
  return at;
}

#endif
