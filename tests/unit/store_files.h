/* What the tests of checkpoints and corpora share: making damaged and forged files. */
#ifndef LOCKSTEP_TESTS_STORE_FILES_H
#define LOCKSTEP_TESTS_STORE_FILES_H

#include "lockstep/characters.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include "lockstep/store.h"
#include "store/h5.h"
#include "store/user_block.h"
#include "temporary_folder.h"
#include "text/tokenizer.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static inline void must(lk_status status) {
  if (status != LK_OK) fail_msg("%s", lk_message());
}

/* The status, the file's name in the message, and a part of it. */
static inline void must_refuse(lk_status status, lk_status expected, const char *name,
                               const char *part) {
  assert_int_equal(status, expected);
  if (strncmp(lk_message(), name, strlen(name)) || !strstr(lk_message(), part))
    fail_msg("'%s' does not begin with '%s' or lacks '%s'", lk_message(), name, part);
}

static inline void write_text(const char *path, const char *text) {
  must(lk_file_write(path, text, strlen(text)));
}

static inline void assert_same_files(const char *one, const char *other) {
  char *first, *second;
  size_t size, size_again;
  must(lk_file_read(one, &first, &size));
  must(lk_file_read(other, &second, &size_again));
  assert_int_equal(size, size_again);
  assert_memory_equal(first, second, size);
  lk_free(first);
  lk_free(second);
}

static inline void fill_with(float *values, uint64_t count, uint64_t seed) {
  lk_stream stream = {.seed = seed, .purpose = LK_RANDOM_SYNTH};
  for (uint64_t i = 0; i < count; i++)
    values[i] = (float)lk_random_normal(&stream, i);
}

/* Owned by the caller. */
static inline lk_checkpoint *make_checkpoint_of(const lk_shape *model, int with_moments) {
  static const uint32_t letters[] = {'a', 0xE9, 0x1F600};
  lk_checkpoint *c;
  must(LK_NEW(c, 1));
  must(lk_characters_create(&c->trained.tokenizer, letters, 3, 0));
  must(lk_parameters_create(&c->trained.table, model));
  must(LK_NEW(c->trained.values, c->trained.table->count));
  fill_with(c->trained.values, c->trained.table->count, 1);
  if (with_moments) {
    must(LK_NEW(c->m, c->trained.table->count));
    must(LK_NEW(c->v, c->trained.table->count));
    fill_with(c->m, c->trained.table->count, 2);
    fill_with(c->v, c->trained.table->count, 3);
    for (uint64_t i = 0; i < c->trained.table->count; i++)
      c->v[i] *= c->v[i];
  }
  c->info = (lk_checkpoint_info){.step = 12,
                                 .epoch = 3,
                                 .tokens = 1ull << 40,
                                 .seed = INT64_MAX,
                                 .config_hash = lk_hash_bytes("c", 1),
                                 .corpus_characters = 100,
                                 .corpus_documents = 10,
                                 .build = "test build"};
  must(lk_copy_text(&c->info.config, "seed: 1\nrun: \"größe\"\n"));
  must(lk_sha256_bytes(&c->info.corpus_sha256, "d", 1));
  must(lk_sha256_bytes(&c->info.answers_sha256, "a", 1));
  return c;
}

/* Changes a good file through HDF5 and gives it a right user block, as a stranger could. */
typedef void (*change)(hid_t file);

/* Gives the file a right user block of the version that it begins with, over whatever is
 * there; in pieces, no hashes follow the bytes yet. */
static inline void put_user_block(const char *path) {
  char start[11] = "";
  int descriptor = open(path, O_RDWR);
  assert_true(descriptor >= 0);
  assert_int_equal(pread(descriptor, start, 10, 0), 10);
  must(lk_user_block_write(path, descriptor, !strcmp(start, "lockstep 2")));
  close(descriptor);
}

