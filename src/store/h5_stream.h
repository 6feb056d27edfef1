/* An array of numbers that is written as it comes, of any length, in constant memory: in
 * chunks, or in one piece where it is shorter than one. Private to src/store. */
#ifndef LOCKSTEP_STORE_H5_STREAM_H
#define LOCKSTEP_STORE_H5_STREAM_H

#include "store/h5.h"

/* Bytes of a chunk before they are compressed. */
enum { LK_CHUNK_BYTES = 1 << 16 };

typedef struct {
  const lk_h5_file *file; /* not owned */
  lk_h5_array array;
  lk_h5_form form;
  hid_t dataset;           /* negative: there is none yet */
  size_t width, filled;    /* bytes of a number, of `chunk` so far */
  uint8_t *chunk, *packed; /* owned; packed: twice, shuffled and compressed … */
  size_t room;             /* … which takes so much at most */
  uint64_t count;          /* numbers in chunks that are written */
} lk_h5_stream;

/* Texts stay the caller's. level: of deflate, or 0. lk_h5_stream_free, also after a
 * failure. */
lk_status lk_h5_stream_begin(lk_h5_stream *stream, const lk_h5_file *file,
                             const lk_h5_array *array, const lk_h5_form *form);

lk_status lk_h5_stream_add(lk_h5_stream *stream, uint64_t number);

/* The same of `count` tokens. */
lk_status lk_h5_stream_add_tokens(lk_h5_stream *stream, const lk_token *tokens,
                                  size_t count);

/* Writes what is left, at least one number in all. */
lk_status lk_h5_stream_end(lk_h5_stream *stream);

void lk_h5_stream_free(lk_h5_stream *stream);

#endif
