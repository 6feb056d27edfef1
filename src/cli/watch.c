/* Runs as they go on, in the terminal; from any host that sees their files. */
#include "cli/command.h"
#include "cli/slurm.h"
#include "lockstep/memory.h"
#include "lockstep/screen.h"
#include "lockstep/signals.h"
#include "lockstep/terminal.h"
#include "lockstep/visible.h"
#include "lockstep/watchdog.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { EVERY = 2000 /* milliseconds */, CONTROL_C = 3, BELOW = 2 /* lines: job, keys */ };

static void print_job(FILE *to, const lk_record *record, int width) {
  char line[LK_SLURM_LINE], shown[LK_VISIBLE_MOST * LK_SLURM_LINE];
  lk_slurm_say(record, line);
  lk_visible(shown, sizeof shown, line, "");
  if (*line) fprintf(to, "%.*s\n", lk_terminal_fit(shown, width), shown);
}

static lk_status print_one(FILE *to, const lk_record *record, const lk_terminal *terminal) {
  LK_TRY(lk_screen_print(to, record, terminal));
  print_job(to, record, terminal->width);
  return LK_OK;
}

/* The others are shown if one of several cannot be read. */
static lk_status read_all(lk_record *records, const lk_words *runs, int is_drawn) {
  for (int i = 0; i < runs->count; i++) {
    lk_status status = lk_record_read_run(&records[i], runs->words[i], 1);
    if (status == LK_OK) continue;
    if (runs->count == 1) return status;
    if (!is_drawn) lk_say("%s", lk_message());
    LK_TRY(lk_record_make_unreadable(&records[i], runs->words[i]));
  }
  return LK_OK;
}

/* What there is room for. The last column stays free: terminals begin a line behind it.
 * What is not drawn over itself may be of any height. */
static lk_terminal find_room(int is_drawn) {
  lk_terminal room = lk_terminal_of(STDOUT_FILENO);
  room.width -= room.rewrites;
  room.height = is_drawn && room.height > BELOW ? room.height - BELOW : 0;
  return room;
}

static lk_status print_all(FILE *to, const lk_words *runs) {
  lk_terminal terminal = find_room(to != stdout);
  lk_record records[LK_RECORDS_MOST] = {{0}};
  lk_status status = read_all(records, runs, to != stdout);
  if (status == LK_OK && runs->count == 1)
    status = print_one(to, records, &terminal);
  else if (status == LK_OK)
    status = lk_screen_print_list(to, records, runs->count, &terminal);
  for (int i = 0; i < runs->count; i++)
    lk_record_clear(&records[i]);
  return status;
}

/* Over the screen before: each line up to its end, and what is below the last. What has no
 * room below is left out, lest the first lines scroll away. */
static void draw(const char *text) {
  int height = lk_terminal_of(STDOUT_FILENO).height, line = 1;
  fputs("\033[H", stdout);
  for (const char *end; (end = strchr(text, '\n')); text = end + 1)
    if (height == 0 || line++ < height) printf("%.*s\033[K\n", (int)(end - text), text);
  fputs("\033[0mq quits\033[K\033[J", stdout);
  fflush(stdout);
}

static lk_status draw_all(const lk_words *runs) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return lk_fail(LK_INTERNAL, "watch: out of memory");
  lk_status status = print_all(memory, runs);
  if (fclose(memory) && status == LK_OK)
    status = lk_fail(LK_INTERNAL, "watch: out of memory");
  if (status == LK_OK) draw(text);
  free(text);
  return status;
}

/* Waits a while; nonzero when the user wants to leave, or is gone. */
static int asked_to_quit(void) {
  struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
  char key = 0;
  int ready = poll(&keys, 1, EVERY);
  if (lk_signals_received()) return 1;
  if (ready <= 0) return 0;
  return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == CONTROL_C;
}

/* Keys come at once and without an echo; interrupts as keys, and signals are waited for, so
 * that the terminal is always given back as it was. */
static lk_status watch(const lk_words *runs) {
  struct termios before, raw;
  if (tcgetattr(STDIN_FILENO, &before)) return print_all(stdout, runs);
  lk_signals_catch();
  raw = before;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  fputs("\033[2J", stdout);
  lk_status status = draw_all(runs);
  while (status == LK_OK && !asked_to_quit() && !ferror(stdout))
    status = draw_all(runs);
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
  fputc('\n', stdout);
  return status;
}

lk_status lk_cli_watch(lk_world *world, int argc, char **argv) {
  int once = 0;
  const lk_option options[] = {
      {"once", 0, LK_OPTION_FLAG, &once, "", "print one screen, as without a terminal"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 1, LK_RECORDS_MOST, &words));
  if (words.help) return LK_OK;
  lk_watchdog_phase(lk_world_watchdog(world), 0, "watching", LK_TAKES_ITS_TIME);
  if (lk_world_rank(world)) return lk_world_agree(world, LK_OK);
  int is_live = !once && isatty(STDIN_FILENO) && lk_terminal_of(STDOUT_FILENO).rewrites;
  return lk_world_agree(world, is_live ? watch(&words) : print_all(stdout, &words));
}
