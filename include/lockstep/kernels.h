/* Every kernel exists twice: fast, and as a plain reference that is never optimised and
 * accumulates in double. The choice is made once, before the first kernel runs. */
#ifndef LOCKSTEP_KERNELS_H
#define LOCKSTEP_KERNELS_H

#include "lockstep/linkage.h"

LK_C_BEGIN

typedef enum { LK_KERNELS_FAST, LK_KERNELS_REFERENCE } lk_kernels;

void lk_kernels_select(lk_kernels kernels);

/* Nonzero when the reference was chosen. */
int lk_kernels_are_reference(void);

/* Threads that the fast kernels may use, 1 until it is said, which comes before their
 * memory is made. Bits do not depend on it. Where OpenMP is missing, one is used. */
void lk_kernels_use_threads(int threads);
int lk_kernels_threads(void);

/* Name of the instruction set that the fast kernels run with on this machine. */
const char *lk_kernels_instruction_set(void);

/* Processor cores that this process may run on: its affinity mask, not the machine's cores.
 */
int lk_kernels_allowed_cores(void);

LK_C_END

#endif
