#include "store/tensor.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

const lk_h5_group lk_h5_groups[LK_GROUPS] = {
    [LK_GROUP_MODEL] = {"model", "parameter of the model, named and shaped as in PyTorch"},
    [LK_GROUP_M] = {"optimizer/m", "AdamW's running mean of the gradient"},
    [LK_GROUP_V] = {"optimizer/v", "AdamW's running mean of the squared gradient"},
    [LK_GROUP_AVERAGE] = {"ema", "running mean of the parameter"}};

lk_h5_array lk_h5_tensor(const lk_h5_group *group, const lk_parameter *parameter) {
  lk_h5_array array = {.type = LK_H5_F32, .rank = parameter->rank};
  int length =
      snprintf(array.name, sizeof array.name, "%s/%s", group->name, parameter->name);
  assert(length < (int)sizeof array.name);
  (void)length;
  memcpy(array.size, parameter->size, sizeof array.size);
  return array;
}

lk_h5_array lk_h5_config(void) {
  return (lk_h5_array){.name = "config", .type = LK_H5_BYTES, .rank = 1};
}
