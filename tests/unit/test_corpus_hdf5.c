#define _GNU_SOURCE /* memmem */
/* HDF5 corpora: what is written comes back slice by slice, and nothing else is accepted, as
 * soon as it is met. */
#include "store/sealed.h"
#include "store_files.h"
#include <signal.h>
#include <sys/resource.h>

enum { SHARDS = 4 };
static const lk_slice whole = {1, 0, 1};

static const char text[] =
    "one\n\ntwo äß\nthree \xF0\x9F\x98\x80\nfour\nfive five\nsix\n\n7";

/* Opens it, and reads the slice's documents. */
static lk_status read_slice(const char *path, lk_slice slice) {
  lk_corpus *corpus;
  lk_status status = lk_corpus_read_hdf5(&corpus, path, NULL, slice);
  assert_int_equal(corpus == NULL, status != LK_OK);
  for (uint64_t i = 0; status == LK_OK && i < corpus->held.count; i++) {
    size_t length;
    lk_source_ahead(corpus->source, corpus->held.first + i, (int)(i % 2));
    lk_corpus_document(corpus, corpus->held.first + i, &length);
    lk_corpus_title(corpus, corpus->held.first + i);
    status = lk_corpus_status(corpus);
  }
  lk_corpus_free(corpus);
  return status;
}

static lk_status read_and_free(const char *path) {
  return read_slice(path, whole);
}

static int write_good(void **state) {
  lk_corpus *corpus;
  if (make_folder(state)) return 1;
  write_text("good.txt", text);
  must(lk_corpus_read_text(&corpus, "good.txt", NULL, whole));
  must(lk_corpus_write_hdf5("good.h5", corpus));
  lk_corpus_free(corpus);
  return 0;
}

