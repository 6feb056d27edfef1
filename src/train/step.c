/* One training step over all ranks. */
#include "lockstep/memory.h"
#include "train/sites.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SKIPPED = 10 }; /* updates left out in a row, before the run stops */

/* In the last shard's backward pass: its gradients travel while it goes on. */
static void send_gradients(void *context, size_t first) {
  lk_trainer *t = context;
  assert(first <= t->final);
  t->final = first;
  lk_tree_finish(t->tree, first);
}

/* In that of the shard beside it, which is ahead by one part. */
static void move_gradients(void *context, size_t first) {
  lk_trainer *t = context;
  (void)first;
  lk_tree_finish(t->tree, t->final);
}

/* The number-th pack of this rank's i-th shard in a batch. */
static void forward_pack(lk_trainer *t, int i, uint64_t batch, int slot, int number,
                         float *gradients) {
  const lk_pack *pack = t->packs[slot];
  lk_dropout dropout = {t->config->dropout,
                        {.seed = t->config->seed,
                         .purpose = LK_RANDOM_DROPOUT,
                         .step = batch,
                         .shard = (uint32_t)(t->step_first + i),
                         .site = (uint32_t)number * LK_PACK_SITES},
                        (lk_drop_at)t->config->dropout_at};
  if (lk_dataset_status(t->dataset) != LK_OK)
    lk_world_abort(t->world, lk_dataset_status(t->dataset));
  t->mine[2 * i] +=
      lk_model_forward(t->models[slot], t->values, gradients, pack, &dropout, NULL);
  assert(pack->M <= pack->N && pack->N <= pack->max_rows);
  t->mine[2 * i + 1] += pack->M;
  t->work.packs++;
  t->work.rows += pack->N;
  t->work.target_rows += pack->M;
}

/* This rank's i-th shard in a batch, in as many packs as it takes; the last one's gradient
 * is still to be added. */
static void forward_batch(lk_trainer *t, int i, uint64_t batch, int slot,
                          float *gradients) {
  lk_profile_switch(LK_PART_DATA);
  int count = lk_dataset_select(t->dataset, batch, t->step_first + i);
  for (int next = 0, number = 0; next < count || number == 0; number++) {
    if (number > 0) lk_model_backward(t->models[slot], t->values, gradients, NULL);
    next = lk_dataset_pack(t->dataset, next, t->packs[slot]);
    forward_pack(t, i, batch, slot, number, gradients);
  }
}

/* In all batches of the step; the gradient of the last pack is still to be added. */
static void forward_shard(lk_trainer *t, int i, int slot, float *gradients) {
  assert(i >= 0 && i < t->step_count && t->models[slot] && t->packs[slot]);
  lk_watchdog_phase(t->watchdog, t->step + 1, "computing", LK_MAKES_STEPS);
  t->mine[2 * i] = t->mine[2 * i + 1] = 0;
  for (uint64_t k = 0; k < lk_trainer_step_batches(t); k++) {
    if (k > 0) lk_model_backward(t->models[slot], t->values, gradients, NULL);
    forward_batch(t, i, lk_trainer_batch(t, k), slot, gradients);
  }
}

/* A rank whose numbers mean nothing ends all before they go anywhere. */
static void check_products(const lk_trainer *t) {
  if (lk_linear_status() != LK_OK) lk_world_abort(t->world, lk_linear_status());
}

/* `count` shards from `first` on, 1 or 2, side by side. */
static void compute_together(lk_trainer *t, int first, int count) {
  const lk_backward_hook send = {send_gradients, t}, move = {move_gradients, t};
  int last = first + count == t->step_count, hooked = last || t->is_dealt;
  float *gradients[2] = {NULL, NULL};
  assert(first + count <= t->step_count && (count == 1 || t->models[1]));
  t->final = t->table->count;
  for (int slot = 0; slot < count; slot++) {
    if (slot > 0) lk_tree_add(t->tree);
    gradients[slot] = lk_tree_leaf(t->tree);
    forward_shard(t, first + slot, slot, gradients[slot]);
  }
  for (int part = 0; part < lk_model_parts(t->models[0]); part++)
    for (int slot = 0; slot < count; slot++)
      lk_model_backward_part(t->models[slot], t->values, gradients[slot], part,
                             !hooked || !t->config->overlap ? NULL
                             : slot < count - 1             ? &move
                                                            : &send);
  check_products(t);
  lk_tree_add(t->tree);
}

/* Every rank of a host that has one copy rounds its part of it. Where this is called no
 * rank computes with what was held before: all have agreed on something since. */
lk_status lk_trainer_hold(const lk_trainer *trainer, const float *values) {
  const lk_trainer *t = trainer;
  size_t first = 0, count = t->table->count;
  if (!t->rounded) return LK_OK;
  if (t->shared_rounded) lk_shared_part(t->shared_rounded, count, &first, &count);
  lk_bf16_round(t->rounded + first, values + first, count);
  for (int slot = 0; slot < 2 && t->models[slot]; slot++)
    lk_model_hold(t->models[slot], t->rounded);
  return t->shared_rounded ? lk_world_agree(t->world, LK_OK) : LK_OK;
}

