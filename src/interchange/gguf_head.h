/* The head of a GGUF file, all before the numbers, as it is read. Private to
 * src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_GGUF_HEAD_H
#define LOCKSTEP_INTERCHANGE_GGUF_HEAD_H

#include "interchange/file.h"
#include "interchange/gguf.h"

enum { LK_GGUF_SHOWN = 48 };

/* A fact's value as it is: an array's elements, or none. */
typedef struct {
  lk_gguf_type of;
  uint64_t count;
  const void *elements;      /* in the head */
  char shown[LK_GGUF_SHOWN]; /* of what is no text */
} lk_gguf_value;

/* A text in it takes the place of its own length, so that a zero has room behind it. */
typedef struct {
  uint8_t *bytes; /* [room] */
  uint64_t room, have, at;
  lk_gguf_value *values; /* [facts_count] */
} lk_gguf_head;

typedef struct {
  lk_tensor_file *file;
  lk_gguf_head *head; /* which the file owns */
  uint32_t alignment;
} lk_gguf_reading;

/* Begins a file's head. */
lk_status lk_gguf_begin(lk_gguf_reading *r, lk_tensor_file *file);

/* The next `size` bytes; a number of at most 8; a text with its zero; a name, which is
 * UTF-8 without one. All are the head's. LK_BAD_DATA where the file ends before. */
lk_status lk_gguf_take(const lk_gguf_reading *r, uint64_t size, uint8_t **bytes);
lk_status lk_gguf_take_number(const lk_gguf_reading *r, unsigned width, uint64_t *number);
lk_status lk_gguf_take_text(const lk_gguf_reading *r, const char **text);
lk_status lk_gguf_take_name(const lk_gguf_reading *r, const char **name);

uint64_t lk_gguf_number(const uint8_t *bytes, unsigned width);

/* So many facts. LK_BAD_DATA, naming it, for one that is there twice or cannot be. */
lk_status lk_gguf_take_facts(const lk_gguf_reading *r, uint64_t count);

#endif
