#include "lockstep/outer.h"
#include "base/chunks.h"
#include <assert.h>

static void update_elements(const lk_outer *outer, const float *restrict change,
                            float *restrict momentum, float *restrict values,
                            size_t count) {
  float rate = (float)outer->rate, decay = (float)outer->momentum;
  int is_nesterov = outer->name == LK_OUTER_NESTEROV;
  for (size_t i = 0; i < count; i++) {
    momentum[i] = decay * momentum[i] + change[i];
    values[i] -= rate * (is_nesterov ? change[i] + decay * momentum[i] : momentum[i]);
  }
}

void lk_outer_update(const lk_outer *outer, const float *change, float *momentum,
                     float *values, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  assert(outer->name != LK_OUTER_NONE && outer->rate > 0);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    update_elements(outer, change + c.first, momentum + c.first, values + c.first, c.count);
  }
}
