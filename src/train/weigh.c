/* What a rank of a world would hold that is not there. */
#include "lockstep/memory.h"
#include "train/balance.h"
#include "train/sites.h"
#include "train/writer.h"
#include <assert.h>

/* Of what a checkpoint has beside what its writer copies. */
static uint64_t bytes_of_sites(const lk_trainer *t) {
  lk_checkpoint_info info = {.sites = 0};
  uint64_t groups = 0;
  lk_sites_describe(t, &info);
  for (int group = LK_GROUP_OUTER; group < LK_GROUPS * info.sites; group++)
    groups += (uint64_t)lk_checkpoint_has(&info, (lk_group)group);
  return groups * t->table->count * sizeof *t->values;
}

/* Sites that take turns copy all of what their optimizers hold. */
static uint64_t bytes_spared(const lk_trainer *t) {
  int take_turns = t->sites && t->sites->here > 1;
  return lk_tree_spared(t->tree) + (take_turns ? 0 : lk_optimizer_spare(t->optimizer));
}

static lk_status weigh(lk_trainer *t, lk_task task, const lk_tokenizer *tokenizer,
                       lk_trainer_needs *out) {
  uint64_t before = lk_bytes_alive();
  LK_TRY(lk_trainer_open_data(t, NULL, task, tokenizer));
  uint64_t opened = lk_bytes_alive();
  LK_TRY(lk_trainer_make_buffers(t));
  assert(opened >= before && t->table->count > 0);
  *out = (lk_trainer_needs){.shape = t->table->shape,
                            .shards = t->shard_count,
                            .parameters = t->table->count,
                            .data = opened - before,
                            .room = lk_bytes_alive() - opened - bytes_spared(t),
                            .values = lk_trainer_value_bytes(t),
                            .checkpoint = lk_writer_bytes(t->table->count, !!t->average) +
                                          bytes_of_sites(t),
                            .pack_rows = t->packs[0]->max_rows};
  return LK_OK;
}

/* A rank that has as many shards as any: dealt evenly, the last one has. */
static lk_status imagine(lk_world **out, const lk_config *config, int ranks) {
  double *shares;
  int rank = ranks - 1;
  LK_TRY(lk_balance_listed(config, ranks, &shares));
  for (int r = 0; shares && r < ranks; r++)
    if (shares[r] > shares[rank]) rank = r;
  lk_status status = lk_world_imagine(out, rank, ranks);
  if (status == LK_OK) status = lk_world_deal_by(*out, shares);
  lk_free(shares);
  return status;
}

static lk_status weigh_rank(const lk_config *config, lk_task task, int ranks,
                            const lk_tokenizer *tokenizer, lk_trainer_needs *out) {
  lk_world *imagined = NULL;
  lk_trainer *t = NULL;
  lk_status status = imagine(&imagined, config, ranks);
  if (status == LK_OK) status = LK_NEW(t, 1);
  if (status == LK_OK) {
    t->world = t->home = imagined;
    t->config = config;
    status = lk_sites_imagine(t);
    if (status == LK_OK) status = weigh(t, task, tokenizer, out);
    lk_trainer_free(t);
  }
  lk_world_dismiss(imagined);
  return status;
}

lk_status lk_trainer_weigh(lk_world *world, lk_config *config, lk_task task, int ranks,
                           lk_trainer_needs *out) {
  lk_checkpoint *init = NULL;
  assert(lk_world_size(world) == 1 && ranks > 0);
  lk_status status = lk_trainer_begin(world, config, task, LK_TO_MEASURE, &init);
  if (status == LK_OK)
    status = weigh_rank(config, task, ranks, init ? init->trained.tokenizer : NULL, out);
  lk_checkpoint_free(init);
  return status;
}
