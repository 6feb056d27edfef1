#include "lockstep/progress.h"
#include "base/clock.h"
#include "lockstep/duration.h"
#include "lockstep/status.h"
#include "lockstep/terminal.h"
#include "lockstep/visible.h"
#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 200, WIDEST_BAR = 40, NARROWEST_BAR = 5 };

static const double often = 0.2; /* seconds between two states of a bar */

/* Set once, before there are threads. */
static int is_allowed;
static double quiet, every;

static atomic_flag is_taken = ATOMIC_FLAG_INIT;

void lk_progress_allow(double seconds_before, double seconds_between) {
  assert(seconds_before >= 0 && seconds_between >= 0);
  is_allowed = 1;
  quiet = seconds_before;
  every = seconds_between > quiet ? seconds_between : quiet;
}

void lk_progress_begin(lk_progress *p, const char *unit, uint64_t total, const char *format,
                       ...) {
  char text[sizeof p->what];
  va_list arguments;
  *p = (lk_progress){.unit = unit, .total = total};
  p->is_shown = is_allowed && !atomic_flag_test_and_set(&is_taken);
  if (!p->is_shown) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  lk_visible(p->what, sizeof p->what, text, "");
  p->began = lk_clock();
  p->due = p->began + (lk_terminal_of(STDERR_FILENO).rewrites ? quiet : every);
}

/* "45 % of 12.3 MB, 3.1 MB/s, 12s left" */
static void write_state(const lk_progress *p, uint64_t done, double elapsed,
                        char text[LINE]) {
  char left[LK_DURATION_TEXT], all[64], speed[32] = "";
  double rate = elapsed > 0 ? (double)done / elapsed : 0;
  uint64_t total = p->total ? p->total : done;
  if (p->unit)
    snprintf(all, sizeof all, "%llu %s", (unsigned long long)total, p->unit);
  else
    snprintf(all, sizeof all, "%.1f MB", 1e-6 * (double)total);
  if (!p->unit) snprintf(speed, sizeof speed, ", %.1f MB/s", 1e-6 * rate);
  if (!p->total || rate <= 0)
    snprintf(text, LINE, "%s%s", all, speed);
  else
    snprintf(text, LINE, "%.0f %% of %s%s, %s left", 100 * (double)done / (double)total,
             all, speed, lk_duration_print(left, (double)(total - done) / rate));
}

/* What it is, a bar where there is room for one, and the state. */
static void show_bar(const lk_progress *p, uint64_t done, const char *state) {
  char text[2 * LINE], bar[WIDEST_BAR + 1];
  int width = lk_terminal_of(STDERR_FILENO).width;
  int room = width - (int)(strlen(p->what) + strlen(state)) - 6;
  if (room > WIDEST_BAR) room = WIDEST_BAR;
  if (!p->total || room < NARROWEST_BAR) {
    snprintf(text, sizeof text, "%s: %s", p->what, state);
  } else {
    int full = (int)((double)done / (double)p->total * room);
    assert(full >= 0 && full <= room);
    for (int i = 0; i < room; i++)
      bar[i] = i < full ? '#' : '.';
    bar[room] = '\0';
    snprintf(text, sizeof text, "%s [%s] %s", p->what, bar, state);
  }
  lk_terminal_show(text);
}

void lk_progress_show(lk_progress *p, uint64_t done) {
  char state[LINE];
  if (!p->is_shown || !done) return;
  double now = lk_clock();
  if (now < p->due) return;
  if (p->total && done > p->total) done = p->total;
  int rewrites = lk_terminal_of(STDERR_FILENO).rewrites;
  p->due = now + (rewrites ? often : every);
  write_state(p, done, now - p->began, state);
  if (rewrites)
    show_bar(p, done, state);
  else
    lk_say("%s: %s", p->what, state);
}

void lk_progress_end(lk_progress *p) {
  if (!p->is_shown) return;
  lk_terminal_clear();
  atomic_flag_clear(&is_taken);
  p->is_shown = 0;
}
