/* Documents that are not trained on, and what the model loses on them: those of a file, or
 * a share of the corpora's. */
#ifndef LOCKSTEP_TRAIN_HELD_OUT_H
#define LOCKSTEP_TRAIN_HELD_OUT_H

#include "train/trainer.h"

typedef struct lk_held_out lk_held_out;

/* All ranks: opens what the trainer's config names; *out is NULL where it names nothing.
 * Its examples are made as those that are trained on are, the same at every measurement.
 * LK_USAGE for an objective that reads no documents; LK_BAD_DATA when none is held out; as
 * lk_corpus_read and lk_objective_open. The trainer must outlive *out, whose owner the
 * caller is: lk_held_out_free. */
lk_status lk_held_out_open(lk_held_out **out, const lk_trainer *trainer);
void lk_held_out_free(lk_held_out *held_out);

/* Of the data that they are from. */
const char *lk_held_out_digits(const lk_held_out *held_out);

/* All ranks: the loss with these parameters, (table->count), on all ranks the same to the
 * bit, however many they are. Uses the trainer's packs and model, between its steps. */
lk_status lk_held_out_measure(lk_held_out *held_out, const float *values,
                              lk_held_out_loss *loss);

#endif
