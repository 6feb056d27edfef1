/* Checkpoints: what is written comes back, and nothing else is accepted. */
#include "store_files.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const lk_shape shape = {
    .layers = 2, .heads = 2, .channels = 8, .block = 8, .vocabulary = 5};

static lk_checkpoint *make_checkpoint(int with_moments) {
  return make_checkpoint_of(&shape, with_moments);
}

static void write_checkpoint(const char *path, int with_moments) {
  lk_checkpoint *checkpoint = make_checkpoint(with_moments);
  must(lk_checkpoint_write(path, checkpoint));
  lk_checkpoint_free(checkpoint);
}

static lk_status read_and_free(const char *path) {
  lk_checkpoint *checkpoint;
  lk_status status = lk_checkpoint_read(&checkpoint, path, 1);
  assert_int_equal(checkpoint == NULL, status != LK_OK);
  lk_checkpoint_free(checkpoint);
  return status;
}

static int write_good(void **state) {
  if (make_folder(state)) return 1;
  write_checkpoint("good.h5", 1);
  return 0;
}

static void assert_same_info(const lk_checkpoint_info *a, const lk_checkpoint_info *b) {
  assert_int_equal(a->step, b->step);
  assert_int_equal(a->epoch, b->epoch);
  assert_true(a->tokens == b->tokens && a->seed == b->seed);
  assert_string_equal(a->config, b->config);
  assert_string_equal(a->config_hash.hex, b->config_hash.hex);
  assert_string_equal(a->corpus_sha256.hex, b->corpus_sha256.hex);
  assert_string_equal(a->answers_sha256.hex, b->answers_sha256.hex);
  assert_int_equal(a->corpus_characters, b->corpus_characters);
  assert_int_equal(a->corpus_documents, b->corpus_documents);
  assert_string_equal(a->build, b->build);
}

static void test_round_trip(void **state) {
  (void)state;
  lk_checkpoint *out, *in = make_checkpoint(1);
  size_t size = in->trained.table->count * sizeof(float);
  must(lk_checkpoint_read(&out, "good.h5", 1));
  assert_same_info(&out->info, &in->info);
  assert_memory_equal(&out->info.shape, &shape, sizeof shape);
  assert_memory_equal(&out->trained.table->shape, &shape, sizeof shape);
  assert_true(lk_tokenizer_equal(out->trained.tokenizer, in->trained.tokenizer));
  assert_memory_equal(out->trained.values, in->trained.values, size);
  assert_memory_equal(out->m, in->m, size);
  assert_memory_equal(out->v, in->v, size);
  assert_string_equal(out->info.parameter_hash.hex,
                      lk_hash_bytes(in->trained.values, size).hex);
  assert_string_equal(in->info.parameter_hash.hex, ""); /* nothing of it was changed */
  lk_checkpoint_free(in);
  lk_checkpoint_free(out);
}

static void test_without_moments(void **state) {
  (void)state;
  lk_checkpoint *out;
  must(lk_checkpoint_read(&out, "good.h5", 0));
  assert_null(out->m);
  assert_null(out->v);
  lk_checkpoint_free(out);
  write_checkpoint("bare.h5", 0);
  must(lk_checkpoint_read(&out, "bare.h5", 0));
  lk_checkpoint_free(out);
  must_refuse(read_and_free("bare.h5"), LK_BAD_DATA, "bare.h5: ", "init=bare.h5");
}

/* In pieces, some of which are a row and some many tensors' worth, the hashes are those of
 * the whole; and two files may be open at a time. */