/* Puts the bytes over those of the file, which stays the same file. */
static void overwrite_file(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static void assert_same_corpus(const lk_corpus *a, const lk_corpus *b) {
  assert_int_equal(a->documents, b->documents);
  assert_int_equal(a->characters, b->characters);
  assert_string_equal(a->sha256.hex, b->sha256.hex);
  assert_true(lk_tokenizer_equal(a->tokenizer, b->tokenizer));
  assert_int_equal(a->held.first, b->held.first);
  assert_int_equal(a->held.count, b->held.count);
  for (uint64_t i = a->held.first; i < a->held.first + a->held.count; i++) {
    size_t length, other;
    const lk_token *one = lk_corpus_document(a, i, &length);
    const lk_token *two = lk_corpus_document(b, i, &other);
    assert_int_equal(length, other);
    assert_memory_equal(one, two, length * sizeof *one);
  }
  must(lk_corpus_status(a));
  must(lk_corpus_status(b));
}

static void compare_slice(const char *text_path, const char *hdf5_path, lk_slice slice) {
  lk_corpus *from_text, *from_hdf5;
  must(lk_corpus_read_text(&from_text, text_path, NULL, slice));
  must(lk_corpus_read_hdf5(&from_hdf5, hdf5_path, from_text->tokenizer, slice));
  assert_same_corpus(from_text, from_hdf5);
  lk_corpus_free(from_text);
  lk_corpus_free(from_hdf5);
}

static void test_equals_text(void **state) {
  (void)state;
  compare_slice("good.txt", "good.h5", whole);
  for (int first = 0; first < SHARDS; first++)
    for (int count = 1; first + count <= SHARDS; count++)
      compare_slice("good.txt", "good.h5", (lk_slice){SHARDS, first, count});
}

/* Of a file's dataset. */
static size_t bytes_a_token(const char *path) {
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t dataset = H5Dopen2(file, "tokens", H5P_DEFAULT), type = H5Dget_type(dataset);
  size_t bytes = H5Tget_size(type);
  H5Tclose(type);
  H5Dclose(dataset);
  H5Fclose(file);
  return bytes;
}

/* A hundred characters a line, of so many different ones. */
static void write_characters(const char *path, uint32_t characters) {
  static char bytes[5 * 70000];
  size_t used = 0;
  for (uint32_t i = 0; i < characters; i++) {
    used += (size_t)lk_utf8_encode(0x10000 + i, bytes + used);
    if (i % 100 == 99) bytes[used++] = '\n';
  }
  must(lk_file_replace(path, bytes, used));
}

static void compare_many(uint32_t characters, size_t bytes) {
  lk_corpus *corpus;
  write_characters("many.txt", characters);
  must(lk_corpus_read_text(&corpus, "many.txt", NULL, whole));
  must(lk_corpus_write_hdf5("many.h5", corpus));
  lk_corpus_free(corpus);
  compare_slice("many.txt", "many.h5", whole);
  compare_slice("many.txt", "many.h5", (lk_slice){8, 5, 2});
  assert_int_equal(bytes_a_token("many.h5"), bytes);
}

/* The pad, the mask and the newline are ids, too. */
static void test_tokens_take_two_bytes_where_ids_fit(void **state) {
  (void)state;
  compare_many(65533, 2);
  compare_many(65534, 4);
  compare_many(70000, 4);
}

static void test_wiki(void **state) {
  (void)state;
  lk_corpus *corpus;
  const char *wiki = LK_SOURCE_DIR "/../shared/data/wiki.txt";
  if (access(wiki, R_OK)) {
    print_message("SKIPPED: ../shared/data/wiki.txt is not there\n");
    skip();
  }
  must(lk_corpus_read_text(&corpus, wiki, NULL, whole));
  must(lk_corpus_write_hdf5("wiki.h5", corpus));
  lk_corpus_free(corpus);
  compare_slice(wiki, "wiki.h5", whole);
  compare_slice(wiki, "wiki.h5", (lk_slice){8, 3, 2});
  must(lk_corpus_read_hdf5(&corpus, "wiki.h5", NULL, whole));
  assert_int_equal(corpus->characters, 418352);
  assert_int_equal(corpus->documents, 2937);
  assert_int_equal(lk_tokenizer_size(corpus->tokenizer), 256);
  lk_corpus_free(corpus);
}

/* Every part of every document that the slice has is what the whole document has there. */
static void test_windows(void **state) {
  (void)state;
  lk_corpus *corpus;
  must(lk_corpus_read_hdf5(&corpus, "good.h5", NULL, (lk_slice){SHARDS, 1, 2}));
  for (uint64_t i = 0; i < corpus->held.count; i++) {
    uint64_t document = corpus->held.first + i;
    lk_source *source = corpus->source;
    lk_token window[16], all[16];
    size_t length, again;
    const lk_token *tokens = lk_corpus_document(corpus, document, &length);
    assert_true(length <= sizeof all / sizeof *all);
    memcpy(all, tokens, length * sizeof *all);
    must(source->kind->length(source, document, &again));
    assert_int_equal(length, again);
    assert_int_equal(lk_corpus_length(corpus, document), length);
    for (size_t first = 0; first < length; first++)
      for (size_t count = 1; first + count <= length; count++) {
        must(source->kind->window(source, document, first, count, window));
        assert_memory_equal(window, all + first, count * sizeof *window);
        lk_corpus_window(corpus, document, first, count, window);
        assert_memory_equal(window, all + first, count * sizeof *window);
      }
  }
  lk_corpus_free(corpus);
}

/* What a forged tree may name: nothing, and what is not there. */
static void test_what_is_asked_for_ahead(void **state) {
  (void)state;
  lk_sealed source;
  must(lk_sealed_open(&source, "good.h5"));
  const uint64_t end = source.size;
  lk_sealed_ahead(&source, 0, 0);
  lk_sealed_ahead(&source, 0, end + 1);
  lk_sealed_ahead(&source, UINT64_MAX, 2);
  lk_sealed_ahead(&source, 0, end);
  must(lk_sealed_verdict(&source, LK_OK));
  lk_sealed_close(&source);
}

/* So that whatever is written to it later has another time. */
static void make_old(const char *path) {
  const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
  assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

/* A corpus that is used after its file became shorter, or other. */
static void test_changed_later(void **state) {
  (void)state;
  static const char *const messages[] = {"good.h5: became shorter while it was read",
                                         "good.h5: changed while it was read"};
  for (int changed = 0; changed < 2; changed++) {
    lk_corpus *corpus;
    char *bytes;
    size_t size, length;
    must(lk_file_read("good.h5", &bytes, &size));
    make_old("good.h5");
    must(lk_corpus_read_hdf5(&corpus, "good.h5", NULL, whole));
    must(lk_corpus_status(corpus));
    if (changed) {
      bytes[size - 1] ^= 1;
      overwrite_file("good.h5", bytes, size);
      bytes[size - 1] ^= 1;
    } else {
      assert_int_equal(truncate("good.h5", 600), 0);
    }
    assert_int_equal(lk_corpus_document(corpus, 3, &length)[0], 0);
    assert_int_equal(length, 1);
    must_refuse(lk_corpus_status(corpus), LK_NO_INPUT, messages[changed], "");
    lk_token window[2] = {9, 9};
    lk_corpus_window(corpus, 3, 0, 2, window);
    assert_int_equal(window[0] + window[1], 0);
    lk_corpus_free(corpus);
    overwrite_file("good.h5", bytes, size);
    lk_free(bytes);
  }
}

/* So many documents of the letters a to z, each with its number's length and title; the
 * tokens are known without the file. */
enum { MANY = 40000 };

static size_t length_of(uint64_t document) {
  return 1 + document * 7 % 23;
}

static size_t title_of(uint64_t document) {
  return document % 5 == 3 ? length_of(document) / 2 : 0;
}

static lk_token token_of(uint64_t document, size_t place) {
  return (lk_token)(2 + (document + place * place) % 26);
}

static lk_corpus_writer *begin_many(const char *path, int compression) {
  uint32_t letters[26];
  lk_corpus_writer *w;
  lk_corpus_form form = {.compression = compression};
  lk_tokenizer *tokenizer;
  for (uint32_t i = 0; i < 26; i++)
    letters[i] = 'a' + i;
  must(lk_characters_create(&tokenizer, letters, 26, 0));
  form.tokenizer = tokenizer;
  must(lk_corpus_writer_create(&w, path, &form));
  lk_tokenizer_free(tokenizer);
  return w;
}

static lk_status add_many(lk_corpus_writer *w) {
  lk_token tokens[23];
  for (uint64_t d = 0; d < MANY; d++) {
    for (size_t i = 0; i < length_of(d); i++)
      tokens[i] = token_of(d, i);
    LK_TRY(lk_corpus_writer_add(w, tokens, length_of(d), title_of(d)));
  }
  return LK_OK;
}

static void write_many(const char *path, int compression) {
  lk_corpus_facts facts = {.characters = MANY * 23};
  lk_corpus_writer *w = begin_many(path, compression);
  must(add_many(w));
  must(lk_corpus_writer_finish(w, &facts));
}

static void must_have_many(const char *path, lk_slice slice) {
  lk_corpus *corpus;
  must(lk_corpus_read_hdf5(&corpus, path, NULL, slice));
  assert_int_equal(corpus->documents, MANY);
  for (uint64_t i = 0; i < corpus->held.count; i++) {
    uint64_t d = corpus->held.first + (i * 7919) % corpus->held.count;
    size_t length;
    for (int stage = 0; stage < 2 && i % 2; stage++) /* which changes nothing */
      lk_source_ahead(corpus->source, corpus->held.first + i, stage);
    const lk_token *tokens = lk_corpus_document(corpus, d, &length);
    assert_int_equal(length, length_of(d));
    assert_int_equal(lk_corpus_title(corpus, d), title_of(d));
    for (size_t t = 0; t < length; t++)
      assert_int_equal(tokens[t], token_of(d, t));
  }
  must(lk_corpus_status(corpus));
  lk_corpus_free(corpus);
}

static uint64_t size_of(const char *path) {
  struct stat facts;
  assert_int_equal(stat(path, &facts), 0);
  return (uint64_t)facts.st_size;
}

static void must_be_equal(const char *path, const char *other) {
  char *one, *two;
  size_t size, other_size;
  must(lk_file_read(path, &one, &size));
  must(lk_file_read(other, &two, &other_size));
  assert_int_equal(size, other_size);
  assert_memory_equal(one, two, size);
  lk_free(one);
  lk_free(two);
}

/* Several chunks of each array, plain and compressed, by any slice; the same calls make the
 * same bytes. */
static void test_chunks(void **state) {
  (void)state;
  static const int ways[] = {0, 9, LK_ZSTD};
  for (int i = 0; i < 3; i++) {
    int level = ways[i];
    write_many("chunks.h5", level);
    must_have_many("chunks.h5", whole);
    must_have_many("chunks.h5", (lk_slice){8, 3, 2});
    write_many("again.h5", level);
    must_be_equal("chunks.h5", "again.h5");
    if (!level) assert_int_equal(rename("again.h5", "plain.h5"), 0);
    if (level) assert_true(size_of("chunks.h5") < size_of("plain.h5") * 3 / 4);
  }
}

static void ignore(hid_t file) {
  (void)file;
}

/* HDF5 itself, and so h5py, reads what its chunks hold. */
static void must_be_read_by_hdf5(int compression) {
  static uint16_t tokens[23 * MANY];
  memset(tokens, 0, sizeof tokens);
  write_many("chunks.h5", compression);
  forge("chunks.h5", "jammed.h5", ignore);
  hid_t file = H5Fopen("jammed.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t dataset = H5Dopen2(file, "tokens", H5P_DEFAULT);
  assert_true(H5Dread(dataset, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, tokens) >=
              0);
  H5Dclose(dataset);
  H5Fclose(file);
  for (uint64_t d = 0, at = 0; d < MANY; d++)
    for (size_t i = 0; i < length_of(d); i++)
      assert_int_equal(tokens[at++], token_of(d, i));
}

static void test_hdf5_reads_chunks(void **state) {
  (void)state;
  must_be_read_by_hdf5(6);
  must_be_read_by_hdf5(LK_ZSTD);
}

static void flip(const char *path, uint64_t at) {
  char byte;
  int descriptor = open(path, O_RDWR);
  assert_int_equal(pread(descriptor, &byte, 1, (off_t)at), 1);
  byte ^= 4;
  assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)at), 1);
  close(descriptor);
}

