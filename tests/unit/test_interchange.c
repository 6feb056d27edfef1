/* The files of other programs: numbers, safetensors written and read, and files that lie.
 */
#include "data_files.h"
#include "interchange/architecture.h"
#include "interchange/json.h"
#include "lockstep/nn.h"
#include "lockstep/tensor_file.h"
#include <math.h>

/* Every half is its own float, and comes back; what is between two goes to the nearer, by
 * the compiler's own conversion where it has one. */
static void test_halves(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 65536; i++) {
    uint8_t bytes[2] = {(uint8_t)i, (uint8_t)(i >> 8)}, again[2];
    float value;
    lk_numbers_to_float(&value, bytes, LK_NUMBER_F16, 1);
    if (isnan(value)) continue;
    lk_numbers_of_float(again, &value, LK_NUMBER_F16, 1);
    assert_memory_equal(bytes, again, 2);
    if (i % 1024 != 1023) { /* the middle of it and the next, in both signs */
      uint8_t next[2] = {(uint8_t)(i + 1), (uint8_t)((i + 1) >> 8)};
      float above, middle;
      lk_numbers_to_float(&above, next, LK_NUMBER_F16, 1);
      if (!isfinite(above)) continue;
      middle = (value + above) / 2;
      lk_numbers_of_float(again, &middle, LK_NUMBER_F16, 1);
      assert_memory_equal(again, i % 2 ? next : bytes, 2);
    }
  }
}

static void test_float_edges(void **state) {
  static const struct {
    float value;
    uint16_t half, bfloat;
  } edges[] = {{65504, 0x7BFF, 0x4780},       {65519.99f, 0x7BFF, 0x4780},
               {65520, 0x7C00, 0x4780},       {1e30f, 0x7C00, 0x714A},
               {-0.0f, 0x8000, 0x8000},       {0x1p-25f, 0, 0x3300},
               {0x1.8p-25f, 1, 0x3340},       {INFINITY, 0x7C00, 0x7F80},
               {1.00390625f, 0x3C04, 0x3F80}, {1.01171875f, 0x3C0C, 0x3F82}};
  (void)state;
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
    uint8_t half[2], bfloat[2];
    lk_numbers_of_float(half, &edges[i].value, LK_NUMBER_F16, 1);
    lk_numbers_of_float(bfloat, &edges[i].value, LK_NUMBER_BF16, 1);
    assert_int_equal(half[0] | half[1] << 8, edges[i].half);
    assert_int_equal(bfloat[0] | bfloat[1] << 8, edges[i].bfloat);
  }
}

static lk_status give(void *context, int place, float *to) {
  (void)context;
  for (int i = 0; i < 6; i++)
    to[i] = (float)(10 * place + i);
  return LK_OK;
}

static void test_what_is_written_is_read(void **state) {
  const lk_new_tensor tensors[] = {{"a", 2, {2, 3}, 6}, {"b", 1, {6}, 6}};
  const lk_file_fact facts[] = {{"format", "pt"}, {"key", "v\"alue"}};
  const lk_new_file file = {tensors, 2, LK_NUMBER_F32, give, NULL, facts, 2};
  lk_tensor_file *read;
  float values[6];
  (void)state;
  const char *path = temporary_text("");
  assert_int_equal(lk_safetensors_write(path, &file), LK_OK);
  assert_int_equal(lk_safetensors_open(&read, path), LK_OK);
  assert_int_equal(lk_tensor_file_count(read), 2);
  const lk_file_tensor *b = lk_tensor_file_find(read, "b");
  assert_true(b && b->rank == 1 && b->size[0] == 6 && b->at % 8 == 0);
  assert_int_equal(lk_tensor_file_read(read, b, 2, 3, values), LK_OK);
  assert_true(values[0] == 12 && values[2] == 14);
  assert_string_equal(lk_tensor_file_fact(read, 1)->value, "v\"alue");
  assert_null(lk_tensor_file_fact(read, 2));
  assert_int_equal(truncate(path, 100), 0);
  assert_int_equal(lk_tensor_file_read(read, b, 0, 6, values), LK_NO_INPUT);
  lk_tensor_file_close(read);
}

/* A file with this header, of a length that it claims, and so many bytes behind it. */
static lk_status open_bad(const char *header, uint64_t claimed, size_t data) {
  size_t size = strlen(header), whole = 8 + size + data;
  char *bytes = calloc(whole, 1);
  lk_tensor_file *file;
  for (int i = 0; i < 8; i++)
    bytes[i] = (char)(claimed >> 8 * i);
  memcpy(bytes + 8, header, size);
  lk_status status = lk_safetensors_open(&file, temporary_file(bytes, whole));
  free(bytes);
  assert_true((status == LK_OK) == (file != NULL));
  lk_tensor_file_close(file);
  return status;
}

#define T(name, type, shape, begin, end)                                                   \
  "\"" name "\":{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" begin    \
  "," end "]}"

