/* From the arguments of the program to the command. */
#include "cli/help.h"
#include "lockstep/progress.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>

/* What the watchdog calls this until the command says more. */
static void begin_phase(lk_world *world, const char *command) {
  static char phase[32];
  snprintf(phase, sizeof phase, "running %s", command);
  lk_watchdog_phase(lk_world_watchdog(world), 0, phase, LK_TAKES_ITS_TIME);
}

lk_status lk_cli_run(lk_world *world, int argc, char **argv) {
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
  if (first) lk_progress_allow(LK_PROGRESS_QUIET, LK_PROGRESS_EVERY);
  return command->run(world, argc - 1, argv + 1);
}
