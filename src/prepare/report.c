/* What became of the pages, for people and for programs. */
#include "lockstep/memory.h"
#include "lockstep/prepare.h"
#include "lockstep/visible.h"
#include <cjson/cJSON.h>
#include <string.h>

#define LK_PREPARE_NAME(name, what) #name,
#define LK_PREPARE_WHAT(name, what) what,
static const char *const names[] = {LK_PREPARE_STEPS(LK_PREPARE_NAME) "kept"};
static const char *const whats[] = {LK_PREPARE_STEPS(LK_PREPARE_WHAT) "kept"};

static void print_step(const lk_prepare_count *count, const char *what, FILE *to) {
  fprintf(to, "%12llu %16llu %16llu  %s", (unsigned long long)count->pages,
          (unsigned long long)count->bytes, (unsigned long long)count->characters, what);
  for (uint32_t i = 0; i < count->example_count; i++) {
    char example[LK_VISIBLE_MOST * LK_PREPARE_TITLE + 1];
    lk_visible(example, sizeof example, count->examples[i], "");
    fprintf(to, "%s%s", i ? ", " : ": ", example);
  }
  fprintf(to, "%s\n", count->pages > count->example_count ? ", …" : "");
}

static void print_number(const char *what, uint64_t number, FILE *to) {
  if (number) fprintf(to, "%s: %llu\n", what, (unsigned long long)number);
}

static void print_changes(const lk_prepare_changes *c, FILE *to) {
  print_number("documents brought to NFC", c->composed, to);
  print_number("characters without meaning left out", c->controls, to);
  print_number("invisible characters left out", c->invisible, to);
  print_number("blanks of other kinds made plain ones", c->spaces, to);
  print_number("pads and masks (□, ⁇) left out", c->reserved, to);
}

void lk_prepare_print(const lk_prepare_report *report, FILE *to) {
  fprintf(to, "%12s %16s %16s\n", "pages", "bytes", "characters");
  for (int s = 0; s <= LK_PREPARE_KEPT; s++)
    if (report->steps[s].pages) print_step(&report->steps[s], whats[s], to);
  print_changes(&report->changes, to);
  print_number("documents held out", report->held_out, to);
  if (report->unknown)
    fprintf(to, "the vocabulary covers %.4f %% of the characters, %llu are unknown ones\n",
            100 - 100 * (double)report->unknown / (double)report->characters,
            (unsigned long long)report->unknown);
}

/* Whole to 2^53. */
static int add_number(cJSON *to, const char *name, uint64_t number) {
  return cJSON_AddNumberToObject(to, name, (double)number) != NULL;
}

static int add_examples(cJSON *to, const lk_prepare_count *count) {
  cJSON *list = cJSON_AddArrayToObject(to, "examples");
  int added = list != NULL;
  for (uint32_t i = 0; i < count->example_count && added; i++)
    added = cJSON_AddItemToArray(list, cJSON_CreateString(count->examples[i]));
  return added;
}

static int add_steps(cJSON *to, const lk_prepare_report *report) {
  int added = 1;
  for (int s = 0; s <= LK_PREPARE_KEPT && added; s++) {
    const lk_prepare_count *count = &report->steps[s];
    cJSON *step = cJSON_AddObjectToObject(to, names[s]);
    added = step && cJSON_AddStringToObject(step, "what", whats[s]) &&
            add_number(step, "pages", count->pages) &&
            add_number(step, "bytes", count->bytes) &&
            add_number(step, "characters", count->characters) && add_examples(step, count);
  }
  return added;
}

static int add_changes(cJSON *to, const lk_prepare_changes *c) {
  return to && add_number(to, "documents_composed", c->composed) &&
         add_number(to, "controls", c->controls) &&
         add_number(to, "invisible", c->invisible) && add_number(to, "spaces", c->spaces) &&
         add_number(to, "reserved", c->reserved);
}

static int fill(cJSON *to, const lk_prepare_report *report) {
  return add_steps(cJSON_AddObjectToObject(to, "steps"), report) &&
         add_changes(cJSON_AddObjectToObject(to, "changes"), &report->changes) &&
         add_number(to, "inputs", report->inputs) &&
         add_number(to, "documents", report->documents) &&
         add_number(to, "held_out", report->held_out) &&
         add_number(to, "characters", report->characters) &&
         add_number(to, "bytes", report->bytes) &&
         add_number(to, "tokens", report->tokens) &&
         add_number(to, "vocabulary", (uint64_t)report->vocabulary) &&
         add_number(to, "unknown", report->unknown);
}

lk_status lk_prepare_json(const lk_prepare_report *report, char **json) {
  cJSON *object = cJSON_CreateObject();
  char *text = object && fill(object, report) ? cJSON_Print(object) : NULL;
  lk_status status = text ? lk_copy_text(json, text)
                          : lk_fail(LK_INTERNAL, "out of memory for the report");
  cJSON_free(text);
  cJSON_Delete(object);
  return status;
}
