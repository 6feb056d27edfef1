/* Hashes: XXH3-128 (libxxhash) for fingerprints and damage, SHA-256 (libcrypto) for data
 * sets and proofs. */
#ifndef LOCKSTEP_HASH_H
#define LOCKSTEP_HASH_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* 32 lower-case hexadecimal digits and a zero. */
typedef struct {
  char hex[33];
} lk_hash;

/* 64 hexadecimal digits and a zero. */
typedef struct {
  char hex[65];
} lk_sha256;

lk_hash lk_hash_bytes(const void *bytes, size_t size);

/* The same as two numbers, where many are held. */
typedef struct {
  uint64_t high, low;
} lk_hash_pair;
lk_hash_pair lk_hash_pair_of(const void *bytes, size_t size);

/* The same of bytes that come in parts. The caller owns *out: lk_hasher_free. */
typedef struct lk_hasher lk_hasher;
lk_status lk_hasher_create(lk_hasher **out);
void lk_hasher_add(lk_hasher *hasher, const void *bytes, size_t size);
lk_hash lk_hasher_value(const lk_hasher *hasher);
void lk_hasher_free(lk_hasher *hasher);

/* XXH3-64, where many hashes are held. */
uint64_t lk_hash_short(const void *bytes, size_t size);

lk_status lk_sha256_bytes(lk_sha256 *out, const void *bytes, size_t size);

/* The same of bytes that come in parts. The caller owns *out: lk_sha256_free. LK_INTERNAL
 * when libcrypto fails. */
typedef struct lk_sha256_parts lk_sha256_parts;
lk_status lk_sha256_create(lk_sha256_parts **out);
lk_status lk_sha256_add(lk_sha256_parts *parts, const void *bytes, size_t size);
lk_status lk_sha256_value(lk_sha256_parts *parts, lk_sha256 *out); /* once, at the end */
void lk_sha256_free(lk_sha256_parts *parts);

/* HMAC-SHA256: what only one who knows the key can compute of these bytes. */
lk_status lk_hmac_sha256(unsigned char out[32], const void *key, size_t key_size,
                         const void *bytes, size_t size);

LK_C_END

#endif