/* Loss and gradient of every shard of this rank. */
static void compute_shards(lk_trainer *t) {
  t->work = (lk_trainer_work){0};
  for (int i = 0, count; i < t->step_count; i += count) {
    count = t->models[1] && i + 2 == t->step_count ? 2 : 1;
    compute_together(t, i, count);
  }
}

/* The batch's mean loss, of a site's part of it where there are sites: shards in order, and
 * a rank with fewer shards adds exact zeros. Of an epoch's last documents a site may have
 * none. */
static lk_status sum_losses(lk_trainer *t, lk_metrics *metrics) {
  enum { LOSS, TARGETS, COLUMNS };
  double sums[COLUMNS] = {0};
  LK_TRY(
      lk_world_add_rows(t->home, t->mine, COLUMNS * (size_t)t->step_most, COLUMNS, sums));
  assert(sums[TARGETS] > 0 || t->sites);
  t->nats = sums[LOSS];
  metrics->loss = sums[TARGETS] > 0 ? sums[LOSS] / sums[TARGETS] : 0;
  metrics->target_tokens = (uint64_t)sums[TARGETS];
  return LK_OK;
}

/* A step's items, as they come. */
typedef struct {
  uint64_t *items; /* (batch_size times batches) */
  size_t count;
} item_list;

static void take_items(void *context, int rank, size_t first, const double *numbers,
                       size_t count) {
  item_list *list = context;
  (void)rank;
  (void)first;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] >= 0) list->items[list->count++] = (uint64_t)numbers[i];
}

/* Those of this rank's shards in a batch, behind the `used` of mine; how many there are
 * then. */
static size_t list_batch(const lk_trainer *t, uint64_t batch, double *mine, size_t used) {
  for (int i = 0; i < t->step_count; i++) {
    int items = lk_dataset_select(t->dataset, batch, t->step_first + i);
    for (int item = 0; item < items; item++)
      mine[used++] = (double)lk_dataset_chosen(t->dataset)[item];
  }
  return used;
}

/* The items of this rank's shards into mine[room], -1 behind them. */
static void list_items(const lk_trainer *t, double *mine, size_t room) {
  size_t used = 0;
  for (uint64_t k = 0; k < lk_trainer_step_batches(t); k++)
    used = list_batch(t, lk_trainer_batch(t, k), mine, used);
  assert(used <= room);
  while (used < room)
    mine[used++] = -1;
}

/* All ranks: where the step's batch stands in its file, for a message. A rank may know the
 * items of its own shards alone. */
static lk_status name_batch(const lk_trainer *t, char *text, size_t size) {
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  size_t most = (size_t)plan->batch_size * lk_trainer_step_batches(t);
  size_t room = (size_t)t->step_most * most / (size_t)plan->shards;
  item_list all = {NULL, 0};
  double *mine = NULL;
  lk_status status = LK_NEW(mine, room);
  if (status == LK_OK) status = LK_NEW(all.items, most);
  status = lk_world_agree(t->home, status);
  if (status == LK_OK) {
    list_items(t, mine, room);
    status = lk_world_each(t->home, mine, room, take_items, &all);
  }
  assert(all.count <= most);
  if (status == LK_OK) lk_dataset_name_items(t->dataset, all.items, all.count, text, size);
  lk_free(all.items);
  lk_free(mine);
  return status;
}

static int is_exploding(const lk_trainer *t, double norm) {
  return t->config->gradient_limit > 0 && norm > t->config->gradient_limit &&
         isfinite(norm);
}

/* All ranks. */
static lk_status stop_on_nonfinite(const lk_trainer *t, const lk_metrics *metrics) {
  char batch[2048];
  LK_TRY(name_batch(t, batch, sizeof batch));
  return lk_fail(
      LK_INTERNAL,
      "step %llu: the loss is %g and the gradient norm %g%s%s; %slower learning_rate or "
      "clip, or set on_nonfinite=skip; the batch was %s",
      (unsigned long long)t->step + 1, metrics->loss, metrics->gradient_norm,
      is_exploding(t, metrics->gradient_norm) ? ", above gradient_limit" : "",
      t->skipped_in_a_row ? ", and so were those of the steps before" : "",
      t->has_checkpoint ? "the last checkpoint is good: " : "", batch);
}

/* All ranks of a step: one verdict for all, although all hold the same sums: a rank that
 * does not must not go its own way. *skip: this update is left out. */
static lk_status judge(lk_trainer *t, const lk_metrics *metrics, int *skip) {
  int bad = !isfinite(metrics->loss) || !isfinite(metrics->gradient_norm) ||
            is_exploding(t, metrics->gradient_norm);
  lk_profile_switch(LK_PART_COMMUNICATION);
  LK_TRY(lk_world_any(t->home, bad, skip));
  if (!*skip) {
    t->skipped_in_a_row = 0;
    return LK_OK;
  }
  if (t->config->on_nonfinite == 0 || t->skipped_in_a_row == MOST_SKIPPED)
    return stop_on_nonfinite(t, metrics);
  t->skipped++;
  t->skipped_in_a_row++;
  return LK_OK;
}