/* Whatever byte is flipped, in documents, in HDF5's structure, in the hashes: it is named
 * when it is met, with the bytes around it, and what is read before is right. */
static void must_meet_damage(int compression) {
  write_many("damaged.h5", compression);
  uint64_t size = size_of("damaged.h5");
  for (uint64_t at = 100; at < size;
       at += at + size / 13 < size ? size / 13 : size - 3 - at) {
    char range[64];
    flip("damaged.h5", at);
    must_refuse(lk_store_verify("damaged.h5"), LK_BAD_DATA, "damaged.h5: damaged (",
                "checksum");
    if (at > LK_USER_BLOCK && at < size - 100) {
      snprintf(range, sizeof range, "damaged (bytes %u ",
               (unsigned)((at - 512) / 65536 * 65536 + 512));
      must_refuse(read_and_free("damaged.h5"), LK_BAD_DATA, "damaged.h5: ", range);
    }
    flip("damaged.h5", at);
    if (at + 3 >= size) break;
  }
  must(lk_store_verify("damaged.h5"));
}

static void test_damage_is_met(void **state) {
  (void)state;
  must_meet_damage(0);
  must_meet_damage(LK_ZSTD);
}

/* Only who reads it meets it. */
static void test_damage_elsewhere(void **state) {
  (void)state;
  write_many("damaged.h5", 0);
  flip("damaged.h5", size_of("damaged.h5") / 2);
  int met = 0;
  for (int shard = 0; shard < 8; shard++)
    met += read_slice("damaged.h5", (lk_slice){8, shard, 1}) != LK_OK;
  assert_in_range(met, 1, 3);
}

