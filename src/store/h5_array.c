/* Datasets: little-endian, with unit and description. */
#include "store/h5_text.h"
#include "store/packing.h"
#include "store/user_block.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How a type is stored and how it is in memory, between which HDF5 converts piece by piece;
 * the texts' type depends on their size. */
static lk_status type_of(const lk_h5_file *file, const lk_h5_array *array, int stored,
                         hid_t *type) {
  switch (array->type) {
  case LK_H5_U8:
    *type = H5Tcopy(stored ? H5T_STD_U8LE : H5T_NATIVE_UINT8);
    break;
  case LK_H5_U16:
    *type = H5Tcopy(stored ? H5T_STD_U16LE : H5T_NATIVE_UINT32);
    break;
  case LK_H5_U32:
    *type = H5Tcopy(stored ? H5T_STD_U32LE : H5T_NATIVE_UINT32);
    break;
  case LK_H5_U64:
    *type = H5Tcopy(stored ? H5T_STD_U64LE : H5T_NATIVE_UINT64);
    break;
  case LK_H5_F32:
    *type = H5Tcopy(stored ? H5T_IEEE_F32LE : H5T_NATIVE_FLOAT);
    break;
  case LK_H5_BYTES:
    return lk_h5_text_type(file->path, array->size[0], type);
  }
  LK_H5_WRITE(file->path, *type);
  return LK_OK;
}

uint64_t lk_h5_width(lk_h5_type type) {
  assert(type <= LK_H5_BYTES);
  static const uint64_t bytes[] = {[LK_H5_U8] = 1,  [LK_H5_U16] = 2, [LK_H5_U32] = 4,
                                   [LK_H5_U64] = 8, [LK_H5_F32] = 4, [LK_H5_BYTES] = 1};
  return bytes[type];
}

static hid_t space_of(const lk_h5_array *array, const lk_h5_form *form) {
  static const hsize_t unlimited[3] = {H5S_UNLIMITED};
  hsize_t sizes[3] = {array->size[0], array->size[1], array->size[2]};
  if (array->type == LK_H5_BYTES) return H5Screate(H5S_SCALAR);
  return H5Screate_simple(array->rank, sizes, form->chunk ? unlimited : NULL);
}

/* Without times, so that equal contents are equal files. */
static lk_status set_form(const lk_h5_file *file, const lk_h5_array *array,
                          const lk_h5_form *form, hid_t creation) {
  hsize_t chunk = form->chunk;
  LK_H5_WRITE(file->path, H5Pset_obj_track_times(creation, 0));
  if (!chunk) return LK_OK;
  assert(array->rank == 1);
  LK_H5_WRITE(file->path, H5Pset_chunk(creation, 1, &chunk));
  return lk_filter_set(file->path, creation, form->compression);
}

/* With the groups of its name. */
static lk_status create_dataset(const lk_h5_file *file, const lk_h5_array *array,
                                const lk_h5_form *form, hid_t *dataset) {
  LK_H5_ID type = -1;
  LK_TRY(type_of(file, array, 1, &type));
  LK_H5_ID space = space_of(array, form);
  LK_H5_WRITE(file->path, space);
  LK_H5_ID creation = H5Pcreate(H5P_DATASET_CREATE);
  LK_H5_WRITE(file->path, creation);
  LK_TRY(set_form(file, array, form, creation));
  LK_H5_ID links = H5Pcreate(H5P_LINK_CREATE);
  LK_H5_WRITE(file->path, links);
  LK_H5_WRITE(file->path, H5Pset_create_intermediate_group(links, 1));
  LK_H5_WRITE(file->path, *dataset = H5Dcreate2(file->id, array->name, type, space, links,
                                                creation, H5P_DEFAULT));
  return LK_OK;
}

static lk_status describe(const lk_h5_file *file, const lk_h5_form *form, hid_t dataset) {
  assert(*form->unit && *form->description);
  LK_TRY(lk_h5_write_object_text(file->path, dataset, "unit", form->unit));
  return lk_h5_write_object_text(file->path, dataset, "description", form->description);
}

lk_status lk_h5_create_array(const lk_h5_file *file, const lk_h5_array *array,
                             const lk_h5_form *form, hid_t *dataset) {
  LK_TRY(create_dataset(file, array, form, dataset));
  return describe(file, form, *dataset);
}

