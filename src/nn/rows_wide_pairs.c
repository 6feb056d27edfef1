/* rows_wide.c once more, for bf16: two products an instruction. */
#define PAIRS
#define FUSED
#define lk_rows_wide lk_rows_wide_pairs
#include "nn/rows_wide.c"
