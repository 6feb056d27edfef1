/* UTF-16 to UTF-8, a part at a time. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_UTF16_H
#define LOCKSTEP_DUMP_UTF16_H

#include <stddef.h>

/* A code unit of two bytes becomes at most three. */
enum { LK_UTF16_MOST = 3 };

/* Converts the whole characters of bytes[size] to `to`, which has room for
 * LK_UTF16_MOST * size / 2 bytes. Returns how many bytes were used: the others are a part
 * of a character, or begin with what is none. */
size_t lk_utf16_convert(const char *bytes, size_t size, int is_big_endian, char *to,
                        size_t *made);

#endif
