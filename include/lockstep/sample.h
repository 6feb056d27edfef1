/* The next token of a text by chance: what of a model's distribution is left over by
 * filters, and a draw from it. Filters, their order and their meaning are those of Hugging
 * Face's generation (transformers, generation/logits_process.py): repetition penalty,
 * temperature, top-k, top-p, min-p. Not collective. */
#ifndef LOCKSTEP_SAMPLE_H
#define LOCKSTEP_SAMPLE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct {
  double temperature; /* logits are divided by it; 0: always the most probable token */
  long top_k;         /* so many tokens with the largest logits, and their equals; 0: all */
  double
      top_p; /* the most probable ones of those left, until their sum reaches it; 1: all */
  double min_p; /* those with at least this share of the largest probability; 0: all */
  /* A logit above 0 of a token that the text has already is divided by it, one below 0
   * multiplied (Keskar et al. 2019); 1: none is. */
  double repetition_penalty;
  uint64_t seed;
} lk_sampling;

/* The most probable token, without penalty. */
extern const lk_sampling lk_greedy;

/* LK_USAGE when a number is out of its limits. */
lk_status lk_sampling_check(const lk_sampling *sampling);

/* A token that may be drawn; its probability is its share of all weights. */
typedef struct {
  lk_token id;
  double weight;
} lk_choice;

typedef struct lk_sampler lk_sampler;

/* For logits of so many tokens. The caller owns *out: lk_sampler_free. */
lk_status lk_sampler_create(lk_sampler **out, const lk_sampling *sampling, int vocabulary);
void lk_sampler_free(lk_sampler *sampler);
int lk_sampler_vocabulary(const lk_sampler *sampler);

/* What follows tokens[length], by logits (vocabulary): *candidates (the result's number, at
 * least 1) is the sampler's, valid until its next call. Only one at temperature 0: the
 * lowest id of equals. */
size_t lk_sampler_filter(lk_sampler *sampler, const lk_real *logits, const lk_token *tokens,
                         int length, const lk_choice **candidates);

/* Draws the next one. The random number depends on seed, text, attempt and length alone:
 * text below 2^48, attempt below 2^16. */
lk_token lk_sampler_draw(lk_sampler *sampler, const lk_real *logits, const lk_token *tokens,
                         int length, uint64_t text, uint32_t attempt);

LK_C_END

#endif
