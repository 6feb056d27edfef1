/* Private to the lab: one file an experiment. */
#ifndef LOCKSTEP_LAB_EXPERIMENTS_H
#define LOCKSTEP_LAB_EXPERIMENTS_H

#include "lockstep/lab.h"

extern const lk_experiment lk_lab_weights, lk_lab_copy, lk_lab_subspace, lk_lab_average,
    lk_lab_fragile, lk_lab_multihead;

/* The number of columns of a table written as an array of lk_column. */
#define LK_COLUMNS(array) ((int)(sizeof(array) / sizeof *(array)))

#endif
