/* A build without oneDNN: bf16 is refused, so that nothing else here is ever called. */
#ifndef LOCKSTEP_HAVE_ONEDNN

#include "nn/onednn.h"

lk_status lk_linear_status(void) {
  return LK_OK;
}

lk_status lk_precision_check(lk_precision precision, const char *key, const char *origin) {
  if (precision == LK_FP32) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: %s is bf16, but this program was built without oneDNN; "
                 "install libdnnl-dev and build anew, or set %s=fp32",
                 origin, key, key);
}

int lk_onednn_is_there(void) {
  return 0;
}

void lk_onednn_set_threads(int threads) {
  (void)threads;
}

const char *lk_onednn_description(void) {
  return "no oneDNN";
}

lk_status lk_onednn_create(lk_onednn **out, lk_precision precision, int inputs,
                           int outputs) {
  (void)inputs;
  (void)outputs;
  *out = NULL;
  return lk_precision_check(precision, "precision", "this model");
}

void lk_onednn_free(lk_onednn *layer) {
  (void)layer;
}

int lk_onednn_takes_bias(const lk_onednn *layer) {
  (void)layer;
  return 0;
}

void lk_onednn_multiply(const lk_onednn *layer, lk_product product, lk_real *c,
                        lk_operand a, lk_operand b, const lk_real *bias, int rows) {
  (void)layer;
  (void)product;
  (void)c;
  (void)a;
  (void)b;
  (void)bias;
  (void)rows;
}

void lk_onednn_multiply_fp32(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                             int columns, int inner) {
  (void)c;
  (void)add;
  (void)a;
  (void)b;
  (void)rows;
  (void)columns;
  (void)inner;
}

#endif
