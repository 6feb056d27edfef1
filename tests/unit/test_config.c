/* The configuration: values, origins, every kind of mistake, and writing it back. */
#include "lockstep/config.h"
#include "lockstep/file.h"
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/schedule.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char file[] = "/tmp/lockstep-config-XXXXXX";

static int make_file(void **state) {
  (void)state;
  int descriptor = mkstemp(file);
  return descriptor < 0 || close(descriptor);
}

static int remove_file(void **state) {
  (void)state;
  return unlink(file);
}

/* Reads the YAML text with one argument, or none if it is NULL. */
static lk_status read_text(lk_config **config, const char *yaml, const char *argument) {
  char *arguments[] = {(char *)argument};
  assert_int_equal(lk_file_write(file, yaml, strlen(yaml)), LK_OK);
  return lk_config_read(config, file, argument != NULL, arguments);
}

static lk_config *accept(const char *yaml, const char *argument) {
  lk_config *config;
  if (read_text(&config, yaml, argument) != LK_OK) fail_msg("%s", lk_message());
  return config;
}

/* The message must be "FILE, line N: ..." (line 0: the argument) with `part` in it. */
static void refuse(const char *yaml, const char *argument, int line, const char *part) {
  char start[64];
  lk_config *config;
  if (line)
    snprintf(start, sizeof start, "%s, line %d: ", file, line);
  else
    snprintf(start, sizeof start, "argument 1 (%.20s", argument);
  assert_int_equal(read_text(&config, yaml, argument), LK_USAGE);
  assert_null(config);
  if (strncmp(lk_message(), start, strlen(start)) || !strstr(lk_message(), part))
    fail_msg("'%s' does not begin with '%s' or lacks '%s'", lk_message(), start, part);
}

static void test_defaults(void **state) {
  (void)state;
  lk_config *config;
  assert_int_equal(lk_config_read(&config, NULL, 0, NULL), LK_OK);
  assert_string_equal(config->corpus, "");
  assert_string_equal(config->resume, "auto");
  assert_int_equal(config->batch_size, 128);
  assert_int_equal(config->shards, 8);
  assert_int_equal(config->model_layers, 4);
  assert_int_equal(config->kernels, LK_KERNELS_FAST);
  assert_int_equal(config->schedule_kind, LK_SCHEDULE_COSINE);
  assert_true(config->learning_rate == 6e-3);
  assert_true(config->epsilon == 1e-8);
  assert_false(lk_config_is_set(config, "batch_size"));
  assert_string_equal(lk_config_origin(config, "batch_size"), "default");
  lk_config_free(config);
  lk_config_free(NULL);
}

static void test_file_without_keys(void **state) {
  (void)state;
  static const char *const empty[] = {"", "\n\n", "# a comment\n", "---\n{}\n"};
  for (int i = 0; i < 4; i++) {
    lk_config *config = accept(empty[i], NULL);
    assert_int_equal(config->batch_size, 128);
    lk_config_free(config);
  }
}

/* A default that follows another key is written out as a value like others. */
static void test_defaults_that_follow_another_key(void **state) {
  (void)state;
  char *window, *yaml;
  lk_config *config = accept("objective: {kind: language}\n", NULL);
  assert_int_equal(lk_config_value(config, "objective.window", &window), LK_OK);
  assert_string_equal(window, "every");
  lk_free(window);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  lk_config_free(config);
  config = accept(yaml, "objective.kind=corruption");
  assert_int_equal(lk_config_value(config, "objective.window", &window), LK_OK);
  assert_string_equal(window, "every");
  lk_free(window);
  lk_free(yaml);
  lk_config_free(config);
  config = accept("objective: {kind: language, window: random}\n", NULL);
  assert_int_equal(lk_config_value(config, "objective.window", &window), LK_OK);
  assert_string_equal(window, "random");
  lk_free(window);
  lk_config_free(config);
}

/* … and so is a number that another one makes. */
static void test_numbers_that_follow_others(void **state) {
  (void)state;
  static const char given[] = "batch_tokens: 1000\nshards: 4\n"
                              "schedule: {warmup_documents: 30}\nmodel: {block: 64}\n";
  char *yaml;
  lk_config *config = accept(given, NULL);
  assert_int_equal(config->batch_size, 16);
  assert_int_equal(config->schedule_warmup_tokens, 30 * 64);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  lk_config_free(accept(yaml, NULL));
  lk_free(yaml);
  lk_config_free(config);
  refuse(given, "batch_size=12", 1, "'batch_tokens' makes 'batch_size' 16");
  refuse("batch_doublings: 1\n", NULL, 1, "do nothing without each other; set both");
  refuse("batch_doubling_tokens: 9\n", NULL, 1, "do nothing without each other; set both");
  refuse("micro_tokens: 127\n", NULL, 1, "must be at least 'model.block' 128");
}

