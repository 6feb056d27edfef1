#include "cli/failures.h"
#include "base/clock.h"
#include "lockstep/duration.h"
#include "lockstep/interval.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 1 << 25, ROUNDS = 4 }; /* bytes that are copied, so often */

static const double month = 30 * 86400;

/* *rate: bytes a second. Both pieces are there before the clock starts. */
static lk_status measure_copying(double *rate) {
  char *from = NULL, *to = NULL;
  lk_status status = LK_NEW(from, PIECE);
  if (status == LK_OK) status = LK_NEW(to, PIECE);
  if (status == LK_OK) {
    memset(from, 1, PIECE);
    memset(to, 2, PIECE);
    double start = lk_clock();
    for (int i = 0; i < ROUNDS; i++)
      memcpy(to, from + i, PIECE - ROUNDS);
    *rate = ROUNDS * (double)PIECE / (lk_clock() - start);
    assert(*to == 1 && *rate > 0);
  }
  lk_free(from);
  lk_free(to);
  return status;
}

static void print_interval(const lk_failures *failures, const lk_cli_failing *failing,
                           int beside) {
  char between[LK_DURATION_TEXT];
  double best = lk_interval_best(failures);
  if (best < failures->latency) best = failures->latency;
  printf(
      "checkpoints        every %s, of %.0f steps at most, %s: %.2f %% of the time useful "
      "by Daly's formula, %.2f %% in a simulated month\n",
      lk_duration_print(between, best), best / failing->step,
      beside ? "beside training" : "while training waits",
      100 * lk_interval_useful(failures, best),
      100 * lk_interval_simulate(failures, best, fmin(month, 1e6 * failures->mtbf), 1));
}

lk_status lk_cli_print_failures(const lk_config *config, const lk_cli_failing *failing) {
  double rate, copied, written = failing->bytes / failing->disk, of_node;
  char mtbf[LK_DURATION_TEXT];
  int beside = config->checkpoint_write;
  LK_TRY(lk_config_node_mtbf(config, &of_node));
  LK_TRY(measure_copying(&rate));
  copied = failing->bytes / rate;
  assert(failing->nodes > 0 && copied > 0);
  const lk_failures failures = {.mtbf = of_node / (double)failing->nodes,
                                .cost = beside ? copied : written,
                                .latency = beside ? written : 0,
                                .restart = failing->restart};
  printf(
      "a checkpoint       %.1f MB: copied in %.3g s, as measured here, written in %.3g s\n",
      failing->bytes / 1e6, copied, written);
  printf(
      "failures           one every %s, by node_mtbf=%s, each %.0f s until training goes "
      "on\n",
      lk_duration_print(mtbf, failures.mtbf), config->node_mtbf, failing->restart);
  print_interval(&failures, failing, beside);
  return LK_OK;
}
