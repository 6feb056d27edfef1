/* Requests to stop early: signals and the time limit. The ranks agree on them at a step's
 * end, and between the parts of a start. */
#include "base/clock.h"
#include "lockstep/signals.h"
#include "train/training.h"

const char *lk_stop_requested(double seconds, double limit) {
  const char *signal = lk_signals_received();
  if (signal) return signal;
  return limit > 0 && seconds >= limit ? "stop_after" : NULL;
}

lk_status lk_training_ask_to_stop(lk_training *training) {
  double limit, seconds = lk_clock() - training->start;
  LK_TRY(lk_config_time_limit(training->config, &limit));
  training->reason = lk_stop_requested(seconds, limit);
  int stops = training->reason || lk_writer_has_failed(training->writer);
  return lk_world_any(training->world, stops, &training->stopping);
}

lk_status lk_training_report_stop(const lk_training *training) {
  lk_status status = LK_OK;
  const lk_trainer *t = training->trainer;
  if (lk_writer_has_failed(training->writer))
    status = lk_writer_wait(training->writer);
  else if (training->reason && (!t || t->step == 0))
    status = lk_fail(LK_STOPPED, "stopped before the first step by %s", training->reason);
  else if (training->reason)
    status = lk_fail(LK_STOPPED, "stopped after step %llu of %llu by %s",
                     (unsigned long long)t->step, (unsigned long long)t->steps,
                     training->reason);
  return lk_world_agree(training->world, status);
}

lk_status lk_training_heed_signals(lk_training *training) {
  training->reason = lk_stop_requested(0, 0);
  LK_TRY(lk_world_any(training->world, training->reason != NULL, &training->stopping));
  return training->stopping ? lk_training_report_stop(training) : LK_OK;
}

static lk_status ask(lk_training *training, lk_metrics *metrics) {
  (void)metrics;
  return lk_training_ask_to_stop(training);
}

/* After all that a stop leaves behind has been done. */
static lk_status halt(lk_training *training, lk_metrics *metrics) {
  const lk_trainer *t = training->trainer;
  (void)metrics;
  return training->stopping && t->step < t->steps ? lk_training_report_stop(training)
                                                  : LK_OK;
}

const lk_hook lk_hook_stop = {.begin = lk_training_heed_signals, .step = ask};
const lk_hook lk_hook_halt = {.step = halt};
