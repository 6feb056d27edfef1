#include "store/user_block.h"
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/store.h"
#include "store/structure.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char opening[] = "lockstep 1\nlength "; /* 1: the format's version */
static const char any_opening[] = "lockstep ";
static const char hdf5_signature[] = "\x89HDF\r\n\x1a\n";

/* The block that belongs before the bytes from LK_USER_BLOCK on. */
static void make_block(char block[LK_USER_BLOCK], const char *bytes, size_t size) {
  lk_hash hash = lk_hash_bytes(bytes + LK_USER_BLOCK, size - LK_USER_BLOCK);
  memset(block, 0, LK_USER_BLOCK);
  snprintf(block, LK_USER_BLOCK, "%s%zu\nxxh3 %s\n", opening, size, hash.hex);
}

void lk_user_block_fill(char *bytes, size_t size) {
  char block[LK_USER_BLOCK];
  make_block(block, bytes, size);
  memcpy(bytes, block, sizeof block);
}

static int starts_with(const char *bytes, size_t size, const char *text) {
  size_t length = strlen(text);
  return size >= length && !memcmp(bytes, text, length);
}

/* HDF5 looks for its signature at 0, 512, 1024, 2048, … */
static int has_signature(const char *bytes, size_t size) {
  for (size_t at = 0; at < size; at = at ? 2 * at : 512)
    if (starts_with(bytes + at, size - at, hdf5_signature)) return 1;
  return 0;
}

static lk_status refuse_foreign(const char *path, const char *bytes, size_t size) {
  if (starts_with(bytes, size, any_opening))
    return lk_fail(LK_BAD_DATA,
                   "%s: written in another version of lockstep's format, or damaged; make "
                   "it again",
                   path);
  if (has_signature(bytes, size))
    return lk_fail(LK_BAD_DATA,
                   "%s: an HDF5 file, but not written by lockstep, or its start is "
                   "damaged; give a file that lockstep made",
                   path);
  return lk_fail(LK_BAD_DATA, "%s: not an HDF5 file; give a file that lockstep made", path);
}

/* The length that the block states, 0 if it has none. */
static uint64_t stated_length(const char *bytes, size_t size) {
  char digits[21] = "";
  size_t start = strlen(opening), rest = size - start;
  memcpy(digits, bytes + start, rest < 20 ? rest : 20);
  return strtoull(digits, NULL, 10);
}

static lk_status verify_bytes(const char *path, const char *bytes, size_t size) {
  char expected[LK_USER_BLOCK];
  if (!starts_with(bytes, size, opening)) return refuse_foreign(path, bytes, size);
  uint64_t length = stated_length(bytes, size);
  if (length != size || size <= LK_USER_BLOCK)
    return lk_fail(LK_BAD_DATA,
                   "%s: damaged (it has %zu bytes, its header says %" PRIu64
                   "); copy or make it again",
                   path, size, length);
  make_block(expected, bytes, size);
  if (memcmp(expected, bytes, sizeof expected))
    return lk_fail(LK_BAD_DATA,
                   "%s: damaged (its checksum does not match); copy or make it again",
                   path);
  return LK_OK;
}

lk_status lk_user_block_verify(const char *path, uint64_t *size) {
  const char *bytes;
  size_t mapped;
  LK_TRY(lk_file_map(path, &bytes, &mapped));
  lk_status status = verify_bytes(path, bytes, mapped);
  if (status == LK_OK)
    status = lk_structure_check(path, bytes + LK_USER_BLOCK, mapped - LK_USER_BLOCK);
  lk_file_unmap(bytes, mapped);
  *size = mapped;
  return status;
}

int lk_store_is_hdf5(const char *path) {
  const char *bytes;
  size_t size;
  if (lk_file_map(path, &bytes, &size) != LK_OK) return 0;
  int is_one = starts_with(bytes, size, opening) || has_signature(bytes, size);
  lk_file_unmap(bytes, size);
  return is_one;
}
