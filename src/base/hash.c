#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <xxhash.h>

static lk_hash write_hash(XXH128_hash_t value) {
  lk_hash hash;
  snprintf(hash.hex, sizeof hash.hex, "%016llx%016llx", (unsigned long long)value.high64,
           (unsigned long long)value.low64);
  return hash;
}

lk_hash lk_hash_bytes(const void *bytes, size_t size) {
  return write_hash(XXH3_128bits(bytes, size));
}

lk_hash_pair lk_hash_pair_of(const void *bytes, size_t size) {
  XXH128_hash_t value = XXH3_128bits(bytes, size);
  return (lk_hash_pair){value.high64, value.low64};
}

uint64_t lk_hash_short(const void *bytes, size_t size) {
  return XXH3_64bits(bytes, size);
}

struct lk_hasher {
  XXH3_state_t *state;
};

lk_status lk_hasher_create(lk_hasher **out) {
  lk_hasher *hasher;
  *out = NULL;
  LK_TRY(LK_NEW(hasher, 1));
  hasher->state = XXH3_createState();
  if (hasher->state && XXH3_128bits_reset(hasher->state) == XXH_OK) {
    *out = hasher;
    return LK_OK;
  }
  lk_hasher_free(hasher);
  return lk_fail(LK_INTERNAL, "libxxhash cannot begin a hash: out of memory");
}

void lk_hasher_add(lk_hasher *hasher, const void *bytes, size_t size) {
  XXH3_128bits_update(hasher->state, bytes, size);
}

lk_hash lk_hasher_value(const lk_hasher *hasher) {
  return write_hash(XXH3_128bits_digest(hasher->state));
}

void lk_hasher_free(lk_hasher *hasher) {
  if (hasher) XXH3_freeState(hasher->state);
  lk_free(hasher);
}

static lk_status no_sha256(void) {
  return lk_fail(LK_INTERNAL, "libcrypto cannot compute SHA-256");
}

static lk_status write_sha256(lk_sha256 *out, const unsigned char *digest, size_t length) {
  if (length != 32) return no_sha256();
  for (size_t i = 0; i < length; i++)
    snprintf(out->hex + 2 * i, 3, "%02x", digest[i]);
  return LK_OK;
}

lk_status lk_sha256_bytes(lk_sha256 *out, const void *bytes, size_t size) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  size_t length = 0;
  if (!EVP_Q_digest(NULL, "SHA256", NULL, bytes, size, digest, &length)) return no_sha256();
  return write_sha256(out, digest, length);
}

struct lk_sha256_parts {
  EVP_MD_CTX *context;
};

lk_status lk_sha256_create(lk_sha256_parts **out) {
  lk_sha256_parts *parts;
  *out = NULL;
  LK_TRY(LK_NEW(parts, 1));
  parts->context = EVP_MD_CTX_new();
  if (parts->context && EVP_DigestInit_ex(parts->context, EVP_sha256(), NULL)) {
    *out = parts;
    return LK_OK;
  }
  lk_sha256_free(parts);
  return no_sha256();
}

lk_status lk_sha256_add(lk_sha256_parts *parts, const void *bytes, size_t size) {
  return EVP_DigestUpdate(parts->context, bytes, size) ? LK_OK : no_sha256();
}

lk_status lk_sha256_value(lk_sha256_parts *parts, lk_sha256 *out) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (!EVP_DigestFinal_ex(parts->context, digest, &length)) return no_sha256();
  return write_sha256(out, digest, length);
}

void lk_sha256_free(lk_sha256_parts *parts) {
  if (parts) EVP_MD_CTX_free(parts->context);
  lk_free(parts);
}

lk_status lk_hmac_sha256(unsigned char out[32], const void *key, size_t key_size,
                         const void *bytes, size_t size) {
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), key, (int)key_size, bytes, size, out, &length) || length != 32)
    return lk_fail(LK_INTERNAL, "libcrypto cannot compute HMAC-SHA256");
  return LK_OK;
}
