#include "lockstep/optimizer.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "optim/kind.h"
#include <assert.h>
#include <string.h>

static const lk_optimizer_kind *const kinds[] = {
    [LK_ADAMW] = &lk_adamw, [LK_MUON] = &lk_muon};

static const lk_optimizer_kind *kind_of(lk_optimizer_name name) {
  assert(name >= 0 && (size_t)name < sizeof kinds / sizeof *kinds);
  return kinds[name];
}

lk_sum lk_optimizer_sum(lk_optimizer_name name) {
  return kind_of(name)->sum;
}

static lk_status hold_all(lk_optimizer *o) {
  LK_TRY(lk_holding_create(&o->held, 1));
  lk_holding_add(&o->held, 0, o->table->count);
  return LK_OK;
}

/* Which elements this rank holds. */
static lk_status deal(lk_optimizer *o) {
  if (!o->tree) return hold_all(o);
  if (o->kind->sum == LK_SUM_SCATTERED)
    LK_TRY(LK_NEW(o->squares, lk_gradient_blocks(o->table->count)));
  return o->kind->deal ? o->kind->deal(o) : lk_holding_of_tree(&o->held, o->tree);
}

static lk_status fill(lk_optimizer *o, const lk_world *world) {
  if (o->kind->create) LK_TRY(o->kind->create(o, world));
  LK_TRY(deal(o));
  assert(o->held.count <= o->table->count);
  for (int i = 0; i < lk_optimizer_states(o); i++)
    LK_TRY(LK_NEW(o->states[i], o->held.count));
  return LK_OK;
}

lk_status lk_optimizer_create(lk_optimizer **out, const lk_optimizer_settings *settings,
                              const lk_parameters *table, const lk_world *world,
                              lk_tree *tree) {
  lk_optimizer *o = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(o, 1));
  o->kind = kind_of(settings->name);
  o->settings = *settings;
  o->table = table;
  o->tree = tree;
  lk_status status = fill(o, world);
  if (status == LK_OK)
    *out = o;
  else
    lk_optimizer_free(o);
  return status;
}

void lk_optimizer_free(lk_optimizer *optimizer) {
  if (!optimizer) return;
  if (optimizer->kind->release) optimizer->kind->release(optimizer);
  for (int i = 0; i < LK_MOST_STATES; i++)
    lk_free(optimizer->states[i]);
  lk_holding_clear(&optimizer->held);
  lk_free(optimizer->squares);
  lk_free(optimizer);
}

const lk_holding *lk_optimizer_holding(const lk_optimizer *optimizer) {
  return &optimizer->held;
}

int lk_optimizer_states(const lk_optimizer *optimizer) {
  int count = 0;
  while (optimizer->kind->states[count])
    count++;
  assert(count <= LK_MOST_STATES);
  return count;
}

const char *lk_optimizer_state_name(const lk_optimizer *optimizer, int state) {
  assert(state >= 0 && state < lk_optimizer_states(optimizer));
  return optimizer->kind->states[state];
}

float *lk_optimizer_state(const lk_optimizer *optimizer, int state) {
  assert(state >= 0 && state < lk_optimizer_states(optimizer));
  return optimizer->states[state];
}

void lk_optimizer_reset(lk_optimizer *optimizer) {
  for (int i = 0; i < lk_optimizer_states(optimizer); i++)
    memset(optimizer->states[i], 0, optimizer->held.count * sizeof *optimizer->states[i]);
  lk_optimizer_spare(optimizer);
}

/* Of each tensor what the span has. */
static uint64_t spare(const lk_optimizer *o, lk_held span) {
  uint64_t elements = 0;
  for (int i = 0; i < o->table->tensors; i++) {
    const lk_parameter *tensor = &o->table->list[i];
    lk_held part = lk_held_common(span, tensor->offset, tensor->offset + tensor->count);
    if (part.count == 0 || !o->kind->needs_one(tensor)) continue;
    lk_release_pages(o->states[1] + part.at, o->states[1] + part.at + part.count);
    elements += part.count;
  }
  return elements * sizeof *o->states[1];
}

uint64_t lk_optimizer_spare(lk_optimizer *optimizer) {
  uint64_t bytes = 0;
  for (int i = 0; optimizer->kind->needs_one && i < optimizer->held.used; i++)
    bytes += spare(optimizer, optimizer->held.spans[i]);
  return bytes;
}

uint64_t lk_optimizer_cut(const lk_optimizer *optimizer, uint64_t element) {
  assert(element <= optimizer->table->count);
  return optimizer->kind->cut ? optimizer->kind->cut(optimizer, element) : element;
}

void lk_optimizer_update(lk_optimizer *optimizer, const lk_update *update,
                         const float *gradients, float *values, uint64_t first,
                         uint64_t count) {
  assert(update->step > 0);
  assert(lk_optimizer_cut(optimizer, first) == first);
  assert(lk_optimizer_cut(optimizer, first + count) == first + count);
  lk_profile_switch(LK_PART_OPTIMIZER);
  optimizer->kind->update(optimizer, update, gradients, values, first, first + count);
}

lk_status lk_optimizer_share(const lk_optimizer *optimizer, lk_world *world,
                             float *values) {
  if (optimizer->kind->share) return optimizer->kind->share(optimizer, world, values);
  return optimizer->tree ? lk_tree_gather(optimizer->tree, values) : LK_OK;
}
