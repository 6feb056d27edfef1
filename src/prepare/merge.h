/* The parts' documents to a corpus, in order, by one process. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_MERGE_H
#define LOCKSTEP_PREPARE_MERGE_H

#include "lockstep/clean.h"
#include "prepare/plan.h"

/* What is known of all parts together. */
typedef struct {
  lk_prepare_report *report;
  lk_left_out left_out;
  uint64_t newlines;        /* of texts by lines, also of empty ones */
  uint64_t *counts;         /* [LK_SPOOL_CODE_POINTS] of the documents that are kept */
  uint8_t *dropped;         /* a bit a document of the parts, in order */
  uint64_t documents, room; /* of the parts; the bits' */
  uint64_t *first; /* of each part: its first document, where they were looked at */
} lk_merge;

/* Looks at all parts: adds up what they counted, finds the documents that say what an
 * earlier one says. lk_merge_free, also after a failure. */
lk_status lk_merge_survey(lk_merge *merge, const lk_prepare_plan *plan,
                          lk_prepare_report *report);

/* Whether a document, counted over all parts, is left out. */
int lk_merge_is_dropped(const lk_merge *merge, uint64_t document);

/* Makes the tokenizer and the corpus, which takes its name when it is whole. */
lk_status lk_merge_write(lk_merge *merge, const lk_prepare_plan *plan, const char *output);

void lk_merge_free(lk_merge *merge);

#endif
