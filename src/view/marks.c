/* What happened at which step: starts, ends, updates left out, numbers that are none. */
#include "lockstep/record.h"
#include "view/escape.h"
#include "view/history.h"
#include "view/page.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 200 }; /* of a kind: a run that fails all the time is no larger page */

typedef struct {
  FILE *data;
  int printed;
} marks;

static lk_status add(marks *m, double at, const char *kind, const char *text) {
  if (!isfinite(at)) return LK_OK; /* a table may say so */
  fprintf(m->data, "%s[%.15g,\"%s\",", m->printed++ ? "," : "", at, kind);
  LK_TRY(lk_print_json(m->data, text));
  fputc(']', m->data);
  return LK_OK;
}

/* The step that a note is of, by its own words; else `otherwise`. */
static double step_of(const char *text, double otherwise) {
  static const char words[] = "after step ";
  const char *after = strstr(text, words);
  double step;
  return after && lk_note_step(after + strlen(words), &step) ? step : otherwise;
}

/* Where the start behind a note goes on: that is how far its loss of steps went back. */
static double next_start(const lk_record *record, size_t i) {
  double step, steps;
  for (; i < record->note_count; i++)
    if (lk_note_is_start(record->notes[i].text, &step, &steps)) return step;
  return record->step;
}

static lk_status add_notes(marks *m, const lk_record *record) {
  size_t first = record->note_count > MOST ? record->note_count - MOST : 0;
  for (size_t i = first; i < record->note_count; i++) {
    const char *text = record->notes[i].text;
    double start, steps;
    if (lk_note_is_start(text, &start, &steps)) {
      if (start > 0) LK_TRY(add(m, start, "start", text));
    } else if (strcmp(text, "complete") && !lk_record_is_of_start(record, i)) {
      LK_TRY(add(m, step_of(text, next_start(record, i)),
                 lk_note_is_stop(text) ? "stop" : "fault", text));
    }
  }
  return LK_OK;
}

/* The count begins anew at each start. */
static lk_status add_skipped(marks *m, const lk_columns *from, int step) {
  int skipped = lk_columns_find(from, "skipped_updates"), most = MOST;
  double before = 0;
  for (size_t i = 0; i < from->rows && skipped >= 0 && most; i++) {
    double now = lk_columns_at(from, i, skipped);
    if (now > before) {
      LK_TRY(add(m, lk_columns_at(from, i, step), "skip", "update left out"));
      most--;
    }
    before = now;
  }
  return LK_OK;
}

static lk_status add_useless(marks *m, const lk_columns *from, int step) {
  int loss = lk_columns_find(from, "loss"), most = MOST;
  for (size_t i = 0; i < from->rows && loss >= 0 && most; i++) {
    if (isfinite(lk_columns_at(from, i, loss))) continue;
    LK_TRY(add(m, lk_columns_at(from, i, step), "fault", "the loss is no finite number"));
    most--;
  }
  return LK_OK;
}

lk_status lk_page_marks(FILE *data, const lk_record *record) {
  marks m = {data, 0};
  int step = lk_columns_find(&record->metrics, "step");
  fputc('[', data);
  LK_TRY(add_notes(&m, record));
  if (step >= 0) LK_TRY(add_skipped(&m, &record->metrics, step));
  if (step >= 0) LK_TRY(add_useless(&m, &record->metrics, step));
  fputc(']', data);
  return LK_OK;
}
