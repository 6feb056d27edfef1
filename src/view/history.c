#include "view/history.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int begins(const char *text, const char *word) {
  size_t length = strlen(word);
  return !strncmp(text, word, length) && text[length] == ' ';
}

/* Lines of "TIME text"; others, which nobody wrote here, have no time. */
lk_status lk_record_split_history(lk_record *record) {
  size_t lines = 0;
  char *rest;
  for (const char *at = record->history; *at; at++)
    lines += *at == '\n';
  LK_TRY(LK_NEW(record->notes, lines + 1));
  for (char *line = strtok_r(record->history, "\n", &rest); line;
       line = strtok_r(NULL, "\n", &rest)) {
    char *blank = strchr(line, ' ');
    int timed = blank == line + strlen("2026-11-28T19:45:00Z");
    if (timed) *blank = '\0';
    record->notes[record->note_count++] =
        (lk_note){timed ? line : "", timed ? blank + 1 : line};
  }
  assert(record->note_count <= lines + 1);
  return LK_OK;
}

/* Digits that are a step for certain: what scanf takes for numbers may be none. */
const char *lk_note_step(const char *text, double *step) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || digits > 15 || !strchr(" ,;:", text[digits])) return NULL;
  *step = strtod(text, NULL);
  return text + digits;
}

int lk_note_is_start(const char *text, double *step, double *steps) {
  const char *of = begins(text, "step") ? lk_note_step(text + 5, step) : NULL;
  const char *comma = of && !strncmp(of, " of ", 4) ? lk_note_step(of + 4, steps) : NULL;
  return comma && !strncmp(comma, ", ", 2);
}

/* A start is lines of facts, and then its own: this is their order. */
static const char *const words[] = {"data", "machine", "job", "build", "step"};
enum { START = sizeof words / sizeof *words - 1 };

/* Where in a start the line may stand; -1: nowhere. */
static int place_of(const lk_note *note) {
  double step, steps;
  if (lk_note_is_start(note->text, &step, &steps)) return START;
  for (int i = 0; i < START; i++)
    if (begins(note->text, words[i])) return i;
  return -1;
}

/* What stopped a run may begin with such a word, too, as files are called; but it stands
 * behind a start, and the next start or nothing behind it. */
int lk_record_is_of_start(const lk_record *record, size_t i) {
  const lk_note *note = &record->notes[i];
  int place = place_of(note);
  if (place < 0 || place == START) return place == START;
  if (i + 1 < record->note_count) return place_of(note + 1) > place;
  return i == 0 || place_of(note - 1) != START;
}

const char *lk_record_fact(const lk_record *record, const char *word) {
  for (size_t i = record->note_count; i-- > 0;)
    if (begins(record->notes[i].text, word) && lk_record_is_of_start(record, i))
      return record->notes[i].text + strlen(word) + 1;
  return NULL;
}

double lk_record_last_steps(const lk_record *record) {
  double step, steps;
  for (size_t i = record->note_count; i-- > 0;)
    if (lk_note_is_start(record->notes[i].text, &step, &steps)) return steps;
  return 0;
}

const char *lk_record_started(const lk_record *record) {
  return record->note_count && *record->notes[0].time ? record->notes[0].time : NULL;
}

/* Of a run on several ranks, "rank N on HOST: " stands in front. */
int lk_note_is_stop(const char *text) {
  static const char *const ways[] = {"stopped after step ", "stopped before ",
                                     "stopped by SIG"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    for (const char *at = text; (at = strstr(at, ways[i])); at++)
      if (at == text || (at - text > 1 && !memcmp(at - 2, ": ", 2))) return 1;
  return 0;
}

/* Of the newest note with a time; the count of all where there is none. */
static size_t find_last(const lk_record *record) {
  for (size_t i = record->note_count; i-- > 0;)
    if (*record->notes[i].time) return i;
  return record->note_count;
}

const char *lk_record_last_note(const lk_record *record) {
  size_t last = find_last(record);
  return last < record->note_count ? record->notes[last].text : NULL;
}

lk_record_state lk_record_last_end(const lk_record *record) {
  const char *last = lk_record_last_note(record);
  if (!last) return record->note_count ? LK_RECORD_UNKNOWN : LK_RECORD_RUNNING;
  if (!strcmp(last, "complete")) return LK_RECORD_COMPLETE;
  if (lk_note_is_stop(last)) return LK_RECORD_STOPPED;
  return lk_record_is_of_start(record, find_last(record)) ? LK_RECORD_RUNNING
                                                          : LK_RECORD_FAILED;
}
