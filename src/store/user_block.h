/* The 512 bytes of text before HDF5's: length and checksum. Private to src/store. */
#ifndef LOCKSTEP_STORE_USER_BLOCK_H
#define LOCKSTEP_STORE_USER_BLOCK_H

#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

enum { LK_USER_BLOCK = 512 };

/* Fills the first LK_USER_BLOCK of the file's size bytes from those behind them. */
void lk_user_block_fill(char *bytes, size_t size);

/* Checks the file at path, its HDF5 structure too, and stores its size. LK_NO_INPUT;
 * LK_BAD_DATA: not HDF5, not ours, truncated, damaged. */
lk_status lk_user_block_verify(const char *path, uint64_t *size);

#endif
