/* What the bits of a run depend on beside its config: program, libraries, processor. */
#ifndef LOCKSTEP_TRAIN_BUILD_H
#define LOCKSTEP_TRAIN_BUILD_H

#include "lockstep/nn.h"
#include "lockstep/store.h"

/* Version, compiler, libraries of the products and instruction set. */
void lk_build_describe(lk_precision precision, char text[LK_BUILD_SIZE]);

#endif
