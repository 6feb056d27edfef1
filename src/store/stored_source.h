/* A source of an HDF5 corpus. Private to src/store. */
#ifndef LOCKSTEP_STORE_STORED_SOURCE_H
#define LOCKSTEP_STORE_STORED_SOURCE_H

#include "lockstep/source.h"
#include "store/h5.h"

/* Where a corpus' arrays are in a file, and what is held of them. */
typedef struct {
  uint64_t tokens_at, offsets_at; /* bytes from the file's start */
  uint64_t tokens;                /* of the whole corpus */
  int width;                      /* bytes of a token */
} lk_stored_arrays;

/* Of the documents that `corpus`, of which the facts are known, is to hold: looks once
 * whether offsets and tokens are right, and holds some MiB from then on. Takes over *file,
 * which HDF5 has left (lk_h5_leave), unless it fails. The caller owns *out:
 * lk_source_close. */
lk_status lk_stored_source_open(lk_source **out, lk_h5_file *file, const lk_corpus *corpus,
                                const lk_stored_arrays *arrays);

#endif