static inline void forge(const char *from, const char *to, change make_change) {
  char *bytes, *whole;
  char start[10];
  size_t size;
  must(lk_file_read(from, &bytes, &size));
  memcpy(start, bytes, sizeof start);
  must(lk_file_write(to, bytes + LK_USER_BLOCK, size - LK_USER_BLOCK));
  lk_free(bytes);
  hid_t file = H5Fopen(to, H5F_ACC_RDWR, H5P_DEFAULT);
  assert_true(file >= 0);
  make_change(file);
  assert_true(H5Fclose(file) >= 0); /* cuts off what follows HDF5's bytes */
  must(lk_file_read(to, &bytes, &size));
  must(lk_allocate((void **)&whole, size + LK_USER_BLOCK, 1, "forged file"));
  memcpy(whole, start, sizeof start);
  memcpy(whole + LK_USER_BLOCK, bytes, size);
  must(lk_file_write(to, whole, size + LK_USER_BLOCK));
  put_user_block(to);
  lk_free(bytes);
  lk_free(whole);
}

static inline void put_count(hid_t file, const char *name, uint64_t value) {
  hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
  assert_true(H5Awrite(attribute, H5T_NATIVE_UINT64, &value) >= 0);
  H5Aclose(attribute);
}

/* Replaces a dataset by a new one, whose layout `creation` may say. */
static inline void put_dataset(hid_t file, const char *name, hid_t type, int rank,
                               const hsize_t *sizes, hid_t creation) {
  assert_true(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
  hid_t space = rank ? H5Screate_simple(rank, sizes, NULL) : H5Screate(H5S_SCALAR);
  hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  assert_true(dataset >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
}

/* Reads a file in the way under test, and frees what it got. */
typedef lk_status (*reader)(const char *path);

static inline void test_bit_flips_of(const char *path, reader read) {
  lk_stream stream = {.seed = 1, .purpose = LK_RANDOM_SYNTH};
  char *bytes;
  size_t size;
  must(lk_file_read(path, &bytes, &size));
  for (uint64_t i = 0; i < 300; i++) {
    uint64_t bit = lk_random_below(&stream, i, 8 * size);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    must(lk_file_write("flipped.h5", bytes, size));
    must_refuse(read("flipped.h5"), LK_BAD_DATA, "flipped.h5: ", "");
    bytes[bit / 8] ^= (char)(1 << bit % 8);
  }
  must(lk_file_write("flipped.h5", bytes, size));
  must(read("flipped.h5"));
  lk_free(bytes);
}

static inline void test_truncation_of(const char *path, reader read) {
  char *bytes;
  size_t size;
  must(lk_file_read(path, &bytes, &size));
  const size_t lengths[] = {0,   1,   8,   17,   18,       30,      100,
                            511, 512, 513, 1000, size / 2, size - 1};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    must(lk_file_write("short.h5", bytes, lengths[i]));
    must_refuse(read("short.h5"), LK_BAD_DATA,
                "short.h5: ", lengths[i] >= 18 ? "damaged (it has" : "");
  }
  lk_free(bytes);
}

/* Files that are none of ours. */
static inline void test_foreign_with(reader read) {
  must_refuse(read("missing.h5"), LK_NO_INPUT, "missing.h5: ", "No such file");
  must_refuse(read("."), LK_NO_INPUT, ".: ", "folder");
  if (mkfifo("pipe.h5", 0666)) fail_msg("no pipe can be made here");
  must_refuse(read("pipe.h5"), LK_NO_INPUT, "pipe.h5: ", "not a regular file");
  must_refuse(read("/dev/zero"), LK_NO_INPUT, "/dev/zero: ", "not a regular file");
  write_text("text.h5", "hello\n");
  must_refuse(read("text.h5"), LK_BAD_DATA, "text.h5: not an HDF5 file", "");
  write_text("later.h5", "lockstep 3\nlength 5\n");
  must_refuse(read("later.h5"), LK_BAD_DATA, "later.h5: ", "another version");
  hid_t file = H5Fcreate("other.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Fclose(file) >= 0);
  must_refuse(read("other.h5"), LK_BAD_DATA,
              "other.h5: an HDF5 file, but not written by lockstep", "");
}

#endif
