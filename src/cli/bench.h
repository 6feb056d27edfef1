/* What the two benchmarks of `lockstep bench` share. */
#ifndef LOCKSTEP_CLI_BENCH_H
#define LOCKSTEP_CLI_BENCH_H

#include "lockstep/world.h"

/* Sorts the values. */
double lk_bench_median(double *values, long count);

/* All ranks: times the tree all-reduce and MPI_Allreduce by turns, prints a table and
 * writes it as JSON (path NULL: not). repetitions < 1: 200 for small sums, down to 15. */
lk_status lk_bench_reduce(lk_world *world, long repetitions, const char *json);

#endif
