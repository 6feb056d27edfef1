/* An outer step: all sites meet. */
#include "lockstep/profile.h"
#include "train/sites.h"
#include <assert.h>
#include <string.h>

void lk_sites_fill(const lk_trainer *t, size_t first, size_t count, float *leaf) {
  const float *values = t->values + first, *start = t->sites->start + first;
  if (t->sites->outer.name == LK_OUTER_NONE) {
    memcpy(leaf, values, count * sizeof *leaf);
    return;
  }
  for (size_t i = 0; i < count; i++)
    leaf[i] = start[i] - values[i];
}

/* The site whose turn it is has made its steps: what its ranks are to tell the others. */
static void speak(const lk_trainer *t) {
  const lk_sites *s = t->sites;
  int place = lk_world_rank(s->site);
  if (s->wire != LK_WIRE_FP32) lk_sites_pack(t);
  if (!s->tree) return;
  lk_sites_fill(t, (size_t)s->firsts[place], (size_t)s->counts[place],
                lk_tree_leaf(s->tree));
  lk_tree_add(s->tree);
}

/* All ranks: the sites' mean of this rank's elements. Sites are added in the order of one
 * binary tree, and their number is a power of two, so that only sums are rounded. */
static lk_status average_own(const lk_sites *s, float *mean) {
  int place = lk_world_rank(s->site);
  size_t first = (size_t)s->firsts[place], count = (size_t)s->counts[place];
  float *sum, share = 1 / (float)s->count;
  if (!s->tree) return LK_OK;
  LK_TRY(lk_tree_reduce(s->tree, &sum));
  for (size_t i = 0; i < count; i++)
    mean[first + i] = share * sum[i];
  return LK_OK;
}

/* All ranks: the sites' mean, in memory that gradients need in steps only. Between sites
 * each element travels once, whatever the number of ranks in them. */
static lk_status average(const lk_trainer *t, float **mean) {
  const lk_sites *s = t->sites;
  *mean = lk_tree_spare(t->tree);
  LK_TRY(s->wire == LK_WIRE_FP32 ? average_own(s, *mean)
                                 : lk_sites_average_narrow(s, *mean));
  lk_profile_switch(LK_PART_COMMUNICATION);
  return lk_world_share_parts(s->site, *mean, s->counts, s->firsts);
}

/* The sites' optimizers keep what they remember. */
void lk_sites_move(lk_trainer *t, const float *mean) {
  lk_sites *s = t->sites;
  size_t count = t->table->count;
  lk_profile_switch(LK_PART_OPTIMIZER);
  if (s->outer.name == LK_OUTER_NONE)
    memcpy(s->start, mean, count * sizeof *mean);
  else
    lk_outer_update(&s->outer, mean, s->momentum, s->start, count);
  memcpy(t->values, s->start, count * sizeof *mean);
  lk_profile_switch(LK_PART_REST);
}

/* All ranks. */
static lk_status meet(lk_trainer *t) {
  float *mean;
  lk_watchdog_phase(t->watchdog, t->step, "averaging the groups' models", LK_MAKES_STEPS);
  LK_TRY(average(t, &mean));
  lk_sites_move(t, mean);
  return LK_OK;
}

/* One rank of a site takes notes of its steps: the others add zeros. */
static void take_note(const lk_trainer *t, uint64_t row, const lk_metrics *metrics) {
  const lk_sites *s = t->sites;
  double *note = s->notes + LK_NOTES * ((uint64_t)s->turn * s->used + row);
  if (lk_world_rank(s->site) != 0) return;
  note[LK_NOTE_NATS] = t->nats;
  note[LK_NOTE_TARGETS] = (double)metrics->target_tokens;
  note[LK_NOTE_NORM] = metrics->gradient_norm;
  note[LK_NOTE_SKIPPED] = (double)metrics->skipped;
}

/* The first of this rank's sites is there: the others follow it. */
static lk_status let_others_follow(lk_trainer *t) {
  lk_sites *s = t->sites;
  lk_metrics metrics;
  for (int turn = 1; turn < s->here; turn++) {
    lk_sites_turn(t, turn);
    memcpy(t->values, s->start, t->table->count * sizeof *t->values);
    t->step -= s->used;
    for (uint64_t row = 0; row < s->used; row++) {
      LK_TRY(lk_trainer_step_alone(t, &metrics));
      take_note(t, row, &metrics);
    }
    speak(t);
  }
  lk_sites_turn(t, 0);
  return LK_OK;
}

/* Loss and tokens of all sites, the mean of their gradients' norms. */
static void complete_row(int sites, const double *sums, lk_metrics *row) {
  assert(sums[LK_NOTE_TARGETS] > 0);
  row->loss = sums[LK_NOTE_NATS] / sums[LK_NOTE_TARGETS];
  row->target_tokens = (uint64_t)sums[LK_NOTE_TARGETS];
  row->gradient_norm = sums[LK_NOTE_NORM] / sites;
  row->skipped = (uint64_t)sums[LK_NOTE_SKIPPED];
}

lk_status lk_sites_add_notes(const lk_trainer *t) {
  const lk_sites *s = t->sites;
  size_t numbers = LK_NOTES * s->used;
  lk_profile_switch(LK_PART_COMMUNICATION);
  memset(s->sums, 0, numbers * sizeof *s->sums);
  return lk_world_add_rows(t->world, s->notes, (size_t)s->here * numbers, (int)numbers,
                           s->sums);
}

void lk_sites_complete_rows(const lk_sites *s, int sites, lk_metrics *metrics) {
  for (uint64_t i = 0; i < s->used; i++)
    complete_row(sites, s->sums + LK_NOTES * i, &s->rows[i]);
  complete_row(sites, s->sums + LK_NOTES * (s->used - 1), metrics);
}

lk_status lk_sites_follow(lk_trainer *t, lk_metrics *metrics) {
  lk_sites *s = t->sites;
  assert(s->used < t->config->sync_every && s->turn == 0);
  take_note(t, s->used, metrics);
  s->rows[s->used++] = *metrics;
  if (!lk_trainer_has_met(t)) return LK_OK;
  if (s->jobs) return lk_sites_meet_apart(t, metrics);
  speak(t);
  LK_TRY(let_others_follow(t));
  LK_TRY(meet(t));
  lk_trainer_follow_meeting(t, &metrics->check_seconds);
  LK_TRY(lk_sites_add_notes(t));
  lk_sites_complete_rows(s, s->count, metrics);
  return LK_OK;
}
