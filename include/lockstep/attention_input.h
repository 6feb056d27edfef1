/* What the attention core reads, by itself: its kernels, which take long to compile, need
 * no more. */
#ifndef LOCKSTEP_ATTENTION_INPUT_H
#define LOCKSTEP_ATTENTION_INPUT_H

#include "lockstep/linkage.h"
#include "lockstep/types.h"
#include <stddef.h>

LK_C_BEGIN

/* One sequence: its keys and values are rows key_start … key_start + keys-1, its queries
 * the rows query_start … of the query matrix. The queries are those of the sequence's last
 * positions: query i sees keys 0 … keys - queries + i. queries == keys is ordinary
 * self-attention, queries == 1 a step of decoding with a cache. */
typedef struct {
  int32_t key_start, keys;
  int32_t query_start, queries;
} lk_span;

/* Heads lie side by side in a row: head h owns columns h·D … h·D + D-1 of q, k, v and out,
 * but for k and v where heads share them. */
typedef struct {
  const lk_span *spans; /* (spans_count) */
  int spans_count;
  const lk_real *q; /* (M, C), rows q_stride apart */
  size_t q_stride;
  const lk_real *k, *v; /* (N, C), or as many columns as there are, rows kv_stride apart */
  size_t kv_stride;
  /* Dropout on P: lk_attention_keep_size elements, as lk_random_keep_bits lays them. NULL:
   * none. */
  const uint32_t *keep;
  lk_real keep_scale; /* what kept weights are multiplied by */
} lk_attention_input;

typedef struct lk_attention lk_attention;

LK_C_END

#endif
