/* Aligned, zeroed, counted memory. Each buffer has one owner and one lk_free. */
#ifndef LOCKSTEP_MEMORY_H
#define LOCKSTEP_MEMORY_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* Stores in *pointer a zeroed buffer of count elements of size bytes, aligned to
 * LK_ALIGNMENT; count 0 gives a valid pointer. LK_INTERNAL when the product overflows or
 * memory is short; the message begins with `what`, a file or what the buffer is for in
 * words, unless that is "". *pointer is NULL then. The caller owns it: lk_free. */
lk_status lk_allocate(void **pointer, size_t count, size_t size, const char *what);

/* lk_allocate for a typed pointer variable: LK_NEW(weights, n). An expression, use in
 * LK_TRY. */
#define LK_NEW(pointer, count)                                                             \
  lk_allocate((void **)&(pointer), (count), sizeof *(pointer), "")

/* LK_INTERNAL when this process could not have so many bytes more: names the need of
 * `what`, a plural, and the limit. Nothing is kept. Not collective. */
lk_status lk_memory_check(size_t bytes, const char *what);

/* "320 MB are in use, the limit is 400 MB (ulimit -v)", owned by the library: for
 * messages. */
const char *lk_memory_limit(void);

/* A copy of the zero-terminated text, owned by the caller. */
lk_status lk_copy_text(char **out, const char *text);

/* lk_free(NULL) does nothing. */
void lk_free(void *pointer);

/* What lies in elements start … end is not needed any more: the system gets back the pages
 * that lie wholly in there, which read as zeros from then on. Of a buffer of lk_allocate.
 */
void lk_release_pages(void *start, void *end);

/* Where the page begins that `at` is in, or, with lk_page_behind, the next one; `at` itself
 * where one begins there. */
void *lk_page_before(const void *at);
void *lk_page_behind(const void *at);

/* Allocations so far and those not yet freed, for the tests of leaks and of the training
 * step. */
uint64_t lk_allocations_made(void);
uint64_t lk_allocations_alive(void);

/* Bytes of those not yet freed, also where nobody has used them yet. */
uint64_t lk_bytes_alive(void);

/* Peak resident memory of this process in bytes. */
uint64_t lk_peak_memory(void);

/* Bytes of this process that are in memory now and that other processes may have in common
 * with it, above all its program and libraries; 0 where that is not known. */
uint64_t lk_file_memory(void);

LK_C_END

#endif
