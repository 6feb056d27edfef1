#include "train/stop.h"
#include "lockstep/signals.h"
#include <stddef.h>

const char *lk_stop_requested(double seconds, double limit) {
  const char *signal = lk_signals_received();
  if (signal) return signal;
  return limit > 0 && seconds >= limit ? "stop_after" : NULL;
}