static void test_values_and_origins(void **state) {
  (void)state;
  char origin[64];
  lk_config *config = accept("corpus: data/wiki text.txt # ours\n"
                             "seed: 007\n"
                             "schedule:\n"
                             "  kind: wave\n"
                             "  minimum: 0\n"
                             "model: {layers: 2, block: 64}\n"
                             "kernels: \"reference\"\n"
                             "learning_rate: 6e-4\n",
                             "model.layers=3");
  assert_string_equal(config->corpus, "data/wiki text.txt");
  assert_int_equal(config->seed, 7);
  assert_int_equal(config->schedule_kind, LK_SCHEDULE_WAVE);
  assert_true(config->schedule_minimum == 0.0);
  assert_int_equal(config->model_layers, 3);
  assert_int_equal(config->model_block, 64);
  assert_int_equal(config->kernels, LK_KERNELS_REFERENCE);
  assert_true(config->learning_rate == 0.0006);
  snprintf(origin, sizeof origin, "%s, line 4", file);
  assert_string_equal(lk_config_origin(config, "schedule.kind"), origin);
  assert_string_equal(lk_config_origin(config, "model.layers"),
                      "argument 1 (model.layers=3)");
  assert_true(lk_config_is_set(config, "model.block"));
  assert_false(lk_config_is_set(config, "model.heads"));
  lk_config_free(config);
}

/* Keys and shape say the same, and a model to start from wins over what is not set. */
static void test_shape(void **state) {
  (void)state;
  lk_config *config = accept("model: {layers: 2, positions: rotary}\n", "model.heads=2");
  lk_shape shape = lk_config_shape(config, 99);
  const lk_shape expected = {.layers = 2,
                             .heads = 2,
                             .channels = 256,
                             .block = 128,
                             .vocabulary = 99,
                             .positions = LK_ROTARY_POSITIONS};
  assert_memory_equal(&shape, &expected, sizeof shape);
  shape.channels = 24;
  assert_int_equal(lk_config_adopt_shape(config, &shape, "a.h5"), LK_OK);
  assert_int_equal(config->model_channels, 24);
  shape.heads = 4;
  assert_int_equal(lk_config_adopt_shape(config, &shape, "a.h5"), LK_USAGE);
  assert_non_null(strstr(lk_message(), "argument 1 (model.heads=2): model.heads is 2, but "
                                       "the model of a.h5 has 4; "));
  shape.heads = 2;
  shape.positions = LK_LEARNED_POSITIONS;
  assert_int_equal(lk_config_adopt_shape(config, &shape, "a.h5"), LK_USAGE);
  assert_non_null(strstr(lk_message(), "model.positions is rotary, but the model of a.h5 "
                                       "has learned; "));
  assert_int_equal(config->model_positions, LK_ROTARY_POSITIONS);
  lk_config_free(config);
}

/* A value is what stands behind the first '=', to the letter. */
static void test_argument_texts(void **state) {
  (void)state;
  static const char *const texts[] = {
      "1e5",   "007",    "a b",  "a=b",      "bücher/größe", "a: b",  "",
      "\"q\"", "it's",   "- x",  " lead",    "trail ",       "#no",   "null",
      "a ~",   "[1, 2]", "{a}",  "\\n",      "\xc2\xa0hard", "*star", "&and",
      "!tag",  "|",      "日本", "%percent", "yes"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char argument[64], *yaml;
    snprintf(argument, sizeof argument, "run=%s", texts[i]);
    lk_config *config = accept("", argument);
    assert_string_equal(config->run, texts[i]);
    assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
    lk_config *again = accept(yaml, NULL);
    assert_string_equal(again->run, texts[i]);
    lk_free(yaml);
    lk_config_free(config);
    lk_config_free(again);
  }
}

/* Every control character there is, in every key that is a text. */
static void test_control_characters(void **state) {
  (void)state;
  static const char *const keys[] = {"corpus", "questions",  "dev",          "init",
                                     "run",    "stop_after", "probe.config", "resume"};
  for (int c = 1; c < 0xa0; c = c == 0x1f ? 0x7f : c + 1) {
    char argument[64], part[64], text[3] = {(char)c, 0, 0};
    if (c >= 0x80) memcpy(text, (char[]){(char)0xc2, (char)c}, 2);
    snprintf(argument, sizeof argument, "%s=é%s.h5", keys[c % 8], text);
    snprintf(part, sizeof part, "character 2 of '%s' is a control character (U+%04X)",
             keys[c % 8], (unsigned)c);
    refuse("", argument, 0, part);
  }
  refuse("seed: 1\nrun: \"x\\n\\nranks[0]\"\n", NULL, 2,
         "character 2 of 'run' is a control");
  refuse("model:\n  layers: 1\nprobe:\n  config: \"\\e[2J\"\n", NULL, 4,
         "character 1 of 'probe.config' is a control character (U+001B)");
  refuse("run: |\n  folder\n", NULL, 1,
         "character 7 of 'run' is a control character (U+000A)");
}

