/* `bench --reduce`: what it costs that the tree keeps the order of adding, and what it
 * saves to round its sums. They are timed by turns, so that whatever else the machine does
 * hits all alike. */
#include "base/clock.h"
#include "cli/bench/bench.h"
#include "cli/result.h"
#include "lockstep/memory.h"
#include "lockstep/tree.h"
#include "lockstep/types.h"
#include <stdio.h>

enum { TREE, MPI, ROUNDED, WAYS };

/* Floats a sum: 1 kB to 64 MB, and the gradients of the seed experiment's model. */
static const size_t sizes[] = {256,    1024,    4096,    16384,   65536,
                               262144, 1048576, 3323392, 4194304, 16777216};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* A sum's size and, for each way, the median of the slowest rank's time. */
typedef struct {
  size_t floats, piece; /* that travels at a time */
  double seconds[WAYS];
} timing;

typedef struct {
  lk_world *world;
  size_t floats;
  int shards; /* the fewest that P ranks can have: a power of two */
  long repetitions;
  int wrong;            /* sums that were not what they must be */
  lk_tree *trees[WAYS]; /* NULL: MPI's way */
  float *array;         /* (floats) what MPI sums */
  double *mine;         /* (WAYS, repetitions) seconds */
  double *slowest;      /* (WAYS, repetitions) of the slowest rank */
} race;

static int factor_of(int number) {
  return 1 + number % 4;
}

/* Small integers: of term `number`, from 0 on. Their sum is exact in any order, and in 8
 * bits where it is a tree's. */
static void fill_array(const race *r, float *array, int number) {
  int factor = factor_of(number);
  for (size_t i = 0; i < r->floats; i++)
    array[i] = (float)(factor * (int)(i % 7));
}

static int is_sum(const race *r, const float *array, int terms) {
  int factor = 0;
  for (int number = 0; number < terms; number++)
    factor += factor_of(number);
  for (size_t i = 0; i < r->floats; i++)
    if (array[i] != (float)(factor * (int)(i % 7))) return 0;
  return 1;
}

static lk_status fill_leaves(const race *r, lk_tree *tree) {
  int first, count;
  LK_TRY(lk_world_shards(r->world, r->shards, &first, &count));
  for (int shard = first; shard < first + count; shard++) {
    fill_array(r, lk_tree_leaf(tree), shard);
    lk_tree_add(tree);
  }
  return LK_OK;
}

/* All ranks: one sum, timed from a common start on. */
static lk_status sum_once(race *r, int way, double *seconds) {
  float *array = r->array;
  lk_tree *tree = r->trees[way];
  int any;
  if (tree)
    LK_TRY(fill_leaves(r, tree));
  else
    fill_array(r, array, lk_world_rank(r->world));
  LK_TRY(lk_world_any(r->world, 0, &any)); /* waits for all ranks */
  double begin = lk_clock();
  LK_TRY(tree ? lk_tree_reduce(tree, &array)
              : lk_world_sum_floats(r->world, array, r->floats));
  *seconds = lk_clock() - begin;
  r->wrong += !is_sum(r, array, tree ? r->shards : lk_world_size(r->world));
  return LK_OK;
}

/* All ranks; the first round warms up. Who goes first changes from round to round. */
static lk_status run_rounds(race *r) {
  for (long i = -1; i < r->repetitions; i++)
    for (int turn = 0; turn < WAYS; turn++) {
      int way = (int)((i + 1 + turn) % WAYS);
      double seconds;
      LK_TRY(sum_once(r, way, &seconds));
      if (i >= 0) r->mine[way * r->repetitions + i] = seconds;
    }
  return lk_world_agree(r->world,
                        r->wrong ? lk_fail(LK_INTERNAL, "%d sums of %zu numbers are wrong",
                                           r->wrong, r->floats)
                                 : LK_OK);
}

static void keep_slowest(void *context, int rank, size_t first, const double *seconds,
                         size_t count) {
  double *slowest = context;
  (void)rank;
  for (size_t i = 0; i < count; i++)
    if (seconds[i] > slowest[first + i]) slowest[first + i] = seconds[i];
}

/* All ranks. */
static lk_status find_medians(race *r, timing *out) {
  long n = r->repetitions;
  LK_TRY(lk_world_each(r->world, r->mine, WAYS * (size_t)n, keep_slowest, r->slowest));
  out->piece = lk_tree_piece(r->trees[TREE]);
  for (int way = 0; way < WAYS; way++)
    out->seconds[way] = lk_bench_median(r->slowest + way * n, n);
  return LK_OK;
}

static lk_status prepare(race *r) {
  size_t numbers = WAYS * (size_t)r->repetitions;
  for (r->shards = 1; r->shards < lk_world_size(r->world);)
    r->shards *= 2;
  for (int way = 0; way < WAYS; way++)
    if (way != MPI)
      LK_TRY(lk_tree_create(&r->trees[way], r->world, r->floats, r->shards,
                            LK_SUM_EVERYWHERE));
  LK_TRY(lk_tree_round(r->trees[ROUNDED]));
  LK_TRY(LK_NEW(r->array, r->floats));
  LK_TRY(LK_NEW(r->mine, numbers));
  return LK_NEW(r->slowest, numbers);
}

/* About 256 MB of sums, so that a size takes seconds. */
static long usual_repetitions(size_t floats) {
  size_t fit = ((size_t)64 << 20) / floats;
  return fit < 15 ? 15 : fit > 200 ? 200 : (long)fit;
}

