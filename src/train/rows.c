#include "train/rows.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include "train/by_shard.h"

typedef struct {
  const lk_mixture *corpora;
  int ingredient;
} one_corpus;

static uint64_t tokens_of(const void *context, int shard) {
  const one_corpus *one = context;
  return lk_mixture_tokens(one->corpora, one->ingredient, shard);
}

/* All ranks. The caller owns *tokens[corpora · shards], also after a failure: lk_free. */
static lk_status count_tokens(lk_world *world, const lk_mixture *corpora, lk_slice slice,
                              uint64_t **tokens) {
  int count = lk_mixture_about(corpora).count;
  size_t shards = (size_t)slice.shards;
  lk_status status = LK_NEW(*tokens, (size_t)count * shards);
  if (world) status = lk_world_agree(world, status);
  for (int i = 0; i < count && status == LK_OK; i++) {
    const one_corpus one = {corpora, i};
    status = lk_by_shard(world, slice, tokens_of, &one, *tokens + (size_t)i * shards);
  }
  return status;
}

static lk_status read_rows(lk_mixture *corpora, int i, const char *file, lk_slice slice) {
  lk_slice needs = lk_mixture_needs(corpora, i);
  lk_corpus *corpus = NULL;
  if (needs.shard_count > slice.shard_count)
    LK_TRY(lk_corpus_read(&corpus, file, lk_mixture_about(corpora).tokenizer, needs));
  return lk_mixture_place(corpora, i, corpus);
}

static lk_status read_all(lk_mixture *corpora, const lk_config_corpus *files,
                          lk_slice slice, const uint64_t *tokens) {
  LK_TRY(lk_mixture_share(corpora, tokens));
  for (int i = 0; i < lk_mixture_about(corpora).count; i++)
    LK_TRY(read_rows(corpora, i, files[i].file, slice));
  return lk_mixture_status(corpora);
}

lk_status lk_rows_share(lk_world *world, lk_mixture *corpora, const lk_config_corpus *files,
                        lk_slice slice) {
  uint64_t *tokens = NULL;
  lk_status status = count_tokens(world, corpora, slice, &tokens);
  if (status == LK_OK) {
    status = read_all(corpora, files, slice, tokens);
    if (world) status = lk_world_agree(world, status);
  }
  lk_free(tokens);
  return status;
}
