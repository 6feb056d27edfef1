#include "lockstep/share.h"
#include "lockstep/file.h"
#include "lockstep/run.h"
#include <string.h>

/* What the other ranks need before they can make room. */
typedef struct {
  int present, has_moments, composes;
  lk_checkpoint_info info; /* its text pointer is rank 0's, and unused */
  uint64_t config_size;
} header;

static lk_status make_room(lk_checkpoint **out, const header *head) {
  lk_checkpoint *c = NULL;
  LK_TRY(LK_NEW(c, 1));
  *out = c;
  c->info = head->info;
  c->info.config = NULL;
  LK_TRY(LK_NEW(c->info.config, head->config_size + 1));
  LK_TRY(lk_parameters_create(&c->table, &head->info.shape));
  LK_TRY(LK_NEW(c->values, c->table->count));
  if (!head->has_moments) return LK_OK;
  LK_TRY(LK_NEW(c->m, c->table->count));
  return LK_NEW(c->v, c->table->count);
}

static lk_status share_vocabulary(lk_world *world, lk_checkpoint *c, int composes) {
  size_t size = (size_t)c->info.shape.vocabulary;
  uint32_t *table = NULL;
  LK_TRY(lk_world_agree(world, LK_NEW(table, size)));
  if (lk_world_rank(world) == 0)
    memcpy(table, lk_characters_table(c->tokenizer), size * sizeof *table);
  lk_status status = lk_world_broadcast(world, table, size * sizeof *table);
  if (status == LK_OK && lk_world_rank(world) != 0)
    status = lk_characters_restore(&c->tokenizer, table, size);
  if (status == LK_OK) lk_tokenizer_compose(c->tokenizer, composes);
  lk_free(table);
  return lk_world_agree(world, status);
}

static lk_status share_content(lk_world *world, lk_checkpoint *c, const header *head) {
  size_t bytes = c->table->count * sizeof *c->values;
  LK_TRY(lk_world_broadcast(world, c->info.config, head->config_size + 1));
  LK_TRY(lk_world_broadcast(world, c->values, bytes));
  if (head->has_moments) {
    LK_TRY(lk_world_broadcast(world, c->m, bytes));
    LK_TRY(lk_world_broadcast(world, c->v, bytes));
  }
  return share_vocabulary(world, c, head->composes);
}

lk_status lk_checkpoint_share(lk_world *world, lk_checkpoint **checkpoint) {
  header head = {0};
  lk_status status = LK_OK;
  if (*checkpoint) {
    const lk_checkpoint *c = *checkpoint;
    head = (header){1, c->m != NULL, lk_tokenizer_composes(c->tokenizer), c->info,
                    strlen(c->info.config)};
  }
  LK_TRY(lk_world_broadcast(world, &head, sizeof head));
  if (!head.present || lk_world_size(world) == 1) return LK_OK;
  if (lk_world_rank(world) != 0) status = make_room(checkpoint, &head);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = share_content(world, *checkpoint, &head);
  if (status != LK_OK && lk_world_rank(world) != 0) {
    lk_checkpoint_free(*checkpoint);
    *checkpoint = NULL;
  }
  return status;
}

static lk_status read_model(const char *path, lk_checkpoint **checkpoint) {
  LK_TRY(lk_file_is_pipe(path)
             ? lk_checkpoint_read_pipe(checkpoint, path)
             : lk_run_explain(lk_checkpoint_read(checkpoint, path, 0), path));
  lk_status status = lk_checkpoint_check(*checkpoint, path);
  if (status == LK_OK) return LK_OK;
  lk_checkpoint_free(*checkpoint);
  *checkpoint = NULL;
  return status;
}

lk_status lk_checkpoint_load(lk_world *world, const char *path,
                             lk_checkpoint **checkpoint) {
  lk_status status = LK_OK;
  *checkpoint = NULL;
  if (lk_world_rank(world) == 0) status = read_model(path, checkpoint);
  LK_TRY(lk_world_agree(world, status));
  return lk_checkpoint_share(world, checkpoint);
}
