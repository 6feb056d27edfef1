#include "dump/codec.h"
#include <zstd.h>

/* Windows of up to 128 MiB, the library's own limit: more has to be asked for. */
static void *begin(void) {
  return ZSTD_createDStream();
}

static lk_codec_place step(void *state, lk_portion *portion, const char **why) {
  ZSTD_inBuffer in = {portion->in, portion->in_size, 0};
  ZSTD_outBuffer out = {portion->out, portion->out_room, 0};
  size_t left = ZSTD_decompressStream(state, &out, &in);
  portion->in_size -= in.pos;
  portion->out_room -= out.pos;
  if (!ZSTD_isError(left)) return left ? LK_CODEC_INSIDE : LK_CODEC_BETWEEN;
  *why = ZSTD_getErrorName(left);
  return LK_CODEC_BROKEN;
}

static void end(void *state) {
  ZSTD_freeDStream(state);
}

const lk_codec lk_codec_zstd = {"zstd", "\x28\xb5\x2f\xfd", 4, begin, step, end};