static void test_long_text_survives(void **state) {
  (void)state;
  char text[4000], argument[4010], *yaml;
  for (size_t i = 0; i < sizeof text - 1; i++)
    text[i] = i % 7 == 3 ? ' ' : (char)('a' + i % 26);
  text[sizeof text - 1] = '\0';
  snprintf(argument, sizeof argument, "run=%s", text);
  lk_config *config = accept("", argument);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  lk_config *again = accept(yaml, NULL);
  assert_string_equal(again->run, text);
  lk_free(yaml);
  lk_config_free(config);
  lk_config_free(again);
}

static void test_later_arguments_win(void **state) {
  (void)state;
  char *arguments[] = {"seed=2", "batch_size=64", "seed=3"};
  lk_config *config;
  assert_int_equal(lk_config_read(&config, NULL, 3, arguments), LK_OK);
  assert_int_equal(config->seed, 3);
  assert_string_equal(lk_config_origin(config, "seed"), "argument 3 (seed=3)");
  lk_config_free(config);
}

static void test_length_by_argument(void **state) {
  (void)state;
  lk_config *config = accept("epochs: 650\n", "steps=20");
  assert_int_equal(config->steps, 20);
  assert_int_equal(config->epochs, 0);
  assert_false(lk_config_is_set(config, "epochs"));
  lk_config_free(config);
  config = accept("steps: 20\n", "epochs=3");
  assert_int_equal(config->steps, 0);
  assert_int_equal(config->epochs, 3);
  lk_config_free(config);
  config = accept("epochs: 650\n", "steps=0");
  assert_int_equal(config->epochs, 650);
  lk_config_free(config);
  refuse("epochs: 650\nsteps: 3\n", NULL, 2, "'steps' and 'epochs' are both given");
}

static void test_numbers_accepted(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
  } reals[] = {{"6e-3", 6e-3}, {"0.006", 6e-3}, {"1", 1}, {".5", .5}, {"+2.E1", 20}};
  for (int i = 0; i < 5; i++) {
    char argument[64];
    snprintf(argument, sizeof argument, "learning_rate=%s", reals[i].text);
    lk_config *config = accept("", argument);
    assert_true(config->learning_rate == reals[i].value);
    lk_config_free(config);
  }
  lk_config *config = accept("seed: 9223372036854775807\n", "schedule.warmup_tokens=10240");
  assert_true(config->seed == INT64_MAX);
  assert_int_equal(config->schedule_warmup_tokens, 10240);
  lk_config_free(config);
}

static void test_numbers_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"steps=abc",
                                      "steps=",
                                      "steps=-1",
                                      "steps=+1",
                                      "steps=1.0",
                                      "steps=1e5",
                                      "steps=10_240",
                                      "steps=0x10",
                                      "steps=12abc",
                                      "steps= 3",
                                      "steps=1 2",
                                      "dropout=",
                                      "dropout=nan",
                                      "dropout=inf",
                                      "dropout=-inf",
                                      "dropout=0x1",
                                      "dropout=0.1x",
                                      "dropout=e",
                                      "dropout=1e-1e",
                                      "dropout=1,5",
                                      "dropout=-0.1",
                                      "dropout=0.96",
                                      "learning_rate=0",
                                      "learning_rate=1e400",
                                      "learning_rate=1e-400",
                                      "steps=99999999999999999999",
                                      "seed=9223372036854775808",
                                      "shards=0",
                                      "shards=65536",
                                      "model.layers=0",
                                      "model.layers=1025",
                                      "model.block=7",
                                      "threads=[1]",
                                      "precision=fp16",
                                      "precision=",
                                      "kernels=FAST",
                                      "kernels=fast|reference",
                                      "schedule.kind=wav"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    refuse("", wrong[i], 0, "' must be ");
  refuse("steps: [1, 2]\n", NULL, 1, "'steps' is a list");
  refuse("a:\n", NULL, 1, "unknown key 'a'");
  refuse("\n\nbatch_size: many\n", NULL, 3,
         "'batch_size' must be a whole number from 1 to 1048576, not 'many'");
  refuse("dropout: 1\n", NULL, 1, "'dropout' must be a number from 0 to 0.95, not '1'");
  refuse("clip:\n", NULL, 1, "'clip' must be a number from 0 to 1e+09, not ''");
  refuse("learning_rate: 0\n", NULL, 1, "must be a number above 0 up to 1000, not '0'");
  refuse("epsilon: 1e-50\n", NULL, 1, "'epsilon' is 1e-50, which is 0 in fp32");
  refuse("", "learning_rate=1e-39", 0, "'learning_rate' is 1e-39, which is 0 in fp32");
  refuse("", "weight_decay=2e-45", 0, "'weight_decay' is 2e-45, which is 0 in fp32");
  refuse("dropout: 7e-6\n", NULL, 1, "'dropout' 7e-06 would drop nothing");
  refuse("kernels: slow\n", NULL, 1, "must be one of fast|reference, not 'slow'");
}

