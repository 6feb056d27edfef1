/* GGUF files made byte by byte, and files that lie. */
#include "data_files.h"
#include "lockstep/tensor_file.h"

enum { U8 = 0, I8 = 1, U32 = 4, F32 = 6, BOOL = 7, TEXT = 8, ARRAY = 9, TYPES = 13 };
enum { GGML_F32 = 0, GGML_Q8_0 = 8, GGML_Q4_K = 12, GGML_UNKNOWN = 99 };

/* A file as it grows. */
static struct {
  char bytes[4096];
  size_t size;
} made;

static void number(uint64_t value, int width) {
  for (int i = 0; i < width; i++)
    made.bytes[made.size++] = (char)(value >> 8 * i);
}

static void bytes(const char *text, size_t size) {
  memcpy(made.bytes + made.size, text, size);
  made.size += size;
}

static void text(const char *chars) {
  number(strlen(chars), 8);
  bytes(chars, strlen(chars));
}

static void begin(uint64_t tensors, uint64_t facts) {
  memset(&made, 0, sizeof made);
  bytes("GGUF\3\0\0", 8);
  number(tensors, 8);
  number(facts, 8);
}

static void fact(const char *key, int type, uint64_t value, int width) {
  text(key);
  number((uint64_t)type, 4);
  number(value, width);
}

static void tensor(const char *name, uint64_t columns, uint64_t rows, uint64_t type,
                   uint64_t at) {
  text(name);
  number(2, 4);
  number(columns, 8);
  number(rows, 8);
  number(type, 4);
  number(at, 8);
}

/* The alignment's rest, and so many bytes behind it. */
static void numbers(size_t size) {
  made.size = (made.size + 31) / 32 * 32 + size;
}

static lk_status open_made(lk_tensor_file **file) {
  return lk_gguf_open(file, temporary_file(made.bytes, made.size));
}

static void refuse(const char *message) {
  lk_tensor_file *file;
  assert_int_equal(open_made(&file), LK_BAD_DATA);
  assert_null(file);
  assert_message(message, NULL);
}

static void test_what_stands_is_read(void **state) {
  lk_tensor_file *file;
  float values[64];
  (void)state;
  begin(2, 5);
  fact("a.byte", I8, 0xFE, 1);
  fact("a.real", F32, 0x3F000000, 4);
  fact("a.truth", BOOL, 1, 1);
  text("a.text");
  number(TEXT, 4);
  text("words");
  fact("a.list", ARRAY, TEXT, 4);
  number(2, 8);
  text("one");
  text("");
  tensor("q", 64, 1, GGML_Q8_0, 0);
  tensor("f", 2, 3, GGML_F32, 96); /* 68 bytes, and to a multiple of 32 */
  numbers(96 + 24);
  char *block = made.bytes + made.size - 120;
  memcpy(block, "\0\x38\x81\x7F", 4); /* 0.5; -127, 127 */
  assert_int_equal(open_made(&file), LK_OK);
  static const char *const said[][2] = {{"a.byte", "-2"},
                                        {"a.real", "0.5"},
                                        {"a.truth", "true"},
                                        {"a.text", "words"},
                                        {"a.list", "2 texts"}};
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    assert_string_equal(lk_tensor_file_says(file, said[i][0]), said[i][1]);
  assert_null(lk_tensor_file_says(file, "a"));
  const lk_file_tensor *q = lk_tensor_file_find(file, "q");
  assert_true(q && q->size[0] == 1 && q->size[1] == 64 && q->bytes == 68);
  assert_int_equal(lk_tensor_file_read(file, q, 0, 64, values), LK_OK);
  assert_true(values[0] == -63.5f && values[1] == 63.5f && values[63] == 0);
  assert_int_equal(lk_tensor_file_find(file, "f")->size[0], 3);
  lk_tensor_file_close(file);
}