static void lengthen_title(hid_t file) {
  uint32_t titles[MANY];
  hid_t dataset = H5Dopen2(file, "titles", H5P_DEFAULT);
  assert_true(H5Dread(dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, titles) >=
              0);
  titles[MANY - 2] = 24;
  assert_true(H5Dwrite(dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, titles) >=
              0);
  H5Dclose(dataset);
}

static void say_other_median(hid_t file) {
  put_count(file, "median", 3);
}

static void lose_titles(hid_t file) {
  const hsize_t size = MANY - 1;
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  put_dataset(file, "titles", H5T_STD_U32LE, 1, &size, creation);
  H5Pclose(creation);
}

/* A dataset that has no chunk at all. */
static void lose_chunks(hid_t file) {
  const hsize_t size = 23 * MANY, chunk = 1 << 15, most = H5S_UNLIMITED;
  assert_true(H5Ldelete(file, "tokens", H5P_DEFAULT) >= 0);
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &size, &most);
  assert_true(H5Pset_chunk(creation, 1, &chunk) >= 0);
  hid_t dataset =
      H5Dcreate2(file, "tokens", H5T_STD_U16LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  assert_true(dataset >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(creation);
}

static void test_forged_chunks(void **state) {
  (void)state;
  static const struct {
    change make;
    const char *message;
  } forgeries[] = {{lengthen_title, "a title is longer than its document"},
                   {say_other_median, "other lengths than it says"},
                   {lose_titles, "not as many titles as documents"},
                   {lose_chunks, "an address outside the file, in the tree of 'tokens'"}};
  write_many("chunks.h5", 6);
  for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
    forge("chunks.h5", "forged.h5", forgeries[i].make);
    must_refuse(lk_store_verify("forged.h5"), LK_BAD_DATA, "forged.h5: damaged (",
                forgeries[i].message);
  }
}

