#include "store/structure.h"
#include "lockstep/memory.h"
#include "store/user_block.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* root, optimizer, m, tensor; trees of 16 children a node at least; chunks of a header. */
enum { DEEPEST = 8, HIGHEST_TREE = 8, MOST_CHUNKS = 16 };

/* Of a structure in bytes: the names of the deepest model are a hundredth of it. */
enum { LARGEST = 1 << 26 };

/* What the superblock's first numbers say, all of them constants. */
enum { TREE_CHILDREN = 32, NODE_ENTRIES = 8 };

enum {
  SUPERBLOCK = 96,
  ROOT_ENTRY = 56, /* in the superblock */
  ENTRY = 40,
  HEAP = 32,
  TREE = 24 + 8 * (2 * TREE_CHILDREN + 1),
  NODE = 8 + NODE_ENTRIES * ENTRY,
  OBJECT_HEADER = 16,
  MESSAGE_HEADER = 8
};

/* Nonzero never, so that `return refuse(...)` is the idiom. */
static int refuse(lk_image *image, uint64_t at, const char *fault) {
  assert(fault && *fault);
  if (!image->fault) image->at = at;
  if (!image->fault) image->fault = fault;
  return 0;
}

/* Structures never overlap, so together they are not larger than the image. */
static int claim(lk_image *image, uint64_t address, uint64_t size) {
  if (address > image->size || size > image->size - address)
    return refuse(image, address, "an address outside the file");
  if (size > image->unvisited) return refuse(image, address, "structures that overlap");
  image->unvisited -= size;
  assert(image->unvisited <= image->size);
  return 1;
}

/* The bytes of a structure, until the object is left that it belongs to, or NULL. */
static const uint8_t *take(lk_image *image, uint64_t address, uint64_t size) {
  lk_structure *next;
  if (!claim(image, address, size)) return NULL;
  if (size > LARGEST) {
    refuse(image, address, "a structure larger than lockstep writes");
    return NULL;
  }
  image->status = lk_allocate((void **)&next, sizeof *next + size, 1, "a structure");
  if (image->status != LK_OK) return NULL;
  next->outer = image->taken;
  image->taken = next;
  image->status = lk_sealed_read(image->source, LK_USER_BLOCK + address, size, next->bytes);
  return image->status == LK_OK ? next->bytes : NULL;
}

/* Frees what was taken after `mark`. */
static void leave(lk_image *image, lk_structure *mark) {
  while (image->taken != mark) {
    lk_structure *outer = image->taken->outer;
    lk_free(image->taken);
    image->taken = outer;
  }
}

/* The names of a group's members. */
typedef struct {
  const uint8_t *bytes;
  uint64_t size;
} names;

/* Unused parts of a heap form a list; 1 ends it. HDF5 follows it wherever it leads. */
static int check_free_list(lk_image *image, uint64_t address, const names *heap,
                           uint64_t offset) {
  static const char fault[] = "a heap whose unused parts are not in order";
  uint64_t last = 0;
  for (int first = 1; offset != 1; first = 0) {
    if (offset % 8 || offset > heap->size || heap->size - offset < 16 ||
        (!first && offset <= last))
      return refuse(image, address, fault);
    uint64_t size = lk_image_number(heap->bytes + offset + 8, 8);
    if (size < 16 || size > heap->size - offset) return refuse(image, address, fault);
    last = offset;
    offset = lk_image_number(heap->bytes + offset, 8);
  }
  return 1;
}

static int read_heap(lk_image *image, uint64_t address, names *heap) {
  const uint8_t *p = take(image, address, HEAP);
  if (!p) return 0;
  if (memcmp(p, "HEAP\0\0\0\0", 8)) return refuse(image, address, "no heap of names");
  heap->size = lk_image_number(p + 8, 8);
  heap->bytes = take(image, lk_image_number(p + 24, 8), heap->size);
  return heap->bytes && check_free_list(image, address, heap, lk_image_number(p + 16, 8));
}

static int is_name(const names *heap, uint64_t offset) {
  return offset < heap->size && memchr(heap->bytes + offset, 0, heap->size - offset);
}

static int check_object(lk_image *image, uint64_t address, int depth, lk_object *object);

