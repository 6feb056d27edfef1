#include "train/sites.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <limits.h>
#include <string.h>

/* Ranks of a site follow each other, as their shards do: a site has a whole subtree of the
 * sum over all shards. */
static lk_status find_place(lk_trainer *t) {
  const lk_config *c = t->config;
  int size = lk_world_size(t->world), is_job = *c->sync_meet != '\0';
  int sites = is_job ? 1 : (int)c->sync_groups;
  if (size % sites && sites % size)
    return lk_fail(LK_USAGE,
                   "%s: %d ranks cannot make up %d groups of as many ranks each, nor have "
                   "as many groups each; start a multiple or a part of %d, or set "
                   "sync.groups",
                   lk_config_origin(c, "sync.groups"), size, sites, sites);
  LK_TRY(LK_NEW(t->sites, 1));
  lk_sites *s = t->sites;
  s->count = sites;
  s->jobs = is_job ? (int)c->sync_groups : 0;
  s->ranks = size > sites ? size / sites : 1;
  s->here = size > sites ? 1 : sites / size;
  s->own = lk_world_rank(t->world) / s->ranks * s->here;
  return LK_OK;
}

lk_status lk_sites_open(lk_trainer *t) {
  int rank = lk_world_rank(t->world);
  if (!t->config->sync_every) return LK_OK;
  LK_TRY(lk_world_agree(t->world, find_place(t)));
  lk_sites *s = t->sites;
  LK_TRY(lk_world_part(&s->site, t->world, rank / s->ranks));
  t->home = s->site;
  return lk_world_part(&s->across, t->world, rank % s->ranks);
}

lk_status lk_sites_imagine(lk_trainer *t) {
  int rank = lk_world_rank(t->world), size = lk_world_size(t->world);
  if (!t->config->sync_every) return LK_OK;
  LK_TRY(find_place(t));
  lk_sites *s = t->sites;
  LK_TRY(lk_world_imagine(&s->site, rank % s->ranks, s->ranks));
  t->home = s->site;
  return lk_world_imagine(&s->across, rank / s->ranks, size / s->ranks);
}

/* In whole blocks, as sums are dealt out elsewhere; to other jobs rank 0 speaks for all. */
static lk_status deal_elements(lk_sites *s, uint64_t count) {
  uint64_t grains = (count + LK_TREE_GRAIN - 1) / LK_TREE_GRAIN, first = 0;
  if (count > INT_MAX)
    return lk_fail(LK_USAGE, "sync.every: local steps take models of at most %d parameters",
                   INT_MAX);
  LK_TRY(LK_NEW(s->firsts, (size_t)s->ranks));
  LK_TRY(LK_NEW(s->counts, (size_t)s->ranks));
  int speakers = s->jobs ? 1 : s->ranks;
  for (int r = 0; r < speakers; r++) {
    uint64_t end = grains * (uint64_t)(r + 1) / (uint64_t)speakers * LK_TREE_GRAIN;
    if (end > count) end = count;
    s->firsts[r] = (int)first;
    s->counts[r] = (int)(end - first);
    first = end;
  }
  assert(first == count);
  return LK_OK;
}

static lk_status make_rows(lk_sites *s, uint64_t every) {
  LK_TRY(LK_NEW(s->rows, every));
  LK_TRY(LK_NEW(s->notes, (size_t)s->here * every * LK_NOTES));
  return LK_NEW(s->sums, every * LK_NOTES);
}

static lk_status make_kept(lk_sites *s, size_t count) {
  LK_TRY(LK_NEW(s->kept, (size_t)s->here));
  for (lk_site *site = s->kept; site < s->kept + s->here; site++) {
    if (s->here > 1) LK_TRY(LK_NEW(site->m, count));
    if (s->here > 1) LK_TRY(LK_NEW(site->v, count));
    if (s->wire != LK_WIRE_FP32) LK_TRY(LK_NEW(site->left, count));
  }
  return LK_OK;
}

