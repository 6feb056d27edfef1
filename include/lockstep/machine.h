/* The machine that this process runs on, for reports. */
#ifndef LOCKSTEP_MACHINE_H
#define LOCKSTEP_MACHINE_H

#include "lockstep/linkage.h"

LK_C_BEGIN

enum { LK_MACHINE_SIZE = 256 };

/* "Linux 6.1.0 x86_64, AMD EPYC 9354, 64 cores, 257 GB": system, processor, as far as the
 * system names it, cores that are on, and memory. Not collective, no failure. */
void lk_machine_describe(char text[LK_MACHINE_SIZE]);

/* Bytes of memory that this host's processes may have together: what is built in, or what
 * the control groups of this process allow, where that is less. Not collective. */
double lk_machine_memory(void);

LK_C_END

#endif
