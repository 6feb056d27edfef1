#include "lockstep/lexicon.h"
#include "lockstep/memory.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 }; /* tokens of a word */

typedef struct {
  size_t count;
  lk_token tokens[MOST];
} word;

struct lk_lexicon {
  word *words; /* sorted */
  size_t count;
};

static int compare(const void *left, const void *right) {
  const word *a = left, *b = right;
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  return memcmp(a->tokens, b->tokens, a->count * sizeof *a->tokens);
}

static lk_status encode_answers(lk_lexicon *lexicon, const lk_questions *questions,
                                const char *path, const lk_tokenizer *tokenizer) {
  LK_TRY(LK_NEW(lexicon->words, questions->count));
  for (size_t i = 0; i < questions->count; i++) {
    const lk_question *item = &questions->items[i];
    word *next = &lexicon->words[lexicon->count];
    if (strlen(item->answer) > MOST) continue;
    lk_passage answer = lk_passage_of(item->answer, path, item->line);
    LK_TRY(lk_tokenizer_encode(tokenizer, &answer, next->tokens, MOST, &next->count));
    lexicon->count++;
  }
  return LK_OK;
}

lk_status lk_lexicon_create(lk_lexicon **out, const lk_questions *questions,
                            const char *path, const lk_tokenizer *tokenizer) {
  lk_lexicon *lexicon = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(lexicon, 1));
  lk_status status = encode_answers(lexicon, questions, path, tokenizer);
  if (status != LK_OK) {
    lk_lexicon_free(lexicon);
    return status;
  }
  qsort(lexicon->words, lexicon->count, sizeof *lexicon->words, compare);
  *out = lexicon;
  return LK_OK;
}

void lk_lexicon_free(lk_lexicon *lexicon) {
  if (!lexicon) return;
  lk_free(lexicon->words);
  lk_free(lexicon);
}

int lk_lexicon_has(const lk_lexicon *lexicon, const lk_token *tokens, size_t count) {
  word key = {.count = count};
  if (count > MOST) return 0;
  memcpy(key.tokens, tokens, count * sizeof *tokens);
  return bsearch(&key, lexicon->words, lexicon->count, sizeof key, compare) != NULL;
}