/* Its chunks and their tree are looked at when they are read. */
static int note_chunks(lk_image *image, uint64_t address, const char *name,
                       const lk_object *object) {
  lk_chunked *all = image->chunked;
  if (object->data != LK_NOWHERE && object->data >= image->size)
    return refuse(image, address, "an address outside the file");
  if (all->count == LK_MOST_CHUNKED || strlen(name) >= sizeof all->list->name)
    return refuse(image, address, "a dataset in chunks that lockstep does not write");
  lk_chunks *chunks = &all->list[all->count++];
  strcpy(chunks->name, name);
  chunks->tree = object->data;
  chunks->length = object->chunk;
  chunks->width = (int)object->element_size;
  chunks->filter = object->filter;
  return 1;
}

/* An entry may repeat where its group's tree and heap are; HDF5 may use either. */
static int check_entry(lk_image *image, uint64_t address, const uint8_t *entry,
                       const names *heap, int depth) {
  uint64_t cached = lk_image_number(entry + 16, 8);
  lk_object object = {0};
  if (!is_name(heap, lk_image_number(entry, 8)))
    return refuse(image, address, "a name outside its heap");
  if (cached > 1) return refuse(image, address, "a link elsewhere");
  if (!check_object(image, lk_image_number(entry + 8, 8), depth + 1, &object)) return 0;
  if (cached && (!object.is_group || lk_image_number(entry + 24, 8) != object.tree ||
                 lk_image_number(entry + 32, 8) != object.heap))
    return refuse(image, address, "an entry that contradicts its group");
  if (!object.chunk) return 1;
  return depth == 1
             ? note_chunks(image, address,
                           (const char *)heap->bytes + lk_image_number(entry, 8), &object)
             : refuse(image, address, "a dataset in chunks inside a group");
}

static int check_node(lk_image *image, uint64_t address, const names *heap, int depth) {
  const uint8_t *p = take(image, address, NODE);
  if (!p) return 0;
  uint64_t entries = lk_image_number(p + 6, 2);
  if (memcmp(p, "SNOD\1\0", 6) || entries > NODE_ENTRIES)
    return refuse(image, address, "no list of names");
  for (uint64_t i = 0; i < entries; i++)
    if (!check_entry(image, address, p + 8 + i * ENTRY, heap, depth)) return 0;
  return 1;
}

/* Keys and children by turns, a key more than children. level < 0: a root of any level. */
static int check_tree(lk_image *image, uint64_t address, const names *heap, int level,
                      int depth) {
  const uint8_t *p = take(image, address, TREE);
  if (!p) return 0;
  uint64_t children = lk_image_number(p + 6, 2);
  if (memcmp(p, "TREE\0", 5) || children > TREE_CHILDREN || p[5] > HIGHEST_TREE ||
      (level >= 0 && p[5] != level))
    return refuse(image, address, "no tree of names");
  for (uint64_t i = 0; i <= children; i++)
    if (!is_name(heap, lk_image_number(p + 24 + 16 * i, 8)))
      return refuse(image, address, "a name outside its heap");
  for (uint64_t i = 0; i < children; i++) {
    uint64_t child = lk_image_number(p + 32 + 16 * i, 8);
    if (!(p[5] ? check_tree(image, child, heap, p[5] - 1, depth)
               : check_node(image, child, heap, depth)))
      return 0;
  }
  return 1;
}

static int check_group(lk_image *image, const lk_object *object, int depth) {
  names heap;
  return read_heap(image, object->heap, &heap) &&
         check_tree(image, object->tree, &heap, -1, depth);
}

/* Its numbers, in one piece, are where and as many as it says, or not there at all yet. */
static int check_dataset(lk_image *image, uint64_t address, const lk_object *object) {
  uint64_t size;
  if (!object->has_space || !object->has_type || !object->has_layout)
    return refuse(image, address, "neither a group nor a dataset");
  if (object->chunk && object->rank == 1 && object->element_size == object->chunk_width)
    return 1;
  if (object->chunk || object->grows || object->has_filters)
    return refuse(image, address, "a dataset that is not stored in one piece");
  if (__builtin_mul_overflow(object->elements, object->element_size, &size) ||
      size != object->data_size)
    return refuse(image, address, "a dataset of another size than its data");
  return object->data == LK_NOWHERE || claim(image, object->data, size);
}

/* A header's chunks of messages. */
typedef struct {
  lk_object *object;
  uint64_t messages; /* so far */
  int chunks;
} header;

