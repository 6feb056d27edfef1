#include "dump/codec.h"
#include <lzma.h>
#include <stdlib.h>

static const uint64_t most_memory = 192 << 20; /* xz -9 needs 65 MiB */

static void *begin(void) {
  lzma_stream *stream = calloc(1, sizeof *stream);
  if (stream && lzma_stream_decoder(stream, most_memory, LZMA_CONCATENATED) == LZMA_OK)
    return stream;
  free(stream);
  return NULL;
}

static lk_codec_place judge(lzma_ret result, const char **why) {
  switch (result) {
  case LZMA_OK:
  case LZMA_BUF_ERROR:
    return LK_CODEC_INSIDE; /* the latter: nothing in, or no room */
  case LZMA_STREAM_END:
    return LK_CODEC_BETWEEN;
  case LZMA_MEMLIMIT_ERROR:
    *why = "it needs more than 192 MiB of memory";
    break;
  case LZMA_MEM_ERROR:
    *why = "out of memory";
    break;
  case LZMA_FORMAT_ERROR:
    *why = "what follows a stream is no xz";
    break;
  case LZMA_OPTIONS_ERROR:
    *why = "it uses what this liblzma does not know";
    break;
  default:
    *why = "bytes or their checksum are wrong";
    break;
  }
  return LK_CODEC_BROKEN;
}

/* Whether a stream is the last one, the library knows only when it is told. */
static lk_codec_place step(void *state, lk_portion *portion, const char **why) {
  lzma_stream *stream = state;
  stream->next_in = (const uint8_t *)portion->in;
  stream->avail_in = portion->in_size;
  stream->next_out = (uint8_t *)portion->out;
  stream->avail_out = portion->out_room;
  lzma_ret result = lzma_code(stream, portion->is_last ? LZMA_FINISH : LZMA_RUN);
  portion->in_size = stream->avail_in;
  portion->out_room = stream->avail_out;
  return judge(result, why);
}

static void end(void *state) {
  lzma_end(state);
  free(state);
}

const lk_codec lk_codec_xz = {"xz",
                              "\xfd"
                              "7zXZ\0",
                              6,
                              begin,
                              step,
                              end};
