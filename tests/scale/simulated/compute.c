/* A model's computing replaced by the time that it takes: the linker puts these in the
 * place of the functions behind __wrap_. What is sent, by whom, when and in what pieces
 * remains the program's own doing.
 *
 * SIMULATED_ROW: seconds of a row of a pack, forward and backward. SIMULATED_UPDATE: of a
 * parameter's update, norm included. SIMULATED_JITTER: the standard deviation of a pack's
 * time, as a part of it. SIMULATED_SKIPPED: steps that are left out, as nothing here is
 * warmer after steps that nobody times. */
#include "base/clock.h"
#include "cli/bench/bench.h"
#include "lockstep/optimizer.h"
#include "lockstep/profile.h"
#include "lockstep/random.h"
#include "lockstep/trainer.h"
#include "model/activations.h"
#include "spent.h"
#include <mpi.h>
#include <stdio.h>

enum { LOOKS = 4 }; /* of a block's backward pass at messages under way */

double __wrap_lk_model_forward(lk_model *model, const lk_real *values, lk_real *gradients,
                               const lk_pack *pack, const lk_dropout *dropout,
                               const double **losses);
void __wrap_lk_model_backward_part(lk_model *model, const lk_real *values,
                                   lk_real *gradients, int part,
                                   const lk_backward_hook *hook);
void __wrap_lk_model_backward(lk_model *model, const lk_real *values, lk_real *gradients,
                              const lk_backward_hook *hook);
void __wrap_lk_optimizer_update(lk_optimizer *optimizer, const lk_update *update,
                                const float *gradients, float *values, uint64_t first,
                                uint64_t count);
double __wrap_lk_gradient_norm(const float *gradients, uint64_t count);
lk_status __wrap_lk_bench_limit(lk_world *world, const lk_shape *shape,
                                const lk_bench_products *products, double *rate,
                                double *beside);
void __wrap_lk_parameters_initialise(const lk_parameters *parameters, uint64_t seed,
                                     lk_real *values);

lk_status __real_lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics);
lk_status __wrap_lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics);

static double pack_seconds; /* of the pack that is under way */

static int rank_of_all(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/* Each pack has its own. */
static double draw_jitter(void) {
  static uint64_t packs;
  const lk_stream stream = {.purpose = LK_RANDOM_FAILURES,
                            .shard = (uint32_t)rank_of_all()};
  double factor =
      1 + lk_simulated_setting("SIMULATED_JITTER") * lk_random_normal(&stream, packs++);
  return factor > 0.5 ? factor : 0.5;
}

/* The head's part of a pack's products; it has both passes in one. */
static double head_share(const lk_model *model) {
  lk_shape without = model->table->shape;
  double all = lk_bench_flops(&without, 1, 1);
  without.layers = 0;
  return lk_bench_flops(&without, 1, 1) / all;
}

static void say_start(void) {
  static int started;
  if (!started++ && rank_of_all() == 0)
    fprintf(stderr, "simulated: the first step begins at %.6f s\n", lk_clock());
}

double __wrap_lk_model_forward(lk_model *model, const lk_real *values, lk_real *gradients,
                               const lk_pack *pack, const lk_dropout *dropout,
                               const double **losses) {
  double head = head_share(model);
  (void)values, (void)gradients, (void)dropout, (void)losses;
  say_start();
  lk_profile_switch(LK_PART_PRODUCTS);
  pack_seconds = pack->N * lk_simulated_setting("SIMULATED_ROW") * draw_jitter();
  lk_simulated_spend(pack_seconds * (head + (1 - head) / 3));
  return pack->M;
}

static size_t start_of_block(const lk_parameters *table, int block) {
  for (int i = 0; i < table->tensors; i++)
    if (table->list[i].block == block) return table->list[i].offset;
  return 0;
}

/* Blocks from the last one down; before them the last normalisation and the head, behind
 * them the embedding, which take next to no time. */
void __wrap_lk_model_backward_part(lk_model *model, const lk_real *values,
                                   lk_real *gradients, int part,
                                   const lk_backward_hook *hook) {
  const lk_parameters *table = model->table;
  int layers = table->shape.layers, looks = part > 0 && part <= layers ? LOOKS : 1;
  double share = (1 - head_share(model)) * 2 / 3 / layers;
  size_t before = start_of_block(table, layers - part + 1);
  (void)values, (void)gradients;
  lk_profile_switch(LK_PART_PRODUCTS);
  if (part <= 1) before = part ? start_of_block(table, layers - 1) : table->count;
  for (int look = 1; look <= looks; look++) {
    size_t final =
        look < looks || part == 0 ? before : start_of_block(table, layers - part);
    if (looks > 1) lk_simulated_spend(pack_seconds * share / looks);
    if (hook) hook->call(hook->context, final);
  }
}

/* Of packs that are not their shard's last. It calls the real parts, past the linker. */
void __wrap_lk_model_backward(lk_model *model, const lk_real *values, lk_real *gradients,
                              const lk_backward_hook *hook) {
  for (int part = 0; part < lk_model_parts(model); part++)
    __wrap_lk_model_backward_part(model, values, gradients, part, hook);
}

void __wrap_lk_optimizer_update(lk_optimizer *optimizer, const lk_update *update,
                                const float *gradients, float *values, uint64_t first,
                                uint64_t count) {
  (void)update, (void)gradients, (void)values, (void)first, (void)count;
  lk_profile_switch(LK_PART_OPTIMIZER);
  lk_simulated_spend((double)lk_optimizer_holding(optimizer)->count *
                     lk_simulated_setting("SIMULATED_UPDATE"));
}

double __wrap_lk_gradient_norm(const float *gradients, uint64_t count) {
  (void)gradients, (void)count;
  return 1;
}

lk_status __wrap_lk_bench_limit(lk_world *world, const lk_shape *shape,
                                const lk_bench_products *products, double *rate,
                                double *beside) {
  (void)world, (void)shape, (void)products, (void)beside;
  *rate = 1;
  return LK_OK;
}

void __wrap_lk_parameters_initialise(const lk_parameters *parameters, uint64_t seed,
                                     lk_real *values) {
  (void)seed, (void)values;
  lk_simulated_touch((double)parameters->count * sizeof *values);
}

lk_status __wrap_lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics) {
  static int skipped;
  if (skipped == (int)lk_simulated_setting("SIMULATED_SKIPPED"))
    return __real_lk_trainer_step(trainer, metrics);
  skipped++;
  *metrics = (lk_metrics){0};
  return LK_OK;
}
