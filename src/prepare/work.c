#include "prepare/work.h"
#include "base/ascii.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "lockstep/signals.h"
#include "lockstep/text.h"
#include "prepare/page.h"
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { NEIGHBOURS = 4 };

/* What the threads of a rank share. */
typedef struct {
  const lk_prepare_plan *plan;
  lk_dump_options options; /* of a thread */
  int rank, ranks;
  atomic_uint_fast64_t next, bytes; /* the next part to look at; worked off */
  atomic_int is_failed;
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int running;
  uint64_t failed; /* the first part that failed, */
  lk_status status;
  char *message; /* and why; owned */
} team;

/* A thread: the input that it reads parts of, and what it counts. */
typedef struct {
  team *team;
  uint64_t input; /* UINT64_MAX: none yet */
  lk_dump *whole;
  lk_page_maker maker;
  uint64_t *counts;                /* [LK_SPOOL_CODE_POINTS] of the part, without … */
  uint64_t ascii[NEIGHBOURS][128]; /* … these */
} worker;

/* A count waits for the one before it where both are of one character: neighbours have
 * counts of their own. */
static void count_ascii(uint64_t counts[NEIGHBOURS][128], const char *text, size_t size) {
  size_t at = 0;
  for (; at + NEIGHBOURS <= size; at += NEIGHBOURS)
    for (size_t i = 0; i < NEIGHBOURS; i++)
      counts[i][(unsigned char)text[at + i]]++;
  for (; at < size; at++)
    counts[0][(unsigned char)text[at]]++;
}

static void count_characters(worker *w, const char *text, size_t size) {
  for (size_t at = 0; at < size;) {
    uint32_t code_point = 0;
    size_t run = lk_ascii_run(text + at, size - at);
    count_ascii(w->ascii, text + at, run);
    at += run;
    if (at == size) break;
    int length = lk_text_next(text + at, size - at, &code_point);
    w->counts[code_point]++;
    at += length ? (size_t)length : 1;
  }
}

static void add_ascii(worker *w) {
  for (size_t i = 0; i < NEIGHBOURS; i++)
    for (size_t c = 0; c < 128; c++)
      w->counts[c] += w->ascii[i][c];
}

static lk_status add_page(worker *w, lk_spool *spool, lk_spool_facts *facts,
                          const lk_dump_page *page) {
  lk_prepare_step step;
  LK_TRY(lk_page_make(&w->maker, page, facts, &step));
  if (step != LK_PREPARE_KEPT) return LK_OK;
  count_characters(w, w->maker.text.bytes, w->maker.text.size);
  return lk_spool_add(spool, &w->maker.head,
                      w->maker.head.has_signature ? &w->maker.signature : NULL,
                      w->maker.text.bytes);
}

static void tell_progress(worker *w, const lk_dump *dump, uint64_t *told) {
  uint64_t used = lk_dump_used(dump);
  if (used > *told) atomic_fetch_add(&w->team->bytes, used - *told);
  if (used > *told) *told = used;
}

/* All pages of a dump, of which `page` is the first. */
static lk_status add_pages(worker *w, lk_spool *spool, lk_spool_facts *facts, lk_dump *dump,
                           const lk_dump_page *page) {
  uint64_t told = lk_dump_used(dump);
  while (page) {
    if (atomic_load(&w->team->is_failed)) return LK_STOPPED;
    LK_TRY(add_page(w, spool, facts, page));
    tell_progress(w, dump, &told);
    LK_TRY(lk_dump_next(dump, &page));
  }
  facts->left_out = lk_dump_left_out(dump);
  facts->lines = lk_dump_lines(dump);
  facts->ends_within_line = facts->lines && !lk_dump_ended_line(dump);
  return LK_OK;
}

/* Another input: the site that its first page shows, and the makers for its pages. */
static lk_status open_input(worker *w, uint64_t input, const lk_dump_page **first) {
  const lk_prepare_plan *plan = w->team->plan;
  const char *path = plan->inputs->paths[input];
  lk_page_maker_close(&w->maker);
  if (w->whole != plan->piped) lk_dump_close(w->whole);
  w->whole = NULL;
  w->input = input;
  if (lk_file_is_pipe(path))
    w->whole = plan->piped;
  else
    LK_TRY(lk_inputs_open(plan->inputs, input, &w->team->options, &w->whole));
  LK_TRY(lk_dump_next(w->whole, first));
  return lk_page_maker_open(&w->maker, w->whole, path, plan->options,
                            lk_prepare_composes(plan), plan->templates);
}

static lk_status read_part(worker *w, const lk_prepare_part *part, lk_spool *spool,
                           lk_spool_facts *facts) {
  const lk_dump_page *page = NULL;
  lk_dump *dump;
  if (part->input != w->input || part->is_whole) LK_TRY(open_input(w, part->input, &page));
  if (!part->part.first)
    lk_prepare_say_project(w->whole, w->team->plan->inputs->paths[part->input]);
  if (part->is_whole) return add_pages(w, spool, facts, w->whole, page);
  LK_TRY(lk_dump_open_part(&dump, w->team->plan->inputs->paths[part->input],
                           &w->team->options, w->whole, part->part));
  lk_status status = lk_dump_next(dump, &page);
  if (status == LK_OK) status = add_pages(w, spool, facts, dump, page);
  lk_dump_close(dump);
  return status;
}

