#include "dump/unpack.h"
#include <assert.h>
#include <string.h>

static int begins(const char *bytes, size_t size, const char *magic, size_t magic_size) {
  return size >= magic_size && !memcmp(bytes, magic, magic_size);
}

static const lk_codec *find_codec(const char *bytes, size_t size) {
  const lk_codec *const codecs[] = {&lk_codec_gzip, &lk_codec_zstd, &lk_codec_xz};
  for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
    if (begins(bytes, size, codecs[i]->magic, codecs[i]->magic_size)) return codecs[i];
  return NULL;
}

static int is_bz2(const char *bytes, size_t size) {
  return begins(bytes, size, "BZh", 3) && size > 3 && bytes[3] >= '1' && bytes[3] <= '9';
}

lk_status lk_unpacked_open(lk_unpacked *unpacked, const char *path, int threads) {
  const char *bytes;
  size_t size;
  memset(unpacked, 0, sizeof *unpacked);
  LK_TRY(lk_raw_open(&unpacked->raw, path));
  LK_TRY(lk_raw_look(&unpacked->raw, &bytes, &size));
  unpacked->is_bz2 = is_bz2(bytes, size);
  if (unpacked->is_bz2) return lk_bz2_open(&unpacked->bz2, &unpacked->raw, threads);
  const lk_codec *codec = find_codec(bytes, size);
  return codec ? lk_unpacker_open(&unpacked->decoder, codec) : LK_OK;
}

lk_status lk_unpacked_open_part(lk_unpacked *unpacked, const char *path, int threads,
                                const lk_unpacked *whole, uint64_t first, uint64_t end) {
  assert(!whole->decoder.codec);
  memset(unpacked, 0, sizeof *unpacked);
  LK_TRY(lk_raw_open_part(&unpacked->raw, path, &whole->raw, first, end));
  unpacked->is_bz2 = whole->is_bz2;
  return whole->is_bz2 ? lk_bz2_open(&unpacked->bz2, &unpacked->raw, threads) : LK_OK;
}

uint64_t lk_unpacked_owned(const lk_unpacked *unpacked) {
  const lk_raw *raw = &unpacked->raw;
  if (unpacked->is_bz2) return unpacked->bz2.owned;
  return raw->end < raw->in.size ? raw->end - raw->first : UINT64_MAX;
}

lk_status lk_unpacked_read(lk_unpacked *unpacked, char *bytes, size_t room, size_t *got) {
  if (unpacked->is_bz2) return lk_bz2_read(&unpacked->bz2, bytes, room, got);
  if (unpacked->decoder.codec)
    return lk_unpacker_read(&unpacked->decoder, &unpacked->raw, bytes, room, got);
  return lk_raw_read(&unpacked->raw, bytes, room, got);
}

const char *lk_unpacked_form(const lk_unpacked *unpacked) {
  if (unpacked->is_bz2) return "bz2";
  return unpacked->decoder.codec ? unpacked->decoder.codec->form : "plain";
}

void lk_unpacked_close(lk_unpacked *unpacked) {
  if (unpacked->is_bz2) lk_bz2_close(&unpacked->bz2);
  if (unpacked->decoder.codec) lk_unpacker_close(&unpacked->decoder);
  lk_raw_close(&unpacked->raw);
}
