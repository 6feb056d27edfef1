#include "lockstep/config.h"
#include "config/table.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Sets a key and notes where its value is from. */
static lk_status take_value(lk_config *config, int key, const char *text,
                            const char *origin) {
  char *copy;
  LK_TRY(lk_config_set_value(config, key, text, origin));
  LK_TRY(lk_copy_text(&copy, origin));
  lk_free(config->origin[key]);
  config->origin[key] = copy;
  return LK_OK;
}

static lk_status take_defaults(lk_config *config) {
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    LK_TRY(lk_config_set_value(config, key, lk_config_keys[key].initial, "default"));
  return LK_OK;
}

static lk_status take_corpora(lk_config *config, const char *path,
                              const lk_config_values *values, int line) {
  char origin[2048], *text = NULL;
  snprintf(origin, sizeof origin, "%s, line %d", path, line);
  LK_TRY(lk_config_join_corpora(values, origin, &text));
  lk_status status = take_value(config, LK_KEY_corpora, text, origin);
  lk_free(text);
  return status;
}

static lk_status take_samples(lk_config *config, const char *path,
                              const lk_config_values *values, int line) {
  char origin[2048], *text = NULL;
  snprintf(origin, sizeof origin, "%s, line %d", path, line);
  LK_TRY(lk_config_join_samples(values, origin, &text));
  lk_status status = take_value(config, LK_KEY_samples, text, origin);
  lk_free(text);
  return status;
}

static lk_status take_values(lk_config *config, const char *path,
                             const lk_config_values *values,
                             const int lines[LK_CONFIG_KEY_COUNT]) {
  char origin[2048];
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++) {
    if (!values->text[key]) continue;
    snprintf(origin, sizeof origin, "%s, line %d", path, lines[key]);
    LK_TRY(take_value(config, key, values->text[key], origin));
  }
  if (values->samples) LK_TRY(take_samples(config, path, values, lines[LK_KEY_samples]));
  return values->corpora ? take_corpora(config, path, values, lines[LK_KEY_corpora])
                         : LK_OK;
}

static lk_status take_yaml(lk_config *config, const char *path, const char *yaml,
                           size_t size) {
  int lines[LK_CONFIG_KEY_COUNT], given = 0;
  lk_config_values *values;
  LK_TRY(lk_config_scan_lines(path, yaml, size, lines));
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    given |= lines[key];
  if (!given) return LK_OK;
  LK_TRY(lk_config_load_values(path, yaml, size, &values));
  lk_status status = take_values(config, path, values, lines);
  lk_config_free_values(values);
  return status;
}

static lk_status take_argument(lk_config *config, int number, const char *argument,
                               int given[LK_CONFIG_KEY_COUNT]) {
  char origin[512], name[256];
  const char *equals = strchr(argument, '=');
  snprintf(origin, sizeof origin, "argument %d (%.400s)", number, argument);
  if (!equals || equals == argument)
    return lk_fail(LK_USAGE, "%s: must be key=value", origin);
  snprintf(name, sizeof name, "%.*s", (int)(equals - argument), argument);
  int key = lk_config_find_key(name);
  if (key < 0)
    return lk_fail(LK_USAGE, "%s: unknown key '%s'; did you mean '%s'?", origin, name,
                   lk_config_nearest_key(name));
  given[key] = 1;
  return take_value(config, key, equals + 1, origin);
}

static void forget_length(lk_config *config, int key, uint64_t *length) {
  lk_free(config->origin[key]);
  config->origin[key] = NULL;
  *length = 0;
}

static lk_status forget_text(lk_config *config, int key) {
  lk_free(config->origin[key]);
  config->origin[key] = NULL;
  return lk_config_set_value(config, key, "", "default");
}

