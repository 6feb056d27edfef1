#include "lockstep/evaluate.h"
#include "lockstep/model.h"

enum { GROUP = 16 }; /* documents a pack; fixed, as for questions */

typedef struct {
  const lk_checkpoint *checkpoint;
  const lk_corpus *corpus;
  lk_model *model;
  lk_pack *pack;
} scoring;

static void score_group(scoring *s, uint64_t first, uint64_t count,
                        lk_document_score *scores) {
  size_t longest = (size_t)s->checkpoint->table->shape.block + 1;
  const double *losses;
  int row = 0;
  lk_pack_clear(s->pack);
  for (uint64_t i = 0; i < count; i++) {
    size_t length;
    const uint16_t *text = lk_corpus_document(s->corpus, first + i, &length);
    if (length > longest) length = longest;
    scores[first + i] = (lk_document_score){0, (double)length - 1};
    if (length > 1) lk_pack_append(s->pack, text, length, 0);
  }
  lk_model_forward(s->model, s->checkpoint->values, s->pack, NULL, &losses);
  for (uint64_t i = 0; i < count; i++)
    for (int k = 0; k < (int)scores[first + i].characters; k++)
      scores[first + i].nats += losses[row++];
}

static lk_status score_groups(scoring *s, const lk_world *world,
                              lk_document_score *scores) {
  const lk_parameters *table = s->checkpoint->table;
  uint64_t count = s->corpus->documents, step = (uint64_t)lk_world_size(world) * GROUP;
  LK_TRY(lk_pack_create(&s->pack, GROUP, table->shape.block));
  LK_TRY(lk_model_create(&s->model, table, GROUP, 0, LK_FP32));
  for (uint64_t i = (uint64_t)lk_world_rank(world) * GROUP; i < count; i += step)
    score_group(s, i, count - i < GROUP ? count - i : GROUP, scores);
  return LK_OK;
}

/* Document i was scored by the rank of its group. */
static lk_status collect(lk_world *world, const lk_document_score *mine, uint64_t count,
                         lk_document_score *all, lk_document_score *scores) {
  uint64_t size = (uint64_t)lk_world_size(world);
  LK_TRY(lk_world_gather(world, (const double *)mine, (int)(2 * count), (double *)all));
  for (uint64_t i = 0; i < count; i++)
    scores[i] = all[i / GROUP % size * count + i];
  return LK_OK;
}

lk_status lk_score_documents(lk_world *world, const lk_checkpoint *checkpoint,
                             const lk_corpus *corpus, lk_document_score *scores) {
  scoring s = {.checkpoint = checkpoint, .corpus = corpus};
  lk_document_score *mine = NULL, *all = NULL;
  uint64_t count = corpus->documents;
  lk_status status = LK_NEW(mine, count);
  if (status == LK_OK) status = LK_NEW(all, count * (uint64_t)lk_world_size(world));
  if (status == LK_OK) status = score_groups(&s, world, mine);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = collect(world, mine, count, all, scores);
  lk_model_free(s.model);
  lk_pack_free(s.pack);
  lk_free(mine);
  lk_free(all);
  return status;
}
