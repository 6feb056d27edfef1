/* ranks.csv: how the ranks of a run stand, written anew every few seconds by a thread, for
 * the one that trains may be waiting for a rank that is lost, and the watchdog's may not
 * wait for a file. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/watchdog.h"
#include "train/training.h"
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVERY = 5 /* seconds */ };

struct lk_rank_table {
  lk_watchdog *watchdog; /* not owned */
  char path[PATH_MAX];
  lk_rank_state *states; /* (ranks), owned */
  int ranks;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int is_ending;
};

static void print(const lk_rank_table *t, FILE *to) {
  fputs("rank,state,step,silent_seconds,waited_seconds,host,phase\n", to);
  for (int r = 0; r < t->ranks; r++) {
    const lk_rank_state *s = &t->states[r];
    fprintf(to, "%d,%s,%llu,%.1f,%.1f,%s,%s\n", r, lk_rank_condition_name(s->condition),
            (unsigned long long)s->step, s->silent, s->waited, s->host, s->phase);
  }
}

/* It is only looked at: what cannot be written is missing there. */
static void write_table(lk_rank_table *t) {
  char *text = NULL;
  size_t size;
  if (!lk_watchdog_ranks(t->watchdog, t->states, t->ranks)) return;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return;
  print(t, memory);
  if (!fclose(memory) && lk_file_replace(t->path, text, size) != LK_OK) lk_message_forget();
  free(text);
}

static void *run(void *argument) {
  lk_rank_table *t = argument;
  pthread_mutex_lock(&t->lock);
  while (!t->is_ending) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EVERY;
    if (!pthread_cond_timedwait(&t->ended, &t->lock, &until)) continue;
    pthread_mutex_unlock(&t->lock);
    write_table(t);
    pthread_mutex_lock(&t->lock);
  }
  pthread_mutex_unlock(&t->lock);
  lk_message_forget();
  return NULL;
}

/* Signals are for the thread that trains. */
static int start(lk_rank_table *t) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->ended, NULL);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&t->thread, NULL, run, t);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed;
}

static void release(lk_rank_table *t) {
  pthread_cond_destroy(&t->ended);
  pthread_mutex_destroy(&t->lock);
  lk_free(t->states);
  lk_free(t);
}

/* Rank 0. A run alone has nobody to wait for. */
static lk_status open_table(lk_training *training) {
  lk_rank_table *t;
  LK_TRY(LK_NEW(t, 1));
  t->watchdog = lk_world_watchdog(training->world);
  t->ranks = lk_world_size(training->world);
  snprintf(t->path, sizeof t->path, "%s/ranks.csv", training->config->run);
  lk_status status = LK_NEW(t->states, (size_t)t->ranks);
  if (status == LK_OK && !start(t)) {
    training->ranks = t;
    return LK_OK;
  }
  release(t);
  return status;
}

static lk_status begin(lk_training *t) {
  int wanted = t->run && lk_world_size(t->world) > 1 && lk_world_watchdog(t->world);
  return lk_world_agree(t->world, wanted ? open_table(t) : LK_OK);
}

static void end(lk_training *training, lk_status status) {
  lk_rank_table *t = training->ranks;
  (void)status;
  if (!t) return;
  pthread_mutex_lock(&t->lock);
  assert(!t->is_ending);
  t->is_ending = 1;
  pthread_cond_signal(&t->ended);
  pthread_mutex_unlock(&t->lock);
  pthread_join(t->thread, NULL);
  write_table(t);
  release(t);
  training->ranks = NULL;
}

const lk_hook lk_hook_ranks = {.begin = begin, .end = end};
