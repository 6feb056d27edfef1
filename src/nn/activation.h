/* Private to the kernels: the forms of the activations. */
#ifndef LOCKSTEP_NN_ACTIVATION_H
#define LOCKSTEP_NN_ACTIVATION_H

#include "lockstep/nn.h"

/* y = f(x), and x becomes the slope f'(x). */
typedef void lk_activation_form(lk_operand y, lk_real *restrict x_to_slope, size_t count);

lk_activation_form lk_gelu_reference, lk_gelu_fast;
lk_activation_form lk_gelu_tanh_reference, lk_gelu_tanh_fast;

#endif
