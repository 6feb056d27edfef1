/* OpenBLAS looks for the memory of a product for ever where there is none, and takes its
 * threads for granted. Both are looked for here first. */
#ifndef LOCKSTEP_NN_BLAS_MEMORY_H
#define LOCKSTEP_NN_BLAS_MEMORY_H

#include "lockstep/status.h"

/* LK_INTERNAL, with the need, when `threads` more threads of OpenBLAS cannot be had. */
lk_status lk_blas_check_room(int threads);

/* From here on until lk_blas_unwatch the process ends, with a message, once it has computed
 * for much longer than a small product takes. */
void lk_blas_watch(void);
void lk_blas_unwatch(void);

#endif
