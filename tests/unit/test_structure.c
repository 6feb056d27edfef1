#define _GNU_SOURCE /* memmem */
/* Every part of an HDF5 file that could mislead HDF5 is refused before HDF5 sees it. */
#include "store_files.h"

enum { SIZE = 6 };

static void make_good_file(void) {
  const uint32_t table[] = {LK_PAD_CODE_POINT, LK_MASK_CODE_POINT, 'a', 'b', 'c', 'd'};
  uint64_t offsets[] = {0, 2, 5};
  lk_token tokens[] = {2, 3, 4, 5, 2};
  lk_corpus corpus = {.documents = 2,
                      .characters = 7,
                      .held = {0, 2},
                      .offsets = offsets,
                      .tokens = tokens};
  memset(corpus.sha256.hex, 'a', 64);
  must(lk_characters_restore(&corpus.tokenizer, table, SIZE));
  must(lk_corpus_write_hdf5("good.h5", &corpus));
  lk_tokenizer_free(corpus.tokenizer);
}

static lk_status read_and_free(const char *path) {
  lk_corpus *corpus;
  lk_status status = lk_corpus_read_hdf5(&corpus, path, NULL, (lk_slice){1, 0, 1});
  if (status != LK_OK) return status;
  for (uint64_t i = 0; i < corpus->documents && status == LK_OK; i++) {
    size_t length;
    lk_corpus_document(corpus, i, &length);
    status = lk_corpus_status(corpus);
  }
  lk_corpus_free(corpus);
  return status;
}

/* A number of `width` bytes to write `offset` bytes behind the first place that reads
 * `landmark`, and what must be said about it. */
typedef struct {
  const char *landmark;
  size_t length;
  size_t offset;
  int width;
  uint64_t value;
  const char *message;
} lie;

#define MARK(text) text, sizeof(text) - 1

static const lie lies[] = {
    {MARK("\x89HDF"), 8, 1, 2, "a start that lockstep does not write"},
    {MARK("\x89HDF"), 13, 1, 4, "a start that lockstep does not write"},
    {MARK("\x89HDF"), 24, 8, 512, "a start that lockstep does not write"},
    {MARK("\x89HDF"), 40, 8, 1 << 20, "a start that lockstep does not write"},
    {MARK("\x89HDF"), 48, 8, 0, "a start that lockstep does not write"},
    {MARK("\x89HDF"), 56, 8, 1, "a name outside its heap"},
    {MARK("\x89HDF"), 64, 8, UINT64_MAX, "an address outside the file"},
    {MARK("\x89HDF"), 64, 8, UINT64_MAX - 20, "an address outside the file"},
    {MARK("\x89HDF"), 72, 4, 2, "a link elsewhere"},
    {MARK("\x89HDF"), 80, 8, 96, "an entry that contradicts its group"},
    /* the root's object header stands behind the superblock */
    {MARK("\x89HDF"), 96, 1, 2, "no object header of version 1"},
    {MARK("\x89HDF"), 98, 2, 60, "another number of messages"},
    {MARK("\x89HDF"), 100, 4, 2, "an object with several names"},
    {MARK("\x89HDF"), 104, 4, 10, "a header of odd parts"},
    {MARK("\x89HDF"), 104, 4, UINT32_MAX, "an address outside the file"},
    {MARK("\x89HDF"), 112, 2, 2, "a part that lockstep does not write"},
    {MARK("\x89HDF"), 114, 2, 32, "a message longer than its header"},
    {MARK("\x89HDF"), 114, 2, 8, "a header without its rest"},
    {MARK("\x89HDF"), 116, 1, 2, "a part that is shared"},
    {MARK("\x89HDF"), 120, 8, 96, "a message longer than its header"},
    {MARK("TREE"), 0, 1, 't', "no tree of names"},
    {MARK("TREE"), 4, 1, 1, "no tree of names"},
    {MARK("TREE"), 5, 1, 1, "no tree of names"},
    {MARK("TREE"), 5, 1, 200, "no tree of names"},
    {MARK("TREE"), 6, 2, 33, "no tree of names"},
    {MARK("TREE"), 24, 8, 88, "a name outside its heap"},
    {MARK("TREE"), 32, 8, 0, "no list of names"},
    {MARK("HEAP"), 4, 1, 1, "no heap of names"},
    {MARK("HEAP"), 8, 8, 1 << 20, "an address outside the file"},
    {MARK("HEAP"), 16, 8, 80, "a heap whose unused parts are not in order"},
    {MARK("HEAP"), 16, 8, UINT64_MAX, "a heap whose unused parts are not in order"},
    {MARK("SNOD"), 4, 1, 2, "no list of names"},
    {MARK("SNOD"), 6, 2, 9, "no list of names"},
    {MARK("SNOD"), 8, 8, 88, "a name outside its heap"},
    {MARK("SNOD"), 16, 8, 0, "no object header of version 1"},
    {MARK("SNOD"), 16, 8, 96, "structures that overlap"}, /* the root in itself */
    {MARK("SNOD"), 24, 4, 1, "an entry that contradicts its group"},
    {MARK("SNOD"), 24, 4, 2, "a link elsewhere"},
    /* an attribute: version, sizes, name, type, space */
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 0, 1, 3, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 2, 2, 4, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 2, 2, UINT16_MAX, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 4, 2, 4, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 6, 2, 0, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 16, 1, 0x19, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 20, 4, UINT32_MAX, "an attribute"},
    {MARK("\1\0\5\0\x08\0\x08\0kind"), 25, 1, 1, "an attribute"},
    /* the first dataset's space, type, fill value and layout */
    {MARK("\1\0\x18\0\0\0\0\0\1\1\1"), 9, 1, 33, "a dataspace"},
    {MARK("\1\0\x18\0\0\0\0\0\1\1\1"), 9, 1, 2, "a dataspace"},
    {MARK("\1\0\x18\0\0\0\0\0\1\1\1"), 10, 1, 2, "a dataspace"},
    {MARK("\1\0\x18\0\0\0\0\0\1\1\1"), 24, 8, 7, "a dataspace"},
    {MARK("\3\0\x10\0\1"), 4, 1, 3, "a part that is shared"},
    {MARK("\3\0\x10\0\1"), 8, 1, 0x16, "a datatype"},
    {MARK("\3\0\x10\0\1"), 9, 1, 1, "a datatype"},
    {MARK("\3\0\x10\0\1"), 12, 4, 3, "a datatype"},
    {MARK("\3\0\x10\0\1"), 12, 4, 8, "a datatype"},
    {MARK("\3\0\x10\0\1"), 16, 2, 8, "a datatype"},
    {MARK("\5\0\x08\0\1"), 8, 1, 3, "a fill value"},
    {MARK("\5\0\x08\0\1"), 12, 4, 8, "a fill value"},
    {MARK("\5\0\x08\0\1"), 0, 2, 8, "a dataset that is not stored in one piece"},
    {MARK("\5\0\x08\0\1"), 0, 2, 3, "a part that lockstep does not write"},
    {MARK("\5\0\x08\0\1"), 0, 2, 17, "a group that lockstep does not write"},
    {MARK("\x08\0\x18\0\0\0\0\0\3\1"), 0, 2, 0, "neither a group nor a dataset"},
    {MARK("\x08\0\x18\0\0\0\0\0\3\1"), 9, 1, 2, "a dataset that is not stored"},
    {MARK("\x08\0\x18\0\0\0\0\0\3\1"), 10, 8, 1 << 30, "an address outside the file"},
    {MARK("\x08\0\x18\0\0\0\0\0\3\1"), 18, 8, 1, "a dataset of another size"},
};

