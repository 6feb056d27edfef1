#include "interchange/names.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* %d: a block's number. parts: so many of our tensors, one behind the other in the table,
 * are one of theirs. */
typedef struct {
  const char *theirs, *ours;
  int parts;
  lk_matrix_layout layout;
} name_row;

#define SAME LK_LAYOUT_SAME
#define TURN LK_LAYOUT_TRANSPOSED
#define HEAD LK_LAYOUT_BY_HEAD

static const name_row ours[] = {
    {"tok_emb.weight", "tok_emb.weight", 1, SAME},
    {"pos_emb", "pos_emb", 1, SAME},
    {"blocks.%d.ln1.weight", "blocks.%d.ln1.weight", 1, SAME},
    {"blocks.%d.ln1.bias", "blocks.%d.ln1.bias", 1, SAME},
    {"blocks.%d.attn.query.weight", "blocks.%d.attn.query.weight", 1, SAME},
    {"blocks.%d.attn.key.weight", "blocks.%d.attn.key.weight", 1, SAME},
    {"blocks.%d.attn.value.weight", "blocks.%d.attn.value.weight", 1, SAME},
    {"blocks.%d.attn.query.bias", "blocks.%d.attn.query.bias", 1, SAME},
    {"blocks.%d.attn.key.bias", "blocks.%d.attn.key.bias", 1, SAME},
    {"blocks.%d.attn.value.bias", "blocks.%d.attn.value.bias", 1, SAME},
    {"blocks.%d.attn.proj.weight", "blocks.%d.attn.proj.weight", 1, SAME},
    {"blocks.%d.attn.proj.bias", "blocks.%d.attn.proj.bias", 1, SAME},
    {"blocks.%d.ln2.weight", "blocks.%d.ln2.weight", 1, SAME},
    {"blocks.%d.ln2.bias", "blocks.%d.ln2.bias", 1, SAME},
    {"blocks.%d.mlp.0.weight", "blocks.%d.mlp.0.weight", 1, SAME},
    {"blocks.%d.mlp.0.bias", "blocks.%d.mlp.0.bias", 1, SAME},
    {"blocks.%d.mlp.2.weight", "blocks.%d.mlp.2.weight", 1, SAME},
    {"blocks.%d.mlp.2.bias", "blocks.%d.mlp.2.bias", 1, SAME},
    {"ln_f.weight", "ln_f.weight", 1, SAME},
    {"ln_f.bias", "ln_f.bias", 1, SAME},
    {"head.weight", "head.weight", 1, SAME},
    {0}};

/* transformers, models/gpt2/modeling_gpt2.py; nanoGPT, model.py. */
static const name_row gpt2[] = {
    {"transformer.wte.weight", "tok_emb.weight", 1, SAME},
    {"transformer.wpe.weight", "pos_emb", 1, SAME},
    {"transformer.h.%d.ln_1.weight", "blocks.%d.ln1.weight", 1, SAME},
    {"transformer.h.%d.ln_1.bias", "blocks.%d.ln1.bias", 1, SAME},
    {"transformer.h.%d.attn.c_attn.weight", "blocks.%d.attn.query.weight", 3, TURN},
    {"transformer.h.%d.attn.c_attn.bias", "blocks.%d.attn.query.bias", 3, SAME},
    {"transformer.h.%d.attn.c_proj.weight", "blocks.%d.attn.proj.weight", 1, TURN},
    {"transformer.h.%d.attn.c_proj.bias", "blocks.%d.attn.proj.bias", 1, SAME},
    {"transformer.h.%d.ln_2.weight", "blocks.%d.ln2.weight", 1, SAME},
    {"transformer.h.%d.ln_2.bias", "blocks.%d.ln2.bias", 1, SAME},
    {"transformer.h.%d.mlp.c_fc.weight", "blocks.%d.mlp.0.weight", 1, TURN},
    {"transformer.h.%d.mlp.c_fc.bias", "blocks.%d.mlp.0.bias", 1, SAME},
    {"transformer.h.%d.mlp.c_proj.weight", "blocks.%d.mlp.2.weight", 1, TURN},
    {"transformer.h.%d.mlp.c_proj.bias", "blocks.%d.mlp.2.bias", 1, SAME},
    {"transformer.ln_f.weight", "ln_f.weight", 1, SAME},
    {"transformer.ln_f.bias", "ln_f.bias", 1, SAME},
    {"lm_head.weight", "head.weight", 1, SAME},
    {0}};

