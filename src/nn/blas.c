#include "lockstep/kernels.h"
#include "nn/blas_memory.h"
#include "nn/onednn.h"
#include <assert.h>
#include <cblas.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* OpenBLAS's name for the kernels of an instruction set; NULL leaves the choice to
 * OpenBLAS. */
static const char *core_type(void) {
  const char *name = lk_kernels_instruction_set();
  if (!strncmp(name, "x86-64-v4", 9)) return "SKYLAKEX";
  if (!strncmp(name, "x86-64-v3", 9)) return "HASWELL";
  return NULL;
}

/* Nonzero when the variable was missing and is set now. */
static int set_if_missing(const char *name, const char *value) {
  return value && !getenv(name) && !setenv(name, value, 0);
}

/* Its own path, so that ps goes on showing its name. */
static void start_anew(char **argv) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  execv(program, argv);
}

/* OpenBLAS has threads of its own, and all others are OpenMP's. Those that have nothing to
 * do look for work for a while, on the cores that the others compute on: here only as long
 * as the next kernel is near, and 2 to the 14th ticks. */
static int let_idle_threads_sleep(void) {
  int changed = set_if_missing("OPENBLAS_THREAD_TIMEOUT", "14");
  changed |= set_if_missing("OMP_WAIT_POLICY", "passive");
  return changed | set_if_missing("GOMP_SPINCOUNT", "1000");
}

lk_status lk_blas_prepare(char **argv) {
  int changed = set_if_missing("OPENBLAS_CORETYPE", core_type());
  changed |= set_if_missing("OPENBLAS_NUM_THREADS", "1");
  changed |= let_idle_threads_sleep();
  if (changed) start_anew(argv);
  LK_TRY(lk_blas_check_room(1));
  lk_blas_watch();
  return LK_OK;
}

void lk_blas_loaded(void) {
  lk_blas_unwatch();
}

/* Large enough for no shortcut without a buffer, and for all threads. */
static void multiply_once(void) {
  enum { N = 160 };
  static const float a[N * N];
  static float c[N * N];
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, a, N, a, N, 0, c, N);
}

static int reserved; /* threads that have their memory */

lk_status lk_blas_set_threads(int threads) {
  assert(threads > 0);
  if (threads > reserved) LK_TRY(lk_blas_check_room(threads - reserved));
  lk_blas_watch();
  openblas_set_num_threads(threads);
  lk_onednn_set_threads(threads);
  lk_kernels_use_threads(threads);
  multiply_once();
  lk_blas_unwatch();
  if (threads > reserved) reserved = threads;
  return LK_OK;
}

lk_status lk_blas_reserve(void) {
  return reserved ? LK_OK : lk_blas_set_threads(openblas_get_num_threads());
}

const char *lk_blas_description(void) {
  static char text[128];
  char name[32] = "OpenBLAS", version[32] = "";
  sscanf(openblas_get_config(), "%31s %31s", name, version);
  snprintf(text, sizeof text, "%s %s %.48s", name, version, openblas_get_corename());
  return text;
}
