/* One pass over a text for all ranks, each of which then reads its slice. */
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include <stdio.h>
#include <string.h>

/* All ranks: so many elements of rank 0's, as the caller's. */
static lk_status share_array(lk_world *world, void **array, uint64_t count, size_t size) {
  lk_status status = LK_OK;
  if (lk_world_rank(world)) status = lk_allocate(array, (size_t)count, size, "a survey");
  status = lk_world_agree(world, status);
  return status == LK_OK ? lk_world_broadcast(world, *array, (size_t)count * size) : status;
}

static lk_status share_survey(lk_world *world, lk_text_survey *s) {
  lk_status status = lk_world_broadcast(world, s, sizeof *s);
  if (lk_world_rank(world)) {
    s->parts = NULL;
    s->own.bytes = NULL;
  }
  if (status == LK_OK)
    status = share_array(world, (void **)&s->parts, s->count, sizeof *s->parts);
  if (status == LK_OK) status = share_array(world, &s->own.bytes, s->own.size, 1);
  return status;
}

static lk_status refuse(const char *path, const lk_sha256 *here, const lk_sha256 *there) {
  return lk_fail(LK_USAGE,
                 "its data is not rank 0's: %s has the SHA-256 %s here, %s there; give all "
                 "ranks one file, to which nothing writes",
                 path, here->hex, there->hex);
}

/* Why this rank's file is not what rank 0 surveyed: it may be another. */
static lk_status explain(lk_status status, const char *path, const lk_text_survey *first,
                         const lk_tokenizer *tokenizer) {
  lk_text_survey mine;
  char reason[1024];
  snprintf(reason, sizeof reason, "%s", lk_message());
  int differs = lk_text_survey_make(&mine, path, tokenizer) == LK_OK &&
                strcmp(mine.sha256.hex, first->sha256.hex) != 0;
  status =
      differs ? refuse(path, &mine.sha256, &first->sha256) : lk_fail(status, "%s", reason);
  lk_text_survey_clear(&mine);
  return status;
}

static lk_status read_slice(lk_corpus **out, int rank, const char *path,
                            const lk_text_survey *survey, const lk_tokenizer *tokenizer,
                            lk_slice slice) {
  lk_status status = lk_corpus_read_surveyed(out, path, survey, tokenizer, slice);
  return status == LK_NO_INPUT && rank > 0 ? explain(status, path, survey, tokenizer)
                                           : status;
}

static lk_status share_text(lk_corpus **out, lk_world *world, const char *path,
                            const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_text_survey survey = {0};
  int rank = lk_world_rank(world);
  lk_status status = lk_world_agree(
      world, rank == 0 ? lk_text_survey_make(&survey, path, tokenizer) : LK_OK);
  if (status == LK_OK) status = share_survey(world, &survey);
  if (status == LK_OK)
    status = lk_world_agree(world, read_slice(out, rank, path, &survey, tokenizer, slice));
  lk_text_survey_clear(&survey);
  return status;
}

/* Each rank opens the file: where hosts have copies, one may be old. */
static lk_status share_hdf5(lk_corpus **out, lk_world *world, const char *path,
                            const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_sha256 first = {""};
  LK_TRY(lk_world_agree(world, lk_corpus_read_hdf5(out, path, tokenizer, slice)));
  const lk_sha256 *mine = &(*out)->sha256;
  if (lk_world_rank(world) == 0) first = *mine;
  LK_TRY(lk_world_broadcast(world, &first, sizeof first));
  int differs = strcmp(mine->hex, first.hex) != 0;
  return lk_world_agree(world, differs ? refuse(path, mine, &first) : LK_OK);
}

lk_status lk_corpus_share(lk_corpus **out, lk_world *world, const char *path,
                          const lk_tokenizer *tokenizer, lk_slice slice) {
  int is_text;
  *out = NULL;
  if (!world || lk_world_size(world) == 1)
    return lk_corpus_read(out, path, tokenizer, slice);
  LK_TRY(lk_world_any(world, lk_world_rank(world) == 0 && !lk_store_knows(path), &is_text));
  lk_status status = is_text ? share_text(out, world, path, tokenizer, slice)
                             : share_hdf5(out, world, path, tokenizer, slice);
  if (status == LK_OK) return LK_OK;
  lk_corpus_free(*out);
  *out = NULL;
  return status;
}