static void test_scan(void **state) {
  (void)state;
  lk_shape wide = shape;
  wide.channels = 400;
  lk_checkpoint *open, *other, *in = make_checkpoint_of(&wide, 1);
  lk_checkpoint_numbers numbers, less;
  size_t size = in->trained.table->count * sizeof(float);
  must(lk_checkpoint_write("wide.h5", in));
  must(lk_checkpoint_open(&open, "wide.h5"));
  must(lk_checkpoint_open(&other, "good.h5"));
  must(lk_checkpoint_scan(open, 1, &numbers));
  assert_string_equal(numbers.values.hex, lk_hash_bytes(in->trained.values, size).hex);
  assert_string_equal(numbers.m.hex, lk_hash_bytes(in->m, size).hex);
  assert_string_equal(numbers.v.hex, lk_hash_bytes(in->v, size).hex);
  assert_string_equal(numbers.unusable, "");
  must(lk_checkpoint_scan(other, 0, &less));
  assert_string_equal(less.m.hex, "");
  memset(in->m, 0, size);
  must(lk_checkpoint_fill(open, in->trained.values, in->m, in->v));
  assert_string_equal(lk_hash_bytes(in->m, size).hex, numbers.m.hex);
  lk_checkpoint_free(other);
  lk_checkpoint_free(open);
  lk_checkpoint_free(in);
}

static float number_of(lk_group group, uint64_t i) {
  return (float)(1000 * (int)group + (int)(i % 997));
}

static lk_status give_numbers(void *context, lk_group group, uint64_t first, uint64_t count,
                              float *to) {
  (void)context;
  for (uint64_t i = 0; i < count; i++)
    to[i] = number_of(group, first + i);
  return LK_OK;
}

static lk_status look_at_numbers(void *context, const lk_parameter *tensor, uint64_t first,
                                 uint64_t count, const float *numbers) {
  const lk_group *group = context;
  for (uint64_t i = 0; i < count; i++)
    assert_true(numbers[i] == number_of(*group, tensor->offset + first + i));
  return LK_OK;
}

/* Local steps: each of three sites has moments and what it has left, and all have one
 * momentum. */
static void test_sites(void **state) {
  (void)state;
  lk_checkpoint *out, *in = make_checkpoint(0);
  lk_checkpoint_numbers numbers;
  in->info.sites = 3;
  in->info.has_outer = in->info.has_left = 1;
  in->source = (lk_checkpoint_source){give_numbers, NULL};
  must(lk_checkpoint_write("sites.h5", in));
  must(lk_checkpoint_open(&out, "sites.h5"));
  assert_true(out->info.sites == 3 && out->info.has_outer && out->info.has_left);
  int found = 0;
  for (int number = 0; number < 4 * LK_GROUPS; number++) {
    lk_group group = (lk_group)number;
    if (!lk_checkpoint_has(&out->info, group)) continue;
    must(lk_checkpoint_visit(out, group, look_at_numbers, &group));
    found++;
  }
  assert_int_equal(found, 10);
  must(lk_checkpoint_scan(out, 1, &numbers));
  lk_group third = lk_group_of(LK_GROUP_M, 3);
  must_refuse(lk_checkpoint_visit(out, third, look_at_numbers, &third), LK_BAD_DATA,
              "sites.h5: ", "'sites/3/optimizer/m/");
  lk_checkpoint_free(out);
  lk_checkpoint_free(in);
}

/* Every option of a shape comes back. */
static void test_options(void **state) {
  (void)state;
  lk_shape other = shape;
  for (int i = 0; i < LK_SHAPE_FIELD_COUNT; i++)
    if (lk_shape_fields[i].optional) lk_shape_set(&other, &lk_shape_fields[i], 1);
  lk_checkpoint *out, *in = make_checkpoint_of(&other, 1);
  assert_null(lk_parameters_find(in->trained.table, "pos_emb"));
  must(lk_checkpoint_write("options.h5", in));
  must(lk_checkpoint_read(&out, "options.h5", 1));
  assert_memory_equal(&out->info.shape, &other, sizeof other);
  assert_memory_equal(out->trained.values, in->trained.values,
                      in->trained.table->count * sizeof *in->trained.values);
  lk_checkpoint_free(in);
  lk_checkpoint_free(out);
}

static void forget_positions(hid_t file) {
  assert_true(H5Adelete(file, "positions") >= 0);
}

