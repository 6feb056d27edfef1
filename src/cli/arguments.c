#include "cli/command.h"
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 8, HELP = 1000, FIRST = 2000 };

static void print_help(const lk_command *command, const lk_option *options, int count) {
  printf("usage: lockstep %s %s%s\n\n%s.\n", command->name, command->arguments,
         count ? " [option ...]" : "", command->summary);
  if (count) printf("\n");
  for (int i = 0; i < count; i++) {
    char head[64];
    const char *gap = *options[i].value ? " " : "";
    if (options[i].letter)
      snprintf(head, sizeof head, "-%c, --%s%s%s", options[i].letter, options[i].name, gap,
               options[i].value);
    else
      snprintf(head, sizeof head, "--%s%s%s", options[i].name, gap, options[i].value);
    printf("  %-26s %s\n", head, options[i].help);
  }
  if (command->more_help) command->more_help();
}

static lk_status take_number(const char *command, const lk_option *option) {
  char *end;
  double value = strtod(optarg, &end);
  if (end == optarg || *end || !isfinite(value))
    return lk_fail(LK_USAGE, "%s: --%s needs a finite number, not '%s'", command,
                   option->name, optarg);
  *(double *)option->target = value;
  return LK_OK;
}

static lk_status take_value(const char *command, const lk_option *option) {
  char *end;
  if (option->kind == LK_OPTION_FLAG) {
    *(int *)option->target = 1;
    return LK_OK;
  }
  if (option->kind == LK_OPTION_TEXT) {
    *(const char **)option->target = optarg;
    return LK_OK;
  }
  if (option->kind == LK_OPTION_NUMBER) return take_number(command, option);
  errno = 0;
  long value = strtol(optarg, &end, 10);
  if (errno || end == optarg || *end || value < 0)
    return lk_fail(LK_USAGE, "%s: --%s needs a whole number from 0 up, not '%s'", command,
                   option->name, optarg);
  *(long *)option->target = value;
  return LK_OK;
}

static lk_status take_option(const char *command, int code, const lk_option *options,
                             int count, char **argv) {
  for (int i = 0; i < count; i++)
    if (code == FIRST + i || (options[i].letter && code == options[i].letter))
      return take_value(command, &options[i]);
  if (code == ':')
    return lk_fail(LK_USAGE, "%s: %s needs a value; see `lockstep %s --help`", command,
                   argv[optind - 1], command);
  return lk_fail(LK_USAGE, "%s: unknown option %s; see `lockstep %s --help`", command,
                 argv[optind - 1], command);
}

/* getopt's two descriptions of the same table. */
static void describe(const lk_option *options, int count, struct option *longs,
                     char *shorts) {
  *shorts++ = ':'; /* tells a missing value from an unknown option */
  for (int i = 0; i < count; i++) {
    int value = options[i].kind != LK_OPTION_FLAG;
    longs[i] = (struct option){options[i].name, value ? required_argument : no_argument,
                               NULL, FIRST + i};
    if (!options[i].letter) continue;
    *shorts++ = options[i].letter;
    if (value) *shorts++ = ':';
  }
  *shorts++ = 'h';
  *shorts = '\0';
  longs[count] = (struct option){"help", no_argument, NULL, HELP};
}

lk_status lk_arguments_parse(const lk_world *world, int argc, char **argv,
                             const lk_option *options, int option_count, int least,
                             int most, lk_words *words) {
  struct option longs[MOST_OPTIONS + 2] = {{0}};
  char shorts[2 * MOST_OPTIONS + 3];
  int code;
  describe(options, option_count, longs, shorts);
  opterr = 0;
  optind = 1;
  memset(words, 0, sizeof *words);
  while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
    if (code == HELP || code == 'h') {
      if (lk_world_rank(world) == 0)
        print_help(lk_command_find(argv[0]), options, option_count);
      words->help = 1;
      return LK_OK;
    }
    LK_TRY(take_option(argv[0], code, options, option_count, argv));
  }
  words->words = argv + optind;
  words->count = argc - optind;
  if (words->count >= least && words->count <= most) return LK_OK;
  return lk_fail(LK_USAGE, "usage: lockstep %s %s; see `lockstep %s --help`", argv[0],
                 lk_command_find(argv[0])->arguments, argv[0]);
}

lk_status lk_arguments_config(lk_world *world, const lk_words *words, lk_config **out) {
  const char *path = strchr(words->words[0], '=') ? NULL : words->words[0];
  int skip = path != NULL;
  return lk_world_agree(
      world, lk_config_read(out, path, words->count - skip, words->words + skip));
}
