/* Questions, split by person into train, dev and test. */
#ifndef LOCKSTEP_CLI_QUESTIONS_SET_H
#define LOCKSTEP_CLI_QUESTIONS_SET_H

#include "cli/questions/wording.h"
#include <stdint.h>
#include <stdio.h>

typedef enum { LK_PART_TRAIN, LK_PART_DEV, LK_PART_TEST, LK_PARTS } lk_question_part;

/* The files of the folder: one a part, and test's questions without the answers. */
enum { LK_SET_INPUTS = LK_PARTS, LK_SET_FILES };

typedef struct {
  uint64_t seed;
  double shares[LK_PARTS];
  FILE *files[LK_SET_FILES]; /* in memory, until all of them are there */
  char *bytes[LK_SET_FILES];
  size_t sizes[LK_SET_FILES];
  uint64_t *names; /* hashes of those seen, 0: free; open addressing */
  size_t name_count, name_room;
  uint64_t counts[LK_PARTS];
} lk_question_set;

/* The shares, as "80,10,10". LK_USAGE: no three numbers from 0 up, or all 0. */
lk_status lk_set_shares(lk_question_set *set, const char *shares);

/* lk_set_free in any case. */
lk_status lk_set_begin(lk_question_set *set);

/* Nonzero when the person is new. */
lk_status lk_set_is_new(lk_question_set *set, lk_words_of name, int *is_new);

/* Which part the person is in depends on the name, the seed and the shares alone: whoever
 * else is there, it stays. */
void lk_set_add(lk_question_set *set, lk_words_of name, const char *question,
                lk_words_of answer);

/* Writes the files into a new folder, which is there whole or not at all; `report` is one
 * more file. LK_IO; LK_USAGE when there is something of that name already, unless it is an
 * empty folder. */
lk_status lk_set_write(lk_question_set *set, const char *folder, const char *report);

/* The same refusal, before any work. */
lk_status lk_set_check(const char *folder);

void lk_set_free(lk_question_set *set);

#endif
