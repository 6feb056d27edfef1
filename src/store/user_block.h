/* The 512 bytes of text before HDF5's: length and checksum. There are two versions. Of one
 * the checksum is that of all bytes behind it, and all are read at once. Of the other
 * HDF5's bytes are followed by the hashes of pieces of them (store/sealed.h), and the
 * checksum is theirs: it opens in the same time whatever its size. Private to src/store. */
#ifndef LOCKSTEP_STORE_USER_BLOCK_H
#define LOCKSTEP_STORE_USER_BLOCK_H

#include "store/structure.h"

enum { LK_USER_BLOCK = 512 };

/* Writes the user block of an open file, which is read, too, from the bytes behind it, and
 * their hashes behind them, where it is to be in pieces. path is for messages. LK_IO. */
lk_status lk_user_block_write(const char *path, int descriptor, int in_pieces);

/* Seals a source, or trusts its block, and checks its structure, of which *chunked is a
 * part. LK_NO_INPUT; LK_BAD_DATA: not HDF5, not ours, truncated, damaged. */
lk_status lk_user_block_verify(lk_sealed *source, lk_chunked *chunked);

/* Nonzero when a source starts like a file of ours or like any HDF5 file. */
int lk_user_block_is_hdf5(lk_sealed *source);

#endif
