/* An array of numbers in a file that HDF5 has left, read past HDF5: in one piece, or in the
 * chunks that HDF5's tree of them names. All of it is looked at when it is read, and no
 * more. Private to src/store. */
#ifndef LOCKSTEP_STORE_STORED_ARRAY_H
#define LOCKSTEP_STORE_STORED_ARRAY_H

#include "store/h5.h"

typedef struct {
  char name[16];
  uint64_t count; /* numbers */
  int width;      /* bytes of one, little-endian */
  uint64_t at;    /* of one in one piece: its first byte in the file */
  lk_chunks chunks;
  uint64_t found;              /* number of the chunk that is known, */
  uint64_t chunk_at, chunk_in; /*   its place in the file and its bytes there */
  uint64_t unpacked;           /* number of the chunk in `room` */
  uint8_t *packed, *room;      /* of a compressed chunk; owned */
} lk_stored_array;

/* Of a measured array of one dimension, while HDF5 has the file. lk_stored_array_free, also
 * after a failure. */
lk_status lk_stored_array_find(lk_stored_array *array, const lk_h5_file *file,
                               const lk_h5_array *place);

/* Copies numbers first … first + count-1, which the array has, as they are in the file.
 * LK_BAD_DATA where it is damaged or forged; LK_NO_INPUT. */
lk_status lk_stored_array_read(lk_stored_array *array, lk_h5_file *file, uint64_t first,
                               uint64_t count, uint8_t *bytes);

/* Has the system fetch what of them is in the chunk of the first. */
void lk_stored_array_ahead(lk_stored_array *array, lk_h5_file *file, uint64_t first,
                           uint64_t count);

void lk_stored_array_free(lk_stored_array *array);

#endif
