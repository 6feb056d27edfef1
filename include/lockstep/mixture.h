/* The corpora that training reads, mixed by weight: an epoch visits every window of a
 * corpus of weight 1 once, of one of weight 2 twice, and of one of weight 1/2 every other
 * one, the rest in the next epoch. */
#ifndef LOCKSTEP_MIXTURE_H
#define LOCKSTEP_MIXTURE_H

#include "lockstep/window.h"

LK_C_BEGIN

typedef struct {
  const char *path;  /* for messages; outlives the mixture */
  lk_corpus *corpus; /* holds the mixture's slice */
  double weight;     /* above 0 */
} lk_ingredient;

typedef struct lk_mixture lk_mixture;

/* Of count > 0 corpora, whose owner it becomes, also after a failure. Their tokenizers must
 * be equal: LK_BAD_DATA names the first two that are not. The caller owns *out:
 * lk_mixture_free. */
lk_status lk_mixture_create(lk_mixture **out, const lk_ingredient *list, int count,
                            lk_slice slice);
void lk_mixture_free(lk_mixture *mixture);

/* Of the same corpora, which must outlive *out, those documents that the rule which cuts
 * the mixture holds out, by whatever weight. The caller owns *out: lk_mixture_free. */
lk_status lk_mixture_hold_out(lk_mixture **out, const lk_mixture *mixture);

/* What all of it is. */
typedef struct {
  const char *path; /* "a.h5" or "a.h5, b.h5"; the mixture's */
  uint64_t documents, characters;
  lk_sha256 sha256; /* of the one text, or of the list of theirs */
  const lk_tokenizer *tokenizer;
  int count; /* corpora */
} lk_mixture_facts;
lk_mixture_facts lk_mixture_about(const lk_mixture *mixture);

/* The ingredients, as they were given. */
const lk_ingredient *lk_mixture_list(const lk_mixture *mixture);

/* Cuts all documents by the rule, once; of_held_out is what the mixture is. Errors as
 * lk_windows_create. */
lk_status lk_mixture_cut(lk_mixture *mixture, const lk_window_rule *rule);

/* Nonzero when an epoch visits each document of one corpus once. */
int lk_mixture_is_plain(const lk_mixture *mixture);

/* Where the rule is LK_CUT_CORPUS, shards have equal parts of each corpus' windows, whoever
 * holds the documents that these are of. Then, once, before any window is asked for:
 * 1. lk_mixture_tokens counts those of the documents that each shard would have, and the
 *    ranks tell each other;
 * 2. lk_mixture_share takes the numbers of all shards of the first corpus, of the second,
 *    …: tokens[corpora · shards], alike on all ranks. LK_BAD_DATA: a corpus has fewer
 *    tokens than shards;
 * 3. lk_mixture_needs says the documents of which shards the slice's windows are made of,
 *    the slice's among them;
 * 4. lk_mixture_place gives an ingredient the same corpus anew, which holds these; NULL: it
 *    holds them, they are the slice's. Its owner is the mixture, also after a failure.
 *    LK_NO_INPUT: it is another text. Errors as lk_windows_create.
 * None of them is collective. */
int lk_mixture_shares(const lk_mixture *mixture); /* the rule is so */
uint64_t lk_mixture_tokens(const lk_mixture *mixture, int ingredient, int shard);
lk_status lk_mixture_share(lk_mixture *mixture, const uint64_t *tokens);
lk_slice lk_mixture_needs(const lk_mixture *mixture, int ingredient);
lk_status lk_mixture_place(lk_mixture *mixture, int ingredient, lk_corpus *corpus);

/* Of a mixture that is cut: how many visits an epoch makes to a shard that is held, and
 * which window one of them is to, place counting from 0: a function of the visit and the
 * rule's seed only. */
uint64_t lk_mixture_count(const lk_mixture *mixture, int shard);
/* Visits of an epoch to an ingredient in all shards that are held, and windows of it. */
uint64_t lk_mixture_visits(const lk_mixture *mixture, int ingredient, uint64_t *windows);

typedef struct {
  int ingredient;
  lk_window window;
} lk_place;
lk_place lk_mixture_find(const lk_mixture *mixture, const lk_visit *visit);

/* Says that a visit will be asked for soon: stage 0 for all visits, then stage 1 for all
 * (kind->ahead of lockstep/source.h). */
void lk_mixture_ahead(const lk_mixture *mixture, const lk_visit *visit, int stage);

/* As lk_windows_take. */
size_t lk_mixture_take(const lk_mixture *mixture, lk_place *rest);

/* The tokens of a window, as lk_windows_read has them, and their number: the mixture's,
 * valid until the next call. */
const lk_token *lk_mixture_text(const lk_mixture *mixture, const lk_place *place,
                                size_t *length);

/* Of the documents that are held, by a sample of them where they are many: how many are
 * longer than what an example shows of one, their characters, and those that an epoch or a
 * later one can show. */
typedef struct {
  double longer, characters, shown;
} lk_coverage;
lk_coverage lk_mixture_coverage(const lk_mixture *mixture, size_t reach, int shows_all);

/* LK_OK, or the first failure to read a corpus, with its message. */
lk_status lk_mixture_status(const lk_mixture *mixture);

LK_C_END

#endif
