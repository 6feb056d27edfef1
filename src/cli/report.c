/* Writes a page of runs. */
#include "cli/command.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/output.h"
#include "lockstep/report_page.h"
#include "lockstep/run_heads.h"
#include "lockstep/visible.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *out, *heads, *text;
  int axis;
  lk_words words;
} request;

static lk_status write_page(const lk_record *records, const request *asked,
                            const lk_page_attention *attention, const char *out) {
  char *html;
  size_t size;
  LK_TRY(lk_report_page_make(records, asked->words.count, (lk_axis)asked->axis, attention,
                             &html, &size));
  lk_status status =
      asked->out ? lk_file_write(out, html, size) : lk_report_page_save(out, html, size);
  lk_free(html);
  if (status == LK_OK) lk_print_line(out);
  return status;
}

/* With what heads of each run look at, if that is asked for. */
static lk_status add_heads(const lk_record *records, const request *asked,
                           const char *out) {
  int count = asked->words.count;
  lk_run_heads *heads = NULL;
  lk_page_attention *attention = NULL;
  if (!asked->heads) return write_page(records, asked, NULL, out);
  lk_status status = LK_NEW(heads, (size_t)count);
  if (status == LK_OK) status = LK_NEW(attention, (size_t)count);
  for (int i = 0; i < count && status == LK_OK; i++)
    status =
        lk_run_heads_read(&heads[i], &records[i], asked->heads, asked->text, &attention[i]);
  if (status == LK_OK) status = write_page(records, asked, attention, out);
  for (int i = 0; heads && i < count; i++)
    lk_run_heads_clear(&heads[i]);
  lk_free(attention);
  lk_free(heads);
  return status;
}

/* A page of one run is beside it; that of several where the user is. */
static lk_status report(const request *asked) {
  lk_record records[LK_RECORDS_MOST] = {{0}};
  char out[PATH_MAX];
  int count = asked->words.count;
  lk_status status = LK_OK;
  assert(count > 0 && count <= LK_RECORDS_MOST);
  for (int i = 0; i < count && status == LK_OK; i++)
    status = lk_record_read_run(&records[i], asked->words.words[i], 0);
  if (status == LK_OK) lk_record_tell_apart(records, count);
  if (status == LK_OK && asked->out)
    snprintf(out, sizeof out, "%s", asked->out);
  else if (status == LK_OK)
    snprintf(out, sizeof out, "%s%sreport.html", count == 1 ? records[0].folder : "",
             count == 1 ? "/" : "");
  if (status == LK_OK) status = add_heads(records, asked, out);
  for (int i = 0; i < count; i++)
    lk_record_clear(&records[i]);
  return status;
}

static int is_of_run(const struct dirent *entry) {
  static const char *const names[] = {
      "config.yaml", "metrics.csv", "metrics.jsonl", "dev.csv",         "probe.csv",
      "ranks.csv",   "history.txt", "samples.txt",   "evaluation.json", "lock"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(entry->d_name, names[i])) return 1;
  return 0;
}

static int is_checkpoint(const struct dirent *entry) {
  return !strncmp(entry->d_name, "step-", 5);
}

/* Nothing of a run is lost to its page. */
static lk_status check_output(const request *asked) {
  char checkpoints[PATH_MAX];
  LK_TRY(lk_output_check(asked->out, NULL, 0));
  for (int i = 0; i < asked->words.count; i++) {
    const char *run = asked->words.words[i];
    snprintf(checkpoints, sizeof checkpoints, "%s/checkpoints", run);
    LK_TRY(lk_arguments_apart(asked->out, run, is_of_run));
    LK_TRY(lk_arguments_apart(asked->out, checkpoints, is_checkpoint));
  }
  return LK_OK;
}

lk_status lk_cli_report(lk_world *world, int argc, char **argv) {
  static const char *const axes[] = {"step", "tokens", "hours", NULL};
  request asked = {.axis = LK_AXIS_STEP};
  const char *axis = axes[0];
  const lk_option options[] = {
      {"out", 0, LK_OPTION_TEXT, &asked.out, "FILE",
       "the page (RUN/report.html; of several runs report.html)"},
      {"axis", 0, LK_OPTION_TEXT, &axis, "AXIS",
       "what curves are drawn over at first: step, tokens or hours (step)"},
      {"heads", 0, LK_OPTION_TEXT, &asked.heads, "WHICH",
       "show what heads of the newest model look at: auto, those that look most at one "
       "token, or LAYER:HEAD,... from 1"},
      {"text", 0, LK_OPTION_TEXT, &asked.text, "TEXT",
       "in which text (the run's first sample, or its first question)"}};
  LK_TRY(
      lk_arguments_parse(world, argc, argv, options, 4, 1, LK_RECORDS_MOST, &asked.words));
  if (asked.words.help) return LK_OK;
  LK_TRY(lk_arguments_choose(argv[0], "axis", axis, axes, &asked.axis));
  if (asked.text && !asked.heads)
    return lk_fail(LK_USAGE, "report: --text is what --heads are shown by; give both");
  if (lk_world_rank(world)) return lk_world_agree(world, LK_OK);
  lk_status status = check_output(&asked);
  return lk_world_agree(world, status == LK_OK ? report(&asked) : status);
}