static void test_unknown_keys(void **state) {
  (void)state;
  refuse("seed: 1\nbatchsize: 3\n", NULL, 2,
         "unknown key 'batchsize'; did you mean 'batch_size'?");
  refuse("model:\n  layer: 3\n", NULL, 2,
         "unknown key 'model.layer'; did you mean 'model.layers'?");
  refuse("layers: 3\n", NULL, 1, "did you mean 'model.layers'?");
  refuse("shedule:\n  kind: wave\n", NULL, 1, "unknown key 'shedule'");
  refuse("model.layers: 3\n", NULL, 1, "write 'layers' indented below 'model:'");
  refuse("", "learnin_rate=3", 0, "did you mean 'learning_rate'?");
  refuse("", "warmup_tokens=3", 0, "did you mean 'schedule.warmup_tokens'?");
  refuse("", "model=3", 0, "unknown key 'model'");
  refuse("", "seed", 0, "must be key=value");
  refuse("", "=3", 0, "must be key=value");
}

static void test_structure(void **state) {
  (void)state;
  refuse("seed: 1\nrun: a\nseed: 2\n", NULL, 3, "'seed' is given again, first in line 1");
  refuse("model:\n  heads: 1\n  heads: 1\n", NULL, 3, "'model.heads' is given again");
  refuse("model:\n  heads: 1\nmodel:\n  layers: 1\n", NULL, 3,
         "'model' is given again, first in line 1");
  refuse("corpora:\n- file: a\n  file: b\n", NULL, 3,
         "'file' is given again, first in line 2");
  refuse("corpora: [{file: a, weight: 1, weight: 2}]\n", NULL, 1,
         "'weight' is given again");
  refuse("samples: [a, [b]]\n", NULL, 1, "'one of samples' is a list");
  refuse("run:\n  - a\n", NULL, 2, "'run' is a list");
  refuse("run:\n  a: b\n", NULL, 2, "'run' is a section; it takes one value");
  refuse("model: 3\n", NULL, 1, "'model' is a section; write its keys");
  refuse("model:\nseed: 1\n", NULL, 1, "'model' is a section");
  refuse("model: [1]\n", NULL, 1, "'model' is a section");
  refuse("model:\n  layers: [1]\n", NULL, 2, "'model.layers' is a list");
  refuse("run: &a x\ninit: *a\n", NULL, 2, "'init' is an alias");
  refuse("[seed]: 1\n", NULL, 1, "a key must be plain text");
  refuse("\"seed\\0s\": 1\n", NULL, 1, "a key must be plain text");
  refuse("seed: 1\nrun: \"a\\0b\"\n", NULL, 2, "'run' has a NUL character");
  refuse("- seed\n", NULL, 1, "must be 'key: value' lines");
  refuse("seed\n", NULL, 1, "must be 'key: value' lines");
  refuse("seed: 1\n---\nseed: 2\n", NULL, 2, "a second YAML document");
}

static void test_broken_yaml(void **state) {
  (void)state;
  refuse("seed: 1\nrun: 'open\n", NULL, 3, "not YAML");
  refuse("run: a: b\n", NULL, 1, "not YAML");
  refuse("seed: 1\n\trun: a\n", NULL, 2, "a tab: YAML indents by blanks");
  refuse("model:\n\tlayers: 2\n", NULL, 2, "a tab: YAML indents by blanks");
  refuse("model:\n  layers: 2\n  \theads: 2\n", NULL, 3, "a tab: YAML indents by blanks");
  refuse("\tseed: 1\n", NULL, 1, "a tab: YAML indents by blanks");
  refuse("seed: 1\nrun: a\n  b: c\n", NULL, 3, "not YAML");
  refuse("seed: 1\nrun: \x01\n", NULL, 2, "not YAML: control characters");
  refuse("seed: 1\n\nrun: \xff\n", NULL, 3, "not YAML");
  refuse("run: *missing\n", NULL, 1, "alias");
  refuse("", "run=\xff", 0, "must be UTF-8");
}