static void test_tensors_that_lie(void **state) {
  static const struct {
    uint64_t columns, type, at;
    size_t size;
    const char *message;
  } second[] = {
      {8, GGML_F32, 0, 32, "overlaps"},
      {8, GGML_F32, 64, 96, "a gap of 32"},
      {8, GGML_F32, 33, 96, "no multiple of the alignment"},
      {8, GGML_F32, 32, 63, "cut short"},
      {8, GGML_F32, 32, 96, "32 bytes behind"},
      {8, GGML_F32, 1 << 20, 64, "behind the file's end"},
      {8, GGML_Q8_0, 32, 64, "no whole blocks"},
      {UINT64_C(1) << 61, GGML_F32, 32, 64, "more numbers than"},
      {256, GGML_UNKNOWN, 32, 64, "type that is not known: 99"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
    begin(2, 0);
    tensor("one", 4, 2, GGML_F32, 0);
    tensor("two", second[i].columns, 1, second[i].type, second[i].at);
    numbers(second[i].size);
    refuse(second[i].message);
  }
  begin(2, 0);
  tensor("one", 8, 1, GGML_F32, 0);
  tensor("one", 8, 1, GGML_F32, 32);
  numbers(64);
  refuse("twice");
}

static void test_facts_that_lie(void **state) {
  (void)state;
  begin(0, 2);
  fact("k", U8, 1, 1);
  fact("k", U8, 1, 1);
  refuse("'k' is there twice");
  begin(0, 1);
  fact("kind", TYPES, 1, 4);
  refuse("no type that is known: 13");
  begin(0, 1);
  fact("list", ARRAY, ARRAY, 4);
  number(0, 8);
  refuse("arrays in an array");
  begin(0, 1);
  fact("list", ARRAY, U32, 4);
  number(UINT64_C(1) << 62, 8);
  refuse("elements");
  begin(0, 1);
  fact("list", ARRAY, TEXT, 4);
  number(UINT64_C(1) << 62, 8);
  refuse("cut short");
  begin(0, 1);
  fact("general.alignment", U32, 12, 4);
  refuse("general.alignment is 12");
  begin(0, 1);
  number(3, 8);
  bytes("a\0b", 3);
  fact("", U8, 1, 1);
  refuse("a name at byte 24");
  begin(0, 1);
  number(UINT64_MAX, 8);
  fact("k", U8, 1, 1);
  refuse("cut short");
}

static void test_starts_that_lie(void **state) {
  lk_tensor_file *file;
  (void)state;
  begin(0, 0);
  assert_int_equal(open_made(&file), LK_OK); /* nothing is nothing wrong */
  lk_tensor_file_close(file);
  made.size--;
  refuse("too short");
  begin(UINT64_MAX, 0);
  refuse("more than it can");
  begin(0, 3);
  refuse("more than it can");
  begin(0, 0);
  made.bytes[4] = 1;
  refuse("version 1, not 2 or 3");
  begin(0, 0);
  memcpy(made.bytes + 4, "\0\0\0\3", 4);
  refuse("big-endian");
  assert_int_equal(lk_gguf_open(&file, "nowhere"), LK_NO_INPUT);
}

/* A block of half the numbers at 1/127 of the largest, and the middle between two. */
static void test_blocks_are_rounded_as_ggmls(void **state) {
  float values[32] = {127, -127, 0.5f, -0.5f, 1.49f}, back[32];
  uint8_t block[34];
  (void)state;
  lk_numbers_of_float(block, values, LK_NUMBER_Q8_0, 32);
  assert_memory_equal(block, "\0\x3C\x7F\x81\1\xFF\1\0", 8);
  lk_numbers_to_float(back, block, LK_NUMBER_Q8_0, 32);
  assert_true(back[0] == 127 && back[2] == 1 && back[3] == -1 && back[5] == 0);
  memset(values, 0, sizeof values);
  lk_numbers_of_float(block, values, LK_NUMBER_Q8_0, 32);
  assert_memory_equal(block, "\0\0\0\0", 4);
}

/* Numbers that are packed in another way are named, and nothing is made of them. */
static void test_other_blocks_are_named(void **state) {
  lk_tensor_file *file;
  float value;
  (void)state;
  begin(1, 0);
  tensor("packed", 256, 1, GGML_Q4_K, 0);
  numbers(160);
  assert_int_equal(open_made(&file), LK_OK);
  const lk_file_tensor *packed = lk_tensor_file_find(file, "packed");
  assert_int_equal(packed->bytes, 144);
  assert_int_equal(lk_tensor_file_read(file, packed, 0, 256, &value), LK_BAD_DATA);
  assert_message("'packed' has numbers of kind Q4_K, not F32", NULL);
  lk_tensor_file_close(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_stands_is_read),
                                     cmocka_unit_test(test_tensors_that_lie),
                                     cmocka_unit_test(test_facts_that_lie),
                                     cmocka_unit_test(test_starts_that_lie),
                                     cmocka_unit_test(test_other_blocks_are_named),
                                     cmocka_unit_test(test_blocks_are_rounded_as_ggmls)};
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
