/* HDF5 on top of a source. Private to src/store. */
#ifndef LOCKSTEP_STORE_DRIVER_H
#define LOCKSTEP_STORE_DRIVER_H

#include "store/source.h"
#include <hdf5.h>

/* Makes H5Fopen with these access properties read the source's bytes behind the user block,
 * under whatever name. The source must outlive the file. Negative: HDF5 failed. */
herr_t lk_driver_set(hid_t access, lk_source *source);

#endif
