#include "dist/start.h"
#include "dist/watchdog.h"
#include <math.h>
#include <stdlib.h>

double lk_start_seconds(void) {
  const char *text = getenv("LOCKSTEP_WATCHDOG");
  if (!text || !*text) return LK_WATCHDOG_SECONDS;
  char *end;
  double seconds = strtod(text, &end);
  return *end || !(seconds >= 0) || seconds > 86400 ? NAN : seconds;
}

/* All ranks. */
static lk_status share_limit(lk_world *world, double seconds) {
  LK_MPI(MPI_Bcast(&seconds, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD));
  world->limit = isnan(seconds) ? LK_WATCHDOG_SECONDS : seconds;
  const char *text = getenv("LOCKSTEP_WATCHDOG"); /* rank 0 says it */
  if (!isnan(seconds)) return LK_OK;
  return lk_fail(LK_USAGE,
                 "LOCKSTEP_WATCHDOG is '%s', not a number of seconds from 0 to 86400",
                 text ? text : "");
}

lk_status lk_start_agree(lk_world *world) {
  return share_limit(world, lk_start_seconds());
}
