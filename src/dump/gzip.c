#include "dump/codec.h"
#include <stdlib.h>
#include <zlib.h>

enum { ONLY_GZIP = 16 }; /* added to the window's bits: no raw deflate, no zlib's header */

static void *begin(void) {
  z_stream *stream = calloc(1, sizeof *stream);
  if (stream && inflateInit2(stream, MAX_WBITS + ONLY_GZIP) == Z_OK) return stream;
  free(stream);
  return NULL;
}

static lk_codec_place judge(z_stream *stream, int result, const char **why) {
  switch (result) {
  case Z_OK:
  case Z_BUF_ERROR:
    return LK_CODEC_INSIDE; /* the latter: nothing in, or no room */
  case Z_STREAM_END:
    return inflateReset(stream), LK_CODEC_BETWEEN;
  default:
    *why = stream->msg ? stream->msg : zError(result);
    return LK_CODEC_BROKEN;
  }
}

static lk_codec_place step(void *state, lk_portion *portion, const char **why) {
  z_stream *stream = state;
  stream->next_in = (Bytef *)(uintptr_t)portion->in;
  stream->avail_in = (uInt)portion->in_size;
  stream->next_out = (Bytef *)portion->out;
  stream->avail_out = (uInt)portion->out_room;
  int result = inflate(stream, Z_NO_FLUSH);
  portion->in_size = stream->avail_in;
  portion->out_room = stream->avail_out;
  return judge(stream, result, why);
}

static void end(void *state) {
  inflateEnd(state);
  free(state);
}

const lk_codec lk_codec_gzip = {"gzip", "\x1f\x8b", 2, begin, step, end};
