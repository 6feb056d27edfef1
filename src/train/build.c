#include "train/build.h"
#include "lockstep/kernels.h"
#include <stdio.h>

void lk_build_describe(lk_precision precision, char text[LK_BUILD_SIZE]) {
  int bf16 = precision == LK_BF16;
  snprintf(text, LK_BUILD_SIZE, "lockstep %s, gcc %s, %s, %s%s%s", LOCKSTEP_VERSION,
           __VERSION__, lk_blas_description(), lk_kernels_instruction_set(),
           bf16 ? ", " : "", bf16 ? lk_onednn_description() : "");
}
