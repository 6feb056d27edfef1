/* HDF5 with every call checked, for files of our own making: private to src/store. */
#ifndef LOCKSTEP_STORE_H5_H
#define LOCKSTEP_STORE_H5_H

#include "lockstep/store.h"
#include "store/sink.h"
#include "store/structure.h"
#include <hdf5.h>

/* An HDF5 object that closes when its variable goes out of scope, so that an early return
 * leaks nothing. Negative: none. */
#define LK_H5_ID __attribute__((cleanup(lk_h5_release))) hid_t
void lk_h5_release(hid_t *id);

/* LK_OK for a result that is not negative; else `code` and HDF5's innermost message. */
lk_status lk_h5_check(int64_t result, lk_status code, const char *path, const char *call);

/* Every HDF5 call stands in one of these: a failure while writing is ours, one while
 * reading the file's. */
#define LK_H5_WRITE(path, call)                                                            \
  LK_TRY(lk_h5_check((int64_t)(call), LK_INTERNAL, path, #call))
#define LK_H5_READ(path, call)                                                             \
  LK_TRY(lk_h5_check((int64_t)(call), LK_BAD_DATA, path, #call))

/* A file being written, or one being read. */
typedef struct {
  const char *path; /* not owned */
  hid_t id;
  int inside;         /* this thread has HDF5 to itself for it */
  uint64_t size;      /* bytes, when reading: no array in it can be larger */
  lk_sealed source;   /* when reading */
  lk_sink sink;       /* when writing */
  int in_pieces;      /* when writing: how its user block is */
  lk_chunked chunked; /* when reading */
} lk_h5_file;

/* From here until it is complete, or from opening until it is left, other threads wait with
 * theirs. The same thread may have several.
 *
 * Starts a file in an empty open one, which is read, too; path is for messages. large: it
 * will have more chunks than are quickly found one by one, so that what tells where they
 * are is to lie together. lk_h5_complete ends it unless this fails. *file stays where it is
 * until then. */
lk_status lk_h5_create(lk_h5_file *file, const char *path, int descriptor,
                       lk_store_kind kind, int large);

/* Closes it and adds the user block. `status` is what writing it came to; that the file
 * itself could not be written comes first. */
lk_status lk_h5_complete(lk_h5_file *file, lk_status status);

/* Opens, verifies the user block and lets HDF5 read what was verified. lk_h5_finish unless
 * it fails. *file stays where it is until then. */
lk_status lk_h5_open(lk_h5_file *file, const char *path);
lk_status lk_h5_open_pipe(lk_h5_file *file, const char *path);

/* The same unless it is another kind of file, or none, or a pipe, which is left to others:
 * nothing is open then and *is_hdf5 is 0. */
lk_status lk_h5_open_if(lk_h5_file *file, const char *path, int *is_hdf5);

/* Closes it for HDF5; its bytes can still be read, and it may be moved now. lk_h5_finish
 * all the same. */
void lk_h5_leave(lk_h5_file *file);

/* Closes it. `status` is what reading it came to; that the file itself could not be read,
 * or changed, comes first. */
lk_status lk_h5_finish(lk_h5_file *file, lk_status status);

/* What the file says it is. */
lk_status lk_h5_read_kind(const lk_h5_file *file, lk_store_kind *kind);

/* LK_BAD_DATA "FILE: damaged (reason)". */
lk_status lk_h5_damaged(const lk_h5_file *file, const char *reason);

/* Attributes of the file. A number outside least … most, and a text of `size` bytes or more
 * with its zero, is LK_BAD_DATA. */
lk_status lk_h5_write_count(const lk_h5_file *file, const char *name, uint64_t value);
lk_status lk_h5_read_count(const lk_h5_file *file, const char *name, uint64_t least,
                           uint64_t most, uint64_t *value);
lk_status lk_h5_write_text(const lk_h5_file *file, const char *name, const char *text);
lk_status lk_h5_read_text(const lk_h5_file *file, const char *name, char *text,
                          size_t size);

/* Nonzero when the file has an attribute of this name. */
int lk_h5_has_attribute(const lk_h5_file *file, const char *name);

/* A hash of size - 1 hexadecimal digits, or "" where none was known. */
lk_status lk_h5_read_digest(const lk_h5_file *file, const char *name, char *hex,
                            size_t size);

/* Nonzero when the file has a group or dataset of this name. */
int lk_h5_has(const lk_h5_file *file, const char *name);

/* A dataset: its place with groups ("model/head.weight"), element type and sizes. In memory
 * U16 is uint32_t, as tokens are. */
typedef enum {
  LK_H5_U8,
  LK_H5_U16,
  LK_H5_U32,
  LK_H5_U64,
  LK_H5_F32,
  LK_H5_BYTES
} lk_h5_type;

typedef struct {
  char name[64];
  lk_h5_type type; /* LK_H5_BYTES: one UTF-8 text of size[0] bytes */
  int rank;
  uint64_t size[3];
} lk_h5_array;

/* Bytes of an element in the file. */
uint64_t lk_h5_width(lk_h5_type type);

/* unit and description are never empty. */
lk_status lk_h5_write_array(const lk_h5_file *file, const lk_h5_array *array,
                            const char *unit, const char *description, const void *data);

/* The same from numbers that come `fit` rows (lk_h5_rows) at a time: `next` fills data with
 * rows first … first + count-1. */
typedef lk_status lk_h5_next(void *context, uint64_t first, uint64_t count, void *data);
lk_status lk_h5_write_rows(const lk_h5_file *file, const lk_h5_array *array,
                           const char *unit, const char *description, uint64_t fit,
                           lk_h5_next *next, void *context, void *data);

/* How a new dataset is stored. */
typedef struct {
  const char *unit, *description;
  uint64_t chunk;  /* elements of a chunk, of one that grows; 0: in one piece */
  int compression; /* as lk_corpus_form has it */
} lk_h5_form;

/* Makes one, with the groups of its name, to be filled; the caller closes it. */
lk_status lk_h5_create_array(const lk_h5_file *file, const lk_h5_array *array,
                             const lk_h5_form *form, hid_t *dataset);

/* LK_BAD_DATA unless the dataset is there with this type and these sizes. */
lk_status lk_h5_check_array(const lk_h5_file *file, const lk_h5_array *array);

/* The same for one dimension of unknown size, which is stored in array->size[0]. */
lk_status lk_h5_measure_array(const lk_h5_file *file, lk_h5_array *array);

/* Where the chunks of an array are; NULL: it is in one piece. The file's. */
const lk_chunks *lk_h5_chunks(const lk_h5_file *file, const char *name);

/* Where in the file the numbers of a checked array lie, in one piece. */
lk_status lk_h5_place_array(const lk_h5_file *file, const lk_h5_array *array, uint64_t *at);

/* An array's rows are along its first dimension that is longer than 1, one behind the other
 * in memory: how many it has, and the elements of one. */
uint64_t lk_h5_rows(const lk_h5_array *array, uint64_t *row);

/* Reads all of a checked array, or its rows first … first + count-1. */
lk_status lk_h5_read_array(const lk_h5_file *file, const lk_h5_array *array, void *data);
lk_status lk_h5_read_part(const lk_h5_file *file, const lk_h5_array *array, uint64_t first,
                          uint64_t count, void *data);

#endif