/* Numbers of the first node of a tree of chunks: where in it, bytes, value, and what is
 * said. Behind its head are a chunk's bytes, filters, place and address. */
static void test_forged_trees(void **state) {
  (void)state;
  static const struct {
    size_t offset;
    int width;
    uint64_t value;
    const char *message;
  } lies[] = {{0, 1, 't', "no node where one must be"},
              {4, 1, 0, "no node where one must be"},
              {5, 1, 9, "no node where one must be"},
              {5, 1, 1, "no node where one must be"}, /* of a level above */
              {6, 2, 0, "no node where one must be"},
              {6, 2, 65, "no node where one must be"},
              {24, 4, 60000, "a chunk of another size"},
              {28, 4, 1, "a chunk that is missing"},
              {32, 8, 7, "a chunk that is missing"},
              {48, 8, 1ull << 40, "an address outside the file"},
              {48, 8, UINT64_MAX - 3, "an address outside the file"}};
  char *bytes, *node;
  size_t size;
  write_many("chunks.h5", 0);
  forge("chunks.h5", "forged.h5", ignore);
  must(lk_file_read("forged.h5", &bytes, &size));
  size_t image = (size_t)strtoull(strstr(bytes, "hdf5 ") + 5, NULL, 10);
  node = memmem(bytes, size, "TREE\1", 5);
  assert_non_null(node);
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    char kept[8];
    memcpy(kept, node + lies[i].offset, sizeof kept);
    for (int byte = 0; byte < lies[i].width; byte++)
      node[lies[i].offset + (size_t)byte] = (char)(lies[i].value >> 8 * byte);
    must(lk_file_write("forged.h5", bytes, LK_USER_BLOCK + image));
    put_user_block("forged.h5");
    must_refuse(read_and_free("forged.h5"), LK_BAD_DATA, "forged.h5: damaged (",
                lies[i].message);
    memcpy(node + lies[i].offset, kept, sizeof kept);
  }
  lk_free(bytes);
}

static void test_lengths(void **state) {
  (void)state;
  lk_corpus *corpus, *from_text;
  lk_corpus_lengths lengths;
  must(lk_corpus_read_hdf5(&corpus, "good.h5", NULL, whole));
  must(lk_corpus_read_text(&from_text, "good.txt", NULL, whole));
  for (int i = 0; i < 2; i++) {
    must(lk_corpus_measure(i ? from_text : corpus, &lengths));
    assert_int_equal(lengths.tokens, 33);
    assert_int_equal(lengths.longest, 9);
    assert_int_equal(lengths.median, 4);
  }
  lk_corpus_free(corpus);
  lk_corpus_free(from_text);
}

