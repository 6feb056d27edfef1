#include "lockstep/build.h"
#include "lockstep/kernels.h"
#include "lockstep/program.h"
#include <stdio.h>
#include <string.h>

void lk_build_describe(lk_precision precision, char text[LK_BUILD_SIZE]) {
  int onednn = precision != LK_FP32 || lk_products_selected() == LK_ONEDNN;
  snprintf(text, LK_BUILD_SIZE, "lockstep %s, gcc %s, %s, %s%s%s, %s, program %s",
           LOCKSTEP_VERSION, __VERSION__, lk_blas_description(),
           lk_kernels_instruction_set(), onednn ? ", " : "",
           onednn ? lk_onednn_description() : "", lk_program_libc(), lk_program_hash());
}

/* What is new in a text stands at its end. */
int lk_build_differs(const char *before, const char *now) {
  size_t length = strlen(before);
  return strncmp(before, now, length) || (now[length] && now[length] != ',');
}