lk_status lk_h5_write_array(const lk_h5_file *file, const lk_h5_array *array,
                            const char *unit, const char *description, const void *data) {
  LK_H5_ID dataset = -1, type = -1;
  const lk_h5_form form = {.unit = unit, .description = description};
  LK_TRY(create_dataset(file, array, &form, &dataset));
  LK_TRY(type_of(file, array, 0, &type));
  LK_H5_WRITE(file->path, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
  return describe(file, &form, dataset);
}

static lk_status bad_array(const lk_h5_file *file, const lk_h5_array *array,
                           const char *reason) {
  return lk_fail(LK_BAD_DATA, "%s: damaged (its dataset '%s' %s); copy or make it again",
                 file->path, array->name, reason);
}

/* H5Lexists wants each part of the name to be there but the last. */
static lk_status check_presence(const lk_h5_file *file, const lk_h5_array *array) {
  char part[sizeof array->name];
  for (size_t end = 0; array->name[end]; end += array->name[end] == '/') {
    end += strcspn(array->name + end, "/");
    snprintf(part, sizeof part, "%.*s", (int)end, array->name);
    if (H5Lexists(file->id, part, H5P_DEFAULT) <= 0)
      return bad_array(file, array, "is missing");
  }
  return LK_OK;
}

int lk_h5_has(const lk_h5_file *file, const char *name) {
  return H5Lexists(file->id, name, H5P_DEFAULT) > 0;
}

static lk_status check_type(const lk_h5_file *file, const lk_h5_array *array,
                            hid_t dataset) {
  LK_H5_ID stored = H5Dget_type(dataset), expected = -1;
  LK_H5_READ(file->path, stored);
  LK_TRY(type_of(file, array, 1, &expected));
  return H5Tequal(stored, expected) > 0 ? LK_OK
                                        : bad_array(file, array, "has another type");
}

static lk_status open_array(const lk_h5_file *file, const lk_h5_array *array,
                            hid_t *dataset) {
  LK_TRY(check_presence(file, array));
  LK_H5_READ(file->path, *dataset = H5Dopen2(file->id, array->name, H5P_DEFAULT));
  return LK_OK;
}

/* Sizes of an open dataset; 1 to 3 dimensions, 0 for a text. */
static lk_status read_sizes(const lk_h5_file *file, const lk_h5_array *array, hid_t dataset,
                            hsize_t sizes[3]) {
  LK_H5_ID space = H5Dget_space(dataset);
  int rank = array->type == LK_H5_BYTES ? 0 : array->rank;
  LK_H5_READ(file->path, space);
  if (H5Sget_simple_extent_ndims(space) != rank ||
      H5Sget_simple_extent_type(space) != (rank ? H5S_SIMPLE : H5S_SCALAR))
    return bad_array(file, array, "has another number of dimensions");
  LK_H5_READ(file->path, H5Sget_simple_extent_dims(space, sizes, NULL));
  return LK_OK;
}

lk_status lk_h5_check_array(const lk_h5_file *file, const lk_h5_array *array) {
  LK_H5_ID dataset = -1;
  hsize_t sizes[3];
  LK_TRY(open_array(file, array, &dataset));
  LK_TRY(check_type(file, array, dataset));
  LK_TRY(read_sizes(file, array, dataset, sizes));
  for (int i = 0; i < array->rank && array->type != LK_H5_BYTES; i++)
    if (sizes[i] != array->size[i]) return bad_array(file, array, "has other sizes");
  return LK_OK;
}

/* Of a text, the size is in its type. */
static lk_status text_size(const lk_h5_file *file, const lk_h5_array *array, hid_t dataset,
                           hsize_t *size) {
  LK_H5_ID type = H5Dget_type(dataset);
  LK_H5_READ(file->path, type);
  if (!lk_h5_is_plain_text(type)) return bad_array(file, array, "has another type");
  *size = H5Tget_size(type);
  return LK_OK;
}

const lk_chunks *lk_h5_chunks(const lk_h5_file *file, const char *name) {
  const lk_chunked *all = &file->chunked;
  for (int i = 0; i < all->count; i++)
    if (!strcmp(all->list[i].name, name)) return &all->list[i];
  return NULL;
}

/* Of so many bytes no file of this size can have more elements; compressed ones may. */
static int is_possible(const lk_h5_file *file, const lk_h5_array *array, uint64_t size) {
  uint64_t width = lk_h5_width(array->type);
  const lk_chunks *chunks = lk_h5_chunks(file, array->name);
  return size > 0 && size <= (chunks ? INT64_MAX : file->size) / width &&
         (!chunks || chunks->width == (int)width);
}

lk_status lk_h5_measure_array(const lk_h5_file *file, lk_h5_array *array) {
  LK_H5_ID dataset = -1;
  hsize_t sizes[3];
  LK_TRY(open_array(file, array, &dataset));
  LK_TRY(read_sizes(file, array, dataset, sizes));
  if (array->type == LK_H5_BYTES) LK_TRY(text_size(file, array, dataset, sizes));
  if (!is_possible(file, array, sizes[0]))
    return bad_array(file, array, "has an impossible size");
  array->size[0] = sizes[0];
  return check_type(file, array, dataset);
}

/* Opens one that HDF5 may read: the tree of chunks is not verified for it. */
static lk_status open_piece(const lk_h5_file *file, const lk_h5_array *array,
                            hid_t *dataset) {
  if (lk_h5_chunks(file, array->name)) return bad_array(file, array, "is in chunks");
  return open_array(file, array, dataset);
}

lk_status lk_h5_read_array(const lk_h5_file *file, const lk_h5_array *array, void *data) {
  LK_H5_ID dataset = -1, type = -1;
  LK_TRY(open_piece(file, array, &dataset));
  LK_TRY(type_of(file, array, 0, &type));
  LK_H5_READ(file->path, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
  return LK_OK;
}

/* The first dimension that is longer than 1, or the last. */
static int long_dimension(const lk_h5_array *array) {
  int dimension = 0;
  assert(array->rank >= 1 && array->rank <= 3);
  while (dimension < array->rank - 1 && array->size[dimension] == 1)
    dimension++;
  return dimension;
}

uint64_t lk_h5_rows(const lk_h5_array *array, uint64_t *row) {
  int dimension = long_dimension(array);
  *row = 1;
  for (int i = dimension + 1; i < array->rank; i++)
    *row *= array->size[i];
  return array->size[dimension];
}

/* Rows first … first + count-1 in the file, and as many in memory. */
static lk_status select_rows(const lk_h5_file *file, const lk_h5_array *array,
                             uint64_t first, uint64_t count, hid_t in_file,
                             hid_t *in_memory) {
  hsize_t start[3] = {0}, length[3] = {array->size[0], array->size[1], array->size[2]};
  int dimension = long_dimension(array);
  assert(first <= array->size[dimension] && count <= array->size[dimension] - first);
  start[dimension] = first;
  length[dimension] = count;
  LK_H5_READ(file->path, in_file);
  LK_H5_READ(file->path, *in_memory = H5Screate_simple(array->rank, length, NULL));
  LK_H5_READ(file->path,
             H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, length, NULL));
  return LK_OK;
}

lk_status lk_h5_read_part(const lk_h5_file *file, const lk_h5_array *array, uint64_t first,
                          uint64_t count, void *data) {
  LK_H5_ID dataset = -1, type = -1, in_memory = -1;
  LK_TRY(open_piece(file, array, &dataset));
  LK_TRY(type_of(file, array, 0, &type));
  LK_H5_ID in_file = H5Dget_space(dataset);
  LK_TRY(select_rows(file, array, first, count, in_file, &in_memory));
  LK_H5_READ(file->path, H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, data));
  return LK_OK;
}

