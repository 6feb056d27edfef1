#include "train/pace.h"
#include "lockstep/duration.h"
#include "lockstep/interval.h"
#include <assert.h>
#include <math.h>

/* Steps until there is something to measure. */
enum { FIRST = 8 };

static const double news = 1.25; /* times another interval */

/* All ranks: each counts for its part of its node. */
static lk_status count_nodes(lk_world *world, double *nodes) {
  double mine = 1.0 / lk_world_local_size(world), sum = 0;
  LK_TRY(lk_world_add_rows(world, &mine, 1, 1, &sum));
  *nodes = round(sum);
  assert(*nodes >= 1);
  return LK_OK;
}

/* The next multiple, as a run that was never stopped has it. */
static uint64_t next_multiple(uint64_t step, uint64_t every) {
  return every ? (step / every + 1) * every : LK_CONFIG_AUTO;
}

lk_status lk_pace_begin(lk_pace *pace, lk_world *world, const lk_config *config,
                        uint64_t step) {
  double nodes;
  uint64_t every = config->checkpoint_every;
  *pace = (lk_pace){.due = step + FIRST, .first = step};
  pace->is_measured = every == LK_CONFIG_AUTO;
  if (!pace->is_measured) pace->due = next_multiple(step, every);
  if (!pace->is_measured) return LK_OK;
  LK_TRY(lk_config_node_mtbf(config, &pace->mtbf));
  LK_TRY(count_nodes(world, &nodes));
  pace->mtbf /= nodes;
  return LK_OK;
}

/* Rank 0: steps until the next one, which is not begun before this one is there. */
static uint64_t choose(const lk_pace *pace, double step_seconds,
                       const lk_pace_facts *facts) {
  const lk_failures failures = {.mtbf = pace->mtbf, .cost = pace->held / pace->count};
  double seconds = lk_interval_best(&failures);
  if (seconds < facts->beside) seconds = facts->beside;
  double steps = round(seconds / step_seconds);
  if (steps < 1) return 1;
  return steps < 0x1p47 ? (uint64_t)steps : 1ull << 47;
}

static void say(lk_pace *pace, uint64_t every, double step_seconds) {
  char between[LK_DURATION_TEXT], mtbf[LK_DURATION_TEXT];
  double then = (double)pace->said, now = (double)every;
  if (pace->said && now < news * then && then < news * now) return;
  pace->said = every;
  lk_say("checkpoint_every=auto: a checkpoint every %llu steps (%s): it holds training up "
         "for %.3g s, a step takes %.3g s, and one failure is expected every %s",
         (unsigned long long)every, lk_duration_print(between, now * step_seconds),
         pace->held / pace->count, step_seconds, lk_duration_print(mtbf, pace->mtbf));
}

lk_status lk_pace_adapt(lk_pace *pace, lk_world *world, const lk_config *config,
                        uint64_t step, const lk_pace_facts *facts) {
  pace->due = next_multiple(step, config->checkpoint_every);
  pace->last = step;
  if (!pace->is_measured) return LK_OK;
  assert(step > pace->first && facts->held > 0 && facts->elapsed >= facts->held);
  pace->held += facts->held;
  pace->count++;
  double step_seconds = (facts->elapsed - pace->held) / (double)(step - pace->first);
  uint64_t every = choose(pace, step_seconds, facts);
  if (lk_world_rank(world) == 0) say(pace, every, step_seconds);
  LK_TRY(lk_world_broadcast(world, &every, sizeof every));
  pace->due = step + every;
  return LK_OK;
}
