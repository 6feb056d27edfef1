/* lockstep plan: what a run would take, before anything runs. */
#include "cli/bench/bench.h"
#include "cli/command.h"
#include "cli/failures.h"
#include "lockstep/machine.h"
#include "lockstep/memory.h"
#include "lockstep/trainer.h"
#include "lockstep/types.h"
#include "lockstep/wire.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  long ranks, nodes;
  double bandwidth, latency; /* of a node's link: GB a second each way, microseconds */
  double disk, restart; /* GB a second of checkpoints; seconds from a failure to training */
} request;

static const request nothing_given = {1, 1, 1.25, 50, 0.5, 120};

/* What a step would be. */
typedef struct {
  double program;           /* bytes of this process without anything to train, … */
  double files;             /* … of which its programs, once in a node's memory */
  double flops, rate;       /* of a rank: products a step, and a second as measured here */
  double from_rank, a_node; /* bytes of gradients and parameters that a step sends */
  double products, sending; /* seconds */
} forecast;

/* Each way. */
static double rounds_between(double parties) {
  return ceil(log2(parties));
}

/* Of local steps: what a party sends in an outer step, which is a group, or a rank that has
 * several. */
static double outer_bytes(const lk_config *config, double parties, uint64_t parameters) {
  double here = (double)config->sync_groups / parties, bytes = sizeof(float);
  if (config->sync_wire)
    return (parties - 1) * here * bytes *
           (double)lk_wire_words((lk_wire)config->sync_wire, parameters);
  return 2 * (1 - 1 / parties) * bytes * (double)parameters;
}

/* An outer step's share of a step, where groups are of nodes. */
static void add_outer_step(const request *asked, const lk_config *config,
                           const lk_trainer_needs *needs, forecast *f) {
  double every = (double)config->sync_every, ranks = (double)asked->ranks;
  double parties = fmin((double)config->sync_groups, ranks);
  double sent = outer_bytes(config, parties, needs->parameters) / every;
  f->from_rank += sent * parties / ranks;
  if (asked->nodes == 1) return;
  f->a_node += sent * fmax(1, parties / (double)asked->nodes);
  f->sending += sent / (asked->bandwidth * 1e9) +
                2 * rounds_between(parties) * asked->latency * 1e-6 / every;
}

/* Halving and doubling sum within a node first where its ranks are neighbours: then each
 * node sends what a rank would that has it all (Thakur, Rabenseifner and Gropp 2005). */
static void foresee_sending(const request *asked, const lk_config *config,
                            const lk_trainer_needs *needs, forecast *f) {
  double groups = config->sync_every ? (double)config->sync_groups : 1;
  double P = fmax(1, (double)asked->ranks / groups);
  double nodes = fmax(1, (double)asked->nodes / groups);
  double gradient = config->wire ? sizeof(lk_bf16) : sizeof(float);
  double handed_back =
      lk_trainer_deals(config) ? sizeof(float) : gradient; /* or a parameter */
  double bytes = (gradient + handed_back) * (double)needs->parameters;
  f->from_rank = bytes * (1 - 1 / P);
  f->a_node = bytes * (1 - 1 / nodes);
  f->sending = f->a_node / (asked->bandwidth * 1e9) +
               2 * rounds_between(nodes) * asked->latency * 1e-6;
  if (config->sync_every) add_outer_step(asked, config, needs, f);
}

/* Of the rank with the most shards. Packs are taken to be full, and all their rows to have
 * loss. */
static lk_status foresee(lk_world *world, const lk_config *config, const request *asked,
                         const lk_trainer_needs *needs, forecast *f) {
  double share = (double)needs->shards / (double)config->shards;
  double rows = share * (double)(config->batch_size * config->model_block);
  lk_bench_products products = {(lk_precision)config->precision, needs->pack_rows,
                                needs->pack_rows, LK_ONEDNN};
  double rates[LK_PRODUCT_LIBRARIES];
  if (products.precision == LK_FP32)
    products.library = (lk_product_library)config->products;
  double beside;
  LK_TRY(lk_bench_limit(world, &needs->shape, &products, rates, &beside));
  f->program = fmax(f->program, beside);
  f->files = (double)lk_file_memory();
  f->rate = rates[products.library];
  f->flops = lk_bench_flops(&needs->shape, rows, rows);
  f->products = f->flops / f->rate;
  foresee_sending(asked, config, needs, f);
  return LK_OK;
}

static void print_shards(const lk_config *config, const lk_trainer_needs *needs) {
  const char *dealt = "as balance lists them";
  if (!strcmp(config->balance, "even")) dealt = "dealt evenly";
  if (!strcmp(config->balance, "measured"))
    dealt = "dealt evenly here, by the speed of the ranks in the run";
  printf("shards             %d of %llu on a rank at most, %s\n", needs->shards,
         (unsigned long long)config->shards, dealt);
}

