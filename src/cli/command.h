/* Private to the command line: the table of commands and the parsing of their arguments. */
#ifndef LOCKSTEP_CLI_COMMAND_H
#define LOCKSTEP_CLI_COMMAND_H

#include "lockstep/config.h"
#include "lockstep/world.h"
#include <dirent.h>

/* Forms of the help, and what its entries name. */
typedef enum { LK_HELP_TEXT, LK_HELP_MAN, LK_HELP_WORDS } lk_help_form;
typedef enum { LK_HELP_OPTION, LK_HELP_KEY, LK_HELP_WORD } lk_help_kind;

typedef struct {
  const char *name;
  const char *arguments;                /* as shown behind the name in the usage line */
  const char *summary;                  /* one line */
  void (*more_help)(lk_help_form form); /* prints what its help ends with, or NULL */
  lk_status (*run)(lk_world *world, int argc, char **argv); /* all ranks */
} lk_command;

/* All ranks: runs `argv[0] COMMAND ...`, or prints the help or version that is asked for.
 * LK_USAGE for no command and an unknown one; the status is the exit code. */
lk_status lk_cli_run(lk_world *world, int argc, char **argv);

/* The command of this name, or NULL; the one at this place of the table, NULL behind the
 * last. */
const lk_command *lk_command_find(const char *name);
const lk_command *lk_command_at(int place);

typedef enum {
  LK_OPTION_TEXT,
  LK_OPTION_COUNT,  /* a whole number from `least` up, to `most` if that is not 0 */
  LK_OPTION_INT,    /* … else to LK_OPTION_MOST, so that twice as much fits an int */
  LK_OPTION_NUMBER, /* a finite number */
  LK_OPTION_FLAG,
  LK_OPTION_LIST /* a text, any number of times */
} lk_option_kind;

enum { LK_LIST_MOST = 32 };

/* What an option of that kind was given. */
typedef struct {
  const char *texts[LK_LIST_MOST];
  int count;
} lk_option_list;

enum { LK_OPTION_MOST = 1000000000 };

/* --name VALUE (or -letter VALUE); a flag takes no value. */
typedef struct {
  const char *name;
  char letter; /* 0: none */
  lk_option_kind kind;
  /* const char **, long *, double *, int * (a flag: set to 1) or lk_option_list *: left
   * alone when the option is not given */
  void *target;
  const char *value; /* the value's name in the help; "" for a flag */
  const char *help;
  long least, most;
} lk_option;

enum { LK_WORDS_MOST = 1 << 20 }; /* for commands that take any number */

/* What stands beside the options. */
typedef struct {
  char **words;
  int count;
  int help; /* --help was given and answered: nothing else is to be done */
} lk_words;

/* Parses argv (argv[0] is the command's name). LK_USAGE for an unknown option, one that is
 * given twice, a missing or mistyped value, another option in a value's place, or fewer
 * than `least` or more than `most` words. Not collective; rank 0 prints the help. */
lk_status lk_arguments_parse(const lk_world *world, int argc, char **argv,
                             const lk_option *options, int option_count, int least,
                             int most, lk_words *words);

/* LK_USAGE, with the names, unless an option's value is one of a list that NULL ends; its
 * place there. */
lk_status lk_arguments_choose(const char *command, const char *option, const char *name,
                              const char *const *names, int *place);

/* Cores that this rank may use, with the others of its host. */
long lk_arguments_cores(const lk_world *world);

/* All ranks: the config of `CONFIG.yaml [key=value ...]`. The caller owns *out. */
lk_status lk_arguments_config(lk_world *world, const lk_words *words, lk_config **out);

/* All ranks: outputs that the user named (NULL: none) can be written, are two files, and
 * are none of the inputs. Before any work, so that none of it is lost. Rank 0 looks. */
lk_status lk_arguments_outputs(lk_world *world, const char *one, const char *other,
                               const char *const *inputs, int count);

/* The output is none of a folder's files that `is_input` chooses, where there is such a
 * folder. Not collective: for the rank that writes it. */
lk_status lk_arguments_apart(const char *output, const char *folder,
                             int is_input(const struct dirent *entry));

/* All ranks: none of the files is a pipe, for this command reads them in no order. */
lk_status lk_arguments_files(lk_world *world, const char *const *paths, int count);

/* The commands. All ranks; all return the same status. */
lk_status lk_cli_synth(lk_world *world, int argc, char **argv);
lk_status lk_cli_prepare(lk_world *world, int argc, char **argv);
lk_status lk_cli_questions(lk_world *world, int argc, char **argv);
lk_status lk_cli_pretrain(lk_world *world, int argc, char **argv);
lk_status lk_cli_finetune(lk_world *world, int argc, char **argv);
lk_status lk_cli_meet(lk_world *world, int argc, char **argv);
lk_status lk_cli_evaluate(lk_world *world, int argc, char **argv);
lk_status lk_cli_baseline(lk_world *world, int argc, char **argv);
lk_status lk_cli_ask(lk_world *world, int argc, char **argv);
lk_status lk_cli_generate(lk_world *world, int argc, char **argv);
lk_status lk_cli_lambada(lk_world *world, int argc, char **argv);
lk_status lk_cli_score(lk_world *world, int argc, char **argv);
lk_status lk_cli_examples(lk_world *world, int argc, char **argv);
lk_status lk_cli_config(lk_world *world, int argc, char **argv);
lk_status lk_cli_lr(lk_world *world, int argc, char **argv);
lk_status lk_cli_plan(lk_world *world, int argc, char **argv);
lk_status lk_cli_bench(lk_world *world, int argc, char **argv);
lk_status lk_cli_attention(lk_world *world, int argc, char **argv);
lk_status lk_cli_report(lk_world *world, int argc, char **argv);
lk_status lk_cli_watch(lk_world *world, int argc, char **argv);
lk_status lk_cli_runs(lk_world *world, int argc, char **argv);
lk_status lk_cli_diff(lk_world *world, int argc, char **argv);
lk_status lk_cli_clean(lk_world *world, int argc, char **argv);
lk_status lk_cli_inspect(lk_world *world, int argc, char **argv);
lk_status lk_cli_tokenizer(lk_world *world, int argc, char **argv);
lk_status lk_cli_encode(lk_world *world, int argc, char **argv);
lk_status lk_cli_decode(lk_world *world, int argc, char **argv);
lk_status lk_cli_export(lk_world *world, int argc, char **argv);
lk_status lk_cli_import(lk_world *world, int argc, char **argv);
lk_status lk_cli_average(lk_world *world, int argc, char **argv);
lk_status lk_cli_text(lk_world *world, int argc, char **argv);

/* Rank 0: names versions, a library a line. */
void lk_cli_print_version(void);

/* What the help of `attention` ends with: its experiments. */
void lk_cli_attention_help(lk_help_form form);

#endif
