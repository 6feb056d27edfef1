/* What the text of an earlier metrics.csv, dev.csv or probe.csv is worth. */
#ifndef LOCKSTEP_RUN_TABLE_SCAN_H
#define LOCKSTEP_RUN_TABLE_SCAN_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  char fault[80];      /* why the table cannot be gone on with; "": it can */
  size_t kept;         /* bytes of the header and the rows up to the step */
  uint64_t all, rows;  /* complete rows; those up to the step … */
  uint64_t step;       /* … the last of them … */
  uint64_t best, most; /* … the first with most in the second column, and that; 0: none */
} lk_table_scan;

/* The table has this header (with its newline) and a row a step, the first column, which
 * grows. `questions` is what the third column has to be, 0: anything. A last row that is
 * torn, as a power cut leaves it, counts for nothing; so does a torn header. Nothing that
 * the text may hold is a crash. */
lk_table_scan lk_table_scan_text(const char *text, size_t size, const char *header,
                                 uint64_t step, uint64_t questions);

#endif
