/* A source of an HDF5 corpus. Private to src/store. */
#ifndef LOCKSTEP_STORE_STORED_SOURCE_H
#define LOCKSTEP_STORE_STORED_SOURCE_H

#include "lockstep/source.h"
#include "store/stored_array.h"

/* A corpus' arrays in a file. */
typedef struct {
  lk_stored_array tokens, offsets;
  lk_stored_array titles; /* count 0: there are none */
} lk_stored_arrays;

void lk_stored_arrays_free(lk_stored_arrays *arrays);

/* Of the documents that `corpus`, of which the facts are known, is to hold: looks once
 * whether offsets and tokens are right, and holds some MiB from then on. Takes over *file,
 * which HDF5 has left (lk_h5_leave), and *arrays, unless it fails. The caller owns *out:
 * lk_source_close. */
lk_status lk_stored_source_open(lk_source **out, lk_h5_file *file, const lk_corpus *corpus,
                                const lk_stored_arrays *arrays);

#endif
