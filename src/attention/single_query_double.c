/* single_query.c once more, for double; the header's prototype holds it to the name. */
#undef LK_REAL
#define LK_REAL                   double
#define lk_attention_single_query lk_attention_single_query_double
#include "attention/single_query.c"