static void put_number(char *at, int width, uint64_t value) {
  for (int i = 0; i < width; i++)
    at[i] = (char)(value >> 8 * i);
}

static void test_lies(void **state) {
  (void)state;
  char *bytes, *copy;
  size_t size;
  must(lk_file_read("good.h5", &bytes, &size));
  must(LK_NEW(copy, size));
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    const lie *l = &lies[i];
    memcpy(copy, bytes, size);
    char *place = memmem(copy, size, l->landmark, l->length);
    if (!place) fail_msg("lie %zu: its landmark is not in the file", i);
    put_number(place + l->offset, l->width, l->value);
    must(lk_file_write("forged.h5", copy, size));
    put_user_block("forged.h5");
    lk_status status = read_and_free("forged.h5");
    if (status != LK_BAD_DATA || !strstr(lk_message(), l->message))
      fail_msg("lie %zu: status %d, '%s' lacks '%s'", i, status, lk_message(), l->message);
  }
  lk_free(bytes);
  lk_free(copy);
}

/* Without lk_file_write's fsync, which would take most of the time. */
static void write_quickly(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

/* What HDF5 is shown after the check makes no trouble, whatever single byte is changed.
 * Which of them are refused is not the question here. */
static void test_all_bytes(void **state) {
  (void)state;
  char *bytes;
  size_t size, read = 0, refused = 0;
  must(lk_file_read("good.h5", &bytes, &size));
  for (size_t at = LK_USER_BLOCK; at < size; at++)
    for (int value = 1; value < 256; value = 16 * value + 15) {
      bytes[at] ^= (char)value;
      write_quickly("forged.h5", bytes, size);
      put_user_block("forged.h5");
      lk_status status = read_and_free("forged.h5");
      assert_true(status == LK_OK || status == LK_BAD_DATA);
      read += status == LK_OK;
      refused += status != LK_OK;
      bytes[at] ^= (char)value;
    }
  assert_true(read > 0 && refused > 0);
  lk_free(bytes);
}

static int set_up(void **state) {
  if (make_folder(state)) return 1;
  make_good_file();
  must(read_and_free("good.h5"));
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lies),
                                     cmocka_unit_test(test_all_bytes)};
  return cmocka_run_group_tests(tests, set_up, remove_folder);
}