static int check_chunk(lk_image *image, uint64_t address, uint64_t size, header *h);

static int check_message(lk_image *image, uint64_t address, const uint8_t *p, uint64_t size,
                         header *h) {
  int type = (int)lk_image_number(p, 2), flags = p[4];
  const uint8_t *data = p + MESSAGE_HEADER;
  h->messages++;
  if (flags > 1) return refuse(image, address, "a part that is shared"); /* 1: constant */
  if (type == LK_MESSAGE_CONTINUATION)
    return size >= 16 ? check_chunk(image, lk_image_number(data, 8),
                                    lk_image_number(data + 8, 8), h)
                      : refuse(image, address, "a header without its rest");
  const char *fault = lk_structure_message(type, data, size, h->object);
  return fault ? refuse(image, address, fault) : 1;
}

/* Messages fill a chunk to its end. */
static int check_chunk(lk_image *image, uint64_t address, uint64_t size, header *h) {
  const uint8_t *p = take(image, address, size);
  if (!p) return 0;
  if (size % 8 || ++h->chunks > MOST_CHUNKS)
    return refuse(image, address, "a header of odd parts");
  for (uint64_t at = 0; at < size;) {
    uint64_t length = lk_image_number(p + at + 2, 2);
    if (length % 8 || length > size - at - MESSAGE_HEADER)
      return refuse(image, address + at, "a message longer than its header");
    if (!check_message(image, address + at, p + at, length, h)) return 0;
    at += MESSAGE_HEADER + length;
  }
  return 1;
}

static int check_parts(lk_image *image, uint64_t address, int depth, lk_object *object) {
  header h = {.object = object};
  const uint8_t *p = take(image, address, OBJECT_HEADER);
  if (!p) return 0;
  if (depth > DEEPEST) return refuse(image, address, "groups too deep");
  if (p[0] != 1 || p[1]) return refuse(image, address, "no object header of version 1");
  if (lk_image_number(p + 4, 4) != 1)
    return refuse(image, address, "an object with several names");
  if (!check_chunk(image, address + OBJECT_HEADER, lk_image_number(p + 8, 4), &h)) return 0;
  if (h.messages != lk_image_number(p + 2, 2))
    return refuse(image, address, "a header with another number of messages");
  if (!object->is_group) return check_dataset(image, address, object);
  return object->has_layout ? refuse(image, address, "both a group and a dataset")
                            : check_group(image, object, depth);
}

static int check_object(lk_image *image, uint64_t address, int depth, lk_object *object) {
  lk_structure *mark = image->taken;
  int right = check_parts(image, address, depth, object);
  leave(image, mark);
  return right;
}

/* Version 0, 8-byte addresses and lengths, the tree's and the nodes' sizes, no flags, base
 * 0, no table of free space. */
static const uint8_t superblock_start[40] = {
    0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n', 0,    0,    0,    0,   0, 8,
    8,    0,   4,   0,   16,   0,    0,    0,    0,    0,    0,    0,   0, 0,
    0,    0,   0,   0,   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

static int check_superblock(lk_image *image) {
  const names empty = {(const uint8_t *)"", 1};
  const uint8_t *p = take(image, 0, SUPERBLOCK);
  if (!p) return 0;
  if (memcmp(p, superblock_start, sizeof superblock_start) ||
      lk_image_number(p + 40, 8) != image->size || lk_image_number(p + 48, 8) != LK_NOWHERE)
    return refuse(image, 0, "a start that lockstep does not write");
  return check_entry(image, 0, p + ROOT_ENTRY, &empty, 0);
}

lk_status lk_structure_check(lk_sealed *source, uint64_t size, lk_chunked *chunked) {
  assert(source->size > LK_USER_BLOCK && size <= source->size - LK_USER_BLOCK);
  lk_image image = {.source = source, .size = size, .unvisited = size, .chunked = chunked};
  *chunked = (lk_chunked){.count = 0};
  int right = check_superblock(&image);
  leave(&image, NULL);
  if (right || image.status != LK_OK) return image.status;
  assert(image.fault && !image.taken);
  return lk_fail(LK_BAD_DATA,
                 "%s: damaged (HDF5's byte %" PRIu64
                 ": %s); give a file that lockstep made",
                 source->path, image.at, image.fault);
}
