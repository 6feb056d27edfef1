/* Private to the normalisations. */
#ifndef LOCKSTEP_NN_NORM_H
#define LOCKSTEP_NN_NORM_H

#define LK_NORM_EPSILON 1e-5 /* PyTorch's of layers */

#endif
