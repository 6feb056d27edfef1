#include "dump/codec.h"
#include <assert.h>

lk_status lk_unpacker_open(lk_unpacker *decoder, const lk_codec *codec) {
  *decoder = (lk_unpacker){codec, codec->begin(), LK_CODEC_INSIDE, 0};
  if (decoder->state) return LK_OK;
  return lk_fail(LK_INTERNAL, "out of memory for decoding %s", codec->form);
}

static lk_status refuse(const lk_unpacker *decoder, const lk_raw *raw, const char *why) {
  return lk_fail(LK_BAD_DATA, "%s: the %s data is damaged at byte %llu: %s; fetch it again",
                 raw->in.name, decoder->codec->form, (unsigned long long)raw->taken, why);
}

static lk_status refuse_cut(const lk_unpacker *decoder, const lk_raw *raw) {
  return lk_fail(
      LK_BAD_DATA,
      "%s: is cut short: the %s data goes on after its last byte, %llu; fetch it "
      "again",
      raw->in.name, decoder->codec->form, (unsigned long long)raw->taken);
}

/* One step of the library. It is called at the end of the input too, for it may hold back
 * bytes that found no room; what gives nothing then is the end. */
static lk_status advance(lk_unpacker *decoder, lk_raw *raw, char *bytes, size_t room,
                         size_t *got) {
  const char *in, *why = "";
  size_t size;
  LK_TRY(lk_raw_look(raw, &in, &size));
  lk_portion portion = {in, size, bytes + *got, room - *got, raw->is_at_end};
  if (size || decoder->place == LK_CODEC_INSIDE)
    decoder->place = decoder->codec->step(decoder->state, &portion, &why);
  assert(portion.in_size <= size && portion.out_room <= room - *got);
  size_t used = size - portion.in_size, made = room - *got - portion.out_room;
  lk_raw_take(raw, used);
  *got += made;
  if (decoder->place == LK_CODEC_BROKEN) return refuse(decoder, raw, why);
  if (used || made) return LK_OK;
  if (size) return refuse(decoder, raw, "the library does not go on");
  decoder->is_done = 1;
  return decoder->place == LK_CODEC_BETWEEN ? LK_OK : refuse_cut(decoder, raw);
}

lk_status lk_unpacker_read(lk_unpacker *decoder, lk_raw *raw, char *bytes, size_t room,
                           size_t *got) {
  *got = 0;
  while (*got < room && !decoder->is_done)
    LK_TRY(advance(decoder, raw, bytes, room, got));
  return LK_OK;
}

void lk_unpacker_close(lk_unpacker *decoder) {
  if (decoder->state) decoder->codec->end(decoder->state);
  decoder->state = NULL;
}
