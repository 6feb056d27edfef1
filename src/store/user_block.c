#include "store/user_block.h"
#include "lockstep/hash.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char opening[] = "lockstep 1\nlength "; /* 1: the format's version */
static const char any_opening[] = "lockstep ";
static const char hdf5_signature[] = "\x89HDF\r\n\x1a\n";

/* The block that belongs before bytes of this hash, in a file of this size. */
static void make_block(char block[LK_USER_BLOCK], const lk_hash *rest, uint64_t size) {
  memset(block, 0, LK_USER_BLOCK);
  int length =
      snprintf(block, LK_USER_BLOCK, "%s%" PRIu64 "\nxxh3 %s\n", opening, size, rest->hex);
  assert(length < LK_USER_BLOCK && size > LK_USER_BLOCK);
  (void)length;
}

static lk_status hash_rest(const char *path, int descriptor, char block[LK_USER_BLOCK]) {
  lk_sealed source;
  lk_hash rest;
  LK_TRY(lk_sealed_open_again(&source, path, descriptor));
  assert(source.size > LK_USER_BLOCK);
  lk_status status = lk_sealed_seal(&source, LK_USER_BLOCK, &rest);
  if (status == LK_OK) make_block(block, &rest, source.size);
  lk_sealed_close(&source);
  return status;
}

/* One pass over what is still in the system's memory. */
lk_status lk_user_block_write(const char *path, int descriptor) {
  char block[LK_USER_BLOCK];
  lk_status status = hash_rest(path, descriptor, block);
  if (status == LK_NO_INPUT) return lk_fail(LK_IO, "%s", lk_message());
  LK_TRY(status);
  if (pwrite(descriptor, block, sizeof block, 0) == sizeof block) return LK_OK;
  return lk_fail(LK_IO, "%s: cannot write: %s", path, strerror(errno));
}

/* The first bytes, as far as they are there, and zeros. */
static lk_status read_start(lk_sealed *source, char block[LK_USER_BLOCK]) {
  uint64_t there = source->size < LK_USER_BLOCK ? source->size : LK_USER_BLOCK;
  memset(block, 0, LK_USER_BLOCK);
  return lk_sealed_read(source, 0, there, block);
}

static int starts_with(const char *block, const char *text) {
  return !strncmp(block, text, strlen(text));
}

/* HDF5 looks for its signature at 0, 512, 1024, 2048, … */
static lk_status find_signature(lk_sealed *source, int *found) {
  char bytes[sizeof hdf5_signature - 1];
  *found = 0;
  for (uint64_t at = 0; !*found && at + sizeof bytes <= source->size;
       at = at ? 2 * at : 512) {
    LK_TRY(lk_sealed_read(source, at, sizeof bytes, bytes));
    *found = !memcmp(bytes, hdf5_signature, sizeof bytes);
  }
  return LK_OK;
}

static lk_status refuse_foreign(lk_sealed *source, const char *block) {
  const char *path = source->path;
  int is_hdf5;
  if (starts_with(block, any_opening))
    return lk_fail(LK_BAD_DATA,
                   "%s: written in another version of lockstep's format, or damaged; make "
                   "it again",
                   path);
  LK_TRY(find_signature(source, &is_hdf5));
  if (is_hdf5)
    return lk_fail(LK_BAD_DATA,
                   "%s: an HDF5 file, but not written by lockstep, or its start is "
                   "damaged; give a file that lockstep made",
                   path);
  return lk_fail(LK_BAD_DATA, "%s: not an HDF5 file; give a file that lockstep made", path);
}

/* The length that the block states, 0 if it has none. */
static uint64_t stated_length(const char *block) {
  char digits[21] = "";
  memcpy(digits, block + strlen(opening), 20);
  return strtoull(digits, NULL, 10);
}

static lk_status check_length(const lk_sealed *source, const char *block) {
  uint64_t length = stated_length(block);
  if (length == source->size && length > LK_USER_BLOCK) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: damaged (it has %" PRIu64 " bytes, its header says %" PRIu64
                 "); copy or make it again",
                 source->path, source->size, length);
}

/* The start is read twice: what is no file of ours is refused before all of it is read. */
lk_status lk_user_block_verify(lk_sealed *source, lk_chunked *chunked) {
  char block[LK_USER_BLOCK], expected[LK_USER_BLOCK];
  lk_hash rest;
  LK_TRY(read_start(source, block));
  if (!starts_with(block, opening)) return refuse_foreign(source, block);
  LK_TRY(check_length(source, block));
  LK_TRY(lk_sealed_seal(source, LK_USER_BLOCK, &rest));
  LK_TRY(read_start(source, block));
  make_block(expected, &rest, source->size);
  if (memcmp(expected, block, sizeof expected))
    return lk_fail(LK_BAD_DATA,
                   "%s: damaged (its checksum does not match); copy or make it again",
                   source->path);
  return lk_structure_check(source, source->size - LK_USER_BLOCK, chunked);
}

int lk_user_block_is_hdf5(lk_sealed *source) {
  char block[LK_USER_BLOCK];
  int found = 0;
  if (read_start(source, block) == LK_OK && starts_with(block, opening)) return 1;
  return find_signature(source, &found) == LK_OK && found;
}
