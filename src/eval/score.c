/* Scoring documents of any length through windows that overlap. */
#include "eval/deal.h"
#include "lockstep/evaluate.h"
#include "lockstep/model.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <string.h>

enum { GROUP = 16 }; /* documents dealt out, and windows a pack, at a time; fixed */

typedef struct {
  const lk_trained *trained;
  const lk_corpus *corpus;
  size_t block, stride;
  int most; /* windows a pack: GROUP, fewer where their logits would need much memory */
  lk_model *model;
  lk_pack *pack;
  lk_document_score *of[GROUP]; /* whose window each sequence of the pack is */
} scoring;

/* A function of the shape alone, as the bits depend on it. */
static int windows_in_pack(const lk_trained *trained) {
  const size_t logits = (size_t)1 << 26, window = (size_t)trained->table->shape.block *
                                                  (size_t)trained->table->shape.vocabulary;
  return window > logits ? 1 : window * GROUP > logits ? (int)(logits / window) : GROUP;
}

static void score_pack(scoring *s) {
  const double *losses;
  if (!s->pack->B) return;
  lk_model_forward(s->model, s->trained->values, NULL, s->pack, NULL, &losses);
  for (int b = 0; b < s->pack->B; b++)
    for (int i = s->pack->target_start[b]; i < s->pack->target_start[b + 1]; i++) {
      s->of[b]->nats += losses[i];
      s->of[b]->tokens++;
    }
  lk_pack_clear(s->pack);
}

/* The next window of a text: at most block + 1 tokens, of which the first `known` were
 * scored before and are context. */
static void add_window(scoring *s, const lk_token *text, size_t length, size_t known,
                       lk_document_score *score) {
  if (s->pack->B == s->most) score_pack(s);
  s->of[s->pack->B] = score;
  lk_pack_append(s->pack, text, length < s->block + 1 ? length : s->block + 1, known - 1);
}

/* Behind the first window each scores `stride` tokens, its last ones. */
static void add_further_windows(scoring *s, const lk_token *text, size_t length,
                                lk_document_score *score) {
  size_t context = s->block + 1 - s->stride;
  for (size_t scored = s->block + 1; scored < length; scored += s->stride) {
    size_t start = scored - context;
    add_window(s, text + start, length - start, context, score);
  }
}

/* First windows by themselves: a short document's bits do not depend on how long the others
 * are. */
static void score_group(scoring *s, uint64_t first, lk_document_score scores[GROUP]) {
  uint64_t left = s->corpus->documents - first, count = left < GROUP ? left : GROUP;
  size_t length;
  for (int further = 0; further < 2; further++) {
    for (uint64_t i = 0; i < count; i++) {
      const lk_token *text = lk_corpus_document(s->corpus, first + i, &length);
      if (further)
        add_further_windows(s, text, length, &scores[i]);
      else if (length > 1)
        add_window(s, text, length, 1, &scores[i]);
    }
    score_pack(s);
  }
}

static lk_status score_groups(scoring *s, const lk_world *world, uint64_t groups,
                              lk_document_score *mine) {
  const lk_parameters *table = s->trained->table;
  lk_progress progress; /* of this rank; the others are about as far */
  uint64_t count = lk_deal_count(world, groups);
  uint64_t rank = (uint64_t)lk_world_rank(world), ranks = (uint64_t)lk_world_size(world);
  LK_TRY(lk_pack_create(&s->pack, s->most, table->shape.block));
  LK_TRY(lk_model_create(&s->model, table, s->most, LK_KEEP_NOTHING, 0, LK_FP32));
  lk_progress_begin(&progress, "documents", s->corpus->documents, "scoring");
  for (uint64_t i = 0; i < count; i++) {
    score_group(s, (rank + ranks * i) * GROUP, mine + i * GROUP);
    lk_progress_show(&progress, s->corpus->documents * (i + 1) / count);
  }
  lk_progress_end(&progress);
  return lk_corpus_status(s->corpus);
}

/* Where rank 0 puts the documents' scores. */
typedef struct {
  lk_document_score *scores; /* (documents) */
  uint64_t documents;
} score_list;

static lk_status take_scores(void *context, size_t group, const double *results) {
  const score_list *list = context;
  size_t first = group * GROUP, left = list->documents - first;
  memcpy(list->scores + first, results,
         (left < GROUP ? left : GROUP) * sizeof *list->scores);
  return LK_OK;
}

lk_status lk_score_documents(lk_world *world, const lk_trained *trained,
                             const lk_corpus *corpus, size_t stride,
                             lk_document_score *scores) {
  size_t block = (size_t)trained->table->shape.block;
  scoring s = {trained, corpus, .block = block, .most = windows_in_pack(trained)};
  assert(stride <= block);
  s.stride = stride ? stride : block + 1 - (block + 1) / 2;
  score_list list = {scores, corpus->documents};
  lk_document_score *mine = NULL;
  uint64_t groups = (corpus->documents + GROUP - 1) / GROUP;
  lk_status status = LK_NEW(mine, lk_deal_count(world, groups) * GROUP);
  if (status == LK_OK) status = score_groups(&s, world, groups, mine);
  status = lk_world_agree(world, status);
  if (status == LK_OK)
    status = lk_deal_collect(world, (double *)mine, groups,
                             GROUP * sizeof *mine / sizeof(double), take_scores, &list);
  lk_model_free(s.model);
  lk_pack_free(s.pack);
  lk_free(mine);
  return status;
}
