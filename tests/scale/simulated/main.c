/* What src/cli/main.c does, but for what it prepares in a process of its own: a simulated
 * rank is none. */
#include "cli/command.h"
#include "cli/streams.h"

int main(int argc, char **argv) {
  lk_world *world = NULL;
  lk_status status = lk_world_create(&world, &argc, &argv);
  if (status == LK_OK) status = lk_cli_run(world, argc, argv);
  if (status == LK_OK) status = lk_world_agree(world, lk_streams_check());
  lk_world_report(world, status);
  lk_world_free(world);
  return status;
}
