/* What differs between oneDNN 2 and 3, in one form: how a matrix is described, and how a
 * product of described matrices is made. In 3 a description is made and destroyed, in 2 it
 * is a plain struct. */
#ifndef LOCKSTEP_NN_ONEDNN_VERSION_H
#define LOCKSTEP_NN_ONEDNN_VERSION_H

#include <dnnl.h>

enum { LK_A, LK_B, LK_C, LK_BIAS, LK_MATRICES }; /* c = a · b, or with a bias, one row */

#if DNNL_VERSION_MAJOR >= 3

/* 3.6 with AMX: where the number of rows is left open, the last ones may be computed in a
 * block that overlaps the one before, and what a sum adds to is then added to twice. */
enum { LK_ROWS_ARE_ADDED_TWICE = 1 };

typedef dnnl_memory_desc_t lk_matrix_shape; /* a pointer; NULL: none */

static inline dnnl_status_t lk_matrix_shape_create(lk_matrix_shape *out,
                                                   const dnnl_dims_t sizes,
                                                   dnnl_data_type_t type,
                                                   const dnnl_dims_t strides) {
  return dnnl_memory_desc_create_with_strides(out, 2, sizes, type, strides);
}

static inline void lk_matrix_shape_free(lk_matrix_shape *shape) {
  if (*shape) dnnl_memory_desc_destroy(*shape);
}

static inline dnnl_status_t lk_matrix_create(dnnl_memory_t *out,
                                             const lk_matrix_shape *shape,
                                             dnnl_engine_t engine, void *data) {
  return dnnl_memory_create(out, *shape, engine, data);
}

static inline dnnl_status_t lk_sum_append(dnnl_post_ops_t operations) {
  return dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
}

static inline dnnl_status_t lk_product_find(dnnl_primitive_desc_t *out,
                                            dnnl_engine_t engine,
                                            const lk_matrix_shape of[LK_MATRICES],
                                            dnnl_primitive_attr_t attributes) {
  return dnnl_matmul_primitive_desc_create(out, engine, of[LK_A], of[LK_B], of[LK_BIAS],
                                           of[LK_C], attributes);
}

#else

enum { LK_ROWS_ARE_ADDED_TWICE = 0 };

typedef dnnl_memory_desc_t lk_matrix_shape; /* a struct that owns nothing */

static inline dnnl_status_t lk_matrix_shape_create(lk_matrix_shape *out,
                                                   const dnnl_dims_t sizes,
                                                   dnnl_data_type_t type,
                                                   const dnnl_dims_t strides) {
  return dnnl_memory_desc_init_by_strides(out, 2, sizes, type, strides);
}

static inline void lk_matrix_shape_free(lk_matrix_shape *shape) {
  (void)shape;
}

static inline dnnl_status_t lk_matrix_create(dnnl_memory_t *out,
                                             const lk_matrix_shape *shape,
                                             dnnl_engine_t engine, void *data) {
  return dnnl_memory_create(out, shape, engine, data);
}

static inline dnnl_status_t lk_sum_append(dnnl_post_ops_t operations) {
  return dnnl_post_ops_append_sum(operations, 1);
}

static inline dnnl_status_t lk_product_find(dnnl_primitive_desc_t *out,
                                            dnnl_engine_t engine,
                                            const lk_matrix_shape of[LK_MATRICES],
                                            dnnl_primitive_attr_t attributes) {
  dnnl_matmul_desc_t product;
  const lk_matrix_shape *bias = of[LK_BIAS].ndims ? &of[LK_BIAS] : NULL;
  dnnl_status_t status =
      dnnl_matmul_desc_init(&product, &of[LK_A], &of[LK_B], bias, &of[LK_C]);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &product, attributes, engine, NULL);
}

#endif
#endif