static lk_status apply(lk_trainer *t, const float *gradients, double learning_rate,
                       double scale) {
  const lk_update update = {t->step + 1, learning_rate, scale};
  lk_optimizer_update(t->optimizer, &update, gradients, t->values, 0, t->table->count);
  check_products(t);
  return lk_optimizer_share(t->optimizer, t->home, t->values);
}

static double learning_rate_at(const lk_trainer *t, uint64_t tokens) {
  if (t->fixed_rate > 0) return t->fixed_rate;
  return t->config->learning_rate * lk_schedule_factor(&t->schedule, tokens);
}

/* Of the run's batches, after so many steps. */
static double share_of(const lk_trainer *t, uint64_t steps) {
  return (double)lk_trainer_batches(t, steps) / (double)lk_trainer_batches(t, t->steps);
}

/* All ranks of a step. One without documents is left out, too, but not counted: nothing is
 * wrong with it. */
static lk_status update(lk_trainer *t, const float *gradients, lk_metrics *metrics) {
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  uint64_t documents = lk_plan_documents_before(plan, lk_trainer_batches(t, t->step + 1));
  int is_empty = metrics->target_tokens == 0, skip;
  double tokens = is_empty ? 1 : (double)metrics->target_tokens;
  LK_TRY(lk_optimizer_norm(t->optimizer, t->home, gradients, &metrics->gradient_norm));
  metrics->gradient_norm /= tokens;
  metrics->learning_rate = learning_rate_at(t, documents * t->config->model_block);
  LK_TRY(lk_trainer_count_gradients(t, gradients, 1 / tokens));
  LK_TRY(judge(t, metrics, &skip));
  double scale = lk_clip_factor(t->config->clip, metrics->gradient_norm) / tokens;
  skip |= is_empty;
  if (!skip) LK_TRY(apply(t, gradients, metrics->learning_rate, scale));
  if (!skip) lk_trainer_follow_average(t);
  lk_profile_switch(LK_PART_REST);
  t->step++;
  lk_trainer_inject_fault(t);
  lk_trainer_follow_replica(t, &metrics->check_seconds);
  metrics->step = t->step;
  metrics->steps = t->steps;
  metrics->skipped = t->skipped;
  metrics->epoch =
      (double)lk_trainer_batches(t, t->step) / (double)lk_plan_steps_per_epoch(plan);
  metrics->share = share_of(t, t->step);
  metrics->step_share = metrics->share - share_of(t, t->step - 1);
  return LK_OK;
}

static lk_status make_step(lk_trainer *t, lk_metrics *metrics) {
  float *sum;
  LK_TRY(lk_trainer_hold(t, t->values));
  compute_shards(t);
  LK_TRY(lk_tree_reduce(t->tree, &sum));
  LK_TRY(sum_losses(t, metrics));
  return update(t, sum, metrics);
}

/* Seconds in which an abort ends all ranks, and the sites that are given some. */
enum { TURN = 1, TURNS = 8 };

/* The other sites are on steps of their own, and would learn of it only when they meet. All
 * may fail by the same cause, which the first one that does says, in its turn. */
static lk_status fail_for_all(lk_trainer *t, lk_status status) {
  int alone = lk_world_size(t->home) < lk_world_size(t->world);
  if (status == LK_OK || !alone || lk_world_rank(t->home) != 0) return status;
  for (int turn = 0; turn < t->sites->own && turn < TURNS; turn++)
    sleep(TURN);
  lk_world_abort(t->world, status);
}

lk_status lk_trainer_step_alone(lk_trainer *t, lk_metrics *metrics) {
  memset(metrics, 0, sizeof *metrics);
  return fail_for_all(t, make_step(t, metrics));
}

static lk_status step_and_meet(lk_trainer *t, lk_metrics *metrics) {
  if (t->sites && lk_trainer_has_met(t)) t->sites->used = 0;
  LK_TRY(lk_trainer_step_alone(t, metrics));
  return t->sites ? lk_sites_follow(t, metrics) : LK_OK;
}

lk_status lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics) {
  double before[LK_PARTS];
  lk_sites *s = trainer->sites;
  lk_profile_switch(LK_PART_REST);
  lk_profile_read(before);
  LK_TRY(step_and_meet(trainer, metrics));
  lk_profile_switch(LK_PART_REST);
  lk_profile_read(metrics->parts);
  for (int part = 0; part < LK_PARTS; part++) {
    metrics->parts[part] -= before[part];
    metrics->seconds += metrics->parts[part];
  }
  metrics->peak_memory = lk_peak_memory();
  if (s) s->rows[s->used - 1] = *metrics;
  return LK_OK;
}
