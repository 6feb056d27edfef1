#include "cli/help.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/output.h"
#include "lockstep/share.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OPTIONS = 32, HELP = 1000, FIRST = 2000 };

static lk_status take_number(const char *command, const lk_option *option) {
  char *end;
  errno = 0;
  double value = strtod(optarg, &end);
  if (end == optarg || *end || errno || !isfinite(value))
    return lk_fail(LK_USAGE, "%s: --%s needs a finite number, not '%s'", command,
                   option->name, optarg);
  *(double *)option->target = value;
  return LK_OK;
}

static lk_status take_count(const char *command, const lk_option *option) {
  long usual = option->kind == LK_OPTION_INT ? LK_OPTION_MOST : LONG_MAX;
  long most = option->most ? option->most : usual;
  int digits = *optarg && !optarg[strspn(optarg, "0123456789")];
  errno = 0;
  long value = digits ? strtol(optarg, NULL, 10) : 0;
  if (digits && !errno && value >= option->least && value <= most) {
    *(long *)option->target = value;
    return LK_OK;
  }
  if (most == LONG_MAX && !(digits && errno))
    return lk_fail(LK_USAGE, "%s: --%s needs a whole number from %ld up, not '%s'", command,
                   option->name, option->least, optarg);
  return lk_fail(LK_USAGE, "%s: --%s needs a whole number from %ld to %ld, not '%s'",
                 command, option->name, option->least, most, optarg);
}

static lk_status take_text(const char *command, const lk_option *option) {
  lk_option_list *list = option->target;
  if (list->count == LK_LIST_MOST)
    return lk_fail(LK_USAGE, "%s: --%s is given more than %d times", command, option->name,
                   LK_LIST_MOST);
  list->texts[list->count++] = optarg;
  return LK_OK;
}

/* A value that stands apart and looks like an option most likely is one. */
static lk_status check_value(const lk_option *option, char **argv) {
  int apart = optarg == argv[optind - 1];
  if (option->kind == LK_OPTION_FLAG || option->kind == LK_OPTION_NUMBER || !apart ||
      strncmp(optarg, "--", 2))
    return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s: --%s needs a value, %s, but '%s' follows; if that is the value, write "
      "--%s=%s",
      argv[0], option->name, option->value, optarg, option->name, optarg);
}

static lk_status take_value(const char *command, const lk_option *option) {
  switch (option->kind) {
  case LK_OPTION_FLAG:
    *(int *)option->target = 1;
    return LK_OK;
  case LK_OPTION_TEXT:
    *(const char **)option->target = optarg;
    return LK_OK;
  case LK_OPTION_LIST:
    return take_text(command, option);
  case LK_OPTION_NUMBER:
    return take_number(command, option);
  default:
    return take_count(command, option);
  }
}

static lk_status refuse_option(int code, char **argv) {
  const char letter[] = {'-', (char)optopt, '\0'}; /* of several in one word */
  const char *command = argv[0];
  const char *argument = optopt > 0 && optopt < 256 ? letter : argv[optind - 1];
  if (code == ':')
    return lk_fail(LK_USAGE, "%s: %s needs a value; see `lockstep %s --help`", command,
                   argument, command);
  return lk_fail(LK_USAGE, "%s: unknown option %s; see `lockstep %s --help`", command,
                 argument, command);
}

/* values[i]: what option i was given, NULL as long as it was not. */
static lk_status take_option(int code, const lk_option *options, int count, char **argv,
                             const char *values[MOST_OPTIONS]) {
  int i = 0;
  while (i < count && code != FIRST + i &&
         !(options[i].letter && code == options[i].letter))
    i++;
  if (i == count) return refuse_option(code, argv);
  LK_TRY(check_value(&options[i], argv));
  int repeats = options[i].kind == LK_OPTION_FLAG || options[i].kind == LK_OPTION_LIST;
  if (values[i] && !repeats)
    return lk_fail(LK_USAGE, "%s: --%s is given twice, '%s' and '%s'; keep one", argv[0],
                   options[i].name, values[i], optarg);
  values[i] = optarg ? optarg : "";
  return take_value(argv[0], &options[i]);
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
  longs[count] = (struct option){"help", optional_argument, NULL, HELP};
}

/* With too few words an option may have taken one for its value. */
static lk_status check_words(const lk_words *words, int least, int most, char **argv,
                             const lk_option *options, const char *const *values,
                             int option_count) {
  const char *arguments = lk_command_find(argv[0])->arguments;
  if (words->count >= least && words->count <= most) return LK_OK;
  for (int i = 0; i < option_count && words->count < least; i++)
    if (values[i] && options[i].kind == LK_OPTION_TEXT)
      return lk_fail(LK_USAGE,
                     "usage: lockstep %s %s; too few arguments: --%s has taken '%s' as its "
                     "%s; write --%s %s",
                     argv[0], arguments, options[i].name, values[i], options[i].value,
                     options[i].name, options[i].value);
  if (words->count < least)
    return lk_fail(LK_USAGE,
                   "usage: lockstep %s %s; too few arguments; see `lockstep %s --help`",
                   argv[0], arguments, argv[0]);
  return lk_fail(LK_USAGE,
                 "usage: lockstep %s %s; '%s' is one argument too many%s; see `lockstep %s "
                 "--help`",
                 argv[0], arguments, words->words[most],
                 *words->words[most] == '-' ? ", for behind -- nothing is an option" : "",
                 argv[0]);
}

