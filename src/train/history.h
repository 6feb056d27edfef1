/* The run's history.txt: when it started and ended, on which ranks. For people, and for the
 * launch scripts, which learn from its last line whether somebody asked a run to stop. */
#ifndef LOCKSTEP_TRAIN_HISTORY_H
#define LOCKSTEP_TRAIN_HISTORY_H

#include "train/trainer.h"

/* Rank 0: adds a line, "TIME text". A history that cannot be written is reported and does
 * not end the run. */
void lk_history_note(const lk_trainer *trainer, const char *text);

/* All ranks: adds "TIME step 40 of 100, 4 ranks on h1:2,h2:2", and says so on standard
 * error when the world is another one than at the start before. */
lk_status lk_history_start(const lk_trainer *trainer);

/* Rank 0, others do nothing: adds how the run ended: complete, or lk_message(). */
void lk_history_end(const lk_trainer *trainer, lk_status status);

#endif
