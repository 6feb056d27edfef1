/* Which form of which activation; the gradient is the same for all. */
#include "nn/activation.h"
#include "base/chunks.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/profile.h"
#include "nn/operand.h"
#include <assert.h>

static const struct {
  lk_activation_form *reference, *fast;
} forms[] = {[LK_GELU] = {lk_gelu_reference, lk_gelu_fast},
             [LK_GELU_TANH] = {lk_gelu_tanh_reference, lk_gelu_tanh_fast}};

void lk_activation_forward(lk_activation kind, lk_operand y, lk_real *x_to_slope,
                           size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  assert((size_t)kind < sizeof forms / sizeof *forms);
  assert(!y.real != !y.bf16);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  if (lk_kernels_are_reference()) {
    forms[kind].reference(y, x_to_slope, count);
    return;
  }
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    forms[kind].fast(lk_operand_from(y, c.first), x_to_slope + c.first, c.count);
  }
}

LK_CLONES static void multiply_slopes(lk_operand dx, const lk_real *dy,
                                      const lk_real *slope, size_t count) {
  for (size_t i = 0; i < count; i++)
    lk_put(dx, i, dy[i] * slope[i]);
}

void lk_activation_backward(lk_operand dx, const lk_real *dy, const lk_real *slope,
                            size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  lk_profile_switch(LK_PART_ELEMENTWISE);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    multiply_slopes(lk_operand_from(dx, c.first), dy + c.first, slope + c.first, c.count);
  }
}
