/* How files write the bytes of tokens: each as a character that can be seen, as GPT-2's
 * do. Not collective. */
#ifndef LOCKSTEP_BYTE_LEVEL_H
#define LOCKSTEP_BYTE_LEVEL_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

/* UTF-8 with a zero behind it; returns its bytes. */
int lk_byte_level_write(unsigned char byte, char out[5]);

/* The bytes that a text stands for, which are never more than its own, into out; returns
 * their number, and 0 where a character stands for none. */
size_t lk_byte_level_read(const char *text, size_t size, char *out);

LK_C_END

#endif
