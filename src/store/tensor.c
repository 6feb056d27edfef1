#include "store/tensor.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *name, *description;
} kinds[LK_GROUPS] = {
    [LK_GROUP_MODEL] = {"model", "parameter of the model, named and shaped as in PyTorch"},
    [LK_GROUP_M] = {"optimizer/m", "AdamW's running mean of the gradient"},
    [LK_GROUP_V] = {"optimizer/v", "AdamW's running mean of the squared gradient"},
    [LK_GROUP_AVERAGE] = {"ema", "running mean of the parameter"},
    [LK_GROUP_OUTER] = {"sync/momentum", "momentum of the outer steps"},
    [LK_GROUP_LEFT] = {"sync/left", "change that rounding has not sent yet"}};

lk_group lk_group_of(lk_group kind, int site) {
  assert((int)kind < LK_GROUPS && site >= 0 && site < LK_MOST_SITES);
  return (lk_group)(LK_GROUPS * site + (int)kind);
}

lk_group lk_group_kind(lk_group group) {
  return (lk_group)((int)group % LK_GROUPS);
}

int lk_group_site(lk_group group) {
  return (int)group / LK_GROUPS;
}

const char *lk_h5_group_name(lk_group group, char name[LK_GROUP_NAME]) {
  const char *kind = kinds[lk_group_kind(group)].name;
  int site = lk_group_site(group);
  if (site)
    snprintf(name, LK_GROUP_NAME, "sites/%d/%s", site, kind);
  else
    snprintf(name, LK_GROUP_NAME, "%s", kind);
  return name;
}

const char *lk_h5_group_description(lk_group group) {
  return kinds[lk_group_kind(group)].description;
}

lk_h5_array lk_h5_tensor(lk_group group, const lk_parameter *parameter) {
  lk_h5_array array = {.type = LK_H5_F32, .rank = parameter->rank};
  char name[LK_GROUP_NAME];
  int length = snprintf(array.name, sizeof array.name, "%s/%s",
                        lk_h5_group_name(group, name), parameter->name);
  assert(length < (int)sizeof array.name);
  (void)length;
  memcpy(array.size, parameter->size, sizeof array.size);
  return array;
}

lk_h5_array lk_h5_config(void) {
  return (lk_h5_array){.name = "config", .type = LK_H5_BYTES, .rank = 1};
}