static lk_status take_arguments(lk_config *config, int count, char *const *arguments) {
  int given[LK_CONFIG_KEY_COUNT] = {0};
  for (int i = 0; i < count; i++)
    LK_TRY(take_argument(config, i + 1, arguments[i], given));
  if (given[LK_KEY_steps] && !given[LK_KEY_epochs] && config->steps)
    forget_length(config, LK_KEY_epochs, &config->epochs);
  if (given[LK_KEY_epochs] && !given[LK_KEY_steps] && config->epochs)
    forget_length(config, LK_KEY_steps, &config->steps);
  if (given[LK_KEY_corpus] && !given[LK_KEY_corpora] && *config->corpus)
    LK_TRY(forget_text(config, LK_KEY_corpora));
  if (given[LK_KEY_corpora] && !given[LK_KEY_corpus] && *config->corpora)
    LK_TRY(forget_text(config, LK_KEY_corpus));
  return LK_OK;
}

/* Where the blame lies when two keys do not fit together. */
static const char *origin_of_either(const lk_config *config, int key, int other) {
  return config->origin[key] ? config->origin[key]
                             : lk_config_origin(config, lk_config_keys[other].name);
}

static lk_status check_heads(const lk_config *c) {
  if (c->model_channels % c->model_heads)
    return lk_fail(LK_USAGE,
                   "%s: 'model.heads' %" PRIu64 " must divide 'model.channels' %" PRIu64
                   " evenly",
                   origin_of_either(c, LK_KEY_model_heads, LK_KEY_model_channels),
                   c->model_heads, c->model_channels);
  if (c->model_kv_heads && c->model_heads % c->model_kv_heads)
    return lk_fail(LK_USAGE,
                   "%s: 'model.kv_heads' %" PRIu64 " must divide 'model.heads' %" PRIu64
                   " evenly, or be 0",
                   origin_of_either(c, LK_KEY_model_kv_heads, LK_KEY_model_heads),
                   c->model_kv_heads, c->model_heads);
  return LK_OK;
}

static lk_status check_batch(const lk_config *c) {
  if (c->shards & (c->shards - 1))
    return lk_fail(LK_USAGE, "%s: 'shards' must be a power of two, not %" PRIu64,
                   lk_config_origin(c, "shards"), c->shards);
  if (c->batch_size % c->shards)
    return lk_fail(
        LK_USAGE, "%s: 'batch_size' %" PRIu64 " must be a multiple of 'shards' %" PRIu64,
        origin_of_either(c, LK_KEY_batch_size, LK_KEY_shards), c->batch_size, c->shards);
  if (c->micro_tokens && c->micro_tokens < c->model_block)
    return lk_fail(LK_USAGE,
                   "%s: 'micro_tokens' %" PRIu64 " must be at least 'model.block' %" PRIu64,
                   lk_config_origin(c, "micro_tokens"), c->micro_tokens, c->model_block);
  if (!c->batch_doublings != !c->batch_doubling_tokens)
    return lk_fail(
        LK_USAGE,
        "%s: 'batch_doublings' and 'batch_doubling_tokens' do nothing without "
        "each other; set both",
        origin_of_either(c, LK_KEY_batch_doublings, LK_KEY_batch_doubling_tokens));
  return LK_OK;
}

/* ~ (which is YAML's null, too), ~/FOLDER and ~NAME/FOLDER: a shell replaces it, a YAML
 * text has it, and a folder of that name is easily removed wrongly. */
static lk_status check_home(const lk_config *c, const char *key, const char *path) {
  if (*path != '~' || (path[1] && !strchr(path, '/'))) return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s: '%s' is '%s', but ~ stands for no home here; write the folder out, or "
      "./%s if that is its name",
      lk_config_origin(c, key), key, path, path);
}

