/* What reads one kind of dump. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_READER_H
#define LOCKSTEP_DUMP_READER_H

#include "lockstep/dump.h"
#include "lockstep/text_stream.h"

typedef struct {
  lk_dump_kind kind;
  lk_status (*open)(lk_dump *dump); /* stores what it allocates in dump->state */
  lk_status (*next)(lk_dump *dump, int *there); /* fills dump->page */
  void (*close)(lk_dump *dump);                 /* also after open failed */
  int (*has_parts)(const lk_dump *dump);        /* NULL: no */
} lk_reader;

struct lk_dump {
  const lk_dump *whole; /* whose part it is; NULL: none, not owned */
  lk_text_stream *stream;
  lk_dump_options options;
  const lk_reader *reader;
  void *state;
  lk_dump_site site;
  lk_dump_page page;
  uint64_t lines, returns; /* of plain text */
  int ended_line;
};

extern const lk_reader lk_reader_xml, lk_reader_json, lk_reader_text, lk_reader_index;

/* The reader for what begins with head[size]. */
const lk_reader *lk_reader_find(const char *head, size_t size);

/* Where the first page begins in head[size], when it stands before any root element; else
 * `size`. */
size_t lk_head_bare_page(const char *head, size_t size);

#endif
