/* Values out of and into YAML by libcyaml's schema. Every value is loaded as text and made
 * a number by config_value.c: libcyaml 1.3 would read 010 as 8, 12abc as 12 and -1 as
 * 2^64-1. */
#include "config/table.h"
#include "lockstep/memory.h"
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEMA_OF(key_name, field)                                                         \
  {.key = key_name,                                                                        \
   .data_offset = LK_KEY_##field * sizeof(char *),                                         \
   .value = {CYAML_VALUE_STRING(CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, char, 0,         \
                                CYAML_UNLIMITED)}},

/* The name in its section is what stands behind the section and the dot. */
#define TOP_KEY(field, name, ...)        SCHEMA_OF(name, field)
#define MODEL_KEY(field, name, ...)      SCHEMA_OF(&(name)[sizeof "model"], field)
#define SCHEDULE_KEY(field, name, ...)   SCHEMA_OF(&(name)[sizeof "schedule"], field)
#define OBJECTIVE_KEY(field, name, ...)  SCHEMA_OF(&(name)[sizeof "objective"], field)
#define PROBE_KEY(field, name, ...)      SCHEMA_OF(&(name)[sizeof "probe"], field)
#define VALIDATION_KEY(field, name, ...) SCHEMA_OF(&(name)[sizeof "validation"], field)
#define SYNC_KEY(field, name, ...)       SCHEMA_OF(&(name)[sizeof "sync"], field)
#define EVALUATE_KEY(field, name, ...)   SCHEMA_OF(&(name)[sizeof "evaluate"], field)

/* All sections share the one array of texts. */
#define SECTION(name, fields)                                                              \
  {.key = name,                                                                            \
   .data_offset = 0,                                                                       \
   .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_OPTIONAL, lk_config_values, fields)}},

static const cyaml_schema_field_t model_fields[] = {LK_CONFIG_MODEL(MODEL_KEY)
                                                        CYAML_FIELD_END};
static const cyaml_schema_field_t schedule_fields[] = {LK_CONFIG_SCHEDULE(SCHEDULE_KEY)
                                                           CYAML_FIELD_END};
static const cyaml_schema_field_t objective_fields[] = {LK_CONFIG_OBJECTIVE(OBJECTIVE_KEY)
                                                            CYAML_FIELD_END};
static const cyaml_schema_field_t probe_fields[] = {LK_CONFIG_PROBE(PROBE_KEY)
                                                        CYAML_FIELD_END};
static const cyaml_schema_field_t validation_fields[] = {
    LK_CONFIG_VALIDATION(VALIDATION_KEY) CYAML_FIELD_END};
static const cyaml_schema_field_t sync_fields[] = {LK_CONFIG_SYNC(SYNC_KEY)
                                                       CYAML_FIELD_END};
static const cyaml_schema_field_t evaluate_fields[] = {LK_CONFIG_EVALUATE(EVALUATE_KEY)
                                                           CYAML_FIELD_END};
static const cyaml_schema_field_t part_fields[] = {
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, lk_config_part, file, 0,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("weight", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           lk_config_part, weight, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t part_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, lk_config_part, part_fields)};
static const cyaml_schema_value_t sample_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};
static const cyaml_schema_field_t top_fields[] = {
    LK_CONFIG_TOP(TOP_KEY)
        CYAML_FIELD_SEQUENCE("samples", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                             lk_config_values, samples, &sample_schema, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("corpora", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         lk_config_values, corpora, &part_schema, 0, CYAML_UNLIMITED),
    SECTION("model", model_fields) SECTION("schedule", schedule_fields)
        SECTION("objective", objective_fields) SECTION("probe", probe_fields)
            SECTION("validation", validation_fields) SECTION("sync", sync_fields)
                SECTION("evaluate", evaluate_fields) CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, lk_config_values, top_fields)};

static const cyaml_config_t settings = {.mem_fn = cyaml_mem,
                                        .log_level = CYAML_LOG_ERROR,
                                        .flags =
                                            CYAML_CFG_NO_ALIAS | CYAML_CFG_STYLE_BLOCK};