static void test_keys_that_do_not_fit(void **state) {
  (void)state;
  refuse("seed: 1\nshards: 6\n", NULL, 2, "'shards' must be a power of two, not 6");
  refuse("batch_size: 12\n", NULL, 1, "'batch_size' 12 must be a multiple of 'shards' 8");
  refuse("shards: 256\n", NULL, 1, "'batch_size' 128 must be a multiple of 'shards' 256");
  refuse("", "model.heads=3", 0, "'model.heads' 3 must divide 'model.channels' 256");
  refuse("model:\n  channels: 12\n", NULL, 2, "'model.heads' 8 must divide");
  refuse("model:\n  kv_heads: 3\n", NULL, 2, "'model.kv_heads' 3 must divide");
  refuse("", "model.kv_heads=16", 0, "'model.kv_heads' 16 must divide 'model.heads' 8");
}

static void test_missing_file(void **state) {
  (void)state;
  lk_config *config;
  assert_int_equal(lk_config_read(&config, "/nowhere/x.yaml", 0, NULL), LK_NO_INPUT);
  assert_non_null(strstr(lk_message(), "/nowhere/x.yaml"));
  assert_int_equal(lk_config_read(&config, "/tmp", 0, NULL), LK_NO_INPUT);
  assert_non_null(strstr(lk_message(), "folder"));
  assert_null(config);
}

static void test_large_file(void **state) {
  (void)state;
  lk_config *config;
  assert_int_equal(truncate(file, (off_t)1 << 40), 0);
  assert_int_equal(lk_config_read(&config, file, 0, NULL), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "has more than the"));
  assert_null(config);
}

/* Every key given, none with its default, so that a key left out would show. */
static const char all_keys[] =
    "corpus: c\nquestions: q\ninit: i\nrun: r\nsteps: 5\nbatch_size: 96\n"
    "learning_rate: 0.1234567890123456\nshards: 32\nseed: 9223372036854775807\n"
    "precision: fp32\ndropout: 0.3333333333333333\ncheckpoint_every: 7\nkeep_last: 9\n"
    "resume: never\nthreads: 2\nkernels: reference\nweight_decay: 1e-17\nbeta1: 0.8\n"
    "beta2: 0.7\nepsilon: 1e-30\nclip: 0\nlog_seconds: 0.5\n"
    "model:\n  layers: 1\n  heads: 2\n  channels: 4\n  block: 8\n"
    "schedule:\n  kind: constant\n  warmup_tokens: 1\n  decay_epochs: 2\n  minimum: 1\n";

/* Others read YAML 1.1, in which 1e-8 is a text and on a truth value. */
static void test_emission_has_its_types(void **state) {
  static const char *const lines[] = {"\nlearning_rate: 6.0e-05\n",
                                      "\nepsilon: 1.5e-08\n",
                                      "\nclip: 1\n",
                                      "\noverlap: 'on'\n",
                                      "\nrun: 'No'\n",
                                      "\njsonl: true\n",
                                      "file: 'off'\n  weight: 1.0e-05\n"};
  (void)state;
  char *yaml;
  lk_hash before, after;
  lk_config *config = accept("corpora: [{file: off, weight: 1e-5}]\nrun: No\noverlap: on\n"
                             "learning_rate: 6e-5\nepsilon: 1.5e-8\nclip: 1\njsonl: true\n",
                             NULL);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    if (!strstr(yaml, lines[i])) fail_msg("no '%s' in %s", lines[i], yaml);
  lk_config *again = accept(yaml, NULL);
  assert_int_equal(lk_config_hash(config, &before), LK_OK);
  assert_int_equal(lk_config_hash(again, &after), LK_OK);
  assert_string_equal(before.hex, after.hex);
  assert_string_equal(again->run, "No");
  lk_free(yaml);
  lk_config_free(again);
  lk_config_free(config);
}

static void test_emission_round_trip(void **state) {
  (void)state;
  char *yaml, *yaml_again, difference[200];
  lk_hash hash, hash_again;
  lk_config *config = accept(all_keys, NULL);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  lk_config *again = accept(yaml, NULL);
  assert_int_equal(lk_config_emit(again, &yaml_again), LK_OK);
  assert_string_equal(yaml, yaml_again);
  assert_true(config->learning_rate == again->learning_rate);
  assert_true(config->dropout == again->dropout);
  assert_true(config->epsilon == again->epsilon);
  assert_true(again->seed == INT64_MAX);
  assert_int_equal(again->steps, 5);
  assert_int_equal(again->schedule_kind, LK_SCHEDULE_CONSTANT);
  assert_string_equal(again->resume, "never");
  assert_true(lk_config_is_set(again, "model.block"));
  assert_int_equal(lk_config_hash(config, &hash), LK_OK);
  assert_int_equal(lk_config_hash(again, &hash_again), LK_OK);
  assert_string_equal(hash.hex, hash_again.hex);
  assert_int_equal(lk_config_difference(config, again, difference, sizeof difference), 0);
  lk_free(yaml);
  lk_free(yaml_again);
  lk_config_free(config);
  lk_config_free(again);
}

