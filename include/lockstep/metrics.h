/* The numbers of one optimizer update, and the one table of how they are called and
 * written: the columns of metrics.csv and of whatever else shows them. Not collective. */
#ifndef LOCKSTEP_METRICS_H
#define LOCKSTEP_METRICS_H

#include "lockstep/linkage.h"
#include "lockstep/profile.h"

LK_C_BEGIN

/* Of documents that are not trained on. */
typedef struct {
  double nats; /* mean of a target token */
  double bits; /* of a byte of the targets' text; NAN where its bytes are not known */
} lk_held_out_loss;

typedef struct {
  uint64_t step;     /* updates done … */
  uint64_t steps;    /* … of so many in the whole run */
  double epoch;      /* epochs done, with fraction */
  double share;      /* of the run's batches, done … */
  double step_share; /* … and of this step alone */
  double loss;       /* mean nats per target token of the global batch */
  double learning_rate;
  double gradient_norm; /* before clipping, of the mean loss */
  uint64_t target_tokens;
  double seconds;         /* of the whole step, of this rank as all that follows */
  double parts[LK_PARTS]; /* what it was spent on */
  double check_seconds;   /* hashing and comparing replicas */
  uint64_t skipped;       /* updates left out so far, since this start */
  uint64_t peak_memory;   /* bytes */
  double behind;          /* since it ended, where its row comes late (key sync.every) */
  int validated;          /* the loss of held-out documents was measured after this step: */
  lk_held_out_loss held_out;
} lk_metrics;

typedef struct {
  const char *name;   /* heads the column in metrics.csv */
  const char *help;   /* what it is, with its unit */
  const char *format; /* printf's, for a double: as many digits as a table needs */
  const char *brief;  /* … as a person reads */
  double (*value)(const lk_metrics *metrics);
  int of_held_out; /* only runs with held-out documents have it; NaN after other steps */
} lk_metric;

/* The column at a place from 0 on, the step; NULL behind the last. A literal's. */
const lk_metric *lk_metric_at(int place);

/* The column of that name, which there has to be. */
const lk_metric *lk_metric_find(const char *name);

enum { LK_METRIC_TEXT = 64 };

/* The column's value as a person reads it, a dash for none, into `text`, which is
 * returned. */
const char *lk_metric_show(const char *name, const lk_metrics *metrics,
                           char text[LK_METRIC_TEXT]);

LK_C_END

#endif
