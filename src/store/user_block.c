#include "store/user_block.h"
#include "lockstep/hash.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of both versions: sealed as a whole, and in pieces. */
static const char opening[] = "lockstep 1\nlength ",
                  opening_pieces[] = "lockstep 2\nlength ";
static const char any_opening[] = "lockstep ";
static const char hdf5_signature[] = "\x89HDF\r\n\x1a\n";

/* What a block says. */
typedef struct {
  int in_pieces;
  uint64_t length; /* of the file */
  uint64_t image;  /* HDF5's bytes, where hashes follow them */
  lk_hash hash;    /* of the rest of the file, or of the highest level of hashes */
} facts;

static void make_block(char block[LK_USER_BLOCK], const facts *f) {
  memset(block, 0, LK_USER_BLOCK);
  int length = f->in_pieces ? snprintf(block, LK_USER_BLOCK,
                                       "%s%" PRIu64 "\nhdf5 %" PRIu64 "\nxxh3 %s\n",
                                       opening_pieces, f->length, f->image, f->hash.hex)
                            : snprintf(block, LK_USER_BLOCK, "%s%" PRIu64 "\nxxh3 %s\n",
                                       opening, f->length, f->hash.hex);
  assert(length < LK_USER_BLOCK && f->length > LK_USER_BLOCK);
  (void)length;
}

/* One pass over what is still in the system's memory. */
static lk_status seal(lk_sealed *source, facts *f) {
  assert(source->size > LK_USER_BLOCK);
  f->image = source->size - LK_USER_BLOCK;
  f->length = f->in_pieces ? lk_sealed_whole(LK_USER_BLOCK, f->image) : source->size;
  return f->in_pieces ? lk_sealed_write(source, LK_USER_BLOCK, &f->hash)
                      : lk_sealed_seal(source, LK_USER_BLOCK, &f->hash);
}

lk_status lk_user_block_write(const char *path, int descriptor, int in_pieces) {
  char block[LK_USER_BLOCK];
  facts f = {.in_pieces = in_pieces};
  lk_sealed source;
  LK_TRY(lk_sealed_open_again(&source, path, descriptor));
  lk_status status = seal(&source, &f);
  lk_sealed_close(&source);
  if (status == LK_NO_INPUT) return lk_fail(LK_IO, "%s", lk_message());
  LK_TRY(status);
  make_block(block, &f);
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

static lk_status check_block(const lk_sealed *source, const char *block, const facts *f) {
  char expected[LK_USER_BLOCK];
  make_block(expected, f);
  if (!memcmp(expected, block, sizeof expected)) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: damaged (its checksum does not match); copy or make it again",
                 source->path);
}

/* The start is read twice: what is no file of ours is refused before all of it is read. */
static lk_status verify_whole(lk_sealed *source, char block[LK_USER_BLOCK]) {
  facts f = {.length = source->size};
  LK_TRY(lk_sealed_seal(source, LK_USER_BLOCK, &f.hash));
  LK_TRY(read_start(source, block));
  return check_block(source, block, &f);
}

/* The hash is the file's own word; pieces are held against it when they are read. */
static lk_status verify_pieces(lk_sealed *source, const char block[LK_USER_BLOCK]) {
  facts f = {.in_pieces = 1, .length = source->size};
  char text[LK_USER_BLOCK + 1] = "";
  memcpy(text, block, LK_USER_BLOCK);
  char *image = strstr(text, "\nhdf5 "), *hash = strstr(text, "\nxxh3 ");
  if (image) f.image = strtoull(image + strlen("\nhdf5 "), NULL, 10);
  if (hash) snprintf(f.hash.hex, sizeof f.hash.hex, "%.32s", hash + strlen("\nxxh3 "));
  LK_TRY(check_block(source, block, &f));
  if (!f.image || lk_sealed_whole(LK_USER_BLOCK, f.image) != source->size)
    return lk_fail(LK_BAD_DATA,
                   "%s: damaged (its parts are not as long as it says); copy or make it "
                   "again",
                   source->path);
  return lk_sealed_trust(source, LK_USER_BLOCK, f.image, &f.hash);
}

lk_status lk_user_block_verify(lk_sealed *source, lk_chunked *chunked) {
  char block[LK_USER_BLOCK];
  LK_TRY(read_start(source, block));
  int in_pieces = starts_with(block, opening_pieces);
  if (!in_pieces && !starts_with(block, opening)) return refuse_foreign(source, block);
  LK_TRY(check_length(source, block));
  LK_TRY(in_pieces ? verify_pieces(source, block) : verify_whole(source, block));
  return lk_structure_check(source, lk_sealed_end(source) - LK_USER_BLOCK, chunked);
}

int lk_user_block_is_hdf5(lk_sealed *source) {
  char block[LK_USER_BLOCK];
  int found = 0;
  if (read_start(source, block) == LK_OK &&
      (starts_with(block, opening) || starts_with(block, opening_pieces)))
    return 1;
  return find_signature(source, &found) == LK_OK && found;
}
