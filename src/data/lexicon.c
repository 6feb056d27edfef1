#include "lockstep/lexicon.h"
#include "lockstep/memory.h"
#include <stdio.h>
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

static lk_status add(lk_lexicon *lexicon, const lk_tokenizer *tokenizer,
                     const lk_passage *answer) {
  word *next = &lexicon->words[lexicon->count++];
  return lk_tokenizer_encode(tokenizer, answer, next->tokens, MOST, &next->count);
}

/* As it stands within a text, where a word begins with its blank. */
static lk_status add_within(lk_lexicon *lexicon, const lk_tokenizer *tokenizer,
                            lk_passage answer) {
  char text[MOST + 2];
  answer.size = (size_t)snprintf(text, sizeof text, " %s", answer.bytes);
  answer.bytes = text;
  return answer.size <= MOST ? add(lexicon, tokenizer, &answer) : LK_OK;
}

static lk_status encode_answers(lk_lexicon *lexicon, const lk_questions *questions,
                                const char *path, const lk_tokenizer *tokenizer) {
  int joins = lk_tokenizer_joins(tokenizer);
  LK_TRY(LK_NEW(lexicon->words, questions->count * (joins ? 2 : 1)));
  for (size_t i = 0; i < questions->count; i++) {
    const lk_question *item = &questions->items[i];
    if (strlen(item->answer) > MOST) continue;
    lk_passage answer = lk_passage_of(item->answer, path, item->line);
    LK_TRY(add(lexicon, tokenizer, &answer));
    if (joins) LK_TRY(add_within(lexicon, tokenizer, answer));
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

/* The first word that is not below the key, or, if behind, the first above it. */
static size_t find(const lk_lexicon *lexicon, const word *key, int behind) {
  size_t first = 0, end = lexicon->count;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    if (compare(&lexicon->words[middle], key) < behind)
      first = middle + 1;
    else
      end = middle;
  }
  return first;
}

size_t lk_lexicon_count(const lk_lexicon *lexicon, const lk_token *tokens, size_t count) {
  word key = {.count = count};
  if (count > MOST) return 0;
  memcpy(key.tokens, tokens, count * sizeof *tokens);
  return find(lexicon, &key, 1) - find(lexicon, &key, 0);
}
