/* What the files of `lockstep bench` share. */
#ifndef LOCKSTEP_CLI_BENCH_H
#define LOCKSTEP_CLI_BENCH_H

#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "lockstep/trainer.h"

/* What the steps' numbers come to. Seconds are medians over the steps. */
typedef struct {
  double step_seconds; /* of the slowest rank in each step */
  /* What a step has in metrics.csv too. Parts are means of the ranks, but for
   * communication: that is the rank's that waits least, for the others also wait for the
   * slowest one's computing, whatever the network. The loss is that of the last step, the
   * memory that of the largest rank. */
  lk_metrics typical;
  double waiting_seconds;              /* … mean of the ranks */
  double target_tokens;                /* mean a step */
  double packs;                        /* mean a step, all ranks */
  double rows, targets;                /* mean a pack: rows, rows with loss */
  double flops;                        /* of the matrix products, mean a step, all ranks */
  double limits[LK_PRODUCT_LIBRARIES]; /* a second with nothing else to do, all ranks */
  double allocations; /* in all measured steps and ranks: a step should make none */
  int most_shards;    /* that a rank has */
} lk_measurement;

/* Sorts the values. */
double lk_bench_median(double *values, long count);

/* Floating-point operations of the matrix products of packs that come to so many rows,
 * forward and backward: 2 a weight and row forward, twice that backward. The last block
 * works on rows with loss but for keys and values. */
double lk_bench_flops(const lk_shape *shape, double rows, double targets);

/* A pack's matrix products: its rows and rows with loss; of which library, or, with
 * LK_PRODUCT_LIBRARIES, of each. */
typedef struct {
  lk_precision precision;
  int rows, targets;
  lk_product_library library;
} lk_bench_products;

/* All ranks: operations a second, of all ranks together, of nothing but a step's matrix
 * products in the shapes of such packs; by each library, 0 where it is not asked for or
 * does not compute them. Takes about a second for each, in which all ranks are busy. Stores
 * in *beside the most bytes that this process has had in memory but for the operands, with
 * what the libraries take for themselves (NULL: not). */
lk_status lk_bench_limit(lk_world *world, const lk_shape *shape,
                         const lk_bench_products *products,
                         double rates[LK_PRODUCT_LIBRARIES], double *beside);

/* All ranks: takes a few steps and writes where their time went, a row a rank, for
 * ui.perfetto.dev or chrome://tracing. */
lk_status lk_bench_trace(lk_world *world, lk_trainer *trainer, const char *path);

/* Rank 0: prints the table and writes it as JSON (path NULL: not). */
lk_status lk_bench_report(const lk_world *world, const lk_config *config,
                          const lk_measurement *measurement, const char *json);

/* Times tokens of a model of this shape with any weights, and the reading of its weights:
 * medians of so many rounds. Prints a table and writes it as JSON (path NULL: not). Not
 * collective. */
lk_status lk_bench_decode(const lk_shape *shape, lk_precision precision, long rounds,
                          const char *json);

/* Times the attention core, forward and backward, on one causal sequence of the shape's
 * block without dropout: medians of so many rounds. Prints a table and writes it as JSON
 * (path NULL: not). Not collective. */
lk_status lk_bench_attention(const lk_shape *shape, lk_precision precision, long rounds,
                             const char *json);

/* All ranks: times the tree all-reduce and MPI_Allreduce by turns, prints a table and
 * writes it as JSON (path NULL: not). repetitions < 1: 200 for small sums, down to 15. */
lk_status lk_bench_reduce(lk_world *world, long repetitions, const char *json);

#endif
