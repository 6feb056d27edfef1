#include "nn/blas_memory.h"
#include "lockstep/memory.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* OpenBLAS's BUFFER_SIZE for x86-64 and ARM64, and what malloc, its second try, adds. */
static const size_t buffer_bytes = (32u << 22) + (1u << 16);
enum { PATIENCE = 10 }; /* seconds of processor time */

static size_t stack_bytes(void) {
  pthread_attr_t attributes;
  size_t bytes = 0;
  pthread_attr_init(&attributes);
  pthread_attr_getstacksize(&attributes, &bytes);
  pthread_attr_destroy(&attributes);
  return bytes;
}

static void *wait_for_release(void *gate) {
  pthread_mutex_lock(gate);
  pthread_mutex_unlock(gate);
  return NULL;
}

/* All at once, as OpenBLAS has them. */
static lk_status check_threads(int threads) {
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_t *started = NULL;
  int count = 0, error = 0;
  LK_TRY(LK_NEW(started, (size_t)threads));
  pthread_mutex_lock(&gate);
  while (count < threads && !error) {
    error = pthread_create(&started[count], NULL, wait_for_release, &gate);
    count += !error;
  }
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < count; i++)
    pthread_join(started[i], NULL);
  lk_free(started);
  if (!error) return LK_OK;
  return lk_fail(
      LK_INTERNAL,
      "of %d threads for matrix products only %d could be started: %s; raise the "
      "limits of processes and memory (ulimit -u, ulimit -v), or lower threads=",
      threads, count, strerror(error));
}

lk_status lk_blas_check_room(int threads) {
  size_t others = (size_t)(threads - 1);
  LK_TRY(lk_memory_check((size_t)threads * buffer_bytes + others * stack_bytes(),
                         "matrix products"));
  return threads > 1 ? check_threads(threads - 1) : LK_OK;
}

/* OpenBLAS is in a loop that nothing else ends. */
static void give_up(int number) {
  static const char text[] =
      "lockstep: OpenBLAS finds no memory for matrix products; raise the limit (ulimit -v, "
      "or the batch system's), or lower threads=\n";
  (void)number;
  _exit(write(STDERR_FILENO, text, sizeof text - 1) < 0 ? LK_IO : LK_INTERNAL);
}

/* Processor time, so that neither a busy machine nor a stopped process looks like a loop.
 */
static void set_timer(int seconds) {
  struct itimerval timer = {.it_value = {.tv_sec = seconds}};
  setitimer(ITIMER_PROF, &timer, NULL);
}

void lk_blas_watch(void) {
  signal(SIGPROF, give_up);
  set_timer(PATIENCE);
}

void lk_blas_unwatch(void) {
  set_timer(0);
  signal(SIGPROF, SIG_DFL);
}
