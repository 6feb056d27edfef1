#include "train/rows.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "train/by_shard.h"

typedef struct {
  const lk_mixture *corpora;
  int ingredient;
} one_corpus;

static uint64_t tokens_of(const void *context, int shard) {
  const one_corpus *one = context;
  return lk_mixture_tokens(one->corpora, one->ingredient, shard);
}

static lk_status agree(lk_world *world, lk_status mine) {
  return world ? lk_world_agree(world, mine) : mine;
}

/* All ranks. The caller owns *tokens[corpora · shards], also after a failure: lk_free. */
static lk_status count_tokens(lk_world *world, const lk_mixture *corpora, lk_slice slice,
                              uint64_t **tokens) {
  int count = lk_mixture_about(corpora).count;
  size_t shards = (size_t)slice.shards;
  lk_status status = agree(world, LK_NEW(*tokens, (size_t)count * shards));
  for (int i = 0; i < count && status == LK_OK; i++) {
    const one_corpus one = {corpora, i};
    status = lk_by_shard(world, slice, tokens_of, &one, *tokens + (size_t)i * shards);
  }
  return status;
}

/* All ranks: where there are several, each opens the corpus anew, for the documents that it
 * needs. */
static lk_status place_rows(lk_world *world, lk_mixture *corpora, int i, const char *file) {
  lk_corpus *corpus = NULL;
  if (world && lk_world_size(world) > 1)
    LK_TRY(lk_corpus_share(&corpus, world, file, lk_mixture_about(corpora).tokenizer,
                           lk_mixture_needs(corpora, i)));
  return agree(world, lk_mixture_place(corpora, i, corpus));
}

lk_status lk_rows_share(lk_world *world, lk_mixture *corpora, const lk_config_corpus *files,
                        lk_slice slice) {
  uint64_t *tokens = NULL;
  lk_status status = count_tokens(world, corpora, slice, &tokens);
  if (status == LK_OK) status = agree(world, lk_mixture_share(corpora, tokens));
  for (int i = 0; i < lk_mixture_about(corpora).count && status == LK_OK; i++)
    status = place_rows(world, corpora, i, files[i].file);
  if (status == LK_OK) status = agree(world, lk_mixture_status(corpora));
  lk_free(tokens);
  return status;
}
