/* The text of a file or pipe, read from its beginning to its end in bounded memory:
 * whatever it is compressed with, and in UTF-8 where it is UTF-16. */
#ifndef LOCKSTEP_TEXT_STREAM_H
#define LOCKSTEP_TEXT_STREAM_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct lk_text_stream lk_text_stream;

/* Opens a file, a pipe or "-", of which `path` must stay. What it is its first bytes say:
 * bz2, gzip, zstd, xz, each of one or more streams one behind the other, or anything else,
 * which is taken as it is. A byte order mark is left out. bz2 is decoded by `threads` >= 1
 * threads, this one among them; the bytes are the same for any number. The caller closes
 * *stream, which is NULL after a failure. LK_NO_INPUT as lk_file_read; LK_BAD_DATA as
 * lk_text_stream_read. Not collective. */
lk_status lk_text_stream_open(lk_text_stream **stream, const char *path, int threads);

/* Nonzero when it can be read in parts: a file, plain or bz2, that is no UTF-16. */
int lk_text_stream_has_parts(const lk_text_stream *stream);

/* Opens the part of what `whole` has open that begins at byte `first` of the file as it
 * lies there, and ends before byte `end` > first. A block of bz2 belongs to the part in
 * whose bytes its mark begins. The text goes on behind the part, up to the file's end.
 * Several threads may do so at once. As lk_text_stream_open; LK_NO_INPUT too when the file
 * was written to since `whole` was opened. Of bz2 that begins before `first` the checksums
 * of the blocks are checked, that of the stream is not. */
lk_status lk_text_stream_open_part(lk_text_stream **stream, const char *path, int threads,
                                   const lk_text_stream *whole, uint64_t first,
                                   uint64_t end);

/* How many bytes of the text, from the first that is read on, belong to the part.
 * UINT64_MAX where all do, and while none that does not was read. */
uint64_t lk_text_stream_owned(const lk_text_stream *stream);

/* Nonzero when it does not begin with the file. */
int lk_text_stream_begins_within(const lk_text_stream *stream);

/* LK_NO_INPUT when the file was written to since it was opened: for who reads a part, and
 * so not up to the end, where it is found out. */
lk_status lk_text_stream_check(const lk_text_stream *stream);

/* Stores the next `room` bytes, fewer (*got) only at the end. After a failure nothing more
 * is to be read. LK_BAD_DATA, naming the input and the place: damaged, cut short, followed
 * by something else, no UTF-16 or UTF-32. LK_NO_INPUT when it cannot be read or was written
 * to meanwhile. LK_STOPPED after a signal (lk_signals_catch). */
lk_status lk_text_stream_read(lk_text_stream *stream, char *bytes, size_t room,
                              size_t *got);

/* The first LK_TEXT_STREAM_HEAD bytes, or all when there are fewer; they are read all the
 * same. Owned by the stream. */
const char *lk_text_stream_head(const lk_text_stream *stream, size_t *size);

enum { LK_TEXT_STREAM_HEAD = 4096 };

/* As messages name it. */
const char *lk_text_stream_name(const lk_text_stream *stream);

/* What messages add to the number of a line, which counts from where the part begins: ""
 * or " of the part that begins at byte 1048576". Owned by the stream. */
const char *lk_text_stream_origin(const lk_text_stream *stream);

/* "bz2", "gzip", "zstd", "xz" or "plain". */
const char *lk_text_stream_form(const lk_text_stream *stream);

/* Nonzero when it is UTF-16, whatever it says of itself. */
int lk_text_stream_was_utf16(const lk_text_stream *stream);

/* Nonzero when a byte order mark was left out. */
int lk_text_stream_had_mark(const lk_text_stream *stream);

/* How many bytes of the file, as it lies there, were used, and how many there are (0: not
 * known, a pipe); of a part those that belong to it: for progress. */
uint64_t lk_text_stream_used(const lk_text_stream *stream);
uint64_t lk_text_stream_size(const lk_text_stream *stream);

/* NULL is fine. */
void lk_text_stream_close(lk_text_stream *stream);

/* "libbz2 1.0.8, zlib 1.2.13, zstd 1.5.4, liblzma 5.4.1, expat 2.5.0": for `--version`.
 * Owned by the library. */
const char *lk_text_stream_libraries(void);

LK_C_END

#endif
