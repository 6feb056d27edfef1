/* The words of a document, and its title. */
#include "data/recall.h"
#include <string.h>

/* A word ends in front of the token: it is a blank, or begins with one. */
int lk_recall_ends_word(const lk_corruption *how, lk_token token) {
  return token == how->space || how->behind[token];
}

/* A word begins with the token at > 0. */
int lk_recall_begins_word(const lk_corruption *how, const lk_token *document, size_t at) {
  return document[at - 1] == how->space || how->behind[document[at]];
}

enum { SHORT = 2 }; /* characters of what has a stop and ends no title */

/* The stop of an initial or of "Jr." ends no title. */
static int ends_title(const lk_corruption *how, const lk_token *at) {
  if (at[0] != how->stop || !lk_recall_ends_word(how, at[1])) return 0;
  if (how->joins) return !how->behind[at[-1]] || how->behind[at[-1]] > SHORT;
  return at[-1] != how->space && at[-2] != how->space && at[-3] != how->space;
}

lk_title_form lk_recall_title(const lk_corruption *how, const lk_excerpt *of, size_t most) {
  if (!how->keep_title) return (lk_title_form){0, 0, 0};
  if (of->title && of->title < of->length && of->title <= most)
    return (lk_title_form){of->title, of->title, 1};
  for (size_t i = how->joins ? 1 : 3; of->begins && i + 2 < of->length && i + 1 < most; i++)
    if (ends_title(how, of->tokens + i))
      return (lk_title_form){i + 1 + (of->tokens[i + 1] == how->space), i, 0};
  return (lk_title_form){0, 0, 0};
}

static int is_word(const lk_corruption *how, lk_token token) {
  return how->classes[token] >= LK_CLASS_LETTER;
}

/* The next word from `first` on; empty at the end. */
lk_token_span lk_recall_next_word(const lk_corruption *how, const lk_token *document,
                                  size_t first, size_t length) {
  while (first < length && !is_word(how, document[first]))
    first++;
  lk_token_span word = {first, first};
  while (word.end < length && is_word(how, document[word.end]) &&
         (word.end == first || !how->behind[document[word.end]]))
    word.end++;
  return word;
}

/* With or without a blank before it. */
static int is_in_title(const lk_corruption *how, const lk_token *document, size_t title,
                       lk_token_span word) {
  size_t size = word.end - word.first;
  const lk_token *tokens = document + word.first;
  for (size_t i = 0; i + size <= title; i++)
    if (how->bare[document[i]] == how->bare[*tokens] &&
        !memcmp(document + i + 1, tokens + 1, (size - 1) * sizeof *tokens))
      return 1;
  return 0;
}

/* Behind the title: a word that starts with a capital or a digit and is not of the title,
 * which would give it away. */
int lk_recall_is_salient(const lk_corruption *how, const lk_token *document, size_t title,
                         lk_token_span word) {
  return how->classes[document[word.first]] >= LK_CLASS_CAPITAL &&
         !is_in_title(how, document, title, word);
}
