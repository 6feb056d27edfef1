#include "lockstep/optimizer.h"
#include "lockstep/profile.h"
#include "optim/kind.h"
#include <assert.h>
#include <string.h>

static const lk_optimizer_kind *const kinds[] = {
    [LK_ADAMW] = &lk_adamw, [LK_MUON] = &lk_muon};

static lk_status fill(lk_optimizer *o, const lk_world *world) {
  for (int i = 0; i < lk_optimizer_states(o); i++)
    LK_TRY(LK_NEW(o->states[i], o->table->count));
  return o->kind->create ? o->kind->create(o, world) : LK_OK;
}

lk_status lk_optimizer_create(lk_optimizer **out, const lk_optimizer_settings *settings,
                              const lk_parameters *table, const lk_world *world) {
  lk_optimizer *o = NULL;
  *out = NULL;
  assert(settings->name >= 0 && (size_t)settings->name < sizeof kinds / sizeof *kinds);
  LK_TRY(LK_NEW(o, 1));
  o->kind = kinds[settings->name];
  o->settings = *settings;
  o->table = table;
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
  lk_free(optimizer);
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
    memset(optimizer->states[i], 0, optimizer->table->count * sizeof *optimizer->states[i]);
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
  return optimizer->kind->share ? optimizer->kind->share(optimizer, world, values) : LK_OK;
}
