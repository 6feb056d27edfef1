/* The structure of an HDF5 image, checked before HDF5 sees it. Private to src/store.
 *
 * The checksum keeps out damage, but a stranger can make a right one, and HDF5 1.10 trusts
 * the sizes and addresses that it reads: it runs past the end of its buffers. So only what
 * lockstep itself writes is let through: groups with symbol tables, datasets in one piece
 * inside the file, attributes; no links elsewhere. Datasets in chunks HDF5 is never asked
 * to read, for that takes their tree, which is as long as they are: store/stored_array.h
 * does. See the HDF5 file format specification, version 2, of which this is the part that
 * HDF5 calls "earliest". */
#ifndef LOCKSTEP_STORE_STRUCTURE_H
#define LOCKSTEP_STORE_STRUCTURE_H

#include "store/sealed.h"

/* A dataset of the root group that is in chunks, of one dimension. */
typedef struct {
  char name[16];
  uint64_t tree;   /* its address, or LK_NOWHERE */
  uint64_t length; /* elements of a chunk; 0: no dataset in chunks */
  int width;       /* bytes of an element */
  int filter;      /* that packs what was shuffled, as store/packing.h has it */
} lk_chunks;

/* Chunks so long are read, in elements; so many datasets have some. */
enum { LK_CHUNK_MOST = 1 << 16, LK_MOST_CHUNKED = 4 };
typedef struct {
  lk_chunks list[LK_MOST_CHUNKED];
  int count;
} lk_chunked;

/* LK_BAD_DATA "PATH: damaged (...)" unless HDF5 can read the image safely, but for datasets
 * in chunks, which are stored in *chunked: the sealed source's `size` bytes behind the user
 * block, which start with the superblock; addresses count from there. */
lk_status lk_structure_check(lk_sealed *source, uint64_t size, lk_chunked *chunked);

/* For the files structure*.c alone. */
typedef struct lk_structure {
  struct lk_structure *outer; /* taken before */
  uint8_t bytes[];
} lk_structure;

typedef struct {
  lk_sealed *source;
  uint64_t size;
  lk_structure *taken; /* owned */
  lk_status status;    /* of reading */
  uint64_t unvisited;  /* bytes that no structure has taken: ends cycles and sharing */
  const char *fault;   /* the first thing found wrong */
  uint64_t at;         /* and where */
  lk_chunked *chunked; /* not owned */
} lk_image;

/* "Address undefined". */
#define LK_NOWHERE UINT64_MAX

/* A little-endian number of `width` bytes. */
static inline uint64_t lk_image_number(const uint8_t *bytes, int width) {
  uint64_t number = 0;
  for (int i = width - 1; i >= 0; i--)
    number = number << 8 | bytes[i];
  return number;
}

/* What the messages of one object's header say. */
typedef struct {
  int filter; /* behind the shuffle */
  int is_group, has_space, has_type, has_layout, has_filters;
  uint64_t tree, heap;             /* of a group */
  uint64_t elements, element_size; /* of a dataset */
  uint64_t data, data_size; /* of one in one piece; of one in chunks, its tree and 0 */
  uint64_t chunk;           /* elements of a chunk; 0: in one piece */
  uint64_t chunk_width;     /* bytes of one */
  int rank, grows;          /* it has no largest size */
} lk_object;

/* Checks one message but continuations. NULL, or what is wrong with it. */
const char *lk_structure_message(int type, const uint8_t *bytes, uint64_t size,
                                 lk_object *object);

enum { LK_MESSAGE_CONTINUATION = 0x10 };

#endif
