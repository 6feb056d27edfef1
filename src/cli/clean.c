/* Removes checkpoints of a run, or says which. */
#include "cli/command.h"
#include "lockstep/record.h"
#include "lockstep/run.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *keep;
  int yes;
  const char *run;
} request;

static void say(const char *path, uint64_t bytes) {
  printf("%8.1f MB  ", (double)bytes / 1e6);
  lk_print_line(path);
}

/* "best", "last" or both, with a comma. */
static lk_status parse(const char *keep, lk_run_cleaning *how) {
  const char *comma = strchr(keep, ',');
  size_t length = comma ? (size_t)(comma - keep) : strlen(keep);
  int best = length == 4 && !strncmp(keep, "best", 4);
  int last = length == 4 && !strncmp(keep, "last", 4);
  if (!best && !last)
    return lk_fail(LK_USAGE, "clean: --keep is best, last or best,last, not '%s'", keep);
  how->keeps_best |= best;
  how->keeps_last |= last;
  return comma ? parse(comma + 1, how) : LK_OK;
}

/* What a run that goes on needs, it knows itself. */
static lk_status check_ended(const char *run) {
  lk_record record;
  lk_status status = lk_record_read(&record, run, 0);
  if (status == LK_OK && record.state == LK_RECORD_RUNNING)
    status = lk_fail(LK_USAGE, "%s: is running; stop it first", run);
  lk_record_clear(&record);
  return status;
}

static lk_status clean(const request *asked) {
  lk_run_cleaning how = {.removes = asked->yes, .say = say};
  LK_TRY(parse(asked->keep, &how));
  LK_TRY(check_ended(asked->run));
  LK_TRY(lk_run_clean(asked->run, &how));
  puts(asked->yes ? "gone" : "would go; with --yes they go");
  return LK_OK;
}

lk_status lk_cli_clean(lk_world *world, int argc, char **argv) {
  request asked = {.keep = "best,last"};
  const lk_option options[] = {
      {"keep", 0, LK_OPTION_TEXT, &asked.keep, "LIST",
       "checkpoints that stay: best, last or best,last (best,last)"},
      {"yes", 0, LK_OPTION_FLAG, &asked.yes, "", "remove the others, not only name them"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 2, 1, 1, &words));
  if (words.help) return LK_OK;
  asked.run = words.words[0];
  return lk_world_agree(world, lk_world_rank(world) == 0 ? clean(&asked) : LK_OK);
}
