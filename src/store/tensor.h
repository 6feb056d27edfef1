/* Where a tensor of the parameter table is in a checkpoint. Private to src/store. */
#ifndef LOCKSTEP_STORE_TENSOR_H
#define LOCKSTEP_STORE_TENSOR_H

#include "store/h5.h"

/* A lk_group's name in the file. */
typedef struct {
  const char *name;
  const char *description;
} lk_h5_group;

extern const lk_h5_group lk_h5_groups[LK_GROUPS];

lk_h5_array lk_h5_tensor(const lk_h5_group *group, const lk_parameter *parameter);

/* /config, a text. */
lk_h5_array lk_h5_config(void);

/* Longest config that is read, in bytes. */
enum { LK_CONFIG_MOST = 1 << 20 };

#endif
