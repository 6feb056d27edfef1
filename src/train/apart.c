/* Groups that are jobs of their own (key sync.meet): an outer step over the meeting point.
 * Rank 0 speaks for this one. */
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "train/sites.h"
#include <stdio.h>
#include <string.h>

/* What rank 0 has learned. */
typedef struct {
  lk_meeting_outcome outcome;
  uint64_t step; /* the others', where this group has to take theirs */
} news;

/* Settings but for the group's number, and data. */
static lk_status identify(const lk_trainer *t, lk_sha256 *identity) {
  char text[2 * sizeof(lk_sha256) + sizeof(lk_hash) + 4];
  lk_config config = *t->config;
  lk_hash settings;
  const lk_items *items = lk_dataset_items(t->dataset);
  config.sync_group = 0;
  LK_TRY(lk_config_hash(&config, &settings));
  snprintf(text, sizeof text, "%s %s %s", settings.hex, items->sha256.hex,
           items->answers.hex);
  return lk_sha256_bytes(identity, text, strlen(text));
}

static lk_status open(lk_trainer *t) {
  const lk_config *c = t->config;
  lk_sites *s = t->sites;
  lk_meeting_terms terms;
  memset(&terms, 0, sizeof terms);
  terms.group = (int)c->sync_group;
  terms.groups = s->jobs;
  terms.wire = s->wire;
  terms.has_momentum = s->momentum != NULL;
  terms.every = c->sync_every;
  terms.steps = t->steps;
  terms.count = t->table->count;
  terms.columns = LK_NOTES;
  LK_TRY(identify(t, &terms.identity));
  return lk_meeting_create(&s->meeting, &terms, c->sync_meet, c->sync_key,
                           c->sync_patience);
}

/* What the groups had in common last. */
static lk_meeting_state state_of(const lk_trainer *t) {
  const lk_sites *s = t->sites;
  return (lk_meeting_state){t->step - s->used, s->start, s->momentum};
}

/* All ranks: the state that rank 0 was given. */
static lk_status take_state(lk_trainer *t, uint64_t step) {
  const lk_sites *s = t->sites;
  size_t bytes = t->table->count * sizeof *s->start;
  LK_TRY(lk_world_broadcast(t->world, s->start, bytes));
  if (s->momentum) LK_TRY(lk_world_broadcast(t->world, s->momentum, bytes));
  memcpy(t->values, s->start, bytes);
  t->step = step;
  if (lk_world_rank(t->world) == 0)
    lk_say("the other groups have met without this one: going on with their model, after "
           "step %llu",
           (unsigned long long)step);
  return LK_OK;
}

static lk_status arrive(lk_trainer *t, news *n) {
  if (lk_world_rank(t->world) != 0) return LK_OK;
  LK_TRY(open(t));
  lk_say("group %llu of %d: waiting for the others at %s",
         (unsigned long long)t->config->sync_group, t->sites->jobs, t->config->sync_meet);
  lk_meeting_state state = state_of(t);
  LK_TRY(lk_meeting_arrive(t->sites->meeting, &state, &n->outcome));
  n->step = state.step;
  return LK_OK;
}

lk_status lk_trainer_arrive(lk_trainer *trainer) {
  lk_trainer *t = trainer;
  news n = {{0}, 0};
  if (!t->sites || !t->sites->jobs) return LK_OK;
  lk_watchdog_phase(t->watchdog, t->step, "waiting for the other groups",
                    LK_TAKES_ITS_TIME);
  LK_TRY(lk_world_agree(t->world, arrive(t, &n)));
  LK_TRY(lk_world_broadcast(t->world, &n, sizeof n));
  return n.outcome.moved ? take_state(t, n.step) : LK_OK;
}

/* The group's change, on its way to the others: all ranks remember what is left out. */
static void pack(const lk_trainer *t) {
  const lk_sites *s = t->sites;
  if (s->wire != LK_WIRE_FP32)
    lk_sites_pack(t);
  else if (lk_world_rank(t->world) == 0)
    lk_sites_fill(t, 0, t->table->count, (float *)s->messages);
}

static lk_status exchange(const lk_trainer *t, float *mean, news *n) {
  const lk_sites *s = t->sites;
  if (lk_world_rank(t->world) != 0) return LK_OK;
  lk_meeting_state state = state_of(t);
  LK_TRY(lk_meeting_exchange(s->meeting, t->step, &state, s->messages, s->sums, s->used,
                             mean, &n->outcome));
  n->step = state.step;
  return LK_OK;
}

static int count_groups(uint64_t present) {
  int groups = 0;
  for (; present; present &= present - 1)
    groups++;
  return groups;
}

/* Once for each change: a group may be away for days. */
static void say_absent(const lk_trainer *t, uint64_t present) {
  char list[4 * LK_GROUPS_MOST] = "";
  if (present == t->sites->present) return;
  t->sites->present = present;
  size_t used = 0;
  for (int group = 0; group < t->sites->jobs; group++)
    if (!(present >> group & 1))
      used += (size_t)snprintf(list + used, sizeof list - used, " %d", group);
  if (used)
    lk_say("the outer step after step %llu is without group%s", (unsigned long long)t->step,
           list);
}

/* All ranks: the outer step, and the state for those that wait for it. */
static lk_status move(lk_trainer *t, float *mean, const lk_meeting_outcome *outcome) {
  lk_sites *s = t->sites;
  size_t numbers = LK_NOTES * s->used;
  LK_TRY(lk_world_broadcast(t->world, mean, t->table->count * sizeof *mean));
  LK_TRY(lk_world_broadcast(t->world, s->sums, numbers * sizeof *s->sums));
  lk_sites_move(t, mean);
  if (lk_world_rank(t->world) != 0) return LK_OK;
  const lk_meeting_state now = {t->step, s->start, s->momentum};
  if (outcome->asked) lk_meeting_give(s->meeting, &now);
  say_absent(t, outcome->present);
  return LK_OK;
}

lk_status lk_sites_meet_apart(lk_trainer *t, lk_metrics *metrics) {
  lk_sites *s = t->sites;
  float *mean = lk_tree_spare(t->tree);
  news n = {{0}, 0};
  LK_TRY(lk_sites_add_notes(t));
  pack(t);
  lk_watchdog_phase(t->watchdog, t->step, "meeting the other groups", LK_TAKES_ITS_TIME);
  lk_profile_switch(LK_PART_COMMUNICATION);
  LK_TRY(lk_world_agree(t->world, exchange(t, mean, &n)));
  LK_TRY(lk_world_broadcast(t->world, &n, sizeof n));
  if (!n.outcome.moved) LK_TRY(move(t, mean, &n.outcome));
  lk_sites_complete_rows(s, n.outcome.moved ? 1 : count_groups(n.outcome.present), metrics);
  if (n.outcome.moved) LK_TRY(take_state(t, n.step));
  lk_trainer_follow_meeting(t, &metrics->check_seconds);
  return LK_OK;
}
