/* How both ends of a connection prove that they know a secret which neither of them sends:
 * by keyed hashes (HMAC-SHA256) of what was said, in which there are random bytes of each.
 * Not collective. */
#ifndef LOCKSTEP_PROOF_H
#define LOCKSTEP_PROOF_H

#include "lockstep/linkage.h"
#include <stddef.h>

LK_C_BEGIN

enum { LK_NONCE_SIZE = 16, LK_PROOF_SIZE = 32, LK_SAID_MOST = 512 };

/* Neither is owned. */
typedef struct {
  const void *secret, *said;     /* said: by who called, its own random bytes among it */
  size_t secret_size, said_size; /* said_size: at most LK_SAID_MOST */
  const unsigned char *nonce;    /* (LK_NONCE_SIZE) random bytes of who was called */
} lk_introduction;

/* Random bytes; 0 where the system has none. */
int lk_nonce_draw(unsigned char nonce[LK_NONCE_SIZE]);

/* who: a letter for each proof that an introduction has, so that none stands for another. 0
 * where libcrypto fails. */
int lk_proof_make(const lk_introduction *introduction, char who,
                  unsigned char proof[LK_PROOF_SIZE]);

/* Nonzero: `shown` is that proof. Takes the same time wherever the first difference is. */
int lk_proof_holds(const lk_introduction *introduction, char who,
                   const unsigned char *shown);

LK_C_END

#endif
