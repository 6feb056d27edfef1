#include "lockstep/prepare.h"
#include "lockstep/file.h"
#include "prepare/merge.h"
#include "prepare/work.h"
#include <string.h>

lk_prepare_options lk_prepare_defaults(void) {
  return (lk_prepare_options){.dump = lk_dump_defaults(),
                              .wiki = lk_wiki_options_default,
                              .tokenizer = "characters",
                              .held_out_share = 0.01,
                              .part = (uint64_t)16 << 20};
}

/* Rank 0: the parts that all ranks made become the corpus. */
static lk_status merge(const lk_prepare_plan *plan, const char *output,
                       lk_prepare_report *report) {
  lk_merge merge;
  lk_status status = lk_merge_survey(&merge, plan, report);
  if (status == LK_OK) {
    const char *name = lk_file_name(plan->inputs->paths[0]);
    merge.left_out.composed = plan->is_dump ? 0 : report->changes.composed;
    lk_clean_say(plan->inputs->count == 1 ? name : "the texts", &merge.left_out);
    status = lk_merge_write(&merge, plan, output);
  }
  lk_merge_free(&merge);
  return status;
}

void lk_prepare_end(const lk_prepare_plan *plan, lk_status status) {
  if (status == LK_STOPPED && plan->is_resumable)
    lk_say("%s has what is done; the same command goes on from there", plan->folder);
  else
    lk_prepare_folder_remove(plan);
}

lk_status lk_prepare_parts(lk_world *world, lk_prepare_plan *plan) {
  int rank = lk_world_rank(world);
  LK_TRY(lk_world_agree(world, rank == 0 ? lk_prepare_folder_open(plan) : LK_OK));
  return lk_world_agree(world, lk_prepare_work(plan, rank, lk_world_size(world)));
}

lk_status lk_prepare(lk_world *world, const lk_inputs *inputs, const char *output,
                     const lk_prepare_options *options, lk_prepare_report *report) {
  lk_prepare_plan plan;
  int first = lk_world_rank(world) == 0;
  memset(report, 0, sizeof *report);
  lk_status status = lk_prepare_plan_make(world, &plan, inputs, output, options);
  if (status == LK_OK) {
    status = lk_prepare_parts(world, &plan);
    if (status == LK_OK)
      status = lk_world_agree(world, first ? merge(&plan, output, report) : LK_OK);
    if (first) lk_prepare_end(&plan, status);
  }
  lk_prepare_plan_free(&plan);
  return status;
}
