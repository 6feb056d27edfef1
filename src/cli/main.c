#define _GNU_SOURCE /* environ */
#include "cli/help.h"
#include "cli/resume.h"
#include "cli/streams.h"
#include "lockstep/nn.h"
#include "lockstep/signals.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    if (first) lk_cli_print_version();
    return LK_OK;
  }
  if (!strcmp(name, "-h") || !strcmp(name, "help")) name = "--help";
  if (!strncmp(name, "--help", 6) && (!name[6] || name[6] == '=')) {
    lk_help_form form;
    LK_TRY(lk_help_choose(name[6] ? name + 7 : NULL, &form));
    if (first) lk_help_overview(form);
    return LK_OK;
  }
  const lk_command *command = lk_command_find(name);
  if (!command)
    return lk_fail(LK_USAGE, "%s%s; `lockstep --help` lists the commands",
                   *name ? "unknown command " : "no command given", name);
  begin_phase(world, command->name);
  return command->run(world, argc - 1, argv + 1);
}

/* Has a run to save when a signal asks it to stop; the others end at once. */
static int saves(int argc, char **argv) {
  const lk_command *command = argc > 1 ? lk_command_find(argv[1]) : NULL;
  return command && (command->run == lk_cli_pretrain || command->run == lk_cli_finetune);
}

/* Before all else, even the libraries' own start: that of OpenBLAS can take for ever, and a
 * signal can come at any time. The preparation of the BLAS may start the program anew. */
static void prepare(int argc, char **argv, char **environment) {
  lk_streams_prepare();
  lk_signals_keep_hangup();
  if (saves(argc, argv)) lk_signals_hold();
  environ = environment; /* the C library sets it later */
  lk_status status = lk_blas_prepare(argv);
  if (status == LK_OK) return;
  lk_world_report(NULL, status);
  _exit(status);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **, char **) = prepare;

int main(int argc, char **argv) {
  lk_world *world = NULL;
  lk_blas_loaded();
  lk_signals_give_back_hangup();
  if (saves(argc, argv)) lk_signals_catch();
  if (argc > 0) lk_resume_remember_program(argv[0]);
  lk_status status = lk_world_create(&world, &argc, &argv);
  if (status == LK_OK) status = run(world, argc, argv);
  if (status == LK_OK) status = lk_world_agree(world, lk_streams_check());
  lk_world_report(world, status);
  lk_world_free(world);
  return status;
}