lk_status lk_config_load_values(const char *path, const char *yaml, size_t size,
                                lk_config_values **values) {
  *values = NULL;
  cyaml_err_t error = cyaml_load_data((const uint8_t *)yaml, size, &settings, &schema,
                                      (cyaml_data_t **)values, NULL);
  if (error == CYAML_OK) return LK_OK;
  return lk_fail(LK_USAGE, "%s: cannot be read as a config: %s", path,
                 cyaml_strerror(error));
}

void lk_config_free_values(lk_config_values *values) {
  cyaml_free(&settings, &schema, values, 0);
}

static lk_status save_values(const lk_config_values *values, char **yaml) {
  char *text = NULL;
  size_t size = 0;
  cyaml_err_t error = cyaml_save_data(&text, &size, &settings, &schema, values, 0);
  if (error != CYAML_OK)
    return lk_fail(LK_INTERNAL, "libcyaml cannot write the config: %s",
                   cyaml_strerror(error));
  lk_status status = LK_NEW(*yaml, size + 1);
  if (status == LK_OK) memcpy(*yaml, text, size);
  settings.mem_fn(settings.mem_ctx, text, 0);
  return status;
}

/* YAML 1.1, which most programs read, takes numbers without a point for texts. */
static void write_point(char number[32]) {
  char *exponent = strchr(number, 'e'), tail[16];
  if (!exponent || strchr(number, '.')) return;
  snprintf(tail, sizeof tail, "%s", exponent);
  snprintf(exponent, (size_t)(number + 32 - exponent), ".0%s", tail);
}

static const char *value_text(const lk_config *config, int key, int typed,
                              char number[32]) {
  const char *text = lk_config_value_text(config, key, number);
  if (typed && lk_config_keys[key].type == LK_TYPE_real) write_point(number);
  return text;
}

static lk_status emit(const lk_config *config, int typed, char **yaml) {
  char numbers[LK_CONFIG_KEY_COUNT][32], *block = NULL;
  lk_config_values values = {.corpora = NULL};
  *yaml = NULL;
  for (int key = 0; key < LK_CONFIG_KEY_COUNT; key++)
    values.text[key] = (char *)value_text(config, key, typed, numbers[key]);
  lk_status status = LK_OK;
  if (*config->corpora) status = lk_config_split_corpora(config, &values, &block);
  for (unsigned i = 0; i < values.corpora_count && typed; i++)
    write_point(values.corpora[i].number);
  if (status == LK_OK)
    status = lk_config_samples(config, &values.samples, &values.samples_count);
  if (status == LK_OK) status = save_values(&values, yaml);
  lk_free(values.corpora);
  lk_free(values.samples);
  lk_free(block);
  return status;
}

/* … and these words for truth values. */
static int is_truth(const char *word, size_t length) {
  static const char *const words[] = {"y", "yes", "n", "no", "on", "off"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == length && !strncasecmp(words[i], word, length)) return 1;
  return 0;
}

/* Of a line "key: value", up to the value; 0 of others: a text that goes on has no ": ",
 * or ends with a quote. */
static size_t before_value(const char *line) {
  size_t indent = strspn(line, " -"), key = strcspn(line + indent, " :\n");
  return strncmp(line + indent + key, ": ", 2) ? 0 : indent + key + 2;
}

static void quote_truth(const char *yaml, FILE *to) {
  for (size_t length; *yaml; yaml += length) {
    length = strcspn(yaml, "\n");
    size_t start = before_value(yaml);
    const char *quote = start && is_truth(yaml + start, length - start) ? "'" : "";
    fprintf(to, "%.*s%s%.*s%s\n", (int)start, yaml, quote, (int)(length - start),
            yaml + start, quote);
    length += yaml[length] == '\n';
  }
}

static lk_status write_types(char **yaml) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (memory) quote_truth(*yaml, memory);
  lk_status status =
      !memory || fclose(memory) ? lk_fail(LK_INTERNAL, "config: out of memory") : LK_OK;
  lk_free(*yaml);
  *yaml = NULL;
  if (status == LK_OK) status = lk_copy_text(yaml, text);
  free(text);
  return status;
}

lk_status lk_config_emit(const lk_config *config, char **yaml) {
  LK_TRY(emit(config, 1, yaml));
  return write_types(yaml);
}

lk_status lk_config_emit_untyped(const lk_config *config, char **yaml) {
  return emit(config, 0, yaml);
}
