#include "lockstep/share.h"
#include "lockstep/file.h"
#include "lockstep/run.h"
#include <assert.h>
#include <string.h>

/* What the other ranks need before they can make room. */
typedef struct {
  int present;
  lk_checkpoint_info info; /* its text pointer is rank 0's, and unused */
  uint64_t config_size, most_answer;
} header;

static lk_status make_room(lk_checkpoint **out, const header *head) {
  lk_checkpoint *c = NULL;
  LK_TRY(LK_NEW(c, 1));
  *out = c;
  c->info = head->info;
  c->info.config = NULL;
  c->trained.most_answer = head->most_answer;
  LK_TRY(LK_NEW(c->info.config, head->config_size + 1));
  return lk_parameters_create(&c->trained.table, &head->info.shape);
}

/* All ranks: fills the others' image, whose bytes they own too. */
static lk_status share_image(lk_world *world, lk_tokenizer_image *image) {
  lk_tokenizer_image head = *image;
  lk_status status = LK_OK;
  LK_TRY(lk_world_broadcast(world, &head, sizeof head));
  if (lk_world_rank(world) != 0) {
    *image = head;
    status = lk_allocate(&image->bytes, image->size, 1, "a tokenizer");
  }
  LK_TRY(lk_world_agree(world, status));
  return lk_world_broadcast(world, image->bytes, image->size);
}

static lk_status share_tokenizer(lk_world *world, lk_checkpoint *c) {
  int first = lk_world_rank(world) == 0;
  lk_tokenizer_image image = {.bytes = NULL};
  lk_status status = first ? lk_tokenizer_save(c->trained.tokenizer, &image) : LK_OK;
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = share_image(world, &image);
  if (status == LK_OK && !first)
    status = lk_tokenizer_restore(&c->trained.tokenizer, &image);
  lk_free(image.bytes);
  return lk_world_agree(world, status);
}

static lk_status share_content(lk_world *world, lk_checkpoint *c, const header *head) {
  LK_TRY(lk_world_broadcast(world, c->info.config, head->config_size + 1));
  return share_tokenizer(world, c);
}

lk_status lk_checkpoint_share(lk_world *world, lk_checkpoint **checkpoint) {
  header head = {0};
  lk_status status = LK_OK;
  if (*checkpoint) {
    const lk_checkpoint *c = *checkpoint;
    head = (header){1, c->info, strlen(c->info.config), c->trained.most_answer};
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

lk_status lk_checkpoint_distribute(lk_world *world, const lk_checkpoint *checkpoint,
                                   float *values, float *m, float *v) {
  float *const arrays[] = {values, m, v};
  lk_status status = LK_OK;
  assert(!m == !v);
  if (lk_world_rank(world) == 0) status = lk_checkpoint_fill(checkpoint, values, m, v);
  LK_TRY(lk_world_agree(world, status));
  for (int i = 0; i < 3; i++)
    if (arrays[i])
      LK_TRY(lk_world_broadcast(world, arrays[i],
                                checkpoint->trained.table->count * sizeof *values));
  return LK_OK;
}

lk_status lk_checkpoint_distribute_average(lk_world *world, const lk_checkpoint *checkpoint,
                                           float *average) {
  lk_status status = LK_OK;
  if (lk_world_rank(world) == 0) status = lk_checkpoint_fill_average(checkpoint, average);
  LK_TRY(lk_world_agree(world, status));
  return lk_world_broadcast(world, average,
                            checkpoint->trained.table->count * sizeof *average);
}

static lk_status open_model(const char *path, lk_checkpoint **checkpoint) {
  LK_TRY(lk_file_is_pipe(path)
             ? lk_checkpoint_open_pipe(checkpoint, path)
             : lk_run_explain(lk_checkpoint_open(checkpoint, path), path));
  lk_status status = lk_checkpoint_check(*checkpoint, 0);
  if (status == LK_OK) return LK_OK;
  lk_checkpoint_free(*checkpoint);
  *checkpoint = NULL;
  return status;
}

lk_status lk_checkpoint_open_shared(lk_world *world, const char *path,
                                    lk_checkpoint **checkpoint) {
  lk_status status = LK_OK;
  *checkpoint = NULL;
  if (lk_world_rank(world) == 0) status = open_model(path, checkpoint);
  LK_TRY(lk_world_agree(world, status));
  return lk_checkpoint_share(world, checkpoint);
}

static lk_status load_values(lk_world *world, const char *path, lk_checkpoint *c) {
  lk_trained *trained = &c->trained;
  LK_TRY(lk_world_agree(world, LK_NEW(trained->values, trained->table->count)));
  if (!c->info.has_average)
    return lk_checkpoint_distribute(world, c, trained->values, NULL, NULL);
  if (lk_world_rank(world) == 0)
    lk_say("%s: the running mean of its parameters is used (ema)", path);
  return lk_checkpoint_distribute_average(world, c, trained->values);
}

lk_status lk_trained_load(lk_world *world, const char *path, lk_trained *out) {
  lk_checkpoint *checkpoint;
  *out = (lk_trained){0};
  LK_TRY(lk_checkpoint_open_shared(world, path, &checkpoint));
  lk_status status = load_values(world, path, checkpoint);
  if (status == LK_OK) lk_checkpoint_release(checkpoint, out);
  lk_checkpoint_free(checkpoint);
  return status;
}
