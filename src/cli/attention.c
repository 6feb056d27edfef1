/* `lockstep attention`: rank 0 works, the others learn how it went. */
#include "cli/heads.h"
#include "cli/help.h"
#include "lockstep/lab.h"
#include "lockstep/output.h"
#include "lockstep/visible.h"
#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPORTS = 8 };

/* Settings that were not given keep each experiment's default: -1, or NaN for m. */
typedef struct {
  long n, samples, seed;
  double m;
  const char *out, *without;
  char **words;
  int word_count;
} request;

static const request nothing_given = {-1, -1, -1, NAN, "runs/attention", NULL, NULL, 0};

void lk_cli_attention_help(lk_help_form form) {
  char text[256];
  int count;
  const lk_experiment *const *list = lk_lab_experiments(&count);
  lk_help_heading(
      form, "Experiments, and their defaults of --n, --m (0: no m in it) and --samples");
  for (int i = 0; i < count; i++) {
    snprintf(text, sizeof text, "%-68s %4d %4g %6d", list[i]->title, list[i]->defaults.n,
             list[i]->defaults.m, list[i]->defaults.samples);
    lk_help_entry(form, LK_HELP_WORD, list[i]->name, text);
  }
  lk_help_entry(form, LK_HELP_WORD, "trained CHECKPOINT TEXT",
                "heat maps of what every head looks at in a text");
  lk_help_entry(form, LK_HELP_WORD, "all [CHECKPOINT TEXT]",
                "all of them, and a page DIR/index.html");
  lk_help_paragraph(form,
                    "A TEXT with a ⁇ in it is taken as it is, as in \"Where was X "
                    "born?⁇Y⁇\"; to one\nwithout, ⁇ and the model's answer are appended.");
}

static int whole(long value, int otherwise) {
  return value < 0 ? otherwise : (int)value;
}

static lk_status run_experiment(const request *asked, const lk_experiment *experiment,
                                lk_report *report) {
  lk_lab_settings settings = experiment->defaults;
  settings.n = whole(asked->n, settings.n);
  settings.samples = whole(asked->samples, settings.samples);
  if (!isnan(asked->m)) settings.m = asked->m;
  if (asked->seed >= 0) settings.seed = (uint64_t)asked->seed;
  LK_TRY(lk_lab_run(experiment, &settings, report));
  return lk_report_publish(report, asked->out);
}

static lk_status run_trained(const request *asked, lk_report *report) {
  LK_TRY(lk_heads_report(asked->words[1], asked->words[2], asked->without, report));
  return lk_report_publish(report, asked->out);
}

/* Whether the sub-command takes part in what was asked for. */
static int is_asked(const request *asked, const char *name) {
  if (strcmp(asked->words[0], "all")) return !strcmp(asked->words[0], name);
  return strcmp(name, "trained") || asked->word_count == 3;
}

/* Fills `reports`, *count of them. */
static lk_status run(const request *asked, lk_report reports[MOST_REPORTS], int *count) {
  int experiments;
  const lk_experiment *const *list = lk_lab_experiments(&experiments);
  for (int i = 0; i < experiments; i++)
    if (is_asked(asked, list[i]->name))
      LK_TRY(run_experiment(asked, list[i], &reports[(*count)++]));
  if (is_asked(asked, "trained")) LK_TRY(run_trained(asked, &reports[(*count)++]));
  return LK_OK;
}

/* Pictures last: without gnuplot everything else is there. */
static lk_status run_and_draw(const request *asked) {
  lk_report reports[MOST_REPORTS] = {{0}};
  int count = 0, all = !strcmp(asked->words[0], "all");
  lk_status status = run(asked, reports, &count);
  if (status == LK_OK && all) status = lk_report_page(reports, count, asked->out);
  for (int i = 0; i < count && status == LK_OK; i++)
    status = lk_report_draw(&reports[i], asked->out);
  if (status == LK_OK) lk_print_visible(asked->out, "");
  if (status == LK_OK) printf("/%s\n", all ? "index.html shows them all" : "");
  for (int i = 0; i < count; i++)
    lk_report_clear(&reports[i]);
  return status;
}

