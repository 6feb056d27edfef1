#include "store/stored_array.h"
#include "lockstep/memory.h"
#include "store/packing.h"
#include "store/user_block.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* HDF5's tree of chunks: its root's level at most, a node's children at most; a key is a
 * chunk's bytes, its filters and the number of its first element, and an address follows.
 */
enum { HIGHEST = 8, CHILDREN = 64, NODE = 24, KEY = 24, ENTRY = KEY + 8 };

static const uint64_t none = UINT64_MAX;

lk_status lk_stored_array_find(lk_stored_array *array, const lk_h5_file *file,
                               const lk_h5_array *place) {
  const lk_chunks *chunks = lk_h5_chunks(file, place->name);
  *array = (lk_stored_array){.count = place->size[0], .found = none, .unpacked = none};
  array->width = (int)lk_h5_width(place->type);
  snprintf(array->name, sizeof array->name, "%.15s", place->name);
  if (!chunks) return lk_h5_place_array(file, place, &array->at);
  assert(chunks->width == array->width && chunks->length > 0);
  array->chunks = *chunks;
  if (!chunks->filter) return LK_OK;
  size_t size = (size_t)chunks->length * (size_t)array->width;
  LK_TRY(LK_NEW(array->packed, lk_packed_most(chunks->filter, size)));
  return LK_NEW(array->room, 2 * size); /* shuffled, and as it was */
}

void lk_stored_array_free(lk_stored_array *array) {
  lk_free(array->packed);
  lk_free(array->room);
  array->packed = array->room = NULL;
}

static lk_status damaged(const lk_stored_array *array, const lk_h5_file *file,
                         const char *what) {
  char reason[64];
  snprintf(reason, sizeof reason, "%s of '%s'", what, array->name);
  return lk_h5_damaged(file, reason);
}

/* Bytes of HDF5's, which start behind the user block. */
static lk_status read_at(const lk_stored_array *array, lk_h5_file *file, uint64_t address,
                         uint64_t size, uint8_t *bytes) {
  uint64_t most = file->size - LK_USER_BLOCK;
  if (address > most || size > most - address)
    return damaged(array, file, "an address outside the file, in the tree");
  return lk_sealed_read(&file->source, LK_USER_BLOCK + address, size, bytes);
}

/* The number of a key's first element. */
static uint64_t first_of(const uint8_t *entry) {
  return lk_image_number(entry + 8, 8);
}

/* The last child that begins at or before `wanted`. */
static const uint8_t *choose(const uint8_t *node, uint64_t entries, uint64_t wanted) {
  const uint8_t *chosen = node + NODE;
  for (uint64_t i = 1; i < entries && first_of(node + NODE + i * ENTRY) <= wanted; i++)
    chosen = node + NODE + i * ENTRY;
  return chosen;
}

/* A node of this level, -1: of any. */
static lk_status read_node(const lk_stored_array *array, lk_h5_file *file, uint64_t address,
                           int level, uint8_t *node) {
  file->source.tells_places = 1;
  lk_status status = read_at(array, file, address, NODE + CHILDREN * ENTRY, node);
  file->source.tells_places = 0;
  LK_TRY(status);
  uint64_t entries = lk_image_number(node + 6, 2);
  if (memcmp(node, "TREE\1", 5) || entries < 1 || entries > CHILDREN || node[5] > HIGHEST ||
      (level >= 0 && node[5] != level))
    return damaged(array, file, "no node where one must be, in the tree");
  return LK_OK;
}

/* Chunk `wanted` has the elements from wanted * length on. */
static lk_status find_chunk(lk_stored_array *array, lk_h5_file *file, uint64_t wanted) {
  uint8_t node[NODE + CHILDREN * ENTRY];
  uint64_t address = array->chunks.tree, first = wanted * array->chunks.length;
  const uint8_t *entry;
  int level = -1;
  if (array->found == wanted) return LK_OK;
  array->found = none;
  do {
    LK_TRY(read_node(array, file, address, level, node));
    entry = choose(node, lk_image_number(node + 6, 2), first);
    address = lk_image_number(entry + KEY, 8);
    level = node[5] - 1;
  } while (level >= 0);
  if (first_of(entry) != first || lk_image_number(entry + 4, 4))
    return damaged(array, file, "a chunk that is missing");
  array->chunk_at = address;
  array->chunk_in = lk_image_number(entry, 4);
  array->found = wanted;
  return LK_OK;
}

/* HDF5's filter puts all first bytes before all second ones. */
static void unshuffle(const uint8_t *from, uint64_t count, int width, uint8_t *to) {
  for (int byte = 0; byte < width; byte++)
    for (uint64_t i = 0; i < count; i++)
      to[i * (uint64_t)width + (uint64_t)byte] = *from++;
}

static lk_status unpack(lk_stored_array *array, lk_h5_file *file) {
  uint64_t length = array->chunks.length;
  size_t size = (size_t)length * (size_t)array->width;
  if (array->unpacked == array->found) return LK_OK;
  array->unpacked = none;
  if (array->chunk_in > lk_packed_most(array->chunks.filter, size))
    return damaged(array, file, "a chunk of an impossible size");
  LK_TRY(read_at(array, file, array->chunk_at, array->chunk_in, array->packed));
  if (!lk_unpack(array->chunks.filter, array->packed, array->chunk_in, array->room, size))
    return damaged(array, file, "a chunk that cannot be unpacked");
  unshuffle(array->room, length, array->width, array->room + size);
  array->unpacked = array->found;
  return LK_OK;
}

/* Elements from `first` on of the chunk that is found. */
static lk_status read_chunk(lk_stored_array *array, lk_h5_file *file, uint64_t first,
                            uint64_t count, uint8_t *bytes) {
  uint64_t width = (uint64_t)array->width, size = array->chunks.length * width;
  assert(first + count <= array->chunks.length);
  if (array->chunks.filter) {
    LK_TRY(unpack(array, file));
    memcpy(bytes, array->room + size + first * width, count * width);
    return LK_OK;
  }
  if (array->chunk_in != size) return damaged(array, file, "a chunk of another size");
  return read_at(array, file, array->chunk_at + first * width, count * width, bytes);
}

lk_status lk_stored_array_read(lk_stored_array *array, lk_h5_file *file, uint64_t first,
                               uint64_t count, uint8_t *bytes) {
  uint64_t width = (uint64_t)array->width, length = array->chunks.length;
  assert(first <= array->count && count <= array->count - first);
  file->source.part = array->name;
  if (!length)
    return lk_sealed_read(&file->source, array->at + first * width, count * width, bytes);
  for (uint64_t part; count > 0; first += part, count -= part, bytes += part * width) {
    part = length - first % length < count ? length - first % length : count;
    LK_TRY(find_chunk(array, file, first / length));
    LK_TRY(read_chunk(array, file, first % length, part, bytes));
  }
  return LK_OK;
}

void lk_stored_array_ahead(lk_stored_array *array, lk_h5_file *file, uint64_t first,
                           uint64_t count) {
  uint64_t width = (uint64_t)array->width, length = array->chunks.length;
  uint64_t at = array->at + first * width, size = count * width;
  if (length) {
    if (find_chunk(array, file, first / length) != LK_OK) return;
    at = LK_USER_BLOCK + array->chunk_at;
    if (array->chunks.filter) /* a larger one is refused when it is read */
      size = array->chunk_in <= lk_packed_most(array->chunks.filter, length * width)
                 ? array->chunk_in
                 : 0;
    else
      at += first % length * width;
  }
  lk_sealed_ahead(&file->source, at, size);
}