static void test_writing_that_ends_early(void **state) {
  (void)state;
  const lk_corpus_facts facts = {.characters = 1};
  lk_corpus_writer *w = begin_many("early.h5", 0);
  must(add_many(w));
  lk_corpus_writer_discard(w);
  must_refuse(lk_corpus_writer_finish(begin_many("early.h5", 0), &facts), LK_BAD_DATA,
              "early.h5: not written", "no documents");
  assert_int_equal(access("early.h5", F_OK), -1);
  assert_int_equal(system("ls | grep -q tmp"), 256);
}

static void put_first_token(hid_t file, uint16_t token) {
  const hsize_t first = 0, one = 1;
  hid_t dataset = H5Dopen2(file, "tokens", H5P_DEFAULT), space = H5Dget_space(dataset);
  hid_t memory = H5Screate(H5S_SCALAR);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &one, NULL);
  assert_true(H5Dwrite(dataset, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, &token) >=
              0);
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(dataset);
}

static void put_mask(hid_t file) {
  put_first_token(file, LK_MASK);
}

static int set_limit(uint64_t bytes, struct rlimit *limit) {
  limit->rlim_cur = bytes;
  return setrlimit(RLIMIT_FSIZE, limit);
}

/* Wherever the disk ends, what was there stays, and nothing else does. */
static void test_disk_that_ends(void **state) {
  (void)state;
  const lk_corpus_facts facts = {.characters = MANY * 23};
  struct rlimit limit;
  write_many("chunks.h5", 0);
  uint64_t size = size_of("chunks.h5");
  write_text("full.h5", "precious");
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  rlim_t before = limit.rlim_cur;
  signal(SIGXFSZ, SIG_IGN); /* as the program does */
  for (uint64_t i = 0; i < 12; i++) {
    lk_corpus_writer *w = begin_many("full.h5", 0);
    assert_int_equal(set_limit(i < 11 ? size * i / 11 : size - 1, &limit), 0);
    lk_status status = add_many(w);
    if (status != LK_OK)
      lk_corpus_writer_discard(w);
    else
      status = lk_corpus_writer_finish(w, &facts);
    assert_int_equal(set_limit(before, &limit), 0);
    must_refuse(status, LK_IO, "full.h5: cannot write: ", "File too large");
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  }
  assert_int_equal(size_of("full.h5"), strlen("precious"));
  assert_int_equal(system("[ -z \"$(ls | grep tmp)\" ]"), 0);
}

/* One of a version that sealed files as a whole: all of it is looked at when it is opened.
 */
static void test_earlier_version(void **state) {
  (void)state;
  lk_corpus *corpus;
  lk_corpus_lengths lengths;
  size_t size;
  char *bytes;
  must(lk_file_read(LK_SOURCE_DIR "/tests/fuzz/regressions/corpus_hdf5/good", &bytes,
                    &size));
  assert_memory_equal(bytes, "lockstep 1\n", 11);
  must(lk_file_write("earlier.h5", bytes, size));
  lk_free(bytes);
  must(lk_store_verify("earlier.h5"));
  must(lk_corpus_read_hdf5(&corpus, "earlier.h5", NULL, whole));
  must(lk_corpus_measure(corpus, &lengths));
  assert_true(lengths.median > 0 && lengths.longest >= lengths.median);
  lk_corpus_free(corpus);
  forge("earlier.h5", "forged.h5", put_mask);
  must_refuse(lk_corpus_read_hdf5(&corpus, "forged.h5", NULL, whole), LK_BAD_DATA,
              "forged.h5: damaged (", "a token is outside the vocabulary");
  flip("earlier.h5", size - 1);
  must_refuse(lk_corpus_read_hdf5(&corpus, "earlier.h5", NULL, whole), LK_BAD_DATA,
              "earlier.h5: damaged (", "checksum");
}

