/* Documents that are nearly the same as an earlier one, found in linear time. Private to
 * src/prepare. */
#ifndef LOCKSTEP_PREPARE_NEAR_H
#define LOCKSTEP_PREPARE_NEAR_H

#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

enum { LK_NEAR_HASHES = 128 };

/* What is kept of a document: the least hashes of its shingles. The share of them that two
 * documents have in common is what they have of all their shingles (Broder 1997, "On the
 * resemblance and containment of documents"). */
typedef struct {
  uint32_t minima[LK_NEAR_HASHES];
} lk_near_signature;

/* Of valid UTF-8. Shingles are five words between blanks one behind the other, or twelve
 * characters where blanks are rare, as in Chinese; all of the text when it has fewer. Any
 * thread; the same for the same text everywhere. */
void lk_near_sign(const char *text, size_t size, lk_near_signature *out);

/* The documents so far. One thread uses it. */
typedef struct lk_near lk_near;

/* 0 < threshold <= 1: the least share of common shingles of what is nearly the same. The
 * caller frees *out. Not collective, as the others. */
lk_status lk_near_create(lk_near **out, double threshold);

/* The next document. Stores the number, from 0, of the first one that it is nearly the same
 * as, by estimate and as far as found, or UINT64_MAX: then it is one to compare later ones
 * with. A document takes at most 400 bytes. LK_INTERNAL when memory is short. */
lk_status lk_near_add(lk_near *near, const lk_near_signature *signature, uint64_t *of);

/* NULL is fine. */
void lk_near_free(lk_near *near);

#endif
