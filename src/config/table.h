/* The keys as data, and the steps of reading a config: private to src/config. */
#ifndef LOCKSTEP_CONFIG_TABLE_H
#define LOCKSTEP_CONFIG_TABLE_H

#include "lockstep/config.h"

typedef enum { LK_TYPE_text, LK_TYPE_count, LK_TYPE_real, LK_TYPE_choice } lk_key_type;

typedef struct {
  const char *name; /* with section and dot */
  lk_key_type type;
  const char *initial; /* the default as text */
  size_t offset;       /* of the field in lk_config */
  int bits;            /* the trained numbers depend on it */
  const char *help;
  uint64_t least, most;    /* of a count */
  double minimum, maximum; /* of a real */
  int open;                /* the minimum itself is not allowed */
  const char *names;       /* of a choice, "a|b|c"; of a count, a word for LK_CONFIG_AUTO */
} lk_key;

extern const lk_key lk_config_keys[LK_CONFIG_KEY_COUNT];

enum { LK_KEY_NAME_SIZE = 64 }; /* no known key is longer */

/* Index of a key by its full name, or -1. */
int lk_config_find_key(const char *name);

/* The known key whose name, with or without its section, is the fewest edits away. */
const char *lk_config_nearest_key(const char *name);

/* The first key of this section; -1: it has none. */
int lk_config_find_section(const char *name);

/* The key's value from text; `origin` says where from in the message. Leaves the field
 * alone on failure: LK_USAGE. */
lk_status lk_config_set_value(lk_config *config, int key, const char *text,
                              const char *origin);

/* The key's value as text: the field's own, or written into `number`. */
const char *lk_config_value_text(const lk_config *config, int key, char number[32]);

/* Gives keys the values that follow from others'. LK_USAGE where they are given, too. */
lk_status lk_config_derive(lk_config *config);

/* As few digits as give the same number back. */
void lk_config_write_real(double value, char number[32]);

/* What values a key takes ("a whole number from 1 to 1024"), for messages and help. */
void lk_config_describe_limits(const lk_key *key, char *text, size_t size);

/* One of a list of corpora in YAML. */
typedef struct {
  char *file, *weight; /* weight NULL: not given */
  char number[32];     /* room for the weight of one that is written */
} lk_config_part;

/* The values of a YAML text, NULL where a key is not given, and their lines (first is 1).
 */
typedef struct {
  char *text[LK_CONFIG_KEY_COUNT];
  lk_config_part *corpora; /* (corpora_count) instead of a text */
  unsigned corpora_count;
  char **samples; /* (samples_count), the same */
  unsigned samples_count;
} lk_config_values;

/* The text of a list in YAML, and back; *text and *block and values->corpora are the
 * caller's (lk_free). LK_USAGE for a comma in a file's name. */
lk_status lk_config_join_corpora(const lk_config_values *values, const char *origin,
                                 char **text);
lk_status lk_config_split_corpora(const lk_config *config, lk_config_values *values,
                                  char **block);

/* The same of samples. LK_USAGE for a '|' in one. */
lk_status lk_config_join_samples(const lk_config_values *values, const char *origin,
                                 char **text);

/* LK_USAGE unless the text is such a list, or empty. */
lk_status lk_config_check_corpora(const char *text, const char *origin);

/* "2,1": what the bits depend on, empty where the one corpus could be `corpus`. The caller
 * owns *text (lk_free). */
lk_status lk_config_weights(const lk_config *config, char **text);

/* Checks the text's structure: lines[key] is the key's line, 0 when it is not there.
 * LK_USAGE naming path and line: not YAML, an unknown or duplicate key, an alias, a value
 * that is no scalar, a section that is no mapping. */
lk_status lk_config_scan_lines(const char *path, const char *yaml, size_t size,
                               int lines[LK_CONFIG_KEY_COUNT]);

/* Loads a text that lk_config_scan_lines accepts and that has keys: release with
 * lk_config_free_values. */
lk_status lk_config_load_values(const char *path, const char *yaml, size_t size,
                                lk_config_values **values);
void lk_config_free_values(lk_config_values *values);

#endif
