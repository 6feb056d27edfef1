/* Where the tokens of documents are when they are not held in memory: read when they are
 * asked for, so that what a rank holds does not grow with them. A kind of source is one
 * file: it fills an lk_source with functions of its own. Not collective. */
#ifndef LOCKSTEP_SOURCE_H
#define LOCKSTEP_SOURCE_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct lk_source lk_source;

/* What a kind of source does. Documents have the numbers that they have in the whole
 * corpus; only those that the source was made for are asked for. */
typedef struct {
  /* Tokens of a document, at least 1. LK_NO_INPUT: what it is read from failed or changed.
   */
  lk_status (*length)(lk_source *source, uint64_t document, size_t *length);
  /* Tokens first … first + count-1 of a document, which has them, into tokens[count]. */
  lk_status (*window)(lk_source *source, uint64_t document, size_t first, size_t count,
                      lk_token *tokens);
  void (*close)(lk_source *source); /* frees it, and what it is read from */
  /* How many of a document's first tokens are its title, at most all. NULL: none of any. */
  lk_status (*title)(lk_source *source, uint64_t document, size_t *title);
  /* The document will be asked for soon: has the system fetch what tells where it is
   * (stage 0), and then what it begins with (stage 1), while others are at that stage.
   * NULL: nothing is fetched. */
  void (*ahead)(lk_source *source, uint64_t document, int stage);
} lk_source_kind;

struct lk_source {
  const lk_source_kind *kind;
  size_t longest;   /* tokens of the longest document */
  lk_token *room;   /* (room_size) of the document that lk_source_document read last, owned;
                       grows with what is asked for */
  size_t room_size; /* what a kind leaves 0 */
  lk_status status; /* the first failure of the functions below */
  char reason[256]; /* and its message */
};

/* For callers that cannot fail; lk_source_status tells of a failure.
 * A whole document, owned by the source and valid until the next call; after a failure one
 * token, 0. */
const lk_token *lk_source_document(lk_source *source, uint64_t document, size_t *length);
/* Its number of tokens; after a failure 1. */
size_t lk_source_length(lk_source *source, uint64_t document);
/* Its tokens first … first + count-1 into tokens[count]; after a failure zeros. */
void lk_source_window(lk_source *source, uint64_t document, size_t first, size_t count,
                      lk_token *tokens);

/* Tokens of its title; 0 also after a failure. */
size_t lk_source_title(lk_source *source, uint64_t document);

/* kind->ahead. source NULL: nothing. A failure is told of when the document is read. */
void lk_source_ahead(lk_source *source, uint64_t document, int stage);

/* LK_OK, or the first failure of these, with its message. source NULL: LK_OK. */
lk_status lk_source_status(const lk_source *source);

/* NULL does nothing. */
void lk_source_close(lk_source *source);

LK_C_END

#endif
