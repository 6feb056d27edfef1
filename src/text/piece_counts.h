/* What a training of BPE sees of counted pieces. Private to src/text. */
#ifndef LOCKSTEP_TEXT_PIECE_COUNTS_H
#define LOCKSTEP_TEXT_PIECE_COUNTS_H

#include "lockstep/bpe.h"

enum { LK_PIECE_MOST = 256 }; /* bytes of a piece; longer ones are several */

typedef struct {
  size_t first; /* of its bytes */
  uint32_t size;
  uint64_t times;
} lk_piece_count;

/* More of one piece. */
lk_status lk_piece_counts_add(lk_piece_counts *counts, const char *bytes, size_t size,
                              uint64_t times);

const lk_pattern *lk_piece_counts_pattern(const lk_piece_counts *counts);

/* All pieces, the counter's; returns how many. */
size_t lk_piece_counts_list(const lk_piece_counts *counts, const lk_piece_count **list,
                            const char **bytes);

#endif
