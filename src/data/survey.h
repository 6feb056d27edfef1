/* Surveys of texts that are open already, or in memory. Private to src/data. */
#ifndef LOCKSTEP_DATA_SURVEY_H
#define LOCKSTEP_DATA_SURVEY_H

#include "data/text_file.h"
#include "lockstep/text_survey.h"

/* lk_text_survey_make. */
lk_status lk_text_survey_of(lk_text_survey *out, const lk_text_file *text,
                            const lk_tokenizer *tokenizer);

#endif
