#include "lockstep/screen.h"
#include "lockstep/duration.h"
#include "lockstep/memory.h"
#include "lockstep/terminal.h"
#include "lockstep/visible.h"
#include "view/curve.h"
#include "view/ranks.h"
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CURVE_LINES = 6, NOTES = 4, LEVELS = 8, RANKS = 8 /* that are shown in any case */ };
enum { BEHIND_BAR = 7, BEFORE_CURVE = 10 /* columns of numbers */ };

static int bounded(int width) {
  return width < LK_SCREEN_MOST ? width : LK_SCREEN_MOST;
}

/* As much of a text as fits into a line. */
static lk_status print_line(FILE *to, const char *text, int width) {
  char *shown;
  size_t room = LK_VISIBLE_MOST * strlen(text) + 1;
  LK_TRY(LK_NEW(shown, room));
  lk_visible(shown, room, text, "");
  fprintf(to, "%.*s\n", lk_terminal_fit(shown, width), shown);
  lk_free(shown);
  return LK_OK;
}

static double share_of(const lk_record *record) {
  return record->steps > 0 ? fmin(1, record->step / record->steps) : 0;
}

static void print_bar(FILE *to, double share, int width) {
  assert(share >= 0 && share <= 1 && width > 2);
  fputc('[', to);
  for (int i = 0; i < width - 2; i++)
    fputc(i < (int)(share * (width - 2) + 0.5) ? '#' : '.', to);
  fputc(']', to);
}

static void print_progress(FILE *to, const lk_record *record, int width) {
  char text[80], left[LK_DURATION_TEXT];
  double seconds = lk_record_left(record);
  int length = snprintf(text, sizeof text, "%s, step %.0f",
                        lk_record_state_name(record->state), record->step);
  if (record->steps > 0)
    length +=
        snprintf(text + length, sizeof text - (size_t)length, " of %.0f", record->steps);
  if (seconds > 0)
    snprintf(text + length, sizeof text - (size_t)length, ", %s left",
             lk_duration_print(left, seconds));
  fprintf(to, "%.*s\n", width, text);
  if (record->steps > 0 && width > BEHIND_BAR + 2) {
    print_bar(to, share_of(record), width - BEHIND_BAR);
    fprintf(to, " %5.1f%%\n", 100 * share_of(record));
  }
}

static lk_status print_number(FILE *to, double value, const char *name, const char *format,
                              int width) {
  char text[80], number[40];
  if (!isfinite(value)) return LK_OK;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  snprintf(number, sizeof number, format, value);
#pragma GCC diagnostic pop
  snprintf(text, sizeof text, "%-14s %12s", name, number);
  return print_line(to, text, width);
}

static lk_status print_numbers(FILE *to, const lk_record *record, int width) {
  static const char *const columns[][3] = {{"loss", "loss", "%.4f"},
                                           {"held_out_loss", "held-out loss", "%.4f"},
                                           {"learning_rate", "learning rate", "%.3g"},
                                           {"gradient_norm", "gradient norm", "%.3g"},
                                           {"tokens_per_second", "tokens/s", "%.0f"},
                                           {"peak_memory_mb", "memory, MB", "%.0f"}};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    LK_TRY(print_number(to, lk_columns_newest(&record->metrics, columns[i][0]),
                        columns[i][1], columns[i][2], width));
  return print_number(to, lk_record_best(record), "best score", "%.1f%%", width);
}

/* One line of the picture: in each column a block as high as the curve reaches into it. */
static void print_blocks(FILE *to, const lk_curve *curve, double low, double high,
                         int line) {
  static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  for (size_t i = 0; i < curve->count; i++) {
    double height = (curve->value[i] - low) / (high - low) * (CURVE_LINES * LEVELS - 1) + 1;
    int level = (int)height - line * LEVELS;
    fputs(blocks[level < 0 ? 0 : level > LEVELS ? LEVELS : level], to);
  }
  fputc('\n', to);
}

static lk_status print_curve(FILE *to, const lk_record *record, int width, size_t lines) {
  lk_curve curve;
  double low = INFINITY, high = -INFINITY;
  if (width <= BEFORE_CURVE || lines < CURVE_LINES) return LK_OK;
  lk_status status = lk_curve_make(&curve, record, "loss");
  lk_curve_average(&curve, (size_t)(width - BEFORE_CURVE));
  for (size_t i = 0; i < curve.count; i++) {
    low = fmin(low, curve.value[i]);
    high = fmax(high, curve.value[i]);
  }
  for (int line = CURVE_LINES - 1; line >= 0 && high > low; line--) {
    if (line == CURVE_LINES - 1 || line == 0)
      fprintf(to, "%8.3f  ", line ? high : low);
    else
      fputs("          ", to);
    print_blocks(to, &curve, low, high, line);
  }
  lk_curve_clear(&curve);
  return status;
}

/* Shares of the newest step. */
static lk_status print_parts(FILE *to, const lk_record *record, int width) {
  const lk_columns *m = &record->metrics;
  char text[120];
  double all = m->rows ? lk_record_seconds(m, m->rows - 1) : 0;
  if (!(all > 0)) return LK_OK;
  snprintf(text, sizeof text,
           "%.3f s a step: computing %.0f%%, sending and waiting %.0f%%, data %.0f%%", all,
           100 * lk_columns_newest(m, "compute_seconds") / all,
           100 * lk_columns_newest(m, "communication_seconds") / all,
           100 * lk_columns_newest(m, "data_seconds") / all);
  return print_line(to, text, width);
}