static lk_status make_part(worker *w, uint64_t number, const char *path) {
  lk_spool_facts facts = {0};
  lk_spool *spool;
  memset(w->counts, 0, LK_SPOOL_CODE_POINTS * sizeof *w->counts);
  memset(w->ascii, 0, sizeof w->ascii);
  LK_TRY(lk_spool_create(&spool, path));
  lk_status status = read_part(w, &w->team->plan->parts[number], spool, &facts);
  add_ascii(w);
  if (status == LK_OK) return lk_spool_finish(spool, &facts, w->counts);
  lk_spool_discard(spool);
  return status;
}

/* The first part in order is the one whose failure is told. */
static void fail(team *t, uint64_t number, lk_status status) {
  int is_stopped = status == LK_STOPPED && atomic_load(&t->is_failed);
  atomic_store(&t->is_failed, 1);
  pthread_mutex_lock(&t->lock);
  if (!is_stopped && (t->status == LK_OK || number < t->failed)) {
    lk_free(t->message);
    t->message = NULL;
    t->failed = number;
    t->status = status;
    if (lk_copy_text(&t->message, lk_message()) != LK_OK) t->message = NULL;
  }
  pthread_mutex_unlock(&t->lock);
}

static int is_mine(const team *t, uint64_t number) {
  const lk_prepare_part *part = &t->plan->parts[number];
  if (lk_file_is_pipe(t->plan->inputs->paths[part->input])) return t->rank == 0;
  return number % (uint64_t)t->ranks == (uint64_t)t->rank;
}

/* What a stopped command left may have changed since. */
static int is_done(const char *path) {
  if (!lk_file_is_plain(path)) return 0;
  if (lk_spool_check(path) == LK_OK) return 1;
  lk_say("%s: is damaged or cannot be read; it is made again", path);
  return 0;
}

static void work_off(worker *w) {
  team *t = w->team;
  char path[PATH_MAX];
  while (!atomic_load(&t->is_failed)) {
    uint64_t number = atomic_fetch_add(&t->next, 1);
    if (number >= t->plan->count) return;
    if (!is_mine(t, number)) continue;
    lk_prepare_part_path(t->plan, number, path);
    lk_status status = lk_prepare_go_on();
    if (status == LK_OK && !is_done(path)) status = make_part(w, number, path);
    if (status != LK_OK) fail(t, number, status);
  }
}

static void *run(void *argument) {
  team *t = argument;
  worker w = {.team = t, .input = UINT64_MAX};
  lk_status status = LK_NEW(w.counts, LK_SPOOL_CODE_POINTS);
  if (status == LK_OK)
    work_off(&w);
  else
    fail(t, 0, status);
  lk_page_maker_close(&w.maker);
  if (w.whole != t->plan->piped) lk_dump_close(w.whole);
  lk_free(w.counts);
  lk_message_forget();
  pthread_mutex_lock(&t->lock);
  t->running--;
  pthread_cond_signal(&t->ended);
  pthread_mutex_unlock(&t->lock);
  return NULL;
}

/* Waits for the threads, and tells how far they are. */
static void watch(team *t) {
  lk_progress progress;
  lk_progress_begin(&progress, NULL, t->plan->bytes, "preparing");
  pthread_mutex_lock(&t->lock);
  while (t->running) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200 * 1000000;
    if (until.tv_nsec >= 1000000000) until = (struct timespec){until.tv_sec + 1, 0};
    pthread_cond_timedwait(&t->ended, &t->lock, &until);
    lk_progress_show(&progress, (uint64_t)t->ranks * atomic_load(&t->bytes));
  }
  pthread_mutex_unlock(&t->lock);
  lk_progress_end(&progress);
}

/* Signals go to the thread that waits. */
static int start(team *t, pthread_t *threads, int count) {
  sigset_t all, before;
  int started = 0, failed = 0;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  t->running = count;
  while (started < count && !failed) {
    failed = pthread_create(&threads[started], NULL, run, t);
    started += !failed;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!failed) return started;
  lk_fail(LK_INTERNAL, "cannot start a thread: %s; use fewer threads", strerror(failed));
  fail(t, 0, LK_INTERNAL);
  pthread_mutex_lock(&t->lock);
  t->running -= count - started;
  pthread_mutex_unlock(&t->lock);
  return started;
}

static uint64_t count_mine(const team *t) {
  uint64_t mine = 0;
  for (uint64_t k = 0; k < t->plan->count; k++)
    mine += is_mine(t, k) != 0;
  return mine;
}

/* Few parts have several threads each, which unpack them. */
static int divide(team *t, int threads) {
  uint64_t mine = count_mine(t);
  if (mine >= (uint64_t)threads) return threads;
  t->options.threads = mine ? threads / (int)mine : 1;
  return mine ? (int)mine : 1;
}

static lk_status judge(team *t) {
  lk_status status = t->status;
  if (status != LK_OK)
    lk_fail(status, "%s", t->message ? t->message : "out of memory for a message");
  lk_free(t->message);
  return status;
}

lk_status lk_prepare_work(const lk_prepare_plan *plan, int rank, int ranks) {
  team t = {.plan = plan, .options = plan->options->dump, .rank = rank, .ranks = ranks};
  pthread_t *threads;
  t.options.threads = 1;
  int count = divide(&t, plan->options->dump.threads);
  LK_TRY(LK_NEW(threads, (size_t)count));
  pthread_mutex_init(&t.lock, NULL);
  pthread_cond_init(&t.ended, NULL);
  int started = start(&t, threads, count);
  watch(&t);
  for (int i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&t.lock);
  pthread_cond_destroy(&t.ended);
  lk_free(threads);
  return judge(&t);
}
