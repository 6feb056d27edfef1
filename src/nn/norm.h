/* Private to the normalisations. */
#ifndef LOCKSTEP_NN_NORM_H
#define LOCKSTEP_NN_NORM_H

#define LK_NORM_EPSILON 1e-5 /* PyTorch's of layers */

/* Columns up to which the backward pass is shared out among threads. */
enum { LK_NORM_WIDEST = 8192 };

#endif