static int is_in_trouble(const lk_rank_row *row) {
  return !strcmp(row->state, "slow") || !strcmp(row->state, "silent");
}

/* A rank in trouble is coloured, and is shown however many others there are. */
static lk_status print_rank(FILE *to, const lk_rank_row *row, double least, int width,
                            int colours) {
  char text[400], silence[40] = "";
  int marked = colours && is_in_trouble(row);
  if (!strcmp(row->state, "silent"))
    snprintf(silence, sizeof silence, ", for %.0f s", row->silent);
  snprintf(text, sizeof text, "rank %-4d %-6s waited %.0f s  %.80s%s  %s", row->rank,
           row->state, row->waited - least, row->phase, silence, row->host);
  if (marked) fputs("\033[33m", to);
  lk_status status = print_line(to, text, width);
  if (marked) fputs("\033[0m", to);
  return status;
}

/* Of the ranks in trouble and `others` first ones, and of the line that counts the rest. */
static size_t count_rank_lines(const lk_record *record, size_t others) {
  size_t shown = others;
  for (size_t r = 0; r < record->rank_count; r++)
    shown += (size_t)is_in_trouble(&record->ranks[r]);
  return shown + (shown < record->rank_count);
}

/* How many ranks that are in no trouble have room. */
static size_t find_others(const lk_record *record, size_t lines) {
  size_t others = 0;
  for (size_t r = 0; r < RANKS && r < record->rank_count; r++)
    others += (size_t)!is_in_trouble(&record->ranks[r]);
  while (others > 0 && count_rank_lines(record, others) > lines)
    others--;
  return others;
}

static lk_status print_ranks(FILE *to, const lk_record *record, int width, int colours,
                             size_t others) {
  double least = lk_record_least_waited(record);
  size_t left_out = 0;
  char more[40];
  for (size_t r = 0; r < record->rank_count; r++) {
    const lk_rank_row *row = &record->ranks[r];
    if (is_in_trouble(row) || others > 0) {
      others -= !is_in_trouble(row);
      LK_TRY(print_rank(to, row, least, width, colours));
    } else {
      left_out++;
    }
  }
  snprintf(more, sizeof more, "and %zu more", left_out);
  return left_out ? print_line(to, more, width) : LK_OK;
}

static lk_status print_notes(FILE *to, const lk_record *record, int width, size_t notes) {
  for (size_t i = record->note_count - notes; i < record->note_count; i++)
    LK_TRY(print_line(to, record->notes[i].text, width));
  return LK_OK;
}

static lk_status print_head(FILE *to, const lk_record *record, int width) {
  LK_TRY(print_line(to, record->folder, width));
  print_progress(to, record, width);
  return print_numbers(to, record, width);
}

/* Prints the head; *lines: how many it has. */
static lk_status begin_screen(FILE *to, const lk_record *record, int width, size_t *lines) {
  char *head = NULL;
  size_t size;
  FILE *memory = open_memstream(&head, &size);
  if (!memory) return lk_fail(LK_INTERNAL, "watch: out of memory");
  lk_status status = print_head(memory, record, width);
  if (fclose(memory) && status == LK_OK)
    status = lk_fail(LK_INTERNAL, "watch: out of memory");
  for (const char *at = status == LK_OK ? head : ""; *at; at++)
    *lines += *at == '\n';
  if (status == LK_OK) fputs(head, to);
  free(head);
  return status;
}

static size_t take(size_t wanted, size_t *left) {
  size_t taken = wanted < *left ? wanted : *left;
  *left -= taken;
  return taken;
}

lk_status lk_screen_print(FILE *to, const lk_record *record, const lk_terminal *terminal) {
  int width = bounded(terminal->width), runs = record->state == LK_RECORD_RUNNING;
  size_t used = 1 /* that of the parts */, left = SIZE_MAX;
  LK_TRY(begin_screen(to, record, width, &used));
  if (terminal->height > 0) left = (size_t)terminal->height;
  take(used, &left);
  size_t others = find_others(record, left);
  if (runs) take(count_rank_lines(record, others), &left);
  size_t notes = take(record->note_count < NOTES ? record->note_count : NOTES, &left);
  LK_TRY(print_curve(to, record, width, left));
  LK_TRY(print_parts(to, record, width));
  if (runs) LK_TRY(print_ranks(to, record, width, terminal->colours, others));
  return print_notes(to, record, width, notes);
}

static lk_status print_row(FILE *to, const lk_record *record, int width) {
  char text[200], loss[32] = "-", left[LK_DURATION_TEXT] = "-";
  double seconds = lk_record_left(record);
  double newest = lk_columns_newest(&record->metrics, "loss");
  if (isfinite(newest)) snprintf(loss, sizeof loss, "%.4f", newest);
  if (seconds > 0) lk_duration_print(left, seconds);
  snprintf(text, sizeof text, "%-17s %8.0f %5.1f%%  %8s  %7s  %.80s",
           lk_record_state_name(record->state), record->step, 100 * share_of(record), loss,
           left, record->folder);
  return print_line(to, text, width);
}

lk_status lk_screen_print_list(FILE *to, const lk_record *records, int count,
                               const lk_terminal *terminal) {
  int width = bounded(terminal->width);
  LK_TRY(
      print_line(to, "state                 step   done      loss     left  run", width));
  for (int i = 0; i < count; i++)
    LK_TRY(print_row(to, &records[i], width));
  return LK_OK;
}