/* copy: of rank 0 alone. */
static void print_node(const request *asked, const lk_config *config, const forecast *f,
                       double of_rank, double values, double copy) {
  double ranks = (double)(asked->ranks / asked->nodes), all = ranks * of_rank;
  int shares = asked->ranks > 1 && lk_trainer_shares_values(config, all);
  double common = f->files + (shares ? values : 0);
  printf("memory of a node   %.2f GB\n", (all - (ranks - 1) * common + copy) / 1e9);
  printf("replicas           %s", shares ? "node" : "rank");
  if (config->replicas == LK_REPLICAS_AUTO)
    printf(": with a copy of the parameters each, a node's ranks would take %.1f GB, of "
           "%.1f here",
           all / 1e9, lk_machine_memory() / 1e9);
  putchar('\n');
}

static void print_memory(const request *asked, const lk_config *config,
                         const lk_trainer_needs *needs, const forecast *f) {
  double training = (double)needs->room + (double)needs->values;
  double copy = config->checkpoint_write ? (double)needs->checkpoint : 0;
  double rank = f->program + (double)needs->data + training;
  printf("ranks              %ld on %ld nodes\n", asked->ranks, asked->nodes);
  print_shards(config, needs);
  printf("parameters         %llu\n", (unsigned long long)needs->parameters);
  printf(
      "memory of a rank   %.0f MB when packs are full: %.0f the program, %.0f data, %.0f "
      "model and training\n",
      rank / 1e6, f->program / 1e6, (double)needs->data / 1e6, training / 1e6);
  if (copy > 0)
    printf(
        "memory of rank 0   %.0f MB more, once a checkpoint is written beside training\n",
        copy / 1e6);
  print_node(asked, config, f, rank, (double)needs->values, copy);
}

static double shortest_step(const forecast *f) {
  return f->products > f->sending ? f->products : f->sending;
}

static void print_step(const request *asked, const lk_config *config, const forecast *f) {
  double tokens = (double)(config->batch_size * config->model_block);
  double longer = shortest_step(f);
  printf("products a step    %.1f GFLOP a rank: %.2f s at %.1f GFLOP/s, measured here\n",
         f->flops / 1e9, f->products, f->rate / 1e9);
  printf(
      "sent a step        %.1f MB by a rank, %.1f MB by a node: %.2f s at %g GB/s and %g "
      "us\n",
      f->from_rank / 1e6, f->a_node / 1e6, f->sending, asked->bandwidth, asked->latency);
  printf("step               at least %.2f s, sent while computing, or %.2f s; attention, "
         "element-wise work and the optimizer come on top: see bench\n",
         longer, f->products + f->sending);
  printf("tokens a second    at most %.0f, where packs are full\n", tokens / longer);
}

static lk_status plan(lk_world *world, lk_config *config, const request *asked) {
  lk_trainer_needs needs;
  forecast f = {.program = (double)lk_peak_memory()};
  LK_TRY(lk_trainer_weigh(world, config, lk_task_guess(config), (int)asked->ranks, &needs));
  LK_TRY(foresee(world, config, asked, &needs, &f));
  print_memory(asked, config, &needs, &f);
  print_step(asked, config, &f);
  const lk_cli_failing failing = {.nodes = asked->nodes,
                                  .bytes = (double)needs.checkpoint,
                                  .disk = asked->disk * 1e9,
                                  .restart = asked->restart,
                                  .step = shortest_step(&f)};
  return lk_cli_print_failures(config, &failing);
}

static lk_status check(const lk_world *world, const request *asked) {
  if (lk_world_size(world) > 1)
    return lk_fail(LK_USAGE,
                   "plan: start it as one process; -n says of how many the run is");
  if (asked->ranks % asked->nodes)
    return lk_fail(LK_USAGE,
                   "plan: %ld ranks cannot be the same number on each of %ld nodes",
                   asked->ranks, asked->nodes);
  if (asked->bandwidth > 0 && asked->latency >= 0 && asked->disk > 0 && asked->restart >= 0)
    return LK_OK;
  return lk_fail(LK_USAGE, "plan: --bandwidth and --disk must be above 0, --latency and "
                           "--restart not below");
}

lk_status lk_cli_plan(lk_world *world, int argc, char **argv) {
  request asked = nothing_given;
  const lk_option options[] = {
      {"ranks", 'n', LK_OPTION_INT, &asked.ranks, "N", "ranks of the run (1)", 1},
      {"nodes", 0, LK_OPTION_INT, &asked.nodes, "N", "nodes that they are on (1)", 1},
      {"bandwidth", 0, LK_OPTION_NUMBER, &asked.bandwidth, "GB/S",
       "of a node's link, each way (1.25, which is 10 Gb/s)"},
      {"latency", 0, LK_OPTION_NUMBER, &asked.latency, "US", "of a message (50)"},
      {"disk", 0, LK_OPTION_NUMBER, &asked.disk, "GB/S",
       "of writing checkpoints to the run directory (0.5)"},
      {"restart", 0, LK_OPTION_NUMBER, &asked.restart, "S",
       "from a failure until training goes on (120)"}};
  lk_words words;
  lk_config *config = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 6, 1, INT_MAX, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_world_agree(world, check(world, &asked)));
  LK_TRY(lk_arguments_config(world, &words, &config));
  lk_status status = plan(world, config, &asked);
  lk_config_free(config);
  return status;
}
