#include "lockstep/memory.h"
#include "lockstep/types.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static _Atomic uint64_t made, alive, held; /* by any thread; held: bytes */

/* calloc leaves a large buffer's pages untouched until they are used, so that room for the
 * longest possible batch costs no memory. The start that free() needs and the size stand
 * just before the buffer. */
lk_status lk_allocate(void **pointer, size_t count, size_t size, const char *what) {
  size_t bytes;
  *pointer = NULL;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - 2 * LK_ALIGNMENT)
    return lk_fail(LK_INTERNAL,
                   "%s%s%zu elements of %zu bytes are more than memory can address", what,
                   *what ? ": " : "", count, size);
  char *start = calloc(1, bytes + 2 * LK_ALIGNMENT);
  if (!start)
    return lk_fail(
        LK_INTERNAL,
        "%s%sout of memory asking for %zu bytes: %s; use a smaller model or batch_size, "
        "or fewer ranks a node",
        what, *what ? ": " : "", bytes, lk_memory_limit());
  char *aligned = start + 2 * LK_ALIGNMENT - (uintptr_t)start % LK_ALIGNMENT;
  memcpy(aligned - sizeof start, &start, sizeof start);
  memcpy(aligned - sizeof start - sizeof bytes, &bytes, sizeof bytes);
  *pointer = aligned;
  atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&held, bytes, memory_order_relaxed);
  return LK_OK;
}

lk_status lk_copy_text(char **out, const char *text) {
  size_t size = strlen(text) + 1;
  LK_TRY(lk_allocate((void **)out, size, 1, ""));
  memcpy(*out, text, size);
  return LK_OK;
}

void lk_free(void *pointer) {
  if (!pointer) return;
  char *start;
  size_t bytes;
  memcpy(&start, (char *)pointer - sizeof start, sizeof start);
  memcpy(&bytes, (char *)pointer - sizeof start - sizeof bytes, sizeof bytes);
  free(start);
  atomic_fetch_sub_explicit(&held, bytes, memory_order_relaxed);
  atomic_fetch_sub_explicit(&alive, 1, memory_order_relaxed);
}

void *lk_page_before(const void *at) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  return (void *)((uintptr_t)at / page * page);
}

void *lk_page_behind(const void *at) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  return lk_page_before((const char *)at + page - 1);
}

/* MPI libraries that keep memory registered with a network card watch this call. */
void lk_release_pages(void *start, void *end) {
  char *first = lk_page_behind(start), *last = lk_page_before(end);
  if (first < last) madvise(first, (size_t)(last - first), MADV_DONTNEED);
}

uint64_t lk_allocations_made(void) {
  return made;
}

uint64_t lk_allocations_alive(void) {
  return alive;
}

uint64_t lk_bytes_alive(void) {
  return held;
}

uint64_t lk_peak_memory(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage)) return 0;
  return (uint64_t)usage.ru_maxrss * 1024; /* Linux counts in KiB */
}
