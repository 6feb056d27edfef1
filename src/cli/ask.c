#include "cli/command.h"
#include "cli/streams.h"
#include "cli/typed.h"
#include "lockstep/evaluate.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>

enum { LINE = 4 * 65536 + 2 }; /* more than any block of characters has bytes */

/* A line of standard input, as ranks exchange it. */
typedef struct {
  uint64_t number; /* from 1 */
  uint64_t size;   /* of all of it, without its end */
  uint64_t total;  /* of all lines until now, with their ends */
  int there;       /* 0: the input has ended */
  int has_nul, failed;
} line_facts;

/* All ranks: answers one question; rank 0 prints. `name` and `line`, if not 0, say where it
 * is from. */
static lk_status answer(lk_world *world, const lk_trained *trained, const char *question,
                        const char *name, uint64_t line) {
  lk_question item = {.question = question, .line = line};
  lk_questions one = {.items = &item, .count = 1};
  lk_answer result = {.text = NULL};
  LK_TRY(lk_evaluate_questions(world, trained, &one, name, &result));
  if (lk_world_rank(world) == 0) lk_print_line(result.text);
  lk_free(result.text);
  return LK_OK;
}

/* Rank 0: the next line without its end, which may be missing at the end of the input; of a
 * longer one the first LINE - 1 bytes, and its size. None when answers cannot be written.
 */
static void read_line(char line[LINE], line_facts *facts) {
  int c = ferror(stdout) ? EOF : getc(stdin);
  facts->there = c != EOF;
  facts->size = 0;
  facts->has_nul = 0;
  facts->number++;
  for (; c != EOF && c != '\n'; c = getc(stdin)) {
    if (facts->size < LINE - 1) line[facts->size] = (char)c;
    facts->size++;
    facts->has_nul |= c == '\0';
  }
  facts->total += facts->size + (c == '\n');
  facts->failed = ferror(stdin) != 0;
  line[facts->size < LINE - 1 ? facts->size : LINE - 1] = '\0';
}

/* What no question has. */
static lk_status check_line(const line_facts *facts) {
  unsigned long long number = facts->number;
  if (facts->has_nul)
    return lk_fail(LK_BAD_DATA, "standard input, line %llu: a NUL byte; remove it", number);
  if (facts->size < LINE - 1) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "standard input, line %llu: %llu bytes are more than a model reads; write a "
      "question a line",
      number, (unsigned long long)facts->size);
}

/* All ranks. Blanks around a question do not count. */
static lk_status ask_line(lk_world *world, const lk_trained *trained, char *line,
                          const line_facts *facts) {
  LK_TRY(check_line(facts));
  line = lk_clean_ends(line, NULL);
  if (*line) return answer(world, trained, line, "standard input", facts->number);
  if (lk_world_rank(world) == 0) lk_print_line("");
  return LK_OK;
}

/* All ranks: the next line, from rank 0. */
static lk_status take_line(lk_world *world, char line[LINE], line_facts *facts) {
  if (lk_world_rank(world) == 0) read_line(line, facts);
  LK_TRY(lk_world_broadcast(world, facts, sizeof *facts));
  if (facts->failed)
    return lk_fail(LK_NO_INPUT, "standard input, line %llu: cannot read",
                   (unsigned long long)facts->number);
  LK_TRY(lk_file_check_input(facts->total));
  return lk_world_broadcast(world, line, facts->size < LINE ? facts->size + 1 : LINE);
}

/* All ranks: each line gives one, so that answers can be put beside their questions. */
static lk_status converse(lk_world *world, const lk_trained *trained) {
  static char line[LINE];
  line_facts facts = {0};
  unsigned long long refused = 0;
  for (;;) {
    LK_TRY(take_line(world, line, &facts));
    if (!facts.there) break;
    lk_status status = ask_line(world, trained, line, &facts);
    if (status != LK_OK && status != LK_BAD_DATA) return status;
    refused += status == LK_BAD_DATA;
    if (status == LK_BAD_DATA && lk_world_rank(world) == 0) {
      lk_say("%s", lk_message());
      lk_print_line("");
    }
    lk_streams_flush();
  }
  if (!refused) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%llu of %llu lines were refused: their lines of output are "
                 "empty",
                 refused, (unsigned long long)facts.number - 1);
}

/* All ranks: a question that a person typed. One that is refused can be typed again. */
static lk_status answer_typed(lk_world *world, const lk_trained *trained, char *line) {
  line = lk_clean_ends(line, NULL);
  lk_status status = *line ? answer(world, trained, line, "question", 0) : LK_OK;
  if (status == LK_BAD_DATA && lk_world_rank(world) == 0) lk_say("%s", lk_message());
  lk_streams_flush();
  return status == LK_BAD_DATA ? LK_OK : status;
}

/* All ranks. */
static lk_status chat(lk_world *world, const lk_trained *trained) {
  lk_status status = LK_OK;
  while (status == LK_OK) {
    char *line = NULL;
    status = lk_typed_line(world, &line);
    if (status == LK_OK && !line) break;
    if (status == LK_OK) status = answer_typed(world, trained, line);
    lk_free(line);
  }
  return status;
}

/* All ranks: questions come from standard input. */
static lk_status answer_all(lk_world *world, const lk_trained *trained) {
  int typed;
  LK_TRY(lk_typed_begin(world, &typed));
  return typed ? chat(world, trained) : converse(world, trained);
}

lk_status lk_cli_ask(lk_world *world, int argc, char **argv) {
  lk_words words;
  lk_trained trained = {0};
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 1, 2, &words));
  if (words.help) return LK_OK;
  if (words.count == 1)
    LK_TRY(lk_world_agree(world, lk_file_check_apart(words.words[0], "-")));
  lk_status status = lk_trained_load(world, words.words[0], &trained);
  if (status == LK_OK)
    status = words.count == 2 ? answer(world, &trained, lk_clean_ends(words.words[1], NULL),
                                       "question", 0)
                              : answer_all(world, &trained);
  lk_trained_clear(&trained);
  return status;
}
