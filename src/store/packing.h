/* How the chunks of a dataset are packed, behind HDF5's shuffle. Private to src/store. */
#ifndef LOCKSTEP_STORE_PACKING_H
#define LOCKSTEP_STORE_PACKING_H

#include "store/h5.h"

/* HDF5's numbers of the filters: its own, and that registered for zstd. */
enum {
  LK_FILTER_NONE = 0,
  LK_FILTER_DEFLATE = 1,
  LK_FILTER_SHUFFLE = 2,
  LK_FILTER_ZSTD = 32015
};

/* Of a compression as lk_corpus_form has it. */
int lk_filter_of(int compression);

/* Has HDF5 note the filter for a new dataset, and know it in this process. */
lk_status lk_filter_set(const char *path, hid_t creation, int compression);

/* Bytes of a chunk of `size` bytes at most when it is packed. */
size_t lk_packed_most(int filter, size_t size);

/* LK_INTERNAL: out of memory. The same bytes give the same, by one version of the library.
 */
lk_status lk_pack(int compression, const uint8_t *from, size_t size, uint8_t *to,
                  size_t room, size_t *packed);

/* Nonzero unless these are not `size` bytes that were packed so. */
int lk_unpack(int filter, const uint8_t *from, size_t packed, uint8_t *to, size_t size);

#endif
