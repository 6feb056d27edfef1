/* Private to random.c: Philox4x32-10 on many blocks. */
#ifndef LOCKSTEP_BASE_RANDOM_WIDE_H
#define LOCKSTEP_BASE_RANDOM_WIDE_H

#include "base/clones.h"
#include <Random123/philox.h>

/* words[w][i] = word w of the i-th block from `counter` on. */
enum { LK_PHILOX_LANES = 64 };
typedef void lk_philox(uint32_t words[4][LK_PHILOX_LANES], philox4x32_ctr_t counter,
                       philox4x32_key_t key);
lk_philox lk_philox_lanes;

/* The same in vectors of 64 bytes; NULL: not in this build, or not on this machine. */
lk_philox *lk_philox_wide(void);

#endif
