/* The embedded default: invented biographies and questions about them. */
#ifndef LOCKSTEP_SYNTH_H
#define LOCKSTEP_SYNTH_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stdint.h>

LK_C_BEGIN

typedef struct {
  int people;    /* biographies in wiki.txt */
  int questions; /* of them asked about in birth_places_train.tsv; the rest are dev and test
                  */
  uint64_t seed;
} lk_synth;

/* Writes wiki.txt, birth_places_train.tsv, birth_dev.tsv and birth_test_inputs.tsv into the
 * folder (made if need be). Train, dev and test ask about different people. LK_USAGE for
 * counts that cannot be met or when one of the files exists, LK_IO. */
lk_status lk_synth_write(const char *folder, const lk_synth *synth);

LK_C_END

#endif
