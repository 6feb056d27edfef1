#include "store/packing.h"
#include "store/h5_stream.h"
#include <assert.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Of zstd: its own default. */
enum { LEVEL = 3 };

int lk_filter_of(int compression) {
  assert(compression >= 0 && compression <= LK_ZSTD);
  if (compression == LK_ZSTD) return LK_FILTER_ZSTD;
  return compression ? LK_FILTER_DEFLATE : LK_FILTER_NONE;
}

/* What HDF5 calls where somebody reads such a chunk through it in this process; lockstep
 * itself does not. Returns 0 for a failure. */
static size_t filter(unsigned flags, size_t count, const unsigned values[], size_t size,
                     size_t *room, void **bytes) {
  int back = (flags & H5Z_FLAG_REVERSE) != 0;
  unsigned long long most =
      back ? ZSTD_getFrameContentSize(*bytes, size) : ZSTD_compressBound(size);
  if (most > LK_CHUNK_BYTES * 2) return 0; /* also what zstd says of no frame */
  void *other = malloc((size_t)most + 1);
  if (!other) return 0;
  size_t made = back ? ZSTD_decompress(other, (size_t)most, *bytes, size)
                     : ZSTD_compress(other, (size_t)most, *bytes, size,
                                     count ? (int)values[0] : LEVEL);
  if (ZSTD_isError(made)) {
    free(other);
    return 0;
  }
  free(*bytes);
  *bytes = other;
  *room = (size_t)most + 1;
  return made;
}

static const H5Z_class2_t zstd = {
    .version = H5Z_CLASS_T_VERS,
    .id = LK_FILTER_ZSTD,
    .encoder_present = 1,
    .decoder_present = 1,
    .name = "zstd",
    .filter = filter,
};

lk_status lk_filter_set(const char *path, hid_t creation, int compression) {
  const unsigned level = LEVEL;
  if (!compression) return LK_OK;
  LK_H5_WRITE(path, H5Pset_shuffle(creation));
  if (lk_filter_of(compression) == LK_FILTER_DEFLATE) {
    LK_H5_WRITE(path, H5Pset_deflate(creation, (unsigned)compression));
    return LK_OK;
  }
  LK_H5_WRITE(path, H5Zregister(&zstd));
  LK_H5_WRITE(path, H5Pset_filter(creation, LK_FILTER_ZSTD, H5Z_FLAG_MANDATORY, 1, &level));
  return LK_OK;
}

size_t lk_packed_most(int filter, size_t size) {
  return filter == LK_FILTER_ZSTD ? ZSTD_compressBound(size) : compressBound(size);
}

lk_status lk_pack(int compression, const uint8_t *from, size_t size, uint8_t *to,
                  size_t room, size_t *packed) {
  if (lk_filter_of(compression) == LK_FILTER_ZSTD) {
    *packed = ZSTD_compress(to, room, from, size, LEVEL);
    return ZSTD_isError(*packed) ? lk_fail(LK_INTERNAL, "zstd cannot compress: %s",
                                           ZSTD_getErrorName(*packed))
                                 : LK_OK;
  }
  uLongf made = room;
  if (compress2(to, &made, from, size, compression) != Z_OK)
    return lk_fail(LK_INTERNAL, "zlib cannot compress: out of memory");
  *packed = made;
  return LK_OK;
}

int lk_unpack(int filter, const uint8_t *from, size_t packed, uint8_t *to, size_t size) {
  if (filter == LK_FILTER_ZSTD) return ZSTD_decompress(to, size, from, packed) == size;
  uLongf made = size;
  return uncompress(to, &made, from, packed) == Z_OK && made == size;
}
