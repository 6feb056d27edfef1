#include "eval/masked.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { MASK_BYTES = sizeof LK_MASKED - 1 };

/* One more mask; *used of the tokens are taken. */
static lk_status add_mask(const lk_tokenizer *tokenizer, const lk_passage *passage,
                          lk_token *tokens, size_t capacity, size_t *used) {
  if (*used == capacity)
    return lk_fail(LK_BAD_DATA,
                   "%s: more than the %zu %s that the block has room for; shorten it",
                   passage->name, capacity, lk_tokenizer_unit(tokenizer));
  tokens[(*used)++] = lk_tokenizer_mask(tokenizer);
  return LK_OK;
}

lk_status lk_masked_encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                           lk_token *tokens, size_t capacity, size_t *count) {
  char behind[PATH_MAX + sizeof " behind its ⁇"];
  size_t used = 0, more;
  lk_passage part = *passage;
  snprintf(behind, sizeof behind, "%s behind its ⁇", passage->name);
  for (const char *next; part.bytes; part.bytes = next, part.name = behind) {
    const char *mask = strstr(part.bytes, LK_MASKED);
    next = mask ? mask + MASK_BYTES : NULL;
    part.size = mask ? (size_t)(mask - part.bytes) : strlen(part.bytes);
    LK_TRY(lk_tokenizer_encode(tokenizer, &part, tokens + used, capacity - used, &more));
    used += more;
    if (mask) LK_TRY(add_mask(tokenizer, passage, tokens, capacity, &used));
  }
  *count = used;
  return LK_OK;
}