static const lk_experiment *find(const char *name) {
  int count;
  const lk_experiment *const *list = lk_lab_experiments(&count);
  for (int i = 0; i < count; i++)
    if (!strcmp(name, list[i]->name)) return list[i];
  return NULL;
}

/* Words and options that do not go with the experiment. */
static lk_status check(const request *asked) {
  const char *name = asked->words[0];
  const lk_experiment *experiment = find(name);
  int all = !strcmp(name, "all"), trained = !strcmp(name, "trained");
  int drawn = asked->n >= 0 || asked->samples >= 0 || asked->seed >= 0 || !isnan(asked->m);
  if (!experiment && !all && !trained)
    return lk_fail(LK_USAGE,
                   "attention: unknown experiment %s; `lockstep attention --help` lists "
                   "them",
                   name);
  if (asked->word_count != (trained ? 3 : 1) && !(all && asked->word_count == 3))
    return lk_fail(LK_USAGE, "usage: lockstep attention %s%s", name,
                   trained ? " CHECKPOINT TEXT"
                   : all   ? " [CHECKPOINT TEXT]"
                           : "");
  if (trained && drawn)
    return lk_fail(LK_USAGE, "attention trained: only --out and --without go with it, for "
                             "nothing is drawn at random");
  if (asked->without && asked->word_count != 3)
    return lk_fail(LK_USAGE, "attention %s: --without is of a model's heads; leave it out",
                   name);
  if (experiment && experiment->defaults.m == 0 && !isnan(asked->m))
    return lk_fail(LK_USAGE, "attention %s: there is no m in it; leave --m out", name);
  return LK_OK;
}

/* What we may write in the folder. */
static int is_output(const struct dirent *entry) {
  static const char *const ends[] = {".csv", ".gp", ".svg", ".png", ".html"};
  const char *end = strrchr(entry->d_name, '.');
  for (size_t i = 0; end && i < sizeof ends / sizeof *ends; i++)
    if (!strcmp(end, ends[i])) return 1;
  return 0;
}

/* Nothing that is there already is the checkpoint. */
static lk_status check_folder(const request *asked) {
  struct dirent **list = NULL;
  char path[PATH_MAX];
  lk_status status = LK_OK;
  int count = asked->word_count == 3 ? scandir(asked->out, &list, is_output, NULL) : 0;
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", asked->out, list[i]->d_name);
    if (status == LK_OK)
      status = lk_output_check(path, (const char *const *)&asked->words[1], 1);
    free(list[i]);
  }
  free(list);
  return status;
}

static lk_status work(const request *asked) {
  LK_TRY(check_folder(asked));
  return run_and_draw(asked);
}

lk_status lk_cli_attention(lk_world *world, int argc, char **argv) {
  request asked = nothing_given;
  const lk_option options[] = {
      {"n", 0, LK_OPTION_INT, &asked.n, "N", "keys, from 2 up", 2},
      {"m", 0, LK_OPTION_NUMBER, &asked.m, "M", "how far queries are stretched, at most"},
      {"samples", 0, LK_OPTION_INT, &asked.samples, "N", "random draws, from 2 up", 2},
      {"seed", 0, LK_OPTION_COUNT, &asked.seed, "N", "another seed, other draws (1)"},
      {"without", 0, LK_OPTION_TEXT, &asked.without, "HEADS",
       "with these heads switched off, LAYER:HEAD,…, from 1 up"},
      {"out", 0, LK_OPTION_TEXT, &asked.out, "DIR",
       "where tables and pictures go (runs/attention)"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 6, 1, 3, &words));
  if (words.help) return LK_OK;
  asked.words = words.words;
  asked.word_count = words.count;
  LK_TRY(check(&asked));
  return lk_world_agree(world, lk_world_rank(world) == 0 ? work(&asked) : LK_OK);
}
