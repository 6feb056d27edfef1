/* How scores are printed and written. */
#ifndef LOCKSTEP_CLI_RESULT_H
#define LOCKSTEP_CLI_RESULT_H

#include "lockstep/evaluate.h"
#include "lockstep/squad.h"
#include <cjson/cJSON.h>

/* "Correct: 90.0 out of 500.0: 18.0%" */
void lk_result_print(size_t correct, size_t count);

/* One answer a line; a line break inside an answer is written as ␤. */
lk_status lk_result_write_predictions(const char *path, const lk_answer *answers,
                                      size_t count);

/* {"correct", "count", "accuracy", "answers": [{"question", "answer", "prediction",
 * "correct", "log_probability"}]}, without what needs answers where the file has none; with
 * "answers" where a question has several right ones, with "exact_match" and "f1" where
 * squad, a score a question, is not NULL. */
lk_status lk_result_write_json(const char *path, const lk_questions *questions,
                               const lk_answer *answers, const lk_squad *squad);

/* Writes the tree, which is deleted, to a file. good 0: a part of it could not be made,
 * which cJSON fails in only for lack of memory; root may then be NULL. */
lk_status lk_result_save_json(const char *path, cJSON *root, int good);

#endif
