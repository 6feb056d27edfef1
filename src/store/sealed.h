/* A file that is opened once and read piece by piece. Private to src/store.
 *
 * Of what a checksum covers nothing else is ever read, though others may write to the file
 * meanwhile, and no more than a piece of it is in memory, or as many as lk_sealed_keep
 * says. There are two ways to that. One pass over all of it, lk_sealed_seal, makes the
 * checksum and a short hash of every piece, which each must still have when it is read
 * again. Or the file ends with these hashes, of all pieces of a part of it, and with the
 * hashes of the pieces of those, and so on up to one piece: then what is known of that one,
 * lk_sealed_trust, makes all of them known, and a piece is verified when it is read first,
 * in a file of any size. */
#ifndef LOCKSTEP_STORE_SEALED_H
#define LOCKSTEP_STORE_SEALED_H

#include "lockstep/hash.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Bytes of the file: of what is read, or of the hashes of the level below. */
typedef struct {
  uint64_t at, size;
} lk_sealed_level;

enum { LK_SEALED_LEVELS = 6 }; /* of 2^13 hashes a piece: more than a file can need */

typedef struct {
  const char *path; /* not owned */
  const char *part; /* for messages: what is being read, or NULL; not owned */
  int descriptor;
  uint64_t size;
  struct stat opened; /* as it was then */
  lk_sealed_level levels[LK_SEALED_LEVELS];
  int top; /* the level of one piece, whose hash is `root`; -1: not trusted so */
  lk_hash root;
  uint64_t slots;       /* for pieces in memory, */
  uint64_t place_slots; /*   and behind them for those that tell where others are, or 0 */
  uint64_t turn;        /* of the slots that a piece may take */
  int tells_places;     /* what is being read does */
  char *pieces;         /* a slot, owned, as the next two */
  uint64_t *held;       /* a slot: where in the file the piece in it begins */
  uint64_t *seals;      /* a piece; NULL before lk_sealed_seal */
  char fault[192];      /* what went wrong first, or "" */
  lk_status status;     /* of that */
} lk_sealed;

/* LK_NO_INPUT unless path is a file that can be read; others are not opened, so that a pipe
 * does not block. lk_sealed_close unless it fails. */
lk_status lk_sealed_open(lk_sealed *source, const char *path);

/* The same of a pipe (lk_file_read), which is read to its end and kept in memory, as a file
 * without a name. */
lk_status lk_sealed_open_pipe(lk_sealed *source, const char *path);

/* The same of a file that is open already, whatever its path, and stays so. */
lk_status lk_sealed_open_again(lk_sealed *source, const char *path, int descriptor);

void lk_sealed_close(lk_sealed *source);

/* *hash: of all bytes from `from` on, which is at most the size. */
lk_status lk_sealed_seal(lk_sealed *source, uint64_t from, lk_hash *hash);

/* How long a file is in which `covered` bytes from `from` on are followed by their hashes;
 * 0: too long. */
uint64_t lk_sealed_whole(uint64_t from, uint64_t covered);

/* Of such a file, from now on, only these bytes are read, and each is verified; *root is
 * the hash of the highest level. */
lk_status lk_sealed_trust(lk_sealed *source, uint64_t from, uint64_t covered,
                          const lk_hash *root);

/* Makes one of a source that is open to be written, too. LK_IO, LK_NO_INPUT. */
lk_status lk_sealed_write(lk_sealed *source, uint64_t from, lk_hash *root);

/* Where what can be read ends. */
uint64_t lk_sealed_end(const lk_sealed *source);

/* Copies bytes that are inside the file. LK_NO_INPUT: it failed, became shorter or changed;
 * LK_BAD_DATA: they do not have their hash. */
lk_status lk_sealed_read(lk_sealed *source, uint64_t at, uint64_t count, void *to);

/* Has the system fetch bytes that will be read soon, and returns at once. Those outside the
 * file are not fetched. */
void lk_sealed_ahead(lk_sealed *source, uint64_t at, uint64_t count);

/* From now on so many pieces at most are in memory, instead of one, and are read once as
 * long as no other takes a piece's place: for reading here and there. Beside them
 * `of_places` of those that tell where others are: levels of hashes, and what is read while
 * `tells_places` is set; else each document's piece would drive one out. */
lk_status lk_sealed_keep(lk_sealed *source, uint64_t pieces, uint64_t of_places);

/* What reading it came to: that of the first read that failed, whatever HDF5 made of that;
 * else `status`. */
lk_status lk_sealed_verdict(const lk_sealed *source, lk_status status);

/* For the files sealed*.c alone. */

enum { LK_SEALED_PIECE = 1 << 16 };

/* Pieces of a level. */
uint64_t lk_sealed_pieces(const lk_sealed *source, int level);

/* A piece of a level, as it was sealed, or as it is where nothing is known of it; valid
 * until the next call. */
lk_status lk_sealed_hold(lk_sealed *source, int level, uint64_t piece, const char **bytes,
                         size_t *size);

/* The hash that a piece must have, of a source that is trusted. */
lk_status lk_sealed_expect(lk_sealed *source, int level, uint64_t piece, uint64_t *hash);

#endif
