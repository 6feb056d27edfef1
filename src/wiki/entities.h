/* Characters that are written by name or number: &nbsp; &#233; &#xE9; */
#ifndef LOCKSTEP_WIKI_ENTITIES_H
#define LOCKSTEP_WIKI_ENTITIES_H

#include "wiki/wiki.h"

/* The character that the & at rest.at begins, as UTF-8; returns the bytes that stand for
 * it, 0 if it begins none. */
size_t lk_entity_decode(lk_piece rest, char out[4], size_t *out_size);

#endif
