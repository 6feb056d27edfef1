/* One binary for a mixed cluster: a function marked LK_CLONES is compiled for AVX-512, AVX2
 * and plain x86-64, and the loader picks the best for the machine it starts on. */
#ifndef LOCKSTEP_BASE_CLONES_H
#define LOCKSTEP_BASE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                     \
    !defined(LK_NO_CLONES)
#define LK_HAVE_CLONES 1
#ifdef LK_NO_AVX512 /* to see what machines without it get */
#define LK_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define LK_CLONES                                                                          \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#else
#define LK_HAVE_CLONES 0
#define LK_CLONES
#endif

/* A helper that is compiled into each clone of its callers. */
#define LK_INLINE static inline __attribute__((always_inline))

/* The same by hand, for functions that differ in how they use the registers: each is
 * called where lk_vector_bytes is 64, 32 or 16. */
#if LK_HAVE_CLONES
#define LK_WITH_64_BYTES __attribute__((target("arch=x86-64-v4")))
#define LK_WITH_32_BYTES __attribute__((target("arch=x86-64-v3")))
#else
#define LK_WITH_64_BYTES
#define LK_WITH_32_BYTES
#endif

/* Bytes of the largest vector of the clones that run on this machine. */
static inline int lk_vector_bytes(void) {
#if LK_HAVE_CLONES
#ifndef LK_NO_AVX512
  if (__builtin_cpu_supports("x86-64-v4")) return 64;
#endif
  return __builtin_cpu_supports("x86-64-v3") ? 32 : 16;
#elif defined(__AVX512F__)
  return 64;
#elif defined(__AVX__)
  return 32;
#else
  return 16;
#endif
}

#endif
