/* Where a tensor of the parameter table is in a checkpoint. Private to src/store. */
#ifndef LOCKSTEP_STORE_TENSOR_H
#define LOCKSTEP_STORE_TENSOR_H

#include "store/h5.h"

/* A lk_group's name in the file, into `name`, which is returned, and what it is. */
enum { LK_GROUP_NAME = 40 };
const char *lk_h5_group_name(lk_group group, char name[LK_GROUP_NAME]);
const char *lk_h5_group_description(lk_group group);

lk_h5_array lk_h5_tensor(lk_group group, const lk_parameter *parameter);

/* /config, a text. */
lk_h5_array lk_h5_config(void);

/* Longest config that is read, in bytes. */
enum { LK_CONFIG_MOST = 1 << 20 };

#endif