static void test_kind(void **state) {
  (void)state;
  lk_store_kind kind;
  lk_checkpoint *checkpoint;
  must(lk_store_kind_of("good.h5", &kind));
  assert_int_equal(kind, LK_STORE_CORPUS);
  must_refuse(lk_checkpoint_read(&checkpoint, "good.h5", 0), LK_BAD_DATA,
              "good.h5: a corpus, not a checkpoint", "");
}

static void test_other_vocabulary(void **state) {
  (void)state;
  static const uint32_t letters[] = {'a', 'b'};
  lk_tokenizer *tokenizer;
  lk_corpus *corpus;
  must(lk_characters_create(&tokenizer, letters, 2, 0));
  must_refuse(lk_corpus_read_hdf5(&corpus, "good.h5", tokenizer, whole), LK_BAD_DATA,
              "good.h5: its vocabulary of ", "is not the model's of 4");
  assert_null(corpus);
  lk_tokenizer_free(tokenizer);
}

/* A dump's corpus is composed, whatever its tokenizer does: a tokenizer that composes
 * nothing reads it, and the corpus stays one whose model composes what it is asked. */
static void test_a_plain_tokenizer_reads_what_is_composed(void **state) {
  (void)state;
  lk_tokenizer *plain, *composing;
  lk_corpus *corpus;
  must(lk_tokenizer_create(&plain, "bytes", 0));
  must(lk_tokenizer_create(&composing, "bytes", 1));
  for (int composed = 0; composed < 2; composed++) {
    must(lk_corpus_read_text(&corpus, "good.txt", composed ? composing : plain, whole));
    must(lk_corpus_write_hdf5("bytes.h5", corpus));
    lk_corpus_free(corpus);
    must(lk_corpus_read_hdf5(&corpus, "bytes.h5", plain, whole));
    assert_int_equal(lk_tokenizer_composes(corpus->tokenizer), composed);
    lk_corpus_free(corpus);
  }
  must(lk_corpus_read_text(&corpus, "good.txt", plain, whole));
  must(lk_corpus_write_hdf5("bytes.h5", corpus));
  lk_corpus_free(corpus);
  must_refuse(lk_corpus_read_hdf5(&corpus, "bytes.h5", composing, whole), LK_BAD_DATA,
              "bytes.h5: its vocabulary of 258 ids (bytes) is not the model's of 258", "");
  lk_tokenizer_free(composing);
  lk_tokenizer_free(plain);
}

static void test_fewer_documents_than_shards(void **state) {
  (void)state;
  lk_corpus *corpus;
  must_refuse(lk_corpus_read_hdf5(&corpus, "good.h5", NULL, (lk_slice){8, 0, 1}),
              LK_BAD_DATA, "good.h5: ", "7 documents are fewer than 8 shards");
}

static void test_bit_flips(void **state) {
  (void)state;
  test_bit_flips_of("good.h5", read_and_free);
}

static void test_truncation(void **state) {
  (void)state;
  test_truncation_of("good.h5", read_and_free);
}

static void test_foreign(void **state) {
  (void)state;
  test_foreign_with(read_and_free);
}

static void put_offset(hid_t file, int index, uint64_t value) {
  uint64_t offsets[8];
  hid_t dataset = H5Dopen2(file, "offsets", H5P_DEFAULT);
  assert_true(H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, offsets) >=
              0);
  offsets[index] = value;
  assert_true(
      H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, offsets) >= 0);
  H5Dclose(dataset);
}

static void start_late(hid_t file) {
  put_offset(file, 0, 1);
}

static void go_backwards(hid_t file) {
  put_offset(file, 2, 1);
}

static void empty_document(hid_t file) {
  put_offset(file, 1, 0);
}

static void end_late(hid_t file) {
  put_offset(file, 7, 1ull << 60);
}

static void put_unknown_token(hid_t file) {
  put_first_token(file, 999);
}

static void lose_characters(hid_t file) {
  put_count(file, "characters", 5);
}

static void stretch_tokens(hid_t file) {
  const hsize_t size = 1ull << 50;
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  put_dataset(file, "tokens", H5T_STD_U16LE, 1, &size, creation);
  H5Pclose(creation);
}