static void misname_positions(hid_t file) {
  hid_t attribute = H5Aopen(file, "positions", H5P_DEFAULT);
  hid_t type = H5Aget_type(attribute);
  assert_true(H5Awrite(attribute, type, "squary") >= 0);
  H5Tclose(type);
  H5Aclose(attribute);
}

/* Files of before do not say so, but have no tensor for positions. */
static void test_rotary_of_before(void **state) {
  (void)state;
  lk_shape turned = shape;
  turned.positions = LK_ROTARY_POSITIONS;
  lk_checkpoint *out, *in = make_checkpoint_of(&turned, 1);
  must(lk_checkpoint_write("rotary.h5", in));
  forge("rotary.h5", "before.h5", forget_positions);
  must(lk_checkpoint_read(&out, "before.h5", 1));
  assert_memory_equal(&out->info.shape, &turned, sizeof turned);
  lk_checkpoint_free(in);
  lk_checkpoint_free(out);
  forge("rotary.h5", "forged.h5", misname_positions);
  must_refuse(read_and_free("forged.h5"), LK_BAD_DATA, "forged.h5: damaged (",
              "'positions' is none of learned|rotary");
}

/* Thousands of names in a group make a tree of several levels. */
static void test_many_tensors(void **state) {
  (void)state;
  lk_shape deep = shape;
  deep.layers = 400;
  lk_checkpoint *checkpoint = make_checkpoint_of(&deep, 1);
  must(lk_checkpoint_write("deep.h5", checkpoint));
  lk_checkpoint_free(checkpoint);
  must(read_and_free("deep.h5"));
}

/* HDF5 notes the second in which a dataset is made, unless told not to. */
static void test_same_content_is_same_file(void **state) {
  (void)state;
  usleep(1100000);
  write_checkpoint("again.h5", 1);
  assert_same_files("good.h5", "again.h5");
}

enum { THREADS = 4, ROUNDS = 10 };

static void *write_again_and_again(void *path) {
  lk_checkpoint *read = NULL;
  lk_status status = LK_OK;
  for (int i = 0; i < ROUNDS && status == LK_OK; i++) {
    status = lk_checkpoint_read(&read, "good.h5", 1);
    if (status == LK_OK) status = lk_checkpoint_write(path, read);
    lk_checkpoint_free(read);
  }
  lk_message_forget();
  return status == LK_OK ? path : NULL;
}

