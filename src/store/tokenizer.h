/* The tokenizer of a file, which corpora and checkpoints share. Private to src/store. */
#ifndef LOCKSTEP_STORE_TOKENIZER_H
#define LOCKSTEP_STORE_TOKENIZER_H

#include "store/h5.h"

lk_status lk_h5_write_tokenizer(const lk_h5_file *file, const lk_tokenizer *tokenizer);

/* The caller owns *out. */
lk_status lk_h5_read_tokenizer(const lk_h5_file *file, lk_tokenizer **out);

#endif
