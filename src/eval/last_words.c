#include "lockstep/last_words.h"
#include "eval/deal.h"
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <string.h>

enum { GROUP = 16 }; /* passages dealt out at a time; each is computed by itself */

typedef struct {
  const lk_trained *trained;
  const lk_prompts *passages;
  lk_model *model;
  lk_pack *pack;
} reading;

static lk_status refuse(const reading *r, const lk_prompt *passage, const char *why) {
  return lk_fail(LK_BAD_DATA, "%s, line %llu: %s", r->passages->name,
                 (unsigned long long)passage->line, why);
}

/* Bytes in front of the white space in front of the last word; 0: there are none. */
static size_t find_context(const char *text) {
  const char *blank = strrchr(text, ' ');
  size_t size = blank ? (size_t)(blank - text) : 0;
  while (size) {
    uint32_t code_point;
    size_t last = size - 1;
    while (last && lk_text_continues(text[last]))
      last--;
    if (!lk_text_next(text + last, size - last, &code_point)) break;
    if (!lk_text_is_space(code_point)) break;
    size = last;
  }
  return size;
}

static lk_status encode(const reading *r, const lk_prompt *passage, size_t size,
                        lk_token *tokens, size_t room, size_t *count) {
  lk_passage part = {passage->text, size, r->passages->name, passage->line, 0};
  return lk_tokenizer_encode(r->trained->tokenizer, &part, tokens, room, count);
}

/* Lays the passage's last tokens into the pack; those of its last word carry loss. */
static lk_status lay_out(const reading *r, const lk_prompt *passage, lk_token *tokens,
                         size_t room) {
  size_t block = (size_t)r->trained->table->shape.block, before, count;
  size_t context = find_context(passage->text);
  if (!context) return refuse(r, passage, "one word has no other in front of it");
  LK_TRY(encode(r, passage, context, tokens, room, &before));
  LK_TRY(encode(r, passage, strlen(passage->text), tokens, room, &count));
  if (before == 0 || count <= before)
    return refuse(r, passage, "the last word has no tokens of its own");
  if (count - before > block)
    return refuse(r, passage, "the last word is longer than the model's block");
  size_t cut = count > block + 1 ? count - (block + 1) : 0;
  lk_pack_clear(r->pack);
  lk_pack_append(r->pack, tokens + cut, count - cut, before - cut - 1);
  return LK_OK;
}

static int is_most_probable(const lk_real *logits, int count, lk_token token) {
  for (int i = 0; i < count; i++)
    if (logits[i] > logits[token]) return 0;
  return 1;
}

static void judge(const reading *r, lk_last_word *word) {
  int vocabulary = r->trained->table->shape.vocabulary;
  const lk_real *logits = lk_model_logits(r->model, r->trained->values, r->pack);
  *word = (lk_last_word){0, 1, r->pack->M};
  for (int i = 0; i < r->pack->M; i++, logits += vocabulary) {
    lk_token token = r->pack->targets[i];
    double loss; /* for which the logits are only read */
    lk_cross_entropy(&loss, (lk_real *)logits, &token, 1, vocabulary, 0, (lk_loss){0});
    word->nats += loss;
    if (!is_most_probable(logits, vocabulary, token)) word->right = 0;
  }
}

static lk_status read_passage(const reading *r, size_t i, lk_last_word *word) {
  const lk_prompt *passage = &r->passages->items[i];
  size_t room = lk_tokenizer_room(r->trained->tokenizer, strlen(passage->text));
  lk_token *tokens;
  LK_TRY(LK_NEW(tokens, room));
  lk_status status = lay_out(r, passage, tokens, room);
  if (status == LK_OK) judge(r, word);
  lk_free(tokens);
  return status;
}

static lk_status read_group(const reading *r, size_t group, lk_last_word *mine) {
  size_t first = group * GROUP, left = r->passages->count - first;
  for (size_t i = 0; i < GROUP && i < left; i++)
    LK_TRY(read_passage(r, first + i, &mine[i]));
  return LK_OK;
}

static lk_status read_groups(reading *r, const lk_world *world, size_t groups,
                             lk_last_word *mine) {
  const lk_parameters *table = r->trained->table;
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  size_t count = r->passages->count;
  lk_progress progress; /* of this rank; the others are about as far */
  LK_TRY(lk_pack_create(&r->pack, 1, table->shape.block));
  LK_TRY(lk_model_create(&r->model, table, 1, LK_KEEP_NOTHING, 0, LK_FP32));
  lk_progress_begin(&progress, "passages", count, "reading %s", r->passages->name);
  lk_status status = LK_OK;
  for (size_t group = rank; group < groups && status == LK_OK; group += ranks) {
    status = read_group(r, group, mine);
    lk_progress_show(&progress, (group + 1) * GROUP);
    mine += GROUP;
  }
  lk_progress_end(&progress);
  return status;
}

/* Where rank 0 puts them. */
typedef struct {
  lk_last_word *words; /* (count) */
  size_t count;
} word_list;

static lk_status take_words(void *context, size_t group, const double *results) {
  const word_list *list = context;
  size_t first = group * GROUP, left = list->count - first;
  memcpy(list->words + first, results, (left < GROUP ? left : GROUP) * sizeof *list->words);
  return LK_OK;
}

lk_status lk_last_words(lk_world *world, const lk_trained *trained,
                        const lk_prompts *passages, lk_last_word *words) {
  enum { SIZE = sizeof *words / sizeof(double) };
  reading r = {.trained = trained, .passages = passages};
  size_t groups = (passages->count + GROUP - 1) / GROUP;
  word_list list = {words, passages->count};
  lk_last_word *mine = NULL;
  lk_status status = LK_NEW(mine, lk_deal_count(world, groups) * GROUP);
  if (status == LK_OK) status = read_groups(&r, world, groups, mine);
  status = lk_world_agree(world, status);
  if (status == LK_OK)
    status =
        lk_deal_collect(world, (double *)mine, groups, GROUP * SIZE, take_words, &list);
  lk_model_free(r.model);
  lk_pack_free(r.pack);
  lk_free(mine);
  return status;
}
