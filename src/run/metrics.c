#include "lockstep/metrics.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Name, format, brief format, value in the metrics m, help. */
#define METRICS(X)                                                                         \
  X(step, "%.0f", "%.0f", m->step, "updates done")                                         \
  X(epoch, "%.6f", "%.2f", m->epoch, "epochs done, with fraction")                         \
  X(loss, "%.17g", "%.4f", m->loss, "mean nats per target token of the global batch")      \
  X(learning_rate, "%.9g", "%.3g", m->learning_rate, "of this update")                     \
  X(gradient_norm, "%.9g", "%.3g", m->gradient_norm,                                       \
    "of the mean loss's gradient, before clipping")                                        \
  X(target_tokens, "%.0f", "%.0f", m->target_tokens, "tokens that carry loss")             \
  X(tokens_per_second, "%.1f", "%.0f", (double)m->target_tokens / m->seconds,              \
    "target tokens a second")                                                              \
  X(compute_seconds, "%.6f", "%.4f",                                                       \
    m->seconds - m->parts[LK_PART_COMMUNICATION] - m->parts[LK_PART_DATA],                 \
    "seconds of the step but for the next two")                                            \
  X(communication_seconds, "%.6f", "%.4f", m->parts[LK_PART_COMMUNICATION],                \
    "seconds in which nothing was computed for waiting and sending")                       \
  X(data_seconds, "%.6f", "%.4f", m->parts[LK_PART_DATA], "seconds of making examples")    \
  X(replica_check_seconds, "%.6f", "%.4f", m->check_seconds,                               \
    "seconds of hashing and comparing replicas, beside the step")                          \
  X(skipped_updates, "%.0f", "%.0f", m->skipped, "updates left out since this start")      \
  X(peak_memory_mb, "%.1f", "%.0f", (double)m->peak_memory / 1e6,                          \
    "most memory that the process had, in MB")

/* After steps with a validation. */
#define HELD_OUT_METRICS(X)                                                                \
  X(held_out_loss, "%.17g", "%.4f", m->held_out.nats,                                      \
    "mean nats per target token of documents that are not trained on")                     \
  X(held_out_bits_per_byte, "%.9g", "%.4f", m->held_out.bits,                              \
    "the same in bits per byte of their text")                                             \
  X(held_out_perplexity, "%.9g", "%.4g", exp(m->held_out.nats), "e to the power of it")

#define VALUE(name, format, brief, value, help)                                            \
  static double value_of_##name(const lk_metrics *m) {                                     \
    return (double)(value);                                                                \
  }
METRICS(VALUE)
#define HELD_OUT_VALUE(name, format, brief, value, help)                                   \
  VALUE(name, format, brief, m->validated ? (value) : NAN, help)
HELD_OUT_METRICS(HELD_OUT_VALUE)

#define ROW(name, format, brief, value, help)                                              \
  {#name, help, format, brief, value_of_##name, 0},
#define HELD_OUT_ROW(name, format, brief, value, help)                                     \
  {#name, help, format, brief, value_of_##name, 1},
static const lk_metric columns[] = {METRICS(ROW) HELD_OUT_METRICS(HELD_OUT_ROW)};
enum { COUNT = sizeof columns / sizeof *columns };

const lk_metric *lk_metric_at(int place) {
  assert(place >= 0 && place <= COUNT);
  return place < COUNT ? &columns[place] : NULL;
}

const lk_metric *lk_metric_find(const char *name) {
  int place = 0;
  while (place < COUNT && strcmp(columns[place].name, name))
    place++;
  assert(place < COUNT);
  return &columns[place];
}

const char *lk_metric_show(const char *name, const lk_metrics *metrics,
                           char text[LK_METRIC_TEXT]) {
  const lk_metric *metric = lk_metric_find(name);
  double value = metric->value(metrics);
  snprintf(text, LK_METRIC_TEXT, isnan(value) ? "-" : metric->brief, value);
  return text;
}
