#include "spent.h"
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static double owed;

double lk_simulated_setting(const char *name) {
  const char *text = getenv(name);
  if (text) return strtod(text, NULL);
  fprintf(stderr, "%s is not set\n", name);
  abort();
}

/* Hosts of the platform have 1 Gf. */
void lk_simulated_spend(double seconds) {
  smpi_execute_flops((seconds + owed) * 1e9);
  owed = 0;
}

void lk_simulated_touch(double bytes) {
  const double least = 20e-6;
  owed += bytes / (1e9 * lk_simulated_setting("SIMULATED_MEMORY_GB"));
  if (owed > least) lk_simulated_spend(0);
}
