/* What is read out of JSON by more than one kind of file. Private to src/text. */
#ifndef LOCKSTEP_TEXT_BPE_JSON_H
#define LOCKSTEP_TEXT_BPE_JSON_H

#include "lockstep/json.h"
#include "text/bpe.h"
#include <cjson/cJSON.h>

const cJSON *lk_json_member(const cJSON *object, const char *name);

/* An id: a whole number from 0 up; -1 for whatever else it is. */
int64_t lk_json_id(const cJSON *value);

/* The highest id of an object of texts and ids, `most` if that is higher. LK_BAD_DATA for
 * what is no id. */
lk_status lk_json_most_id(const cJSON *vocabulary, const char *place, int64_t *most);

/* LK_BAD_DATA unless so many tokens can have all ids up to the highest one. */
lk_status lk_json_check_ids(int64_t most, size_t tokens);

/* Its tokens; those that are in the BPE already are to be as they are there. */
lk_status lk_bpe_add_vocabulary(lk_bpe *bpe, const cJSON *vocabulary, const char *place);

/* A merge as files write it, two tokens. */
lk_status lk_bpe_join_written(lk_bpe *bpe, const char *left, size_t left_size,
                              const char *right, size_t right_size);

/* The same with a blank between them. */
lk_status lk_bpe_join_line(lk_bpe *bpe, const char *line, size_t size);

#endif
