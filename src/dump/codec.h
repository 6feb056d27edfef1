/* Compressed forms that their library decodes as one stream, whatever its members. bz2 is
 * apart (bz2.h), for it is decoded by several threads. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_CODEC_H
#define LOCKSTEP_DUMP_CODEC_H

#include "dump/raw.h"
#include "lockstep/status.h"
#include <stddef.h>

/* What there is to decode, and where to; a step moves both on. */
typedef struct {
  const char *in;
  size_t in_size;
  char *out;
  size_t out_room;
  int is_last; /* nothing follows `in` */
} lk_portion;

typedef enum {
  LK_CODEC_INSIDE,  /* of a member */
  LK_CODEC_BETWEEN, /* a member has ended: the file may */
  LK_CODEC_BROKEN
} lk_codec_place;

typedef struct {
  const char *form; /* "gzip" */
  const char *magic;
  size_t magic_size;
  void *(*begin)(void); /* NULL when memory is short */
  /* Decodes some. LK_CODEC_BROKEN stores why, in words that stay. */
  lk_codec_place (*step)(void *state, lk_portion *portion, const char **why);
  void (*end)(void *state);
} lk_codec;

extern const lk_codec lk_codec_gzip, lk_codec_zstd, lk_codec_xz;

typedef struct {
  const lk_codec *codec;
  void *state;
  lk_codec_place place;
  int is_done;
} lk_unpacker;

/* The caller closes it, also after a failure. */
lk_status lk_unpacker_open(lk_unpacker *decoder, const lk_codec *codec);

/* The next `room` decoded bytes, fewer only at the end. LK_BAD_DATA, naming the input and
 * where in it: damaged, cut short, followed by something else. */
lk_status lk_unpacker_read(lk_unpacker *decoder, lk_raw *raw, char *bytes, size_t room,
                           size_t *got);

void lk_unpacker_close(lk_unpacker *decoder);

#endif
