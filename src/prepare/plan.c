#include "prepare/plan.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/signals.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What rank 0 finds out about an input, and tells. */
typedef struct {
  uint64_t parts, size;
  int is_dump, is_lines, is_pipe, is_packed;
} facts;

static int is_by_lines(const lk_prepare_plan *plan, lk_dump_kind kind) {
  return kind == LK_DUMP_TEXT && plan->options->dump.documents == LK_DOCUMENTS_LINE;
}

/* A pipe cannot be opened again: it stays open, and nothing of it is read yet. */
static lk_status look_at(lk_prepare_plan *plan, uint64_t i, facts *f) {
  const lk_dump_page *first;
  lk_dump *dump;
  int is_pipe = lk_file_is_pipe(plan->inputs->paths[i]);
  LK_TRY(lk_inputs_open(plan->inputs, i, &plan->options->dump, &dump));
  lk_dump_kind kind = lk_dump_kind_of(dump);
  *f = (facts){.parts = 1,
               .size = lk_dump_size(dump),
               .is_dump = kind == LK_DUMP_XML || kind == LK_DUMP_JSON,
               .is_lines = is_by_lines(plan, kind),
               .is_pipe = is_pipe,
               .is_packed = strcmp(lk_dump_form(dump), "plain") != 0};
  if (is_pipe) {
    assert(!plan->piped);
    plan->piped = dump;
    return LK_OK;
  }
  lk_status status = lk_dump_next(dump, &first);
  if (status == LK_OK) f->parts = first ? lk_dump_parts(dump, plan->options->part) : 0;
  lk_dump_close(dump);
  return status;
}

static lk_status check_pipes(const lk_inputs *inputs) {
  const char *first = NULL;
  for (size_t i = 0; i < inputs->count; i++) {
    if (!lk_file_is_pipe(inputs->paths[i])) continue;
    if (first)
      return lk_fail(LK_USAGE, "%s and %s are pipes: only one of the inputs can be one",
                     lk_file_name(first), lk_file_name(inputs->paths[i]));
    first = inputs->paths[i];
  }
  return LK_OK;
}

static lk_status look_at_all(lk_prepare_plan *plan, facts *all) {
  LK_TRY(check_pipes(plan->inputs));
  for (uint64_t i = 0; i < plan->inputs->count; i++)
    LK_TRY(look_at(plan, i, &all[i]));
  return LK_OK;
}

static void cut(lk_prepare_plan *plan, uint64_t input, uint64_t count) {
  uint64_t size = plan->options->part;
  for (uint64_t k = 0; k < count; k++) {
    lk_dump_part part = {k * size, k + 1 < count ? (k + 1) * size : UINT64_MAX};
    plan->parts[plan->count++] = (lk_prepare_part){input, part, count == 1};
  }
}

static lk_status take_facts(lk_prepare_plan *plan, const facts *all) {
  uint64_t parts = 0, inputs = plan->inputs->count;
  for (uint64_t i = 0; i < inputs; i++)
    parts += all[i].parts;
  LK_TRY(LK_NEW(plan->parts, parts));
  plan->is_resumable = plan->is_lines = 1;
  for (uint64_t i = 0; i < inputs; i++) {
    cut(plan, i, all[i].parts);
    plan->bytes += all[i].size;
    plan->is_dump |= all[i].is_dump;
    plan->is_lines &= all[i].is_lines;
    plan->is_resumable &= !all[i].is_pipe;
  }
  plan->is_one_text =
      inputs == 1 && all[0].is_lines && !all[0].is_pipe && !all[0].is_packed;
  return LK_OK;
}

static lk_status read_templates(lk_world *world, lk_prepare_plan *plan) {
  const char *path = plan->options->templates;
  size_t size;
  return lk_world_agree(world, path ? lk_file_read(path, &plan->templates, &size) : LK_OK);
}

/* Beside the corpus; where that is no file, where temporary files are. */
static lk_status name_folder(lk_prepare_plan *plan, const char *output) {
  struct stat is;
  const char *temporary = getenv("TMPDIR");
  size_t room = sizeof plan->folder;
  if (stat(output, &is) || S_ISREG(is.st_mode)) {
    if (snprintf(plan->folder, room, "%s.parts", output) < (int)room) return LK_OK;
    return lk_fail(LK_USAGE, "%s: the name is too long", output);
  }
  plan->is_resumable = 0;
  snprintf(plan->folder, room, "%s/lockstep-XXXXXX",
           temporary && *temporary ? temporary : "/tmp");
  if (mkdtemp(plan->folder)) return LK_OK;
  return lk_fail(LK_IO, "%s: cannot make a temporary folder; set TMPDIR", plan->folder);
}

lk_status lk_prepare_plan_make(lk_world *world, lk_prepare_plan *plan,
                               const lk_inputs *inputs, const char *output,
                               const lk_prepare_options *options) {
  facts *all = NULL;
  int first = lk_world_rank(world) == 0;
  *plan = (lk_prepare_plan){.inputs = inputs, .options = options, .lock = -1};
  LK_TRY(read_templates(world, plan));
  LK_TRY(LK_NEW(all, inputs->count));
  lk_status status = lk_world_agree(world, first ? look_at_all(plan, all) : LK_OK);
  if (status == LK_OK) status = lk_world_broadcast(world, all, inputs->count * sizeof *all);
  if (status == LK_OK) status = take_facts(plan, all);
  lk_free(all);
  LK_TRY(status);
  LK_TRY(lk_world_agree(world, first ? name_folder(plan, output) : LK_OK));
  return lk_world_broadcast(world, plan->folder, sizeof plan->folder);
}

void lk_prepare_plan_free(lk_prepare_plan *plan) {
  lk_dump_close(plan->piped);
  if (plan->lock >= 0) close(plan->lock);
  lk_free(plan->templates);
  lk_free(plan->parts);
}

lk_status lk_prepare_go_on(void) {
  const char *reason = lk_signals_received();
  if (!reason) return LK_OK;
  return lk_fail(LK_STOPPED, "stopped by %s while the corpus was put together", reason);
}

int lk_prepare_composes(const lk_prepare_plan *plan) {
  return plan->options->composes || plan->is_dump;
}
