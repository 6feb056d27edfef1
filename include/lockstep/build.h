/* What the bits of a run depend on beside its config: program, libraries, processor. */
#ifndef LOCKSTEP_BUILD_H
#define LOCKSTEP_BUILD_H

#include "lockstep/linkage.h"
#include "lockstep/nn.h"
#include "lockstep/store.h"

LK_C_BEGIN

/* Version, compiler, libraries of the products (lk_products_selected), instruction set, C
 * library and the hash of the executable, separated by ", ". */
void lk_build_describe(lk_precision precision, char text[LK_BUILD_SIZE]);

/* Nonzero when `now` may give other bits than `before`, the text of a checkpoint. Earlier
 * versions stored less: what is there is compared. */
int lk_build_differs(const char *before, const char *now);

LK_C_END

#endif
