/* The 512 bytes of text before HDF5's: length and checksum. Private to src/store. */
#ifndef LOCKSTEP_STORE_USER_BLOCK_H
#define LOCKSTEP_STORE_USER_BLOCK_H

#include "store/structure.h"

enum { LK_USER_BLOCK = 512 };

/* Writes the user block of an open file, which is read, too, from the bytes behind it. path
 * is for messages. LK_IO. */
lk_status lk_user_block_write(const char *path, int descriptor);

/* Seals a source and checks it, its HDF5 structure too, of which *chunked is a part.
 * LK_NO_INPUT; LK_BAD_DATA: not HDF5, not ours, truncated, damaged. */
lk_status lk_user_block_verify(lk_sealed *source, lk_chunked *chunked);

/* Nonzero when a source starts like a file of ours or like any HDF5 file. */
int lk_user_block_is_hdf5(lk_sealed *source);

#endif
