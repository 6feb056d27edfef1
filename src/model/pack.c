#include "lockstep/pack.h"
#include <assert.h>

lk_status lk_pack_create(lk_pack **out, int max_sequences, int block) {
  lk_pack *pack = NULL;
  lk_status status;
  size_t rows = (size_t)max_sequences * (size_t)block;
  *out = NULL;
  LK_TRY(LK_NEW(pack, 1));
  pack->max_sequences = max_sequences;
  pack->max_rows = (int)rows;
  LK_TRY_OR(failed, LK_NEW(pack->tokens, rows));
  LK_TRY_OR(failed, LK_NEW(pack->positions, rows));
  LK_TRY_OR(failed, LK_NEW(pack->targets, rows));
  LK_TRY_OR(failed, LK_NEW(pack->start, (size_t)max_sequences + 1));
  LK_TRY_OR(failed, LK_NEW(pack->target_start, (size_t)max_sequences + 1));
  *out = pack;
  return LK_OK;
failed:
  lk_pack_free(pack);
  return status;
}

void lk_pack_free(lk_pack *pack) {
  if (!pack) return;
  lk_free(pack->tokens);
  lk_free(pack->positions);
  lk_free(pack->targets);
  lk_free(pack->start);
  lk_free(pack->target_start);
  lk_free(pack);
}

void lk_pack_clear(lk_pack *pack) {
  pack->B = pack->N = pack->M = 0;
}

int lk_pack_fits(const lk_pack *pack, size_t length) {
  assert(length > 1);
  return pack->B < pack->max_sequences && length - 1 <= (size_t)(pack->max_rows - pack->N);
}

void lk_pack_append(lk_pack *pack, const lk_token *tokens, size_t length,
                    size_t first_target) {
  int rows = (int)length - 1;
  assert(rows > 0 && first_target < length - 1);
  assert(lk_pack_fits(pack, length));
  for (int i = 0; i < rows; i++) {
    pack->tokens[pack->N + i] = tokens[i];
    pack->positions[pack->N + i] = (uint16_t)i;
  }
  for (int i = (int)first_target; i < rows; i++)
    pack->targets[pack->M++] = tokens[i + 1];
  pack->N += rows;
  pack->B++;
  pack->start[pack->B] = pack->N;
  pack->target_start[pack->B] = pack->M;
}
