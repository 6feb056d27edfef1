/* Kernels on several threads: their work is cut into chunks, and what comes out of a chunk
 * is the same whoever works on it. The threads are OpenMP's; without it there is one. */
#ifndef LOCKSTEP_BASE_CHUNKS_H
#define LOCKSTEP_BASE_CHUNKS_H

#include "base/clones.h"
#include "lockstep/kernels.h"
#include <stddef.h>

/* Before `for (int i = 0; i < chunks; i++)`: its turns are shared out among the threads. */
#ifdef _OPENMP
#include <omp.h>
#define LK_PRAGMA(text) _Pragma(#text)
#define LK_PARALLEL(chunks)                                                                \
  LK_PRAGMA(omp parallel for schedule(dynamic, 1) num_threads(lk_kernels_threads())        \
                if (chunks > 1))
/* Which of the threads: from 0 on. */
LK_INLINE int lk_this_thread(void) {
  return omp_get_thread_num();
}
#else
#define LK_PARALLEL(chunks)
LK_INLINE int lk_this_thread(void) {
  return 0;
}
#endif

/* Elements, or rows, that a chunk has a multiple of: whole vectors, and worth a thread. */
enum { LK_GRAIN = 4096, LK_ROWS_GRAIN = 8 };

typedef struct {
  size_t first, count;
} lk_chunk;

/* Chunks of `count` items, at least `grain` in each: at most one a thread, at least one. */
LK_INLINE int lk_chunks(size_t count, size_t grain) {
  size_t threads = (size_t)lk_kernels_threads(), most = count / grain;
  return most < 1 ? 1 : (int)(most < threads ? most : threads);
}

/* The i-th of them; each but the last is a multiple of `grain`. */
LK_INLINE lk_chunk lk_chunk_of(int i, int chunks, size_t count, size_t grain) {
  size_t grains = count / grain, n = (size_t)chunks;
  size_t first = grains * (size_t)i / n * grain;
  size_t end = i + 1 == chunks ? count : grains * ((size_t)i + 1) / n * grain;
  return (lk_chunk){first, end - first};
}

#endif
