/* What a run's history says. */
#ifndef LOCKSTEP_VIEW_HISTORY_H
#define LOCKSTEP_VIEW_HISTORY_H

#include "lockstep/record.h"

/* naming.c. Sets record->name. LK_INTERNAL without memory. */
lk_status lk_record_name(lk_record *record);

/* Cuts record->history, read already, into notes. */
lk_status lk_record_split_history(lk_record *record);

/* Steps that the newest start goes up to; 0: not said. */
double lk_record_last_steps(const lk_record *record);

/* The step that the text begins with, and what stands behind it; NULL: none does. */
const char *lk_note_step(const char *text, double *step);

/* Nonzero for "step 40 of 100, 2 ranks on …": where a start goes on, and up to where. */
int lk_note_is_start(const char *text, double *step, double *steps);

/* Nonzero where a note is a start's: one of its facts, or the line above. */
int lk_record_is_of_start(const lk_record *record, size_t i);

/* The newest note with a time, which all have that a run wrote; NULL: there is none. */
const char *lk_record_last_note(const lk_record *record);

/* Nonzero where it was asked for: by a signal or a limit on time. */
int lk_note_is_stop(const char *text);

/* How the newest start ended, by the notes alone: never EMPTY; RUNNING where none ended it.
 */
lk_record_state lk_record_last_end(const lk_record *record);

#endif