static void test_files_that_lie(void **state) {
  static const struct {
    const char *header;
    size_t data;
    const char *message;
  } bad[] = {
      {"{" T("a", "F32", "2", "0", "8") "}", 7, "cut short"},
      {"{" T("a", "F32", "2", "0", "8") "}", 9, "1 bytes behind the last tensor"},
      {"{" T("a", "F32", "2", "0", "8") "," T("b", "F32", "2", "4", "12") "}", 12,
       "overlaps"},
      {"{" T("a", "F32", "2", "0", "8") "," T("b", "F32", "2", "9", "17") "}", 17,
       "a gap of 1"},
      {"{" T("a", "F32", "1", "0", "4") "," T("a", "F32", "1", "4", "8") "}", 8, "twice"},
      {"{" T("a", "F33", "1", "0", "4") "}", 4, "dtype that is known: F33"},
      {"{" T("a", "F32", "3", "0", "8") "}", 8, "has not the bytes"},
      {"{" T("a", "F32", "-2", "0", "8") "}", 8, "no shape"},
      {"{" T("a", "F32", "1.5", "0", "6") "}", 6, "no shape"},
      {"{" T("a", "F32", "4294967296,4294967296,2", "0", "0") "}", 0, "has not the bytes"},
      {"{" T("a", "F32", "1,1,1,1,1,1,1,1,1", "0", "4") "}", 4, "no shape"},
      {"{" T("a", "F32", "2", "8", "0") "}", 8, "no shape or no data_offsets"},
      {"{" T("a", "F32", "2", "0", "1e300") "}", 8, "no shape or no data_offsets"},
      {"{\"a\":1}", 0, "is no tensor"},
      {"{\"__metadata__\":{\"a\":1}}", 0, "no text"},
      {"[]", 0, "no object of JSON"},
      {"{\"a", 0, "no object of JSON"},
      {"{}  x", 0, "no object of JSON"},
      {"{\"\xff\":1}", 0, "invalid UTF-8"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(open_bad(bad[i].header, strlen(bad[i].header), bad[i].data),
                     LK_BAD_DATA);
    assert_message(bad[i].message, NULL);
  }
}

static void test_headers_that_lie(void **state) {
  lk_tensor_file *file;
  (void)state;
  assert_int_equal(open_bad("{}", 3, 0), LK_BAD_DATA);
  assert_int_equal(open_bad("{}", UINT64_C(1) << 62, 0), LK_BAD_DATA);
  assert_int_equal(open_bad("{}", 20 << 20, 20 << 20), LK_BAD_DATA);
  assert_message("more than", NULL);
  assert_int_equal(open_bad("{}", 2, 0), LK_OK); /* no tensors are nothing wrong */
  assert_int_equal(lk_safetensors_open(&file, "."), LK_NO_INPUT);
  assert_int_equal(lk_safetensors_open(&file, "nowhere"), LK_NO_INPUT);
}

/* The real files of others, where they are. */
static void test_real_files(void **state) {
  lk_tensor_file *file;
  (void)state;
  assert_int_equal(
      lk_safetensors_open(&file, experiment_file("interchange/csm-voices.safetensors")),
      LK_OK);
  const lk_file_tensor *tokens = lk_tensor_file_find(file, "tokens");
  assert_true(tokens && tokens->number == LK_NUMBER_I64 && tokens->rank == 3);
  assert_int_equal(tokens->size[1], 982);
  assert_int_equal(lk_tensor_file_read(file, tokens, 0, 1, &(float){0}), LK_BAD_DATA);
  lk_tensor_file_close(file);
  assert_int_equal(
      lk_safetensors_open(&file, experiment_file("interchange/jfk-codes.safetensors")),
      LK_OK);
  const lk_file_tensor *codes = lk_tensor_file_find(file, "codes");
  assert_true(codes && codes->count == 2 * 828 && codes->bytes == 13248);
  lk_tensor_file_close(file);
}

/* GPT-2's own config.json, of somebody who packed its weights: that is named, and without
 * it the shape is GPT-2's. */
static void test_a_real_config(void **state) {
  cJSON *config;
  lk_naming naming;
  lk_shape s;
  (void)state;
  assert_int_equal(lk_json_read(&config, experiment_file("tokenizers/gpt2-config.json")),
                   LK_OK);
  assert_int_equal(lk_architecture_read(config, "config.json", &naming, &s), LK_BAD_DATA);
  assert_message("quantization_config is {\"bits\":4", NULL);
  cJSON_DeleteItemFromObject(config, "quantization_config");
  assert_int_equal(lk_architecture_read(config, "config.json", &naming, &s), LK_OK);
  cJSON_Delete(config);
  assert_int_equal(naming, LK_NAMING_gpt2);
  assert_true(s.layers == 12 && s.heads == 12 && s.channels == 768 && s.block == 1024);
  assert_true(s.vocabulary == 50257 && !s.mlp && s.tied && s.activation == LK_GELU_TANH);
}

/* What C reads otherwise than others do is refused, wherever it stands. */
static void test_json_that_is_read_in_two_ways(void **state) {
  static const struct {
    const char *text, *message; /* NULL: it is read */
  } texts[] = {
      {"{\"a\":\"b\\u0000c\"}", "has a zero in a text, at byte 8"},
      {"{\"a\":[{\"\\\\\\u0000\":1}]}", "has a zero in a text, at byte 11"},
      {"{\"a\":\"\\\\u0000\",\"b\":\"\\u0001\"}", NULL},
      {"{\"a\":1,\"b\":2,\"a\":1}", "has the key 'a' twice in an object"},
      {"{\"b\":[7,{\"c\":{\"a\":1,\"\\u0061\":2}}]}", "has the key 'a' twice"},
      {"{\"a\":{\"a\":[{\"a\":1},{\"a\":1}],\"A\":1}}", NULL},
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    cJSON *object;
    lk_status status = lk_json_read(&object, temporary_text(texts[i].text));
    assert_int_equal(status, texts[i].message ? LK_BAD_DATA : LK_OK);
    assert_true((status == LK_OK) == (object != NULL));
    if (texts[i].message) assert_message(texts[i].message, NULL);
    cJSON_Delete(object);
  }
}

#define NEOX                                                                               \
  "{\"model_type\":\"gpt_neox\",\"num_hidden_layers\":1,\"num_attention_heads\":1,"        \
  "\"hidden_size\":8,\"max_position_embeddings\":8,\"vocab_size\":9,"                      \
  "\"hidden_act\":\"gelu\","
#define FACTOR ",\"partial_rotary_factor\":0.5"
#define ANGLES(more)                                                                       \
  "\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":10000" more "}}"

