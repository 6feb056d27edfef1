#include "cli/command.h"
#include "cli/streams.h"
#include "lockstep/evaluate.h"
#include "lockstep/share.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 65536 };

/* All ranks: answers one question; rank 0 prints. */
static lk_status answer(lk_world *world, const lk_checkpoint *checkpoint,
                        const char *question) {
  lk_question item = {question, NULL, 0};
  lk_questions one = {NULL, &item, 1, 0};
  lk_answer result = {NULL, 0};
  LK_TRY(lk_evaluate_questions(world, checkpoint, &one, "question", &result));
  if (lk_world_rank(world) == 0) lk_print_line(result.text);
  lk_streams_flush();
  lk_free(result.text);
  return LK_OK;
}

/* Rank 0: the next line without its end, or "" at the end of the input, or when answers
 * cannot be written. Empty lines are skipped. */
static void read_line(char line[LINE]) {
  do {
    if (isatty(STDIN_FILENO)) fprintf(stderr, "> ");
    if (ferror(stdout) || !fgets(line, LINE, stdin)) {
      *line = '\0';
      return;
    }
    line[strcspn(line, "\r\n")] = '\0';
  } while (!*line);
}

/* All ranks: a question that cannot be answered is reported, and the next one is read. */
static lk_status converse(lk_world *world, const lk_checkpoint *checkpoint) {
  static char line[LINE];
  int first = lk_world_rank(world) == 0;
  for (;;) {
    if (first) read_line(line);
    LK_TRY(lk_world_broadcast(world, line, sizeof line));
    if (!*line) return LK_OK;
    if (answer(world, checkpoint, line) != LK_OK && first) lk_say("%s", lk_message());
  }
}

lk_status lk_cli_ask(lk_world *world, int argc, char **argv) {
  lk_words words;
  lk_checkpoint *checkpoint = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 1, 2, &words));
  if (words.help) return LK_OK;
  lk_status status = lk_checkpoint_load(world, words.words[0], &checkpoint);
  if (status == LK_OK)
    status = words.count == 2 ? answer(world, checkpoint, words.words[1])
                              : converse(world, checkpoint);
  lk_checkpoint_free(checkpoint);
  return status;
}
