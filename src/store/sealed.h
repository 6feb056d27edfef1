/* A file that is opened once and read piece by piece. Private to src/store.
 *
 * One pass over all of it, lk_sealed_seal, makes the checksum and a short hash of every
 * piece; from then on a piece must still have its hash when it is read again. So what HDF5
 * gets is what the checksum was made of, though others may write to the file meanwhile, and
 * no more than a piece of it is in memory, or as many as lk_sealed_keep says. */
#ifndef LOCKSTEP_STORE_SEALED_H
#define LOCKSTEP_STORE_SEALED_H

#include "lockstep/hash.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *path; /* not owned */
  int descriptor;
  uint64_t size;
  uint64_t slots;  /* for pieces in memory */
  char *pieces;    /* a slot, owned, as the next two */
  uint64_t *held;  /* a slot: number of the piece in it */
  uint64_t *seals; /* a piece; NULL before lk_sealed_seal */
  char fault[160]; /* what went wrong first, or "" */
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

/* Copies bytes that are inside the file. LK_NO_INPUT: it failed, became shorter or changed.
 */
lk_status lk_sealed_read(lk_sealed *source, uint64_t at, uint64_t count, void *to);

/* From now on so many pieces at most are in memory, instead of one, and are read once as
 * long as no other takes a piece's place: for reading here and there. */
lk_status lk_sealed_keep(lk_sealed *source, uint64_t pieces);

/* What reading it came to: LK_NO_INPUT when any read failed, whatever HDF5 made of that;
 * else `status`. */
lk_status lk_sealed_verdict(const lk_sealed *source, lk_status status);

#endif