/* Fewer elements than the file has bytes, but more than it has room for. */
static void stretch_a_little(hid_t file) {
  hsize_t size;
  assert_true(H5Fget_filesize(file, &size) >= 0);
  size = size / 4 * 3;
  put_dataset(file, "tokens", H5T_STD_U16LE, 1, &size, H5P_DEFAULT);
}

static void retype_tokens(hid_t file) {
  const hsize_t size = 34;
  put_dataset(file, "tokens", H5T_STD_I16LE, 1, &size, H5P_DEFAULT);
}

static void remove_offsets(hid_t file) {
  assert_true(H5Ldelete(file, "offsets", H5P_DEFAULT) >= 0);
}

static void shrink_longest(hid_t file) {
  put_count(file, "longest", 8);
}

static void stretch_longest(hid_t file) {
  put_count(file, "longest", 1000);
}

static void test_forged(void **state) {
  (void)state;
  static const struct {
    change make;
    const char *message;
  } forgeries[] = {{start_late, "its offsets do not fit"},
                   {go_backwards, "its offsets do not fit"},
                   {empty_document, "its offsets do not fit"},
                   {end_late, "its offsets do not fit"},
                   {put_unknown_token, "a token is outside the vocabulary"},
                   {put_mask, "a token is outside the vocabulary"},
                   {lose_characters, "more tokens than characters"},
                   {stretch_tokens, "'tokens' has an impossible size"},
                   {stretch_a_little, "'tokens' has an impossible size"},
                   {retype_tokens, "'tokens' has another type"},
                   {remove_offsets, "'offsets' is missing"},
                   {shrink_longest, "its offsets do not fit"},
                   {stretch_longest, "'longest' is 1000"}};
  for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
    forge("good.h5", "forged.h5", forgeries[i].make);
    must_refuse(read_and_free("forged.h5"), LK_BAD_DATA, "forged.h5: damaged (",
                forgeries[i].message);
  }
}

/* One rank cannot see what another's slice holds, but never reads outside its own. */
static void test_forged_slice(void **state) {
  (void)state;
  forge("good.h5", "forged.h5", end_late);
  must_refuse(read_slice("forged.h5", (lk_slice){4, 3, 1}), LK_BAD_DATA,
              "forged.h5: damaged (", "its offsets do not fit");
  must(read_slice("forged.h5", (lk_slice){4, 0, 2}));
}

static void test_nothing_leaks(void **state) {
  (void)state;
  uint64_t alive = lk_allocations_alive();
  must(read_and_free("good.h5"));
  forge("good.h5", "forged.h5", put_mask);
  assert_int_equal(read_and_free("forged.h5"), LK_BAD_DATA);
  assert_int_equal(lk_allocations_alive(), alive);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equals_text),
      cmocka_unit_test(test_tokens_take_two_bytes_where_ids_fit),
      cmocka_unit_test(test_wiki),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_what_is_asked_for_ahead),
      cmocka_unit_test(test_changed_later),
      cmocka_unit_test(test_chunks),
      cmocka_unit_test(test_hdf5_reads_chunks),
      cmocka_unit_test(test_damage_is_met),
      cmocka_unit_test(test_damage_elsewhere),
      cmocka_unit_test(test_forged_chunks),
      cmocka_unit_test(test_forged_trees),
      cmocka_unit_test(test_lengths),
      cmocka_unit_test(test_writing_that_ends_early),
      cmocka_unit_test(test_disk_that_ends),
      cmocka_unit_test(test_earlier_version),
      cmocka_unit_test(test_kind),
      cmocka_unit_test(test_other_vocabulary),
      cmocka_unit_test(test_a_plain_tokenizer_reads_what_is_composed),
      cmocka_unit_test(test_fewer_documents_than_shards),
      cmocka_unit_test(test_bit_flips),
      cmocka_unit_test(test_truncation),
      cmocka_unit_test(test_foreign),
      cmocka_unit_test(test_forged),
      cmocka_unit_test(test_forged_slice),
      cmocka_unit_test(test_nothing_leaks),
  };
  return cmocka_run_group_tests(tests, write_good, remove_folder);
}