static lk_status check_rules(const lk_config *c) {
  LK_TRY(check_home(c, "run", c->run));
  LK_TRY(check_home(c, "checkpoint_copy", c->checkpoint_copy));
  LK_TRY(check_batch(c));
  LK_TRY(check_heads(c));
  if (c->dropout > 0 && lk_keep_scale(c->dropout) <= 1)
    return lk_fail(LK_USAGE,
                   "%s: 'dropout' %g would drop nothing: it is rounded to 65536ths; set it "
                   "to 0 or to 1e-5 and more",
                   lk_config_origin(c, "dropout"), c->dropout);
  if (c->steps && c->epochs)
    return lk_fail(LK_USAGE, "%s: 'steps' and 'epochs' are both given; keep one",
                   lk_config_origin(c, "steps"));
  if (*c->corpus && *c->corpora)
    return lk_fail(LK_USAGE, "%s: 'corpus' and 'corpora' are both given; keep one",
                   lk_config_origin(c, "corpora"));
  if (c->probe_every && !*c->probe_config)
    return lk_fail(LK_USAGE,
                   "%s: 'probe.every' does nothing without 'probe.config'; set both",
                   lk_config_origin(c, "probe.every"));
  if (*c->validation_file && c->validation_share > 0)
    return lk_fail(LK_USAGE,
                   "%s: 'validation.file' and 'validation.share' are both given; keep one",
                   lk_config_origin(c, "validation.file"));
  if (c->patience && !lk_config_validates(c))
    return lk_fail(LK_USAGE,
                   "%s: 'patience' does nothing without held-out documents: set "
                   "'validation.file' or 'validation.share'",
                   lk_config_origin(c, "patience"));
  return LK_OK;
}

static lk_status fill(lk_config *config, const lk_config_source *file, int overrides,
                      char *const *arguments) {
  LK_TRY(take_defaults(config));
  if (file) LK_TRY(take_yaml(config, file->name, file->yaml, file->size));
  LK_TRY(take_arguments(config, overrides, arguments));
  LK_TRY(lk_config_derive(config));
  return check_rules(config);
}

lk_status lk_config_parse(lk_config **out, const lk_config_source *file, int overrides,
                          char *const *arguments) {
  lk_config *config;
  *out = NULL;
  LK_TRY(LK_NEW(config, 1));
  lk_status status = fill(config, file, overrides, arguments);
  if (status == LK_OK)
    *out = config;
  else
    lk_config_free(config);
  return status;
}

enum { MOST = 1 << 20 }; /* bytes of a file */

lk_status lk_config_read(lk_config **out, const char *path, int overrides,
                         char *const *arguments) {
  char *yaml;
  size_t size;
  *out = NULL;
  if (!path) return lk_config_parse(out, NULL, overrides, arguments);
  LK_TRY(lk_file_read_small(path, MOST, &yaml, &size));
  lk_config_source file = {lk_file_name(path), yaml, size};
  lk_status status = lk_config_parse(out, &file, overrides, arguments);
  lk_free(yaml);
  return status;
}

#define FREE_text(field) lk_free(config->field);
#define FREE_count(field)
#define FREE_real(field)
#define FREE_choice(field)
#define FREE_FIELD(field, key, type, ...) FREE_##type(field)

void lk_config_free(lk_config *config) {
  if (!config) return;
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    lk_free(config->origin[key]);
  LK_CONFIG_KEYS(FREE_FIELD)
  lk_free(config);
}

int lk_config_validates(const lk_config *config) {
  return *config->validation_file || config->validation_share > 0;
}

int lk_config_is_set(const lk_config *config, const char *name) {
  int key = lk_config_find_key(name);
  return key >= 0 && config->origin[key];
}

const char *lk_config_origin(const lk_config *config, const char *name) {
  int key = lk_config_find_key(name);
  return key >= 0 && config->origin[key] ? config->origin[key] : "default";
}

lk_status lk_config_value(const lk_config *config, const char *name, char **text) {
  char number[32];
  int key = lk_config_find_key(name);
  *text = NULL;
  if (key < 0)
    return lk_fail(LK_USAGE, "there is no key '%s'; did you mean '%s'?", name,
                   lk_config_nearest_key(name));
  return lk_copy_text(text, lk_config_value_text(config, key, number));
}
