#include "lockstep/balance.h"
#include <assert.h>
#include <stdint.h>

static void deal_evenly(int shards, int ranks, int *starts) {
  for (int r = 0; r <= ranks; r++)
    starts[r] = (int)((int64_t)r * shards / ranks);
}

/* The rank that would be through the soonest with one shard more. */
static int find_soonest(const double *rates, int ranks, const int *counts) {
  int best = 0;
  for (int r = 1; r < ranks; r++)
    if ((counts[r] + 1) / rates[r] < (counts[best] + 1) / rates[best]) best = r;
  return best;
}

/* Counts are kept in the place where the shards of the rank end. */
static void deal_by_rates(const double *rates, int shards, int ranks, int *starts) {
  int *counts = starts + 1;
  for (int r = 0; r < ranks; r++)
    counts[r] = 1;
  for (int left = shards - ranks; left > 0; left--)
    counts[find_soonest(rates, ranks, counts)]++;
  starts[0] = 0;
  for (int r = 0; r < ranks; r++)
    starts[r + 1] += starts[r];
}

void lk_balance_shards(const double *rates, int shards, int ranks, int *starts) {
  assert(1 <= ranks && ranks <= shards);
  if (rates)
    deal_by_rates(rates, shards, ranks, starts);
  else
    deal_evenly(shards, ranks, starts);
  assert(starts[0] == 0 && starts[ranks] == shards);
}

double lk_balance_excess(const double *rates, int ranks, const int *starts) {
  double slowest = 0, all = 0;
  for (int r = 0; r < ranks; r++) {
    double seconds = (starts[r + 1] - starts[r]) / rates[r];
    if (seconds > slowest) slowest = seconds;
    all += rates[r];
  }
  return slowest * all / starts[ranks] - 1;
}
