/* rows_narrow.c once more, for bf16. */
#define PAIRS
#define lk_rows_narrow lk_rows_narrow_pairs
#include "nn/rows_narrow.c"
