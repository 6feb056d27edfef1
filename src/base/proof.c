#include "lockstep/proof.h"
#include "lockstep/hash.h"
#include <assert.h>
#include <string.h>
#include <sys/random.h>

int lk_nonce_draw(unsigned char nonce[LK_NONCE_SIZE]) {
  return getrandom(nonce, LK_NONCE_SIZE, 0) == LK_NONCE_SIZE;
}

int lk_proof_make(const lk_introduction *introduction, char who,
                  unsigned char proof[LK_PROOF_SIZE]) {
  unsigned char text[1 + LK_SAID_MOST + LK_NONCE_SIZE];
  const lk_introduction *e = introduction;
  assert(e->said_size <= LK_SAID_MOST);
  text[0] = (unsigned char)who;
  memcpy(text + 1, e->said, e->said_size);
  memcpy(text + 1 + e->said_size, e->nonce, LK_NONCE_SIZE);
  return lk_hmac_sha256(proof, e->secret, e->secret_size, text,
                        1 + e->said_size + LK_NONCE_SIZE) == LK_OK;
}

int lk_proof_holds(const lk_introduction *introduction, char who,
                   const unsigned char *shown) {
  unsigned char own[LK_PROOF_SIZE], difference = 0;
  if (!lk_proof_make(introduction, who, own)) return 0;
  for (int i = 0; i < LK_PROOF_SIZE; i++)
    difference |= (unsigned char)(own[i] ^ shown[i]);
  return !difference;
}