/* One argument more than all_keys: does it change the hash, and is it named? */
static void check_bits(const char *argument, int matters, const char *expected) {
  char text[200] = "";
  lk_hash before, after;
  lk_config *a = accept(all_keys, NULL), *b = accept(all_keys, argument);
  assert_int_equal(lk_config_hash(a, &before), LK_OK);
  assert_int_equal(lk_config_hash(b, &after), LK_OK);
  assert_int_equal(strcmp(before.hex, after.hex) != 0, matters);
  assert_int_equal(lk_config_difference(a, b, text, sizeof text), matters);
  assert_string_equal(text, expected);
  lk_config_free(a);
  lk_config_free(b);
}

static void test_hash_and_difference(void **state) {
  (void)state;
  check_bits("seed=1", 1, "seed: 9223372036854775807 here, 1 there");
  check_bits("learning_rate=0.5", 1, "learning_rate: 0.1234567890123456 here, 0.5 there");
  check_bits("batch_size=32", 1, "batch_size: 96 here, 32 there");
  check_bits("shards=16", 1, "shards: 32 here, 16 there");
  check_bits("threads=1", 1, "threads: 2 here, 1 there");
  check_bits("kernels=fast", 1, "kernels: reference here, fast there");
  check_bits("model.layers=2", 1, "model.layers: 1 here, 2 there");
  check_bits("dropout_at=hidden", 1, "dropout_at: all here, hidden there");
  check_bits("label_smoothing=0", 0, "");
  check_bits("focus=2", 1, "focus: 0 here, 2 there");
  check_bits("label_smoothing=0.1", 1, "label_smoothing: 0 here, 0.1 there");
  check_bits("schedule.kind=wave", 1, "schedule.kind: constant here, wave there");
  static const char *const free_keys[] = {
      "run=x",    "corpus=x",           "questions=x", "init=x",      "steps=6",
      "epochs=6", "checkpoint_every=1", "keep_last=1", "resume=auto", "log_seconds=1"};
  for (int i = 0; i < 10; i++)
    check_bits(free_keys[i], 0, "");
}

/* What the first runs' checkpoints hold: they go on only where it stays, whatever keys came
 * since. */
static void test_hash_of_first_runs(void **state) {
  (void)state;
  lk_hash hash;
  lk_config *config = accept("", NULL);
  assert_int_equal(lk_config_hash(config, &hash), LK_OK);
  assert_string_equal(hash.hex, "3c2bc22b44f6f663bf50b40fa306879c");
  lk_config_free(config);
}

/* Nothing of what was read or refused stays behind. */
static void test_memory(void **state) {
  (void)state;
  uint64_t alive = lk_allocations_alive();
  lk_config *config = accept(all_keys, "steps=3");
  lk_config_free(config);
  refuse("seed: x\n", NULL, 1, "seed");
  refuse("seed: 1\n", "seed=x", 0, "seed");
  assert_int_equal(lk_allocations_alive(), alive);
}

/* The time that stop_after=text allows. */
static lk_status time_limit(const char *text, double *seconds) {
  char argument[32];
  snprintf(argument, sizeof argument, "stop_after=%s", text);
  lk_config *config = accept("", argument);
  lk_status status = lk_config_time_limit(config, seconds);
  lk_config_free(config);
  return status;
}

static void durations_add_up(void **state) {
  (void)state;
  const struct {
    const char *text;
    double seconds;
  } good[] = {{"", 0},          {"90", 90},      {"90s", 90},    {"45m", 2700},
              {"3h30m", 12600}, {"1d2h", 93600}, {"1.5h", 5400}, {"2m3s", 123}};
  double seconds;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(time_limit(good[i].text, &seconds), LK_OK);
    assert_true(seconds == good[i].seconds);
  }
}

static void no_folder_is_called_home(void **state) {
  (void)state;
  refuse("steps: 1\nrun: ~/runs/x\n", NULL, 2, "write the folder out, or ./~/runs/x");
  refuse("checkpoint_copy: ~/far\n", NULL, 1, "'checkpoint_copy' is '~/far'");
  refuse("run: ~\n", NULL, 1, "write the folder out, or ./~ if");
  refuse("", "run=~root/x", 0, "write the folder out, or ./~root/x");
  lk_config_free(accept("run: ./~/runs\n", "checkpoint_copy=~far"));
}

