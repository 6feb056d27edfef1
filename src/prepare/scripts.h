/* Scripts, as sets. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_SCRIPTS_H
#define LOCKSTEP_PREPARE_SCRIPTS_H

#include <stdint.h>

#define LK_SCRIPT_ANY UINT64_MAX

/* A range of code points. */
typedef struct {
  uint32_t first, last;
  uint64_t scripts; /* a set; LK_SCRIPT_ANY for marks that every script uses */
} lk_script_range;

/* The range that a code point lies in, or the one without scripts between two. */
lk_script_range lk_scripts_at(uint32_t code_point);

/* The scripts of a language, or LK_SCRIPT_ANY when it is not known. */
uint64_t lk_scripts_of_language(const char *language);

#endif
