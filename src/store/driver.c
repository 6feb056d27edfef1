/* A read-only virtual file driver. */
#include "store/driver.h"
#include "store/user_block.h"
#include <stdlib.h>
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h> /* since HDF5 1.14 */
#endif

typedef struct {
  H5FD_t base; /* HDF5's, first */
  lk_source *source;
  haddr_t end; /* of what HDF5 uses */
} opened;

/* The property is a pointer to the source; HDF5 copies it. */
static H5FD_t *open_source(const char *name, unsigned flags, hid_t access, haddr_t most) {
  lk_source *const *source = H5Pget_driver_info(access);
  (void)name, (void)most;
  if (!source || flags & H5F_ACC_RDWR) return NULL;
  opened *file = calloc(1, sizeof *file);
  if (!file) return NULL;
  file->source = *source;
  return &file->base;
}

static herr_t close_source(H5FD_t *file) {
  free(file);
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
  (void)type;
  return ((const opened *)file)->source->size - LK_USER_BLOCK;
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t count, void *to) {
  lk_source *source = ((opened *)file)->source;
  uint64_t size = source->size - LK_USER_BLOCK;
  (void)type, (void)transfer;
  if (address > size || count > size - address) return -1;
  return lk_source_read(source, LK_USER_BLOCK + address, count, to) == LK_OK ? 0 : -1;
}

/* HDF5 wants one. */
static herr_t write_nothing(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                            size_t count, const void *from) {
  (void)file, (void)type, (void)transfer, (void)address, (void)count, (void)from;
  return -1;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = 511, /* of those that are free for use within a program */
#endif
    .name = "lockstep",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(lk_source *),
    .open = open_source,
    .close = close_source,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_size,
    .read = read_bytes,
    .write = write_nothing,
    .fl_map = H5FD_FLMAP_DICHOTOMY};

herr_t lk_driver_set(hid_t access, lk_source *source) {
  static hid_t id = -1;
  if (id < 0) id = H5FDregister(&driver);
  return id < 0 ? -1 : H5Pset_driver(access, id, &source);
}
