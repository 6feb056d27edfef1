#define _GNU_SOURCE /* sched_getaffinity */
#include "lockstep/kernels.h"
#include <assert.h>
#include <sched.h>

static lk_kernels selected = LK_KERNELS_FAST;
static int used_threads = 1;

void lk_kernels_select(lk_kernels kernels) {
  selected = kernels;
}

int lk_kernels_are_reference(void) {
  return selected == LK_KERNELS_REFERENCE;
}

void lk_kernels_use_threads(int threads) {
  assert(threads > 0);
  used_threads = threads;
}

int lk_kernels_threads(void) {
  return used_threads;
}

/* The same three levels, and the same tests, as the loader's choice among LK_CLONES. */
const char *lk_kernels_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init(); /* it may be asked before the program's constructors run */
#ifndef LK_NO_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return "x86-64-v4 (AVX-512)";
#endif
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return "x86-64-v3 (AVX2)";
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64 (NEON)";
#else
  return "generic";
#endif
}

int lk_kernels_allowed_cores(void) {
  cpu_set_t mask;
  /* fails on machines of over 1,024 cores only: no limit is known there */
  return sched_getaffinity(0, sizeof mask, &mask) ? CPU_SETSIZE : CPU_COUNT(&mask);
}