static void other_times_are_refused(void **state) {
  (void)state;
  const char *bad[] = {"soon", "3x",  "-5m", "h",   "inf",   "3h30x", "nan", "1h30",
                       "0x10", "1e3", " 5",  "5 m", "30m1h", "1h1h",  ".5h", "1..5h"};
  double seconds;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(time_limit(bad[i], &seconds), LK_USAGE);
    assert_non_null(strstr(lk_message(), "argument 1"));
    assert_non_null(strstr(lk_message(), bad[i]));
  }
}

/* It is a number that nobody can give, written as the word, and checkpoints are then
 * written beside training, unless the config says otherwise. */
static void a_word_leaves_a_number_to_the_run(void **state) {
  (void)state;
  char *yaml;
  lk_config *config = accept("checkpoint_every: auto\n", NULL);
  assert_true(config->checkpoint_every == LK_CONFIG_AUTO);
  assert_int_equal(config->checkpoint_write, 1);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  assert_non_null(strstr(yaml, "checkpoint_every: auto\n"));
  lk_free(yaml);
  lk_config_free(config);
  config = accept("checkpoint_every: auto\n", "checkpoint_write=wait");
  assert_int_equal(config->checkpoint_write, 0);
  lk_config_free(config);
  refuse("checkpoint_every: often\n", NULL, 1, "from 0 to 281474976710656, or auto");
  refuse("keep_last: auto\n", NULL, 1, "a whole number");
}

/* As a list in YAML and as an argument; written as a list. */
static void corpora_are_a_list(void **state) {
  (void)state;
  static const char yaml[] = "corpora:\n- {file: a.h5, weight: 2}\n- {file: 'b:c.h5'}\n";
  const lk_config_source source = {"config.yaml", yaml, sizeof yaml - 1};
  lk_config *config, *again;
  lk_config_corpus *list;
  size_t count;
  char *text;
  assert_int_equal(lk_config_parse(&config, &source, 0, NULL), LK_OK);
  assert_string_equal(config->corpora, "a.h5:2,b:c.h5:1");
  assert_string_equal(lk_config_origin(config, "corpora"), "config.yaml, line 1");
  assert_int_equal(lk_config_corpora(config, &list, &count), LK_OK);
  assert_int_equal(count, 2);
  assert_string_equal(list[1].file, "b:c.h5");
  assert_true(list[0].weight == 2 && list[1].weight == 1);
  lk_free(list);
  assert_int_equal(lk_config_emit(config, &text), LK_OK);
  const lk_config_source written = {"written.yaml", text, strlen(text)};
  assert_int_equal(lk_config_parse(&again, &written, 0, NULL), LK_OK);
  assert_string_equal(again->corpora, config->corpora);
  lk_free(text);
  lk_config_free(again);
  again = accept("corpora: [{file: a, weight: 1e-1}]\n", "corpora=a:1e-1,b:.5");
  assert_int_equal(lk_config_corpora(again, &list, &count), LK_OK);
  assert_true(count == 2 && list[0].weight == 0.1 && list[1].weight == 0.5);
  lk_free(list);
  lk_config_free(again);
  refuse("", "corpora=a:+1", 0, "must be a number above 0");
  refuse("", "corpora=a:0x1", 0, "must be a number above 0");
  char argument[] = "corpus=c.txt", *arguments[] = {argument};
  assert_int_equal(lk_config_parse(&again, &source, 1, arguments), LK_OK);
  assert_string_equal(again->corpora, "");
  assert_int_equal(lk_config_corpora(again, &list, &count), LK_OK);
  assert_int_equal(count, 1);
  assert_string_equal(list[0].file, "c.txt");
  lk_free(list);
  lk_config_free(again);
  lk_config_free(config);
}

/* The bits depend on the weights, not on where the files are. */
static void samples_are_a_list(void **state) {
  (void)state;
  char **list, *yaml;
  unsigned count;
  lk_config *config = accept("samples: [The town of, 'She was', \"\"]\n", NULL);
  assert_string_equal(config->samples, "The town of|She was|");
  assert_int_equal(lk_config_samples(config, &list, &count), LK_OK);
  assert_int_equal(count, 3);
  assert_string_equal(list[0], "The town of");
  assert_string_equal(list[1], "She was");
  assert_string_equal(list[2], "");
  lk_free(list);
  assert_int_equal(lk_config_emit(config, &yaml), LK_OK);
  lk_config *again = accept(yaml, NULL);
  assert_string_equal(again->samples, config->samples);
  lk_free(yaml);
  lk_config_free(again);
  lk_config_free(config);
  refuse("samples: Ada\n", NULL, 1, "'samples' is a list");
  refuse("samples: [[Ada]]\n", NULL, 1, "takes one value");
  refuse("samples: ['a|b']\n", NULL, 1, "has a '|'");
  refuse("samples: ['']\n", NULL, 1, "'samples' is one empty text");
}

