/* Text out of a model: continuations of prompts, by many ranks. */
#ifndef LOCKSTEP_GENERATE_H
#define LOCKSTEP_GENERATE_H

#include "lockstep/linkage.h"
#include "lockstep/nn.h"
#include "lockstep/sample.h"
#include "lockstep/trained.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* UTF-8, zero-terminated; "" is none: the text begins as a document does. */
typedef struct {
  const char *text;
  uint64_t line; /* for messages; 0: none */
} lk_prompt;

typedef struct {
  const char *name; /* where the prompts are from, for messages */
  const lk_prompt *items;
  size_t count;
} lk_prompts;

typedef struct {
  lk_sampling sampling;
  int most;                 /* tokens of a continuation */
  int attempts;             /* continuations of each prompt, 1 … LK_MOST_ATTEMPTS */
  int batch;                /* continued side by side on a rank: for speed alone */
  const char *const *stops; /* (stop_count) a continuation ends in front of any of them */
  int stop_count;
  lk_precision precision; /* of the operands of products: fp32 or bf16 */
} lk_generation;

enum { LK_MOST_ATTEMPTS = 65536, LK_MOST_BATCH = 4096 };

/* Why a continuation ended: at its document's end, at a stop text, after `most` tokens. */
typedef enum { LK_ENDED_ITSELF, LK_ENDED_AT_STOP, LK_ENDED_AT_MOST } lk_ended;

typedef struct {
  size_t prompt;    /* from 0 */
  int attempt;      /* from 0 */
  const char *text; /* the continuation: zero-terminated UTF-8, U+FFFD for what is none */
  int tokens;       /* of it, with the end or those of the stop text */
  double
      log_probability; /* of all of them, in nats, as the model gives it without filters */
  lk_ended ended;
} lk_generated;

/* Who is told, on rank 0. `piece`, unless it is NULL: of a continuation that is the only
 * one, as it comes, whole characters at a time. `text`: of each one, prompt after prompt.
 * What they are given is valid until they return. */
typedef struct {
  void (*piece)(void *context, const char *text);
  void (*text)(void *context, const lk_generated *generated);
  void *context;
} lk_generate_listener;

/* LK_USAGE when a number is out of its limits. */
lk_status lk_generation_check(const lk_generation *generation);

/* All ranks: continues every prompt. The texts depend on the model, the prompts and the
 * generation alone, not on batch and ranks. Groups of `batch` texts go to the ranks in
 * turn; what is held does not grow with the prompts. A prompt is the begin of a document;
 * of one that is longer than the block the last part counts, as rank 0 says once.
 * LK_BAD_DATA with name and line of a prompt that is invalid UTF-8 or has no tokens. Fails
 * on all ranks alike. */
lk_status lk_generate(lk_world *world, const lk_trained *trained,
                      const lk_generation *generation, const lk_prompts *prompts,
                      const lk_generate_listener *listener);

LK_C_END

#endif
