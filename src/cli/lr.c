/* lockstep lr: which learning rate a config could take. */
#include "cli/command.h"
#include "lockstep/memory.h"
#include "lockstep/objective.h"
#include "lockstep/range_test.h"
#include "lockstep/report.h"
#include "lockstep/visible.h"
#include <limits.h>
#include <stdio.h>

typedef struct {
  lk_range_plan plan;
  const char *out;
} request;

static const request nothing_given = {{1e-6, 1, 100}, "runs/lr"};

static const char commands[] =
    "set logscale x\n"
    "set xlabel 'learning rate'\n"
    "set ylabel 'loss, nats a token'\n"
    "set format x '%.0e'\n"
    "set arrow from suggestion, graph 0 to suggestion, graph 1 nohead linetype 3\n"
    "set label sprintf(' %.2g', suggestion) at suggestion, graph 0.05\n"
    "plot 'lr.csv' using 1:2 with points linetype 6 title 'loss', \\\n"
    "     'lr.csv' using 1:3 with lines linetype 1 title 'running mean'\n";

static lk_status fill(lk_report *report, const lk_range_point *points, long count) {
  static const lk_column columns[] = {
      {"learning_rate", "%.4g"}, {"loss", "%.5f"}, {"smoothed", "%.5f"}};
  double suggestion = lk_range_suggestion(points, count);
  char variable[64];
  lk_table *table;
  LK_TRY(lk_report_add_table(report, &table, "lr", "the loss while the learning rate rises",
                             columns, 3));
  for (long i = 0; i < count; i++)
    LK_TRY(LK_TABLE_ADD(table, points[i].rate, points[i].loss, points[i].smoothed));
  snprintf(variable, sizeof variable, "suggestion = %.17g", suggestion);
  snprintf(report->sentence, sizeof report->sentence,
           "The loss is lowest at a learning rate of %.2g; learning_rate=%.1g leaves room "
           "for a long run.",
           10 * suggestion, suggestion);
  return lk_report_add_picture(report, "lr", 900, 500, variable, commands);
}

/* Rank 0. The picture last: without gnuplot everything else is there. */
static lk_status show(const request *asked, const lk_range_point *points, long count) {
  lk_report report = {.name = "lr", .title = "Learning-rate range test", .formulas = ""};
  if (count == 0)
    return lk_fail(LK_BAD_DATA,
                   "lr: the loss of the first step is no number; lower --lowest");
  lk_status status = fill(&report, points, count);
  if (status == LK_OK) status = lk_report_publish(&report, asked->out);
  if (status == LK_OK) status = lk_report_draw(&report, asked->out);
  if (status == LK_OK) lk_print_visible(asked->out, "");
  if (status == LK_OK) printf("/lr.svg\n");
  lk_report_clear(&report);
  return status;
}

/* All ranks. A rate that is too high is what is looked for, no failure. */
static lk_status test(lk_world *world, lk_config *config, const request *asked) {
  lk_trainer *trainer = NULL;
  lk_range_point *points = NULL;
  long count = 0;
  config->gradient_limit = 0;
  config->on_nonfinite = 1;
  LK_TRY(lk_world_agree(world, LK_NEW(points, (size_t)asked->plan.steps)));
  lk_status status =
      lk_trainer_open(&trainer, world, config, lk_task_guess(config), LK_TO_MEASURE);
  if (status == LK_OK) status = lk_range_test(trainer, &asked->plan, points, &count);
  if (status == LK_OK)
    status = lk_world_agree(world,
                            lk_world_rank(world) == 0 ? show(asked, points, count) : LK_OK);
  lk_trainer_free(trainer);
  lk_free(points);
  return status;
}

static lk_status check(const request *asked) {
  const lk_range_plan *plan = &asked->plan;
  if (plan->lowest > 0 && plan->highest > plan->lowest) return LK_OK;
  return lk_fail(LK_USAGE, "lr: --lowest %g must be above 0 and below --highest %g",
                 plan->lowest, plan->highest);
}

lk_status lk_cli_lr(lk_world *world, int argc, char **argv) {
  request asked = nothing_given;
  const lk_option options[] = {
      {"steps", 'n', LK_OPTION_INT, &asked.plan.steps, "N", "steps, each at its rate (100)",
       2},
      {"lowest", 0, LK_OPTION_NUMBER, &asked.plan.lowest, "R", "first rate (1e-6)"},
      {"highest", 0, LK_OPTION_NUMBER, &asked.plan.highest, "R",
       "last rate (1), unless the loss diverges before"},
      {"out", 0, LK_OPTION_TEXT, &asked.out, "DIR",
       "where table and picture go (runs/lr)"}};
  lk_words words;
  lk_config *config = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 4, 1, INT_MAX, &words));
  if (words.help) return LK_OK;
  LK_TRY(check(&asked));
  lk_status status = lk_arguments_config(world, &words, &config);
  if (status == LK_OK) status = test(world, config, &asked);
  lk_config_free(config);
  return status;
}
