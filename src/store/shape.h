/* A model's shape as attributes of its file: sizes as numbers, all else as text,
 * options only where they are not left as they are. Private to src/store. */
#ifndef LOCKSTEP_STORE_SHAPE_H
#define LOCKSTEP_STORE_SHAPE_H

#include "lockstep/shape.h"
#include "store/h5.h"

lk_status lk_h5_write_shape(const lk_h5_file *file, const lk_shape *shape);

/* LK_BAD_DATA when a field is missing or out of its limits. */
lk_status lk_h5_read_shape(const lk_h5_file *file, lk_shape *shape);

#endif
