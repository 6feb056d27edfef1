#define _GNU_SOURCE /* environ */
#include "cli/command.h"
#include "cli/resume.h"
#include "cli/streams.h"
#include "lockstep/nn.h"
#include "lockstep/signals.h"
#include <unistd.h>

/* Has a run to save when a signal asks it to stop; the others end at once. */
static int saves(int argc, char **argv) {
  const lk_command *command = argc > 1 ? lk_command_find(argv[1]) : NULL;
  return command && (command->run == lk_cli_pretrain || command->run == lk_cli_finetune ||
                     command->run == lk_cli_prepare);
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
  if (status == LK_OK) status = lk_cli_run(world, argc, argv);
  if (status == LK_OK) status = lk_world_agree(world, lk_streams_check());
  lk_world_report(world, status);
  lk_world_free(world);
  return status;
}
