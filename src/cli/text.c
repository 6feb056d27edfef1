/* Prints documents of a corpus. */
#include "cli/command.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include "lockstep/visible.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which documents; count 0: all from the first on. */
typedef struct {
  uint64_t first, count; /* first is 1 for the first */
} request;

/* A document with lines of its own stands apart; one that is a line does not. */
typedef struct {
  const lk_corpus *corpus;
  int terminal, lines; /* lines: the last document had several; -1: there was none */
} printer;

static void print_text(printer *p, const char *text) {
  int lines = strchr(text, '\n') != NULL;
  if (p->lines >= 0 && (p->lines || lines)) putchar('\n');
  if (p->terminal)
    lk_print_visible(text, "\n\t");
  else
    fputs(text, stdout);
  putchar('\n');
  p->lines = lines;
}

static lk_status print_document(printer *p, uint64_t document) {
  char *text;
  size_t length;
  const lk_token *tokens = lk_corpus_document(p->corpus, document, &length);
  LK_TRY(lk_corpus_status(p->corpus));
  LK_TRY(lk_tokenizer_decode(p->corpus->tokenizer, tokens, length, &text));
  print_text(p, text);
  lk_free(text);
  return LK_OK;
}

static lk_status print_documents(const lk_corpus *corpus, const char *path,
                                 const request *wanted) {
  printer p = {corpus, isatty(STDOUT_FILENO), -1};
  uint64_t first = wanted->first - 1, rest;
  if (first >= corpus->documents)
    return lk_fail(LK_USAGE, "%s: has %llu documents, so none is number %llu", path,
                   (unsigned long long)corpus->documents,
                   (unsigned long long)wanted->first);
  rest = corpus->documents - first;
  if (wanted->count && wanted->count < rest) rest = wanted->count;
  for (uint64_t i = 0; i < rest && !ferror(stdout); i++)
    LK_TRY(print_document(&p, first + i));
  return LK_OK;
}

static lk_status print_corpus(const char *path, const request *wanted) {
  lk_corpus *corpus;
  LK_TRY(lk_corpus_read(&corpus, path, NULL, (lk_slice){1, 0, 1}));
  lk_status status = print_documents(corpus, path, wanted);
  lk_corpus_free(corpus);
  return status;
}

static lk_status parse_number(const char *text, const char *what, uint64_t *number) {
  char *end;
  *number = strtoull(text, &end, 10);
  return isdigit((unsigned char)*text) && !*end && *number > 0 && *number <= INT64_MAX
             ? LK_OK
             : lk_fail(LK_USAGE, "%s must be a whole number from 1 up, not '%s'", what,
                       text);
}

lk_status lk_cli_text(lk_world *world, int argc, char **argv) {
  request wanted = {1, 0};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 1, 3, &words));
  if (words.help) return LK_OK;
  if (words.count > 1) LK_TRY(parse_number(words.words[1], "FIRST", &wanted.first));
  if (words.count > 2) LK_TRY(parse_number(words.words[2], "COUNT", &wanted.count));
  return lk_world_agree(
      world, lk_world_rank(world) == 0 ? print_corpus(words.words[0], &wanted) : LK_OK);
}
