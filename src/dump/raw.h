/* The bytes of a file or pipe as they are, in order. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_RAW_H
#define LOCKSTEP_DUMP_RAW_H

#include "lockstep/input.h"
#include <stdint.h>
#include <time.h>

enum { LK_RAW_ROOM = 1 << 17 };

typedef struct {
  lk_input in;
  char *bytes;             /* [LK_RAW_ROOM] */
  size_t begin, size;      /* of what is not taken yet */
  int is_at_end;           /* nothing comes after it */
  uint64_t taken;          /* bytes of the file before `begin` */
  uint64_t first, end;     /* of the file: the part that is asked for */
  struct timespec changed; /* when a file was written last, before it was read */
} lk_raw;

/* The caller closes it, also after a failure. LK_NO_INPUT as lk_input_open. */
lk_status lk_raw_open(lk_raw *raw, const char *path);

/* The same from byte `first` on of a file that `whole` has open. Its end is not `end`: that
 * is told. LK_NO_INPUT too when it was written to since. */
lk_status lk_raw_open_part(lk_raw *raw, const char *path, const lk_raw *whole,
                           uint64_t first, uint64_t end);

/* Reads on until LK_RAW_ROOM bytes are there or no more come. LK_NO_INPUT; LK_STOPPED after
 * a signal; LK_NO_INPUT too when a file was written to meanwhile. */
lk_status lk_raw_fill(lk_raw *raw);

/* The bytes that are there, and none only at the end. */
lk_status lk_raw_look(lk_raw *raw, const char **bytes, size_t *size);

/* Takes the first of them. */
void lk_raw_take(lk_raw *raw, size_t size);

/* Copies and takes the next `room` bytes, fewer only at the end. */
lk_status lk_raw_read(lk_raw *raw, char *bytes, size_t room, size_t *got);

/* LK_NO_INPUT when the file was written to since it was opened. */
lk_status lk_raw_check_steady(const lk_raw *raw);

void lk_raw_close(lk_raw *raw);

#endif