/* All ranks. */
static lk_status time_size(lk_world *world, long repetitions, timing *out) {
  race r = {.world = world, .floats = out->floats, .repetitions = repetitions};
  if (repetitions < 1) r.repetitions = usual_repetitions(out->floats);
  lk_status status = lk_world_agree(world, prepare(&r));
  if (status == LK_OK) status = run_rounds(&r);
  if (status == LK_OK) status = find_medians(&r, out);
  for (int way = 0; way < WAYS; way++)
    lk_tree_free(r.trees[way]);
  lk_free(r.array);
  lk_free(r.mine);
  lk_free(r.slowest);
  return status;
}

/* S/t in GB/s, and what of it an ideal all-reduce would send and receive on each rank. */
static double rate(const timing *t, int way) {
  return (double)(t->floats * sizeof(float)) / t->seconds[way] / 1e9;
}

/* What a rank sends. */
static double sent_bytes(const timing *t, int P, size_t number) {
  return 2 * (double)(t->floats * number) * (P - 1) / P;
}

static double bus_rate(const timing *t, int way, int P) {
  return rate(t, way) * 2 * (P - 1) / P;
}

static void print_heading(const lk_world *world) {
  int P = lk_world_size(world);
  printf("%d ranks (%d on this host); seconds: medians of the slowest rank's\n", P,
         lk_world_local_size(world));
  if (P & (P - 1))
    printf("%d is no power of two: some ranks have two of the tree's shards\n", P);
  const lk_links *links = lk_world_links(world);
  if (links->byte > 0)
    printf("links: a message takes %.3g ms, behind others %.3g ms, %.3g GB/s\n",
           1e3 * links->latency, 1e3 * links->gap, 1e-9 / links->byte);
  puts("bf16: the tree with every sum rounded, as by wire=bf16; a rank sends 2(P-1)/P of "
       "the bytes, of bf16 half of that");
  printf("                                        S/t, GB/s     S/t*2(P-1)/P\n"
         "   bytes       tree s        MPI s    tree     MPI    tree     MPI  tree/MPI"
         "       bf16 s  bf16/tree  piece, kB\n");
}

static void print_row(const timing *t, int P) {
  printf("%8zu %12.8f %12.8f %7.3f %7.3f %7.3f %7.3f %9.2f %12.8f %10.2f %10zu\n",
         t->floats * sizeof(float), t->seconds[TREE], t->seconds[MPI], rate(t, TREE),
         rate(t, MPI), bus_rate(t, TREE, P), bus_rate(t, MPI, P),
         t->seconds[TREE] / t->seconds[MPI], t->seconds[ROUNDED],
         t->seconds[ROUNDED] / t->seconds[TREE], t->piece * sizeof(float) / 1024);
  fflush(stdout);
}

static int add_row(cJSON *list, const timing *t, int P) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"bytes", (double)(t->floats * sizeof(float))},
                 {"tree_seconds", t->seconds[TREE]},
                 {"mpi_seconds", t->seconds[MPI]},
                 {"tree_gb_per_second", rate(t, TREE)},
                 {"mpi_gb_per_second", rate(t, MPI)},
                 {"tree_bus_gb_per_second", bus_rate(t, TREE, P)},
                 {"mpi_bus_gb_per_second", bus_rate(t, MPI, P)},
                 {"tree_over_mpi", t->seconds[TREE] / t->seconds[MPI]},
                 {"bf16_seconds", t->seconds[ROUNDED]},
                 {"piece_bytes", (double)(t->piece * sizeof(float))},
                 {"sent_bytes", sent_bytes(t, P, sizeof(float))},
                 {"bf16_sent_bytes", sent_bytes(t, P, sizeof(lk_bf16))}};
  cJSON *row = cJSON_CreateObject();
  if (!row || !cJSON_AddItemToArray(list, row)) return 0;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!cJSON_AddNumberToObject(row, numbers[i].name, numbers[i].value)) return 0;
  return 1;
}

static lk_status write_json(const lk_world *world, const char *path,
                            const timing timings[SIZES]) {
  int P = lk_world_size(world);
  cJSON *root = cJSON_CreateObject(), *list = NULL;
  int good = root && cJSON_AddNumberToObject(root, "ranks", P) &&
             cJSON_AddNumberToObject(root, "local_ranks", lk_world_local_size(world));
  if (good) list = cJSON_AddArrayToObject(root, "sums");
  good = list != NULL;
  for (int i = 0; i < SIZES && good; i++)
    good = add_row(list, &timings[i], P);
  return lk_result_save_json(path, root, good);
}

lk_status lk_bench_reduce(lk_world *world, long repetitions, const char *json) {
  timing timings[SIZES];
  int first = lk_world_rank(world) == 0;
  if (repetitions > 1000000)
    return lk_fail(LK_USAGE, "bench: --steps with --reduce must be at most 1000000");
  LK_TRY(lk_world_time_links(world));
  if (first) print_heading(world);
  for (int i = 0; i < SIZES; i++) {
    timings[i].floats = sizes[i];
    LK_TRY(time_size(world, repetitions, &timings[i]));
    if (first) print_row(&timings[i], lk_world_size(world));
  }
  return lk_world_agree(world, first && json ? write_json(world, json, timings) : LK_OK);
}
