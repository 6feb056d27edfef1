#include "train/writer.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/* The groups that it takes: none of local steps. */
enum { COPIES = LK_GROUP_AVERAGE + 1 };

struct lk_checkpoint_writer {
  size_t count;
  float *copies[COPIES];    /* (count) each, owned; the running mean's may be NULL */
  lk_checkpoint checkpoint; /* of the copies */
  lk_run *run;              /* not owned */
  pthread_t thread;         /* while it is under way, if is_thread */
  int is_under_way, is_thread;
  atomic_int has_ended;
  lk_status status; /* once it has: its outcome … */
  char *message;    /* … and the message, owned */
  double took;      /* … and its seconds */
  uint64_t step;
  double seconds; /* of the one waited for last */
};

uint64_t lk_writer_bytes(uint64_t count, int with_average) {
  return (with_average ? COPIES : COPIES - 1) * count * sizeof(float);
}

lk_status lk_writer_create(lk_checkpoint_writer **out, size_t count, int with_average) {
  lk_checkpoint_writer *w = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(w, 1));
  w->count = count;
  lk_status status = LK_OK;
  for (int group = 0; group < COPIES && status == LK_OK; group++)
    if (group != LK_GROUP_AVERAGE || with_average)
      status = lk_allocate((void **)&w->copies[group], count, sizeof(float),
                           "a copy to write checkpoints from (checkpoint_write=beside)");
  if (status == LK_OK)
    *out = w;
  else
    lk_writer_free(w);
  return status;
}

void lk_writer_free(lk_checkpoint_writer *writer) {
  if (!writer) return;
  lk_writer_wait(writer);
  lk_checkpoint_info_clear(&writer->checkpoint.info);
  for (int group = 0; group < COPIES; group++)
    lk_free(writer->copies[group]);
  lk_free(writer);
}

float *lk_writer_room(lk_checkpoint_writer *writer, lk_group group) {
  assert(!writer->is_under_way && (int)group < COPIES);
  return writer->copies[group];
}

/* What is not in memory has been put there already. */
static float *copy_group(lk_checkpoint_writer *w, lk_group group, const float *from) {
  float *to = w->copies[group];
  assert(to || !from);
  if (from) memcpy(to, from, w->count * sizeof *to);
  return to;
}

void lk_writer_copy(lk_checkpoint_writer *writer, const lk_checkpoint *checkpoint) {
  lk_checkpoint *c = &writer->checkpoint;
  assert(!writer->is_under_way && checkpoint->trained.table->count == writer->count);
  lk_checkpoint_info_clear(&c->info);
  *c = *checkpoint;
  c->trained.values = copy_group(writer, LK_GROUP_MODEL, checkpoint->trained.values);
  c->m = copy_group(writer, LK_GROUP_M, checkpoint->m);
  c->v = copy_group(writer, LK_GROUP_V, checkpoint->v);
  c->average = copy_group(writer, LK_GROUP_AVERAGE, checkpoint->average);
}

/* A message that there is no memory for is lost; its status is not. */
static void save(lk_checkpoint_writer *w) {
  double start = lk_clock();
  w->status = lk_run_save(w->run, &w->checkpoint);
  if (w->status != LK_OK) lk_copy_text(&w->message, lk_message());
  w->took = lk_clock() - start;
  atomic_store(&w->has_ended, 1);
}

/* How far the writing is would be shown over how far training is: what is within other work
 * is not. */
static void *save_beside(void *writer) {
  lk_progress whole;
  lk_progress_begin(&whole, NULL, 0, "writing a checkpoint");
  save(writer);
  lk_progress_end(&whole);
  lk_message_forget();
  return NULL;
}

/* Signals are the training thread's. */
static int start_thread(lk_checkpoint_writer *w) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&w->thread, NULL, save_beside, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return !error;
}

void lk_writer_start(lk_checkpoint_writer *writer, lk_run *run) {
  lk_checkpoint_writer *w = writer;
  assert(run && !w->is_under_way && !w->message);
  w->run = run;
  w->step = w->checkpoint.info.step;
  w->is_under_way = 1;
  atomic_store(&w->has_ended, 0);
  w->is_thread = start_thread(w);
  if (!w->is_thread) save(w);
}

int lk_writer_is_under_way(const lk_checkpoint_writer *writer) {
  return writer->is_under_way;
}

int lk_writer_has_ended(const lk_checkpoint_writer *writer) {
  return writer->is_under_way && atomic_load(&writer->has_ended);
}

int lk_writer_has_failed(const lk_checkpoint_writer *writer) {
  return writer && lk_writer_has_ended(writer) && writer->status != LK_OK &&
         writer->status != LK_IO;
}

lk_status lk_writer_wait(lk_checkpoint_writer *writer) {
  lk_checkpoint_writer *w = writer;
  if (!w->is_under_way) return LK_OK;
  if (w->is_thread) pthread_join(w->thread, NULL);
  assert(atomic_load(&w->has_ended));
  w->is_under_way = 0;
  w->seconds = w->took;
  if (w->status != LK_OK) lk_fail(w->status, "%s", w->message ? w->message : "no memory");
  lk_free(w->message);
  w->message = NULL;
  return w->status;
}

uint64_t lk_writer_step(const lk_checkpoint_writer *writer) {
  return writer->step;
}

double lk_writer_seconds(const lk_checkpoint_writer *writer) {
  return writer->seconds;
}