static void weights_of_corpora_are_bits(void **state) {
  (void)state;
  static const struct {
    const char *here, *there, *difference; /* NULL: none */
  } cases[] = {
      {"corpora=a:2,b:1", "corpora=x/a:2.0,y/b", NULL},
      {"corpora=a:2,b:1", "corpora=a:1,b:1", "weights of corpora: 2,1 here, 1,1 there"},
      {"corpora=a:1,b:1", "corpus=a", "weights of corpora: 1,1 here, none there"},
      {"corpora=a:1", "corpus=a", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *here[] = {(char *)cases[i].here}, *there[] = {(char *)cases[i].there}, text[256];
    lk_config *one, *other;
    lk_hash a, b;
    assert_int_equal(lk_config_read(&one, NULL, 1, here), LK_OK);
    assert_int_equal(lk_config_read(&other, NULL, 1, there), LK_OK);
    assert_int_equal(lk_config_hash(one, &a), LK_OK);
    assert_int_equal(lk_config_hash(other, &b), LK_OK);
    int differs = lk_config_difference(one, other, text, sizeof text);
    assert_int_equal(differs, cases[i].difference != NULL);
    assert_int_equal(differs, strcmp(a.hex, b.hex) != 0);
    if (differs) assert_string_equal(text, cases[i].difference);
    lk_config_free(one);
    lk_config_free(other);
  }
}

static void bad_corpora_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *yaml, *message;
  } cases[] = {
      {"corpora: a.h5\n", "line 1: 'corpora' is a list"},
      {"corpora:\n- a.h5\n", "line 2: one of 'corpora' must be {file: …, weight: …}"},
      {"corpora:\n- {weight: 2}\n", "line 2: one of 'corpora' has no file"},
      {"corpora:\n- {file: a, wight: 2}\n", "line 2: unknown key 'wight' in 'corpora'"},
      {"corpora:\n- {file: a, weight: 0}\n", "line 1: the weight of 'a' in 'corpora'"},
      {"corpora:\n- {file: a, weight: -1}\n", "must be a number above 0"},
      {"corpora: [{file: a, weight: '1,b:1'}]\n", "not '1,b:1'; write FILE:WEIGHT"},
      {"corpora:\n- {file: a, weight: [1]}\n", "line 2: 'weight' is a list"},
      {"corpora:\n- {file: 'a,b'}\n", "has a comma in its name"},
      {"corpora:\n- {file: ''}\n", "has a part without a file"},
      {"corpus: a\ncorpora:\n- {file: a}\n", "'corpus' and 'corpora' are both given"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const lk_config_source source = {"config.yaml", cases[i].yaml, strlen(cases[i].yaml)};
    lk_config *config;
    assert_int_equal(lk_config_parse(&config, &source, 0, NULL), LK_USAGE);
    if (!strstr(lk_message(), cases[i].message)) fail_msg("%s", lk_message());
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(corpora_are_a_list),
      cmocka_unit_test(samples_are_a_list),
      cmocka_unit_test(weights_of_corpora_are_bits),
      cmocka_unit_test(bad_corpora_are_refused),
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_file_without_keys),
      cmocka_unit_test(test_defaults_that_follow_another_key),
      cmocka_unit_test(test_numbers_that_follow_others),
      cmocka_unit_test(test_emission_has_its_types),
      cmocka_unit_test(test_values_and_origins),
      cmocka_unit_test(test_shape),
      cmocka_unit_test(test_argument_texts),
      cmocka_unit_test(test_control_characters),
      cmocka_unit_test(test_long_text_survives),
      cmocka_unit_test(test_later_arguments_win),
      cmocka_unit_test(test_length_by_argument),
      cmocka_unit_test(test_numbers_accepted),
      cmocka_unit_test(test_numbers_refused),
      cmocka_unit_test(test_unknown_keys),
      cmocka_unit_test(test_structure),
      cmocka_unit_test(test_broken_yaml),
      cmocka_unit_test(test_keys_that_do_not_fit),
      cmocka_unit_test(test_missing_file),
      cmocka_unit_test(test_large_file),
      cmocka_unit_test(test_emission_round_trip),
      cmocka_unit_test(test_hash_and_difference),
      cmocka_unit_test(test_hash_of_first_runs),
      cmocka_unit_test(test_memory),
      cmocka_unit_test(no_folder_is_called_home),
      cmocka_unit_test(durations_add_up),
      cmocka_unit_test(a_word_leaves_a_number_to_the_run),
      cmocka_unit_test(other_times_are_refused),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
