/* A virtual file driver. */
#include "store/driver.h"
#include "store/user_block.h"
#include <assert.h>
#include <stdlib.h>
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h> /* since HDF5 1.14 */
#endif

/* The property, which HDF5 copies: one of them is NULL. */
typedef struct {
  lk_sealed *source;
  lk_sink *sink;
} bytes_of;

typedef struct {
  H5FD_t base; /* HDF5's, first */
  lk_sealed *source;
  lk_sink *sink;
  haddr_t end; /* of what HDF5 uses */
} opened;

static H5FD_t *open_bytes(const char *name, unsigned flags, hid_t access, haddr_t most) {
  const bytes_of *bytes = H5Pget_driver_info(access);
  (void)name, (void)most;
  if (!bytes || (flags & H5F_ACC_RDWR && !bytes->sink)) return NULL;
  opened *file = calloc(1, sizeof *file);
  if (!file) return NULL;
  assert(!bytes->source != !bytes->sink);
  file->source = bytes->source;
  file->sink = bytes->sink;
  return &file->base;
}

static herr_t close_bytes(H5FD_t *file) {
  free(file);
  return 0;
}

/* How HDF5 places what it writes: as in the files of before, which it built in memory. */
static herr_t get_features(const H5FD_t *file, unsigned long *features) {
  *features = 0;
  if (file && ((const opened *)file)->sink)
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const opened *)file)->end;
}

static herr_t set_end(H5FD_t *file, H5FD_mem_t type, haddr_t end) {
  (void)type;
  ((opened *)file)->end = end;
  return 0;
}

static haddr_t get_size(const H5FD_t *file, H5FD_mem_t type) {
  const opened *o = (const opened *)file;
  (void)type;
  return o->sink ? o->sink->size : lk_sealed_end(o->source) - LK_USER_BLOCK;
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t count, void *to) {
  const opened *o = (const opened *)file;
  uint64_t size = get_size(file, type);
  (void)transfer;
  if (address > size || count > size - address) return -1;
  if (o->sink) {
    lk_sink_read(o->sink, address, count, to);
    return 0;
  }
  return lk_sealed_read(o->source, LK_USER_BLOCK + address, count, to) == LK_OK ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t count, const void *from) {
  lk_sink *sink = ((opened *)file)->sink;
  (void)type, (void)transfer;
  if (!sink) return -1;
  lk_sink_write(sink, address, count, from);
  return 0;
}

/* To what is used, when it is closed. */
static herr_t cut(H5FD_t *file, hid_t transfer, hbool_t closing) {
  const opened *o = (const opened *)file;
  (void)transfer, (void)closing;
  if (o->sink && o->sink->size != o->end) lk_sink_resize(o->sink, o->end);
  return 0;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = 511, /* of those that are free for use within a program */
#endif
    .name = "lockstep",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(bytes_of),
    .open = open_bytes,
    .close = close_bytes,
    .query = get_features,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_size,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = cut,
    .fl_map = H5FD_FLMAP_DICHOTOMY};

herr_t lk_driver_set(hid_t access, lk_sealed *source, lk_sink *sink) {
  static hid_t id = -1;
  const bytes_of bytes = {source, sink};
  if (id < 0) id = H5FDregister(&driver);
  return id < 0 ? -1 : H5Pset_driver(access, id, &bytes);
}
