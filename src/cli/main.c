#include "cli/command.h"
#include "lockstep/nn.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>

static void config_help(void) {
  printf("\nConfig keys, in the file or as key=value:\n");
  lk_config_help();
}

static const lk_command commands[] = {
    {"synth", "FOLDER", "write a data set of invented biographies", NULL, lk_cli_synth},
    {"prepare", "TEXT CORPUS.h5", "turn a text, a document a line, into an HDF5 corpus",
     NULL, lk_cli_prepare},
    {"pretrain", "CONFIG.yaml [key=value ...]", "train on a corpus by span corruption",
     config_help, lk_cli_pretrain},
    {"finetune", "CONFIG.yaml [key=value ...]", "train on questions and answers",
     config_help, lk_cli_finetune},
    {"evaluate", "CHECKPOINT QUESTIONS.tsv", "answer questions and count the right answers",
     NULL, lk_cli_evaluate},
    {"baseline", "QUESTIONS.tsv", "score one constant answer", NULL, lk_cli_baseline},
    {"ask", "CHECKPOINT [QUESTION]", "answer one question, or one a line from the terminal",
     NULL, lk_cli_ask},
    {"score", "CHECKPOINT TEXT",
     "mean loss of every document of a text, in nats a character", NULL, lk_cli_score},
    {"examples", "CONFIG.yaml [key=value ...]",
     "print training examples, input over target", config_help, lk_cli_examples},
    {"config", "CONFIG.yaml [key=value ...]", "check a config and print it in full",
     config_help, lk_cli_config},
    {"bench", "CONFIG.yaml [key=value ...]", "time training steps, or sums over the ranks",
     config_help, lk_cli_bench},
    {"attention", "EXPERIMENT", "measure and draw what attention can and cannot do",
     lk_cli_attention_help, lk_cli_attention},
    {"inspect", "FILE.h5", "say what a checkpoint or a corpus holds", NULL, lk_cli_inspect},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

const lk_command *lk_command_find(const char *name) {
  for (int i = 0; i < COMMANDS; i++)
    if (!strcmp(commands[i].name, name)) return &commands[i];
  return NULL;
}

static void print_overview(void) {
  printf(
      "Lockstep %s: data-parallel training of a character GPT, the same bits on any number "
      "of ranks.\n\nusage: lockstep COMMAND ..., alone or under mpirun or srun\n\n",
      LOCKSTEP_VERSION);
  for (int i = 0; i < COMMANDS; i++)
    printf("  %-10s %-30s %s\n", commands[i].name, commands[i].arguments,
           commands[i].summary);
  printf("\n`lockstep COMMAND --help` explains each.\n");
}

/* What the watchdog calls this until the command says more. */
static void begin_phase(lk_world *world, const char *command) {
  static char phase[32];
  snprintf(phase, sizeof phase, "running %s", command);
  lk_watchdog_phase(lk_world_watchdog(world), 0, phase, LK_TAKES_ITS_TIME);
}

/* All ranks. */
static lk_status run(lk_world *world, int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  int first = lk_world_rank(world) == 0;
  if (!strcmp(name, "--version")) {
    if (first) printf("lockstep %s\n", LOCKSTEP_VERSION);
    return LK_OK;
  }
  if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
    if (first) print_overview();
    return LK_OK;
  }
  const lk_command *command = lk_command_find(name);
  if (!command)
    return lk_fail(LK_USAGE, "%s%s; `lockstep --help` lists the commands",
                   *name ? "unknown command " : "no command given", name);
  begin_phase(world, command->name);
  return command->run(world, argc - 1, argv + 1);
}

int main(int argc, char **argv) {
  lk_world *world = NULL;
  lk_blas_prepare(argv);
  lk_status status = lk_world_create(&world, &argc, &argv);
  if (status == LK_OK) status = run(world, argc, argv);
  lk_world_report(world, status);
  lk_world_free(world);
  return status;
}
