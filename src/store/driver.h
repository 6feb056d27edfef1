/* HDF5 on top of a source or a sink. Private to src/store. */
#ifndef LOCKSTEP_STORE_DRIVER_H
#define LOCKSTEP_STORE_DRIVER_H

#include "store/sealed.h"
#include "store/sink.h"
#include <hdf5.h>

/* Makes H5Fopen with these access properties read the source's bytes behind the user block,
 * or H5Fcreate make its file in the sink, under whatever name. The one that is not NULL
 * must outlive the file. Negative: HDF5 failed. */
herr_t lk_driver_set(hid_t access, lk_sealed *source, lk_sink *sink);

#endif