/* transformers, models/gpt_neox/modeling_gpt_neox.py. */
static const name_row neox[] = {
    {"gpt_neox.embed_in.weight", "tok_emb.weight", 1, SAME},
    {"gpt_neox.layers.%d.input_layernorm.weight", "blocks.%d.ln1.weight", 1, SAME},
    {"gpt_neox.layers.%d.input_layernorm.bias", "blocks.%d.ln1.bias", 1, SAME},
    {"gpt_neox.layers.%d.attention.query_key_value.weight", "blocks.%d.attn.query.weight",
     3, HEAD},
    {"gpt_neox.layers.%d.attention.query_key_value.bias", "blocks.%d.attn.query.bias", 3,
     HEAD},
    {"gpt_neox.layers.%d.attention.dense.weight", "blocks.%d.attn.proj.weight", 1, SAME},
    {"gpt_neox.layers.%d.attention.dense.bias", "blocks.%d.attn.proj.bias", 1, SAME},
    {"gpt_neox.layers.%d.post_attention_layernorm.weight", "blocks.%d.ln2.weight", 1, SAME},
    {"gpt_neox.layers.%d.post_attention_layernorm.bias", "blocks.%d.ln2.bias", 1, SAME},
    {"gpt_neox.layers.%d.mlp.dense_h_to_4h.weight", "blocks.%d.mlp.0.weight", 1, SAME},
    {"gpt_neox.layers.%d.mlp.dense_h_to_4h.bias", "blocks.%d.mlp.0.bias", 1, SAME},
    {"gpt_neox.layers.%d.mlp.dense_4h_to_h.weight", "blocks.%d.mlp.2.weight", 1, SAME},
    {"gpt_neox.layers.%d.mlp.dense_4h_to_h.bias", "blocks.%d.mlp.2.bias", 1, SAME},
    {"gpt_neox.final_layer_norm.weight", "ln_f.weight", 1, SAME},
    {"gpt_neox.final_layer_norm.bias", "ln_f.bias", 1, SAME},
    {"embed_out.weight", "head.weight", 1, SAME},
    {0}};

/* llama.cpp, gguf-py/gguf/constants.py: the same for gpt2 and gptneox. */
static const name_row gguf[] = {
    {"token_embd.weight", "tok_emb.weight", 1, SAME},
    {"position_embd.weight", "pos_emb", 1, SAME},
    {"blk.%d.attn_norm.weight", "blocks.%d.ln1.weight", 1, SAME},
    {"blk.%d.attn_norm.bias", "blocks.%d.ln1.bias", 1, SAME},
    {"blk.%d.attn_qkv.weight", "blocks.%d.attn.query.weight", 3, SAME},
    {"blk.%d.attn_qkv.bias", "blocks.%d.attn.query.bias", 3, SAME},
    {"blk.%d.attn_output.weight", "blocks.%d.attn.proj.weight", 1, SAME},
    {"blk.%d.attn_output.bias", "blocks.%d.attn.proj.bias", 1, SAME},
    {"blk.%d.ffn_norm.weight", "blocks.%d.ln2.weight", 1, SAME},
    {"blk.%d.ffn_norm.bias", "blocks.%d.ln2.bias", 1, SAME},
    {"blk.%d.ffn_up.weight", "blocks.%d.mlp.0.weight", 1, SAME},
    {"blk.%d.ffn_up.bias", "blocks.%d.mlp.0.bias", 1, SAME},
    {"blk.%d.ffn_down.weight", "blocks.%d.mlp.2.weight", 1, SAME},
    {"blk.%d.ffn_down.bias", "blocks.%d.mlp.2.bias", 1, SAME},
    {"output_norm.weight", "ln_f.weight", 1, SAME},
    {"output_norm.bias", "ln_f.bias", 1, SAME},
    {"output.weight", "head.weight", 1, SAME},
    {0}};

static const name_row *const rows_of[] = {[LK_NAMING_ours] = ours,
                                          [LK_NAMING_gpt2] = gpt2,
                                          [LK_NAMING_nanogpt] = gpt2,
                                          [LK_NAMING_neox] = neox,
                                          [LK_NAMING_gguf] = gguf};