static lk_status print_help(const lk_world *world, const char *command,
                            const lk_option *options, int count) {
  lk_help_form form;
  LK_TRY(lk_help_choose(optarg, &form));
  if (lk_world_rank(world) == 0)
    lk_help_print(form, lk_command_find(command), options, count);
  return LK_OK;
}

lk_status lk_arguments_parse(const lk_world *world, int argc, char **argv,
                             const lk_option *options, int option_count, int least,
                             int most, lk_words *words) {
  struct option longs[MOST_OPTIONS + 2] = {{0}};
  char shorts[2 * MOST_OPTIONS + 3];
  const char *values[MOST_OPTIONS] = {NULL};
  int code;
  describe(options, option_count, longs, shorts);
  opterr = 0;
  optind = 0; /* begins anew, also inside a word where another parsing ended */
  memset(words, 0, sizeof *words);
  while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
    if (code == HELP || code == 'h') {
      words->help = 1;
      return print_help(world, argv[0], options, option_count);
    }
    LK_TRY(take_option(code, options, option_count, argv, values));
  }
  words->words = argv + optind;
  words->count = argc - optind;
  return check_words(words, least, most, argv, options, values, option_count);
}

static lk_status check_outputs(const char *one, const char *other,
                               const char *const *inputs, int count) {
  LK_TRY(lk_output_check(one, inputs, count));
  LK_TRY(lk_output_check(other, inputs, count));
  return lk_output_check_two(one, other);
}

lk_status lk_arguments_outputs(lk_world *world, const char *one, const char *other,
                               const char *const *inputs, int count) {
  return lk_world_agree(
      world, lk_world_rank(world) == 0 ? check_outputs(one, other, inputs, count) : LK_OK);
}

lk_status lk_arguments_apart(const char *output, const char *folder,
                             int is_input(const struct dirent *entry)) {
  struct dirent **list = NULL;
  char file[PATH_MAX];
  const char *const input = file;
  lk_status status = LK_OK;
  int count = scandir(folder, &list, is_input, NULL);
  for (int i = 0; i < count; i++) {
    snprintf(file, sizeof file, "%s/%s", folder, list[i]->d_name);
    if (status == LK_OK) status = lk_output_check(output, &input, 1);
    free(list[i]);
  }
  free(list);
  return status;
}

static lk_status check_file(const char *path) {
  if (strcmp(path, "-") && !lk_file_is_pipe(path)) return LK_OK;
  return lk_fail(
      LK_USAGE, "%s: is read in no order, which a pipe cannot be: write it to a file first",
      lk_file_name(path));
}

lk_status lk_arguments_files(lk_world *world, const char *const *paths, int count) {
  lk_status status = LK_OK;
  for (int i = 0; i < count && status == LK_OK && lk_world_rank(world) == 0; i++)
    status = check_file(paths[i]);
  return lk_world_agree(world, status);
}

/* All ranks: a pipe has its bytes for rank 0 alone. */
static lk_status config_of_pipe(lk_world *world, const char *path, int count, char **words,
                                lk_config **out) {
  char *yaml;
  size_t size;
  LK_TRY(lk_file_share(world, path, &yaml, &size));
  lk_config_source file = {lk_file_name(path), yaml, size};
  lk_status status =
      size ? lk_config_parse(out, &file, count, words)
           : lk_fail(LK_BAD_DATA, "%s: nothing came through it; is it read before?",
                     file.name);
  status = lk_world_agree(world, status);
  lk_free(yaml);
  return status;
}

/* A key has no slash; a path may have an equals sign. */
static int is_path(const char *word) {
  const char *equals = strchr(word, '='), *slash = strchr(word, '/');
  return !equals || (slash && slash < equals) || !access(word, F_OK);
}

lk_status lk_arguments_config(lk_world *world, const lk_words *words, lk_config **out) {
  const char *path = is_path(words->words[0]) ? words->words[0] : NULL;
  int skip = path != NULL, count = words->count - skip, pipe;
  char **rest = words->words + skip;
  *out = NULL;
  for (int i = 1; i < words->count; i++)
    if (!strchr(words->words[i], '='))
      return lk_fail(LK_USAGE,
                     "argument '%s': key=value is needed behind the first; a config file "
                     "comes first, and there is one",
                     words->words[i]);
  pipe = path && (!strcmp(path, "-") || lk_file_is_pipe(path));
  LK_TRY(lk_world_any(world, lk_world_rank(world) == 0 && pipe, &pipe));
  if (pipe) return config_of_pipe(world, path, count, rest, out);
  return lk_world_agree(world, lk_config_read(out, path, count, rest));
}

lk_status lk_arguments_choose(const char *command, const char *option, const char *name,
                              const char *const *names, int *place) {
  char list[128] = "";
  for (*place = 0; names[*place]; ++*place) {
    if (!strcmp(names[*place], name)) return LK_OK;
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", names[*place]);
  }
  return lk_fail(LK_USAGE, "%s: --%s is one of %s, not '%s'", command, option, list, name);
}

long lk_arguments_cores(const lk_world *world) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN) / lk_world_local_size(world);
  return cores < 1 ? 1 : cores > 1024 ? 1024 : cores;
}
