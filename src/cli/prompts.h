/* Prompts, from the command line or a file. */
#ifndef LOCKSTEP_CLI_PROMPTS_H
#define LOCKSTEP_CLI_PROMPTS_H

#include "lockstep/generate.h"

typedef struct {
  lk_prompts prompts;
  lk_prompt *items; /* owned */
  char *text;       /* owned: of a file; NULL: the words', which must stay */
  int lines;        /* nonzero: a prompt is a line */
} lk_prompt_list;

/* A prompt a word. The caller owns what it holds, also after a failure: lk_prompts_release.
 */
lk_status lk_prompts_of_words(lk_prompt_list *list, char **words, size_t count);

/* All ranks: a prompt a line of a file or a pipe, which rank 0 reads; an empty line is an
 * empty prompt. LK_BAD_DATA, with the line, for a NUL byte. */
lk_status lk_prompts_share(lk_world *world, const char *path, lk_prompt_list *list);

void lk_prompts_release(lk_prompt_list *list);

#endif
