/* What is done of a part: its documents in order, then what was counted. A file of a folder
 * beside the corpus, read again by the same program only. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_SPOOL_H
#define LOCKSTEP_PREPARE_SPOOL_H

#include "lockstep/clean.h"
#include "lockstep/hash.h"
#include "lockstep/prepare.h"
#include "prepare/near.h"

/* A document's text stands behind its head, and its signature where there is one. */
typedef struct {
  lk_hash_pair hash;                    /* of what it says, without its title */
  uint64_t line;                        /* of the part, where it ends */
  uint64_t size;                        /* bytes of the text, title and all */
  uint64_t characters;                  /* of them */
  uint64_t page_bytes, page_characters; /* of the page that it was */
  uint32_t title;                       /* bytes of the title, with which the text begins */
  uint32_t has_signature;
} lk_spool_head;

typedef struct {
  lk_prepare_report report; /* the steps that a part alone can take, and changes */
  lk_left_out left_out;
  uint64_t lines; /* of a text by lines, empty ones too */
  int ends_within_line;
} lk_spool_facts;

typedef struct lk_spool lk_spool;

/* Begins a part's file, whose path must stay; lk_spool_discard or lk_spool_finish ends it.
 * LK_IO. */
lk_status lk_spool_create(lk_spool **out, const char *path);
lk_status lk_spool_add(lk_spool *spool, const lk_spool_head *head,
                       const lk_near_signature *signature, const char *text);

/* counts[LK_SPOOL_CODE_POINTS]: how often each code point stands in the documents. The file
 * takes its name. Frees the spool in any case. */
enum { LK_SPOOL_CODE_POINTS = 0x110000 };
lk_status lk_spool_finish(lk_spool *spool, const lk_spool_facts *facts,
                          const uint64_t *counts);
void lk_spool_discard(lk_spool *spool);

/* Reads all of a part's file once. LK_BAD_DATA unless it is what was written. */
lk_status lk_spool_check(const char *path);

/* Opens a part's file, whose path must stay. LK_NO_INPUT: it is missing. LK_BAD_DATA, as
 * where it is read: it is not what was written, as far as that is seen. */
lk_status lk_spool_open(lk_spool **out, const char *path);
const lk_spool_facts *lk_spool_facts_of(const lk_spool *spool);

/* Adds to counts[LK_SPOOL_CODE_POINTS]. Before any document is read. */
lk_status lk_spool_count(lk_spool *spool, uint64_t *counts);

/* The next document's head and signature; *there is 0 behind the last. Its text follows, or
 * is passed over. */
lk_status lk_spool_next(lk_spool *spool, lk_spool_head *head, lk_near_signature *signature,
                        int *there);

/* The text of that document, the spool's until the next call. */
lk_status lk_spool_text(lk_spool *spool, const char **text);
void lk_spool_close(lk_spool *spool);

#endif
