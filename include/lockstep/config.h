/* The configuration: YAML files and key=value arguments. One table of keys (config_keys.h)
 * gives the struct, the YAML schema (libcyaml), ranges, defaults, help and output. */
#ifndef LOCKSTEP_CONFIG_H
#define LOCKSTEP_CONFIG_H

#include "lockstep/config_keys.h"
#include "lockstep/hash.h"
#include "lockstep/linkage.h"

LK_C_BEGIN

#define LK_CONFIG_FIELD(field, key, type, ...) lk_config_##type field;

/* Fields: one a key, `batch_size` for batch_size, `model_layers` for layers under model:.
 * Texts are owned by the config ("" when not given). A choice is the index of its name:
 * schedule_kind is an lk_schedule_kind, kernels an lk_kernels, objective_spans an lk_spans.
 */
typedef struct lk_config {
  LK_CONFIG_KEYS(LK_CONFIG_FIELD)
  char *origin[LK_CONFIG_KEY_COUNT]; /* lk_config_origin's texts, NULL: default */
} lk_config;

/* A config file in memory; its name is for messages. */
typedef struct {
  const char *name, *yaml;
  size_t size;
} lk_config_source;

/* Defaults, then the file or pipe (NULL: none), then the key=value arguments in order.
 * steps and epochs are one setting, as are corpus and corpora: the argument replaces what
 * the file says about either.
 * LK_NO_INPUT; LK_BAD_DATA for a file that is too large to be one; LK_USAGE naming file
 * and line (or the argument) and the nearest known key: unknown, duplicate, mistyped, out
 * of range, at odds with another key, not YAML; a text that is not UTF-8 or has a control
 * character. Not collective. The caller owns *out: lk_config_free. */
lk_status lk_config_read(lk_config **out, const char *path, int overrides,
                         char *const *arguments);
/* The same of a file that was read already. */
lk_status lk_config_parse(lk_config **out, const lk_config_source *file, int overrides,
                          char *const *arguments);
void lk_config_free(lk_config *config);

/* Nonzero when the file or an argument gave the key, e.g. "model.layers". */
int lk_config_is_set(const lk_config *config, const char *key);

/* "FILE, line 7" or "argument 3 (a=b)" or "default": where a key's value is from, for
 * messages. Owned by the config. */
const char *lk_config_origin(const lk_config *config, const char *key);

/* The whole resolved config as YAML text, owned by the caller (lk_free). Reading it back
 * gives the same config, and other programs get numbers for numbers, words for words. */
lk_status lk_config_emit(const lk_config *config, char **yaml);

/* As earlier versions wrote it, whose "6e-05" and "on" YAML 1.1 takes for a text and for a
 * truth value. */
lk_status lk_config_emit_untyped(const lk_config *config, char **yaml);

/* One key's value as text: a name of the table, e.g. "model.layers". LK_USAGE naming the
 * nearest known key otherwise. The caller owns *text: lk_free. */
lk_status lk_config_value(const lk_config *config, const char *key, char **text);

/* Nonzero when the config names or holds out documents to measure the loss of. */
int lk_config_validates(const lk_config *config);

/* The texts of `samples`. The caller owns *list, one block with the texts: lk_free; NULL
 * where there are none. */
lk_status lk_config_samples(const lk_config *config, char ***list, unsigned *count);

typedef struct {
  const char *file;
  double weight; /* above 0 */
} lk_config_corpus;

/* Nonzero when the config names a corpus or several. */
int lk_config_has_corpus(const lk_config *config);

/* The corpora that the config names, be it as `corpora` or as `corpus`, of weight 1. The
 * caller owns *list, one block with its texts: lk_free. */
lk_status lk_config_corpora(const lk_config *config, lk_config_corpus **list,
                            size_t *count);

/* stop_after in seconds: "3h30m", "45m", "90s" or "90"; 0 where it is not given. LK_USAGE,
 * with its origin, for anything else. */
lk_status lk_config_time_limit(const lk_config *config, double *seconds);

/* node_mtbf in seconds, written the same way. LK_USAGE for anything else, and for 0. */
lk_status lk_config_node_mtbf(const lk_config *config, double *seconds);

/* The shape that the keys under model: give, with so many ids. */
lk_shape lk_config_shape(const lk_config *config, int vocabulary);

/* The shape of a model that training starts from becomes the config's. LK_USAGE, naming
 * `model`, when a key was set to something else. */
lk_status lk_config_adopt_shape(lk_config *config, const lk_shape *shape,
                                const char *model);

/* Hash of the keys that the bits of a run depend on (bits column of the table). */
lk_status lk_config_hash(const lk_config *config, lk_hash *hash);

/* The first bits key whose values differ, for messages ("learning_rate: 0.006 here, 0.001
 * there"), written into text; 0 when none does. */
int lk_config_difference(const lk_config *here, const lk_config *there, char *text,
                         int size);

/* For --help: the name of the key at this place of the table, and into `text` its meaning,
 * limits and default. NULL behind the last key. */
const char *lk_config_describe_key(int index, char *text, size_t size);

/* "libcyaml 1.3.1, libyaml 0.2.5". Owned by the library. */
const char *lk_config_libraries(void);

LK_C_END

#endif
