#include "lockstep/trained.h"
#include <string.h>

void lk_trained_clear(lk_trained *trained) {
  lk_tokenizer_free(trained->tokenizer);
  lk_parameters_free(trained->table);
  lk_free(trained->values);
  memset(trained, 0, sizeof *trained);
}