/* HDF5 itself would not bear it. */
static void test_threads_write_different_files(void **state) {
  (void)state;
  pthread_t threads[THREADS];
  char paths[THREADS][20];
  for (int i = 0; i < THREADS; i++) {
    snprintf(paths[i], sizeof paths[i], "thread-%d.h5", i);
    assert_int_equal(pthread_create(&threads[i], NULL, write_again_and_again, paths[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    void *done;
    assert_int_equal(pthread_join(threads[i], &done), 0);
    assert_ptr_equal(done, paths[i]);
    assert_same_files("good.h5", paths[i]);
  }
}

static void test_kinds(void **state) {
  (void)state;
  lk_store_kind kind;
  lk_corpus *corpus;
  must(lk_store_kind_of("good.h5", &kind));
  assert_int_equal(kind, LK_STORE_CHECKPOINT);
  const lk_slice whole = {1, 0, 1};
  must_refuse(lk_corpus_read_hdf5(&corpus, "good.h5", NULL, whole), LK_BAD_DATA,
              "good.h5: a checkpoint, not a corpus", "");
  must_refuse(lk_corpus_read(&corpus, "good.h5", NULL, whole), LK_BAD_DATA,
              "good.h5: a checkpoint, not a corpus", "");
  must_refuse(lk_corpus_read(&corpus, "missing", NULL, whole), LK_NO_INPUT,
              "missing: ", "");
  must_refuse(lk_corpus_read(&corpus, ".", NULL, whole), LK_NO_INPUT, ".: ", "folder");
  write_text("plain.txt", "lockstep 1 is a good start for a corpus\n");
  must(lk_corpus_read(&corpus, "plain.txt", NULL, whole));
  assert_int_equal(corpus->documents, 1);
  lk_corpus_free(corpus);
  must_refuse(lk_store_kind_of("plain.txt", &kind), LK_BAD_DATA, "plain.txt: ", "");
}

static lk_status open_and_check(const char *path, int with_moments) {
  lk_checkpoint *checkpoint;
  LK_TRY(lk_checkpoint_open(&checkpoint, path));
  assert_null(checkpoint->trained.values);
  lk_status status = lk_checkpoint_check(checkpoint, with_moments);
  lk_checkpoint_free(checkpoint);
  return status;
}

/* A right hash does not make a NaN a number. */
static void test_useless_numbers(void **state) {
  (void)state;
  lk_checkpoint *in = make_checkpoint(1);
  const struct {
    float *at, value;
    const char *message;
  } cases[] = {
      {in->trained.values + 41, NAN, "'model/pos_emb' holds nan, as number 2 of 64"},
      {in->trained.values + in->trained.table->count - 1, -INFINITY,
       "'model/head.weight' holds -inf"},
      {in->m, INFINITY, "'optimizer/m/tok_emb.weight' holds inf, as number 1 of 40"},
      {in->v + 40, -1e-9f, "'optimizer/v/pos_emb' holds -1e-09"}};
  must(open_and_check("good.h5", 1));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    float before = *cases[i].at;
    *cases[i].at = cases[i].value;
    must(lk_checkpoint_write("useless.h5", in));
    *cases[i].at = before;
    must(read_and_free("useless.h5"));
    must_refuse(open_and_check("useless.h5", 1), LK_BAD_DATA,
                "useless.h5: ", cases[i].message);
  }
  lk_checkpoint_free(in);
}

static int program(const char *arguments) {
  char command[300];
  snprintf(command, sizeof command, "\"$LOCKSTEP\" %s > said 2>&1", arguments);
  return WEXITSTATUS(system(command));
}

/* Nothing is computed with it, but it can be looked at. */
static void test_commands_refuse_useless_numbers(void **state) {
  (void)state;
  static const char *const users[] = {"evaluate useless.h5 q.tsv", "ask useless.h5 a",
                                      "score useless.h5 q.tsv", "export useless.h5 out",
                                      "attention trained useless.h5 a --out out"};
  if (!getenv("LOCKSTEP")) skip();
  lk_checkpoint *in = make_checkpoint(1);
  in->trained.values[41] = NAN;
  must(lk_checkpoint_write("useless.h5", in));
  lk_checkpoint_free(in);
  write_text("q.tsv", "a\té\n");
  for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
    assert_int_equal(program(users[i]), LK_BAD_DATA);
    assert_int_equal(system("grep -q \"useless.h5: 'model/pos_emb' holds nan\" said"), 0);
  }
  assert_int_equal(program("inspect useless.h5"), 0);
  assert_int_equal(system("grep -q \"^unusable: useless.h5: 'model/pos_emb'\" said"), 0);
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

/* A folder that is read-only is no obstacle to root, one that does not exist is. */
static void test_unwritable(void **state) {
  (void)state;
  lk_checkpoint *checkpoint = make_checkpoint(0);
  must_refuse(lk_checkpoint_write("nowhere/c.h5", checkpoint), LK_IO,
              "nowhere/c.h5: ", "cannot write");
  lk_checkpoint_free(checkpoint);
}

/* Wherever the disk ends, HDF5's own closing included: the file of before stays, no other
 * does, and HDF5 keeps nothing. */
static void test_disk_that_ends(void **state) {
  (void)state;
  lk_shape deep = shape;
  deep.layers = 10;
  lk_checkpoint *in = make_checkpoint_of(&deep, 1);
  struct rlimit before, limit;
  struct stat facts;
  write_checkpoint("full.h5", 0);
  must(lk_checkpoint_write("whole.h5", in));
  assert_int_equal(stat("whole.h5", &facts) | getrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_IGN); /* as the program does */
  limit = before;
  for (int i = 0; i < 25; i++) {
    limit.rlim_cur = (rlim_t)facts.st_size * (rlim_t)i / 24 - (rlim_t)(i == 24);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    lk_status status = lk_checkpoint_write("full.h5", in);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    must_refuse(status, LK_IO, "full.h5: cannot write: ", "File too large");
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  }
  must_refuse(read_and_free("full.h5"), LK_BAD_DATA, "full.h5: ", "init=full.h5");
  assert_int_equal(system("[ -z \"$(ls | grep tmp)\" ]"), 0);
  must(lk_checkpoint_write("full.h5", in));
  must(read_and_free("full.h5"));
  lk_checkpoint_free(in);
}

static void change_layers(hid_t file) {
  put_count(file, "layers", 1025);
}

static void change_layers_down(hid_t file) {
  put_count(file, "layers", 3);
}

static void change_heads(hid_t file) {
  put_count(file, "heads", 3);
}

static void change_vocabulary(hid_t file) {
  put_count(file, "vocabulary", 6);
}

/* Would be 800 GB and more, in a file of a few kB. */
static void change_all_sizes(hid_t file) {
  put_count(file, "layers", 1024);
  put_count(file, "channels", 65536);
}

static void remove_step(hid_t file) {
  assert_true(H5Adelete(file, "step") >= 0);
}

static void remove_head(hid_t file) {
  assert_true(H5Ldelete(file, "model/head.weight", H5P_DEFAULT) >= 0);
}

static void remove_moment(hid_t file) {
  assert_true(H5Ldelete(file, "optimizer/v/pos_emb", H5P_DEFAULT) >= 0);
}

static void reshape_head(hid_t file) {
  const hsize_t sizes[] = {8, 5};
  put_dataset(file, "model/head.weight", H5T_IEEE_F32LE, 2, sizes, H5P_DEFAULT);
}

static void flatten_head(hid_t file) {
  const hsize_t size = 40;
  put_dataset(file, "model/head.weight", H5T_IEEE_F32LE, 1, &size, H5P_DEFAULT);
}

static void retype_head(hid_t file) {
  const hsize_t sizes[] = {5, 8};
  put_dataset(file, "model/head.weight", H5T_IEEE_F64LE, 2, sizes, H5P_DEFAULT);
}

/* Right in all but its numbers: never written, so all are zero. */
static void empty_head(hid_t file) {
  const hsize_t sizes[] = {5, 8};
  put_dataset(file, "model/head.weight", H5T_IEEE_F32LE, 2, sizes, H5P_DEFAULT);
}

static void chunk_head(hid_t file) {
  const hsize_t sizes[] = {5, 8};
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  assert_true(H5Pset_chunk(creation, 2, sizes) >= 0);
  put_dataset(file, "model/head.weight", H5T_IEEE_F32LE, 2, sizes, creation);
  H5Pclose(creation);
}

static void move_head_to_other_file(hid_t file) {
  const hsize_t sizes[] = {5, 8};
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  assert_true(H5Pset_external(creation, "/etc/hostname", 0, 160) >= 0);
  put_dataset(file, "model/head.weight", H5T_IEEE_F32LE, 2, sizes, creation);
  H5Pclose(creation);
}

static void link_head_to_other_file(hid_t file) {
  remove_head(file);
  assert_true(H5Lcreate_external("good.h5", "/model/head.weight", file, "model/head.weight",
                                 H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void link_model_to_other_file(hid_t file) {
  assert_true(H5Ldelete(file, "model", H5P_DEFAULT) >= 0);
  assert_true(H5Lcreate_external("good.h5", "/model", file, "model", H5P_DEFAULT,
                                 H5P_DEFAULT) >= 0);
}

static void link_head_softly(hid_t file) {
  remove_head(file);
  assert_true(H5Lcreate_soft("/model/pos_emb", file, "model/head.weight", H5P_DEFAULT,
                             H5P_DEFAULT) >= 0);
}

/* Its object header counts two links. */
static void share_head(hid_t file) {
  remove_head(file);
  assert_true(H5Lcreate_hard(file, "model/pos_emb", file, "model/head.weight", H5P_DEFAULT,
                             H5P_DEFAULT) >= 0);
}

static void put_group_at_head(hid_t file) {
  remove_head(file);
  hid_t group =
      H5Gcreate2(file, "model/head.weight", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Gclose(group) >= 0);
}

static void change_kind(hid_t file) {
  hid_t attribute = H5Aopen(file, "kind", H5P_DEFAULT), type = H5Aget_type(attribute);
  assert_true(H5Awrite(attribute, type, "chequpoint") >= 0);
  H5Tclose(type);
  H5Aclose(attribute);
}

static void change_hash(hid_t file) {
  hid_t attribute = H5Aopen(file, "config_hash", H5P_DEFAULT);
  hid_t type = H5Aget_type(attribute);
  assert_true(H5Awrite(attribute, type, "\033[31m456789abcdef0123456789abcdef") >= 0);
  H5Tclose(type);
  H5Aclose(attribute);
}

static void unend_config(hid_t file) {
  hid_t dataset = H5Dopen2(file, "config", H5P_DEFAULT), type = H5Dget_type(dataset);
  char text[64];
  memset(text, 'x', sizeof text);
  assert_true(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0);
  H5Tclose(type);
  H5Dclose(dataset);
}

static void stretch_vocabulary(hid_t file) {
  const hsize_t size = 1ull << 40;
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  put_dataset(file, "vocabulary", H5T_STD_U32LE, 1, &size, creation);
  H5Pclose(creation);
}

static void zero_vocabulary(hid_t file) {
  const hsize_t size = 5;
  put_dataset(file, "vocabulary", H5T_STD_U32LE, 1, &size, H5P_DEFAULT);
}

static void test_forged(void **state) {
  (void)state;
  static const struct {
    change make;
    const char *message;
  } forgeries[] = {{change_layers, "'layers' is 1025, not from 1 to 1024"},
                   {change_layers_down, "'model/blocks.2.ln1.weight' is missing"},
                   {change_heads, "3 heads do not divide 8 channels"},
                   {change_vocabulary, "its vocabulary has another size"},
                   {change_all_sizes, "too small for the shape"},
                   {remove_step, "HDF5: "},
                   {remove_head, "'model/head.weight' is missing"},
                   {remove_moment, "'optimizer/v/pos_emb' is missing"},
                   {reshape_head, "'model/head.weight' has other sizes"},
                   {flatten_head, "has another number of dimensions"},
                   {retype_head, "'model/head.weight' has another type"},
                   {empty_head, "do not have the hash"},
                   {chunk_head, "a dataset that is not stored in one piece"},
                   {move_head_to_other_file, "a part that lockstep does not write"},
                   {link_head_to_other_file, "a part that lockstep does not write"},
                   {link_model_to_other_file, "a part that lockstep does not write"},
                   {link_head_softly, "a link elsewhere"},
                   {share_head, "an object with several names"},
                   {put_group_at_head, "HDF5: "},
                   {change_kind, "neither a corpus nor a checkpoint"},
                   {change_hash, "'config_hash' is not as it must be"},
                   {unend_config, "its config has no end"},
                   {stretch_vocabulary, "'vocabulary' has an impossible size"},
                   {zero_vocabulary, "vocabulary: ids 0 and 1"}};
  for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
    forge("good.h5", "forged.h5", forgeries[i].make);
    must_refuse(read_and_free("forged.h5"), LK_BAD_DATA, "forged.h5: damaged (",
                forgeries[i].message);
  }
}

static void change_nothing(hid_t file) {
  (void)file;
}

/* Else the test above would prove nothing. */
static void test_forging_alone_is_harmless(void **state) {
  (void)state;
  forge("good.h5", "forged.h5", change_nothing);
  must(read_and_free("forged.h5"));
}

static void test_nothing_leaks(void **state) {
  (void)state;
  uint64_t alive = lk_allocations_alive();
  must(read_and_free("good.h5"));
  forge("good.h5", "forged.h5", empty_head);
  assert_int_equal(read_and_free("forged.h5"), LK_BAD_DATA);
  assert_int_equal(lk_allocations_alive(), alive);
  assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static const char python_test[] =
    "import h5py, numpy as np\n"
    "f = h5py.File('good.h5', 'r')\n"
    "state = {name: np.array(d) for name, d in f['model'].items()}\n"
    "assert state['blocks.1.mlp.0.weight'].shape == (32, 8)\n"
    "assert state['pos_emb'].shape == (1, 8, 8)\n"
    "assert state['head.weight'].dtype == np.float32\n"
    "assert len(state) == 2 + 2 * 16 + 3\n"
    "values = np.fromfile('values.bin', np.float32)\n"
    "total = sum(a.size for a in state.values())\n"
    "assert total == values.size\n"
    "assert (state['tok_emb.weight'].ravel() == values[:40]).all()\n"
    "assert (state['head.weight'].ravel() == values[-40:]).all()\n"
    "assert f.attrs['kind'].decode() == 'checkpoint' and f.attrs['step'] == 12\n"
    "assert f['config'][()].decode().startswith('seed: 1\\n')\n"
    "assert list(f['vocabulary']) == [0x25A1, 0x2047, 97, 0xE9, 0x1F600]\n"
    "datasets = []\n"
    "f.visititems(lambda n, d: datasets.append(d) if isinstance(d, h5py.Dataset) else "
    "None)\n"
    "assert len(datasets) == 3 * len(state) + 2\n"
    "assert all(len(d.attrs['unit']) > 1 and len(d.attrs['description']) > 1 for d in "
    "datasets)\n"
    "assert f.userblock_size == 512\n";

/* h5py is Debian's, and another python3 may stand before Debian's in the path. */
static const char *find_python(void) {
  static const char *const candidates[] = {"/usr/bin/python3", "python3"};
  char command[100];
  for (int i = 0; i < 2; i++) {
    snprintf(command, sizeof command, "%s -c 'import h5py' 2>/dev/null", candidates[i]);
    if (system(command) == 0) return candidates[i];
  }
  return NULL;
}

static void test_h5py(void **state) {
  (void)state;
  char command[100];
  const char *python = find_python();
  if (!python) {
    print_message("SKIPPED: python3 has no h5py\n");
    skip();
  }
  lk_checkpoint *checkpoint = make_checkpoint(0);
  must(lk_file_write("values.bin", checkpoint->trained.values,
                     checkpoint->trained.table->count * sizeof(float)));
  lk_checkpoint_free(checkpoint);
  write_text("test.py", python_test);
  snprintf(command, sizeof command, "%s test.py", python);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_without_moments),
      cmocka_unit_test(test_scan),
      cmocka_unit_test(test_sites),
      cmocka_unit_test(test_options),
      cmocka_unit_test(test_rotary_of_before),
      cmocka_unit_test(test_many_tensors),
      cmocka_unit_test(test_same_content_is_same_file),
      cmocka_unit_test(test_threads_write_different_files),
      cmocka_unit_test(test_kinds),
      cmocka_unit_test(test_useless_numbers),
      cmocka_unit_test(test_commands_refuse_useless_numbers),
      cmocka_unit_test(test_bit_flips),
      cmocka_unit_test(test_truncation),
      cmocka_unit_test(test_foreign),
      cmocka_unit_test(test_unwritable),
      cmocka_unit_test(test_disk_that_ends),
      cmocka_unit_test(test_forged),
      cmocka_unit_test(test_forging_alone_is_harmless),
      cmocka_unit_test(test_nothing_leaks),
      cmocka_unit_test(test_h5py),
  };
  return cmocka_run_group_tests(tests, write_good, remove_folder);
}
