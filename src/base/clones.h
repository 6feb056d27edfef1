/* One binary for a mixed cluster: a function marked LK_CLONES is compiled for AVX-512, AVX2
 * and plain x86-64, and the loader picks the best for the machine it starts on. */
#ifndef LOCKSTEP_BASE_CLONES_H
#define LOCKSTEP_BASE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                     \
    !defined(LK_NO_CLONES)
#define LK_CLONES                                                                          \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LK_CLONES
#endif

/* A helper that is compiled into each clone of its callers. */
#define LK_INLINE static inline __attribute__((always_inline))

#endif