lk_status lk_sites_make_room(lk_trainer *t) {
  lk_sites *s = t->sites;
  const lk_config *c = t->config;
  if (!s) return LK_OK;
  s->outer = (lk_outer){(lk_outer_name)c->sync_outer, c->sync_rate, c->sync_momentum};
  s->wire = (lk_wire)c->sync_wire;
  LK_TRY(deal_elements(s, t->table->count));
  LK_TRY(LK_NEW(s->start, t->table->count));
  if (s->outer.name != LK_OUTER_NONE) LK_TRY(LK_NEW(s->momentum, t->table->count));
  LK_TRY(make_rows(s, c->sync_every));
  LK_TRY(make_kept(s, t->table->count));
  if (s->wire != LK_WIRE_FP32 || s->jobs) return lk_sites_make_narrow(s);
  size_t mine = (size_t)s->counts[lk_world_rank(s->site)];
  if (mine == 0) return LK_OK;
  return lk_tree_create(&s->tree, s->across, mine, s->count, LK_SUM_EVERYWHERE);
}

static void free_kept(lk_sites *s) {
  for (int i = 0; s->kept && i < s->here; i++) {
    lk_free(s->kept[i].m);
    lk_free(s->kept[i].v);
    lk_free(s->kept[i].left);
  }
  lk_free(s->kept);
}

void lk_sites_free(lk_sites *sites) {
  if (!sites) return;
  lk_meeting_free(sites->meeting);
  lk_tree_free(sites->tree);
  free_kept(sites);
  lk_world_part_free(sites->across);
  lk_world_part_free(sites->site);
  lk_free(sites->firsts);
  lk_free(sites->counts);
  lk_free(sites->start);
  lk_free(sites->momentum);
  lk_free(sites->rows);
  lk_free(sites->notes);
  lk_free(sites->sums);
  lk_free(sites->messages);
  lk_free(sites->message_firsts);
  lk_free(sites->message_counts);
  lk_free(sites->blocks);
  lk_free(sites);
}

void lk_sites_describe(const lk_trainer *t, lk_checkpoint_info *info) {
  const lk_sites *s = t->sites;
  if (!s) return;
  info->sites = s->count;
  info->has_outer = s->momentum != NULL;
  info->has_left = s->kept[0].left != NULL;
}

/* The optimizer has what the site remembers whose turn it is. */
float *lk_sites_held(const lk_trainer *t, lk_group group) {
  const lk_sites *s = t->sites;
  int place = lk_group_site(group) - s->own, is_there = 0 <= place && place < s->here;
  switch (lk_group_kind(group)) {
  case LK_GROUP_OUTER:
    return s->momentum;
  case LK_GROUP_M:
    return !is_there ? NULL : place == s->turn ? t->m : s->kept[place].m;
  case LK_GROUP_V:
    return !is_there ? NULL : place == s->turn ? t->v : s->kept[place].v;
  case LK_GROUP_LEFT:
    return is_there ? s->kept[place].left : NULL;
  default:
    return NULL;
  }
}

void lk_sites_turn(lk_trainer *t, int turn) {
  lk_sites *s = t->sites;
  lk_site *before = &s->kept[s->turn], *now = &s->kept[turn];
  size_t bytes = t->table->count * sizeof *t->m;
  if (turn == s->turn) return;
  memcpy(before->m, t->m, bytes);
  memcpy(before->v, t->v, bytes);
  before->skipped = t->skipped;
  before->skipped_in_a_row = t->skipped_in_a_row;
  memcpy(t->m, now->m, bytes);
  memcpy(t->v, now->v, bytes);
  t->skipped = now->skipped;
  t->skipped_in_a_row = now->skipped_in_a_row;
  t->step_first = t->first_shard + turn * t->step_count;
  s->turn = turn;
}

void lk_sites_begin(lk_trainer *t) {
  if (t->sites) memcpy(t->sites->start, t->values, t->table->count * sizeof *t->values);
}

int lk_trainer_has_met(const lk_trainer *trainer) {
  uint64_t step = trainer->step;
  return !trainer->sites || step % trainer->config->sync_every == 0 ||
         step == trainer->steps;
}

/* Since the meeting before this one, which a checkpoint may be of. */
static uint64_t steps_since_meeting(const lk_trainer *t) {
  uint64_t every = t->config->sync_every, rest = t->step % every;
  if (t->sites->used || !t->step) return t->sites->used;
  return rest ? rest : every;
}

int lk_trainer_passes(const lk_trainer *trainer, uint64_t every) {
  uint64_t since = trainer->sites ? steps_since_meeting(trainer) : 1;
  assert(trainer->step >= since);
  return every && trainer->step / every > (trainer->step - since) / every;
}

const lk_metrics *lk_trainer_earlier(const lk_trainer *trainer, uint64_t *count) {
  const lk_sites *s = trainer->sites;
  *count = s && s->used > 0 ? s->used - 1 : 0;
  return s ? s->rows : NULL;
}
