/* A BPE of what prepare would make documents of: their pieces are counted by threads, a
 * part each, and put together in the order of the parts. */
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "prepare/merge.h"
#include "prepare/spool.h"
#include "prepare/work.h"
#include <assert.h>
#include <pthread.h>
#include <string.h>

/* What the threads share. */
typedef struct {
  const lk_prepare_plan *plan;
  const lk_merge *merge;
  const lk_bpe_training *how;
  lk_piece_counts *all;
  lk_progress progress;
  uint64_t next, turn; /* the part that is taken next; the one that is put to the others */
  lk_status status;
  char *message; /* of the first failure; owned */
  pthread_mutex_t lock;
  pthread_cond_t turned;
} counting;

static lk_status count_documents(const counting *c, uint64_t part, lk_spool *spool,
                                 lk_piece_counts *to) {
  lk_near_signature signature;
  lk_spool_head head;
  const char *text;
  int there;
  for (uint64_t number = c->merge->first[part];; number++) {
    LK_TRY(lk_prepare_go_on());
    LK_TRY(lk_spool_next(spool, &head, &signature, &there));
    if (!there) return LK_OK;
    if (lk_merge_is_dropped(c->merge, number)) continue;
    LK_TRY(lk_spool_text(spool, &text));
    LK_TRY(lk_piece_counts_add_text(to, text, head.size));
  }
}

static lk_status count_part(const counting *c, uint64_t part, lk_piece_counts **out) {
  char path[PATH_MAX];
  lk_spool *spool;
  LK_TRY(lk_piece_counts_create(out, &c->how->pattern, c->how->most_pieces));
  lk_prepare_part_path(c->plan, part, path);
  LK_TRY(lk_spool_open(&spool, path));
  lk_status status = count_documents(c, part, spool, *out);
  lk_spool_close(spool);
  return status;
}

/* Waits until all parts before it are there. */
static void put(counting *c, uint64_t part, lk_status status, const lk_piece_counts *more) {
  pthread_mutex_lock(&c->lock);
  while (c->turn != part)
    pthread_cond_wait(&c->turned, &c->lock);
  if (c->status == LK_OK && status == LK_OK) status = lk_piece_counts_take(c->all, more);
  if (c->status == LK_OK && status != LK_OK) {
    c->status = status;
    if (lk_copy_text(&c->message, lk_message()) != LK_OK) c->message = NULL;
  }
  lk_progress_show(&c->progress, ++c->turn);
  pthread_cond_broadcast(&c->turned);
  pthread_mutex_unlock(&c->lock);
}

/* The number of a part that nobody has; the number of parts when there is none. */
static uint64_t take_part(counting *c) {
  pthread_mutex_lock(&c->lock);
  uint64_t part =
      c->status == LK_OK && c->next < c->plan->count ? c->next++ : c->plan->count;
  pthread_mutex_unlock(&c->lock);
  return part;
}

static void *run(void *argument) {
  counting *c = argument;
  for (uint64_t part; (part = take_part(c)) < c->plan->count;) {
    lk_piece_counts *counts = NULL;
    lk_status status = count_part(c, part, &counts);
    put(c, part, status, counts);
    lk_piece_counts_free(counts);
  }
  return NULL;
}

static void *run_apart(void *argument) {
  run(argument);
  lk_message_forget();
  return NULL;
}

/* This thread is one of them; fewer than asked for do the same work. */
static lk_status count_parts(counting *c) {
  size_t others = (size_t)c->plan->options->dump.threads - 1, started = 0;
  pthread_t *threads;
  LK_TRY(LK_NEW(threads, others));
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->turned, NULL);
  while (started < others && !pthread_create(&threads[started], NULL, run_apart, c))
    started++;
  run(c);
  for (size_t i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&c->lock);
  pthread_cond_destroy(&c->turned);
  lk_free(threads);
  if (c->status != LK_OK)
    lk_fail(c->status, "%s", c->message ? c->message : "out of memory for a message");
  lk_free(c->message);
  return c->status;
}

static lk_status count_and_train(const lk_prepare_plan *plan, const lk_merge *merge,
                                 const lk_bpe_training *how, lk_tokenizer **out) {
  counting c = {.plan = plan, .merge = merge, .how = how};
  LK_TRY(lk_piece_counts_create(&c.all, &how->pattern, how->most_pieces));
  lk_progress_begin(&c.progress, "parts", plan->count, "counting pieces");
  lk_status status = count_parts(&c);
  lk_progress_end(&c.progress);
  if (status == LK_OK && lk_piece_counts_pruned(c.all))
    lk_say("there are more than %zu pieces, as --pattern cuts texts; of the rarest some do "
           "not count",
           how->most_pieces);
  if (status == LK_OK)
    status = lk_bpe_train(out, c.all, how->size, lk_prepare_composes(plan));
  lk_piece_counts_free(c.all);
  return status;
}

static lk_status train(const lk_prepare_plan *plan, const lk_bpe_training *how,
                       lk_tokenizer **out, lk_prepare_report *report) {
  lk_merge merge;
  lk_status status = lk_merge_survey(&merge, plan, report);
  if (status == LK_OK) status = count_and_train(plan, &merge, how, out);
  lk_merge_free(&merge);
  return status;
}

lk_status lk_prepare_train(lk_world *world, const lk_inputs *inputs, const char *output,
                           const lk_prepare_options *options, const lk_bpe_training *how,
                           lk_tokenizer **out) {
  lk_prepare_plan plan;
  lk_prepare_report report = {.inputs = 0};
  int first = lk_world_rank(world) == 0;
  *out = NULL;
  lk_status status = lk_prepare_plan_make(world, &plan, inputs, output, options);
  if (status == LK_OK) {
    status = lk_prepare_parts(world, &plan);
    if (status == LK_OK)
      status = lk_world_agree(world, first ? train(&plan, how, out, &report) : LK_OK);
    if (first) lk_prepare_end(&plan, status);
  }
  lk_prepare_plan_free(&plan);
  return status;
}
