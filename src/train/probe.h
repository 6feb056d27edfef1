/* Probes: at chosen checkpoints a copy of the model is finetuned on the config's questions
 * and answers its dev questions, to see what pretraining has brought so far. A model that
 * has read only the corpus cannot answer questions. Nothing of the run depends on it. */
#ifndef LOCKSTEP_TRAIN_PROBE_H
#define LOCKSTEP_TRAIN_PROBE_H

#include "train/training.h"

/* What keeps the config's probe, if it has one, from being finetuned, without a look at any
 * data: LK_USAGE, or as lk_config_read. Not collective. */
lk_status lk_probe_check(const lk_config *run, lk_task task);

/* All ranks: reads probe.config and makes room for the copy's training; *out is NULL when
 * there is none. LK_USAGE, or as lk_trainer_create, naming the probe, for whatever would
 * keep it from being finetuned. The caller owns *out: lk_probe_free. */
lk_status lk_probe_create(lk_probe **out, const lk_training *run);
void lk_probe_free(lk_probe *probe);

/* Nonzero when a probe, and so a checkpoint, is due after this step. Not collective. */
int lk_probe_is_due(const lk_training *run, uint64_t step);

/* All ranks: the probe of the run's current step, unless none is owed, and its row.
 * LK_STOPPED when the run is asked to stop meanwhile: then the copy is given up, and the
 * probe still owed. */
lk_status lk_probe_run(lk_probe *probe, lk_training *run);

#endif
