/* HDF5 inputs: as they are, which the checksum refuses, and with a right user block, as a
 * stranger could make it; only then does HDF5 see the bytes. */
#ifndef LOCKSTEP_TESTS_FUZZ_HDF5_H
#define LOCKSTEP_TESTS_FUZZ_HDF5_H

#include "fuzz.h"
#include "lockstep/store.h"
#include "store/user_block.h"
#include <fcntl.h>

/* The bytes with their user block made anew, as a file. */
static inline const char *fuzz_forge(const uint8_t *bytes, size_t size) {
  const char *path = fuzz_file(bytes, size);
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  MUST(descriptor >= 0);
  int in_pieces = !memcmp(bytes, "lockstep 2", 10);
  MUST(lk_user_block_write(path, descriptor, in_pieces) == LK_OK);
  close(descriptor);
  return path;
}

static inline void fuzz_read_kind(const char *path) {
  lk_store_kind kind;
  if (!fuzz_was_read(lk_store_kind_of(path, &kind), LK_BAD_DATA, path)) return;
  MUST(kind == LK_STORE_CORPUS || kind == LK_STORE_CHECKPOINT);
}

/* Reads the input both ways. */
static inline void fuzz_read_hdf5(const uint8_t *bytes, size_t size,
                                  void (*read)(const char *path)) {
  read(fuzz_file(bytes, size));
  if (size > LK_USER_BLOCK) read(fuzz_forge(bytes, size));
  fuzz_end();
}

#endif