static int is_of_block(const name_row *r) {
  return strchr(r->ours, '%') != NULL;
}

static void name(char *to, size_t room, const char *form, int block) {
  int length = snprintf(to, room, form, block);
  assert(length > 0 && (size_t)length < room);
  (void)length;
}

/* How theirs is shaped: ours, but for what several make together, or transposed. */
static void shape_theirs(lk_named *n, const lk_parameter *ours_is, int parts) {
  lk_new_tensor *theirs = &n->theirs;
  int turns = n->layout == LK_LAYOUT_TRANSPOSED;
  n->columns = ours_is->rank == 1 ? 1 : ours_is->size[ours_is->rank - 1];
  n->rows = (uint64_t)parts * ours_is->count / n->columns;
  theirs->rank = ours_is->rank == 1 ? 1 : 2;
  theirs->size[0] = turns ? n->columns : n->rows;
  theirs->size[1] = turns ? n->rows : n->columns;
  theirs->count = n->rows * n->columns;
}

/* llama.cpp's gptneox has no tied head: the embedding, the table's first, stands there too.
 */
static int needs_head(const lk_parameters *table, const name_row *r, lk_naming naming) {
  return naming == LK_NAMING_gguf && table->shape.positions == LK_ROTARY_POSITIONS &&
         !strcmp(r->ours, "head.weight");
}

/* Nothing where the model has no such tensor. */
static int describe(lk_named *n, const lk_parameters *table, const name_row *r, int block,
                    lk_naming naming) {
  char own[sizeof n->first->name];
  int turns = r->layout == LK_LAYOUT_TRANSPOSED && naming == LK_NAMING_nanogpt;
  name(own, sizeof own, r->ours, block);
  const lk_parameter *first = lk_parameters_find(table, own);
  if (!first && needs_head(table, r, naming)) first = &table->list[0];
  if (!first) return 0;
  *n = (lk_named){.first = first,
                  .layout = turns ? LK_LAYOUT_SAME : r->layout,
                  .heads = (uint64_t)table->shape.heads};
  name(n->theirs.name, sizeof n->theirs.name, r->theirs, block);
  shape_theirs(n, n->first, r->parts);
  if (naming != LK_NAMING_ours) return 1;
  n->theirs.rank = n->first->rank;
  memcpy(n->theirs.size, n->first->size, sizeof n->first->size);
  return 1;
}

lk_status lk_names_list(lk_named **list, int *count, const lk_parameters *table,
                        lk_naming naming) {
  const name_row *rows = rows_of[naming];
  int layers = table->shape.layers;
  *count = 0;
  LK_TRY(LK_NEW(*list, (size_t)table->tensors + 1));
  for (int i = 0; rows[i].ours; i++) {
    int first = i; /* rows of a block stand together, and are repeated together */
    for (int block = 0; is_of_block(&rows[first]) && block < layers; block++)
      for (i = first; rows[i].ours && is_of_block(&rows[i]); i++)
        *count += describe(&(*list)[*count], table, &rows[i], block, naming);
    if (is_of_block(&rows[first]))
      i--;
    else
      *count += describe(&(*list)[*count], table, &rows[i], 0, naming);
  }
  assert(*count <= table->tensors + 1);
  return LK_OK;
}

/* Where the number at (i, j) of ours is among theirs. */
static size_t place_of(const lk_named *n, uint64_t i, uint64_t j) {
  uint64_t part = n->rows / 3, size = part / n->heads;
  if (n->layout == LK_LAYOUT_TRANSPOSED) return j * n->rows + i;
  if (n->layout == LK_LAYOUT_BY_HEAD)
    i = (i % part / size * 3 + i / part) * size + i % size;
  return i * n->columns + j;
}

void lk_names_give(const lk_named *named, const float *values, float *theirs) {
  const float *from = values + named->first->offset;
  for (uint64_t i = 0; i < named->rows; i++)
    for (uint64_t j = 0; j < named->columns; j++)
      theirs[place_of(named, i, j)] = *from++;
}

void lk_names_take(const lk_named *named, const float *theirs, float *values) {
  float *to = values + named->first->offset;
  for (uint64_t i = 0; i < named->rows; i++)
    for (uint64_t j = 0; j < named->columns; j++)
      *to++ = theirs[place_of(named, i, j)];
}