/* The share of a head that is turned stands in two places, of which one may be empty. */
static void test_the_share_that_is_turned(void **state) {
  static const struct {
    const char *text;
    double share; /* 0: refused */
  } configs[] = {
      {NEOX ANGLES(""), 0.25},
      {NEOX ANGLES(FACTOR), 0.5},
      {NEOX "\"rotary_pct\":0.5}", 0.5},
      {NEOX "\"rotary_pct\":0.5," ANGLES(""), 0.5},
      {NEOX "\"rotary_pct\":0.5," ANGLES(FACTOR), 0.5},
      {NEOX "\"rotary_pct\":0.25," ANGLES(FACTOR), 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
    cJSON *config;
    lk_naming naming;
    lk_shape s;
    assert_int_equal(lk_json_read(&config, temporary_text(configs[i].text)), LK_OK);
    lk_status status = lk_architecture_read(config, "config.json", &naming, &s);
    cJSON_Delete(config);
    assert_int_equal(status, configs[i].share > 0 ? LK_OK : LK_BAD_DATA);
    if (status == LK_OK)
      assert_true(s.rotary_share == configs[i].share);
    else
      assert_message("rotary_pct is", "partial_rotary_factor", NULL);
  }
}

/* What transformers counts of the config.json that is written, int(size * rotary_pct). */
static int count_of_others(const lk_shape *shape) {
  cJSON *config = lk_architecture_write(shape, 0, LK_NUMBER_F32);
  char *text = cJSON_PrintUnformatted(config);
  cJSON *read = cJSON_Parse(text);
  double share = cJSON_GetNumberValue(cJSON_GetObjectItem(read, "rotary_pct"));
  cJSON_free(text);
  cJSON_Delete(config);
  cJSON_Delete(read);
  return (int)(shape->channels / shape->heads * share);
}

/* A share as it may be typed, of nine digits, and as another file may have it. */
static void test_others_turn_as_many(void **state) {
  (void)state;
  for (int size = 2; size <= 256; size++)
    for (int turned = 2; turned <= size; turned += 2) {
      char typed[32];
      lk_shape shape = {.layers = 1,
                        .heads = 2,
                        .channels = 2 * size,
                        .block = 8,
                        .positions = LK_ROTARY_POSITIONS};
      snprintf(typed, sizeof typed, "%.9f", (double)turned / size);
      const double shares[] = {atof(typed), lk_rotary_share(turned, size)};
      for (int i = 0; i < 2; i++) {
        shape.rotary_share = shares[i];
        assert_int_equal(lk_rotary_channels(&shape), turned);
        assert_int_equal(count_of_others(&shape), turned);
      }
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_halves),
                                     cmocka_unit_test(test_float_edges),
                                     cmocka_unit_test(test_what_is_written_is_read),
                                     cmocka_unit_test(test_files_that_lie),
                                     cmocka_unit_test(test_headers_that_lie),
                                     cmocka_unit_test(test_real_files),
                                     cmocka_unit_test(test_a_real_config),
                                     cmocka_unit_test(test_json_that_is_read_in_two_ways),
                                     cmocka_unit_test(test_the_share_that_is_turned),
                                     cmocka_unit_test(test_others_turn_as_many)};
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
