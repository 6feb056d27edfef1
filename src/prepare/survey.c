/* The first look at the parts: what they counted, and which documents are the same. */
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "lockstep/text.h"
#include "prepare/merge.h"
#include "prepare/page.h"
#include "prepare/seen.h"
#include <string.h>

typedef struct {
  lk_merge *merge;
  const lk_prepare_plan *plan;
  int drops_same;
  lk_seen seen;
  lk_near *near;
} survey;

static void add_step(lk_prepare_count *to, const lk_prepare_count *more) {
  to->pages += more->pages;
  to->bytes += more->bytes;
  to->characters += more->characters;
  for (uint32_t i = 0; i < more->example_count; i++)
    if (to->example_count < LK_PREPARE_EXAMPLES)
      memcpy(to->examples[to->example_count++], more->examples[i], LK_PREPARE_TITLE);
}

static void add_facts(lk_merge *merge, const lk_spool_facts *facts) {
  lk_prepare_changes *to = &merge->report->changes;
  const lk_prepare_changes *more = &facts->report.changes;
  for (int s = 0; s <= LK_PREPARE_KEPT; s++)
    add_step(&merge->report->steps[s], &facts->report.steps[s]);
  to->composed += more->composed;
  to->controls += more->controls;
  to->invisible += more->invisible;
  to->spaces += more->spaces;
  to->reserved += more->reserved;
  merge->left_out.marks += facts->left_out.marks;
  merge->left_out.returns += facts->left_out.returns;
  merge->newlines += facts->lines - (facts->ends_within_line != 0);
}

static lk_status make_room(lk_merge *merge) {
  uint8_t *larger;
  if (merge->documents < merge->room) return LK_OK;
  uint64_t room = merge->room ? 2 * merge->room : 1 << 20;
  LK_TRY(LK_NEW(larger, room / 8));
  if (merge->room) memcpy(larger, merge->dropped, merge->room / 8);
  lk_free(merge->dropped);
  merge->dropped = larger;
  merge->room = room;
  return LK_OK;
}

/* The step that takes a document because of an earlier one, or LK_PREPARE_KEPT. */
static lk_status compare(survey *s, const lk_spool_head *head,
                         const lk_near_signature *signature, lk_prepare_step *step) {
  int is_new = 1;
  uint64_t of = UINT64_MAX;
  if (s->drops_same) LK_TRY(lk_seen_add(&s->seen, head->hash, &is_new));
  if (is_new && s->near) LK_TRY(lk_near_add(s->near, signature, &of));
  *step = !is_new            ? LK_PREPARE_duplicate
          : of == UINT64_MAX ? LK_PREPARE_KEPT
                             : LK_PREPARE_near;
  return LK_OK;
}

static void uncount(uint64_t *counts, const char *text, uint64_t size) {
  for (uint64_t at = 0; at < size;) {
    uint32_t code_point = 0;
    int length = lk_text_next(text + at, (size_t)(size - at), &code_point);
    counts[code_point]--;
    at += length ? (uint64_t)length : 1;
  }
}

static lk_status drop(survey *s, lk_spool *spool, const lk_spool_head *head,
                      lk_prepare_step step) {
  const char *text;
  lk_prepare_count *kept = &s->merge->report->steps[LK_PREPARE_KEPT];
  LK_TRY(lk_spool_text(spool, &text));
  uncount(s->merge->counts, text, head->size);
  kept->pages--;
  kept->bytes -= head->page_bytes;
  kept->characters -= head->page_characters;
  lk_prepare_take(&s->merge->report->steps[step], head->page_bytes, head->page_characters,
                  text);
  s->merge->dropped[s->merge->documents / 8] |= (uint8_t)(1 << s->merge->documents % 8);
  return LK_OK;
}

static lk_status look_at_documents(survey *s, lk_spool *spool) {
  lk_near_signature signature;
  lk_spool_head head;
  int there;
  for (;;) {
    lk_prepare_step step;
    LK_TRY(lk_prepare_go_on());
    LK_TRY(lk_spool_next(spool, &head, &signature, &there));
    if (!there) return LK_OK;
    LK_TRY(make_room(s->merge));
    LK_TRY(compare(s, &head, &signature, &step));
    if (step != LK_PREPARE_KEPT) LK_TRY(drop(s, spool, &head, step));
    s->merge->documents++;
  }
}

static lk_status look_at_part(survey *s, uint64_t part) {
  char path[PATH_MAX];
  lk_spool *spool;
  s->merge->first[part] = s->merge->documents;
  lk_prepare_part_path(s->plan, part, path);
  LK_TRY(lk_spool_open(&spool, path));
  add_facts(s->merge, lk_spool_facts_of(spool));
  lk_status status = lk_spool_count(spool, s->merge->counts);
  if (status == LK_OK && (s->drops_same || s->near)) status = look_at_documents(s, spool);
  lk_spool_close(spool);
  return status;
}

static lk_status look_at_each(survey *s) {
  lk_progress progress;
  lk_status status = LK_OK;
  lk_progress_begin(&progress, "parts", s->plan->count, "comparing documents");
  for (uint64_t k = 0; k < s->plan->count && status == LK_OK; k++) {
    status = look_at_part(s, k);
    lk_progress_show(&progress, k + 1);
  }
  lk_progress_end(&progress);
  return status;
}

static lk_status look_at_parts(survey *s) {
  const lk_prepare_options *o = s->plan->options;
  s->drops_same = o->duplicates == LK_DUPLICATES_DROP ||
                  (o->duplicates == LK_DUPLICATES_AUTO && s->plan->is_dump);
  LK_TRY(LK_NEW(s->merge->counts, LK_SPOOL_CODE_POINTS));
  LK_TRY(LK_NEW(s->merge->first, s->plan->count));
  if (o->near > 0) LK_TRY(lk_near_create(&s->near, o->near));
  LK_TRY(look_at_each(s));
  s->merge->counts['\n'] += s->merge->newlines; /* they are characters of a text */
  return LK_OK;
}

/* A stub or a log has none of the texts, and JSON may have them in another field. */
static const char *what_is_missing(const lk_merge *merge, const lk_prepare_plan *plan) {
  uint64_t bytes = 0;
  for (int s = 0; s <= LK_PREPARE_KEPT; s++)
    bytes += merge->report->steps[s].bytes;
  if (!plan->is_dump) return "put one document on each line, empty lines do not count";
  return bytes ? "no page of an article is left"
               : "no page has a text; of JSON lines it is in the field that --field names, "
                 "of a wiki's downloads …-pages-articles.xml.bz2 has the texts";
}

lk_status lk_merge_survey(lk_merge *merge, const lk_prepare_plan *plan,
                          lk_prepare_report *report) {
  survey s = {.merge = merge, .plan = plan};
  *merge = (lk_merge){.report = report};
  report->inputs = plan->inputs->count;
  report->is_dump = plan->is_dump;
  lk_status status = look_at_parts(&s);
  lk_seen_free(&s.seen);
  lk_near_free(s.near);
  if (status != LK_OK || report->steps[LK_PREPARE_KEPT].pages) return status;
  return lk_fail(
      LK_BAD_DATA, "%s%s: no documents; %s", lk_file_name(plan->inputs->paths[0]),
      plan->inputs->count > 1 ? " and the other inputs" : "", what_is_missing(merge, plan));
}

int lk_merge_is_dropped(const lk_merge *merge, uint64_t document) {
  return document < merge->documents && merge->dropped[document / 8] >> document % 8 & 1;
}

void lk_merge_free(lk_merge *merge) {
  lk_free(merge->first);
  lk_free(merge->counts);
  lk_free(merge->dropped);
}