static lk_status write_part(const lk_h5_file *file, const lk_h5_array *array, hid_t dataset,
                            uint64_t first, uint64_t count, const void *data) {
  LK_H5_ID type = -1, in_memory = -1;
  LK_TRY(type_of(file, array, 0, &type));
  LK_H5_ID in_file = H5Dget_space(dataset);
  LK_TRY(select_rows(file, array, first, count, in_file, &in_memory));
  LK_H5_WRITE(file->path, H5Dwrite(dataset, type, in_memory, in_file, H5P_DEFAULT, data));
  return LK_OK;
}

/* In the order of lk_h5_write_array, so that the file is the same to the byte. */
lk_status lk_h5_write_rows(const lk_h5_file *file, const lk_h5_array *array,
                           const char *unit, const char *description, uint64_t fit,
                           lk_h5_next *next, void *context, void *data) {
  LK_H5_ID dataset = -1;
  const lk_h5_form form = {.unit = unit, .description = description};
  uint64_t row, rows = lk_h5_rows(array, &row), count;
  assert(fit > 0);
  LK_TRY(create_dataset(file, array, &form, &dataset));
  for (uint64_t first = 0; first < rows; first += count) {
    count = rows - first < fit ? rows - first : fit;
    LK_TRY(next(context, first, count, data));
    LK_TRY(write_part(file, array, dataset, first, count, data));
  }
  return describe(file, &form, dataset);
}

lk_status lk_h5_place_array(const lk_h5_file *file, const lk_h5_array *array,
                            uint64_t *at) {
  LK_H5_ID dataset = -1;
  LK_TRY(open_array(file, array, &dataset));
  haddr_t address = H5Dget_offset(dataset);
  if (address == HADDR_UNDEF) return bad_array(file, array, "has no numbers");
  *at = LK_USER_BLOCK + address;
  assert(*at <= file->size);
  return LK_OK;
}
