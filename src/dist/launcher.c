/* Processes that a launcher could not make into one world: each believes to be rank 0 of 1,
 * and all of them would train the same run at once. */
#include "dist/world.h"
#include <stdlib.h>

/* Variable, and what gives its processes one world. The first that is set is the innermost
 * launcher's, and decides. */
static const struct {
  const char *variable, *fix;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "use the mpirun of the Open MPI that lockstep was built with"},
    {"PMI_SIZE", "use the mpirun of the Open MPI that lockstep was built with, or srun "
                 "--mpi=pmix"},
    {"SLURM_NTASKS",
     "use srun --mpi=pmix, or mpirun inside the allocation; for one process "
     "alone use srun -n 1"}};

lk_status lk_world_check_launcher(const lk_world *world) {
  if (world->size > 1) return LK_OK;
  for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
    const char *text = getenv(launchers[i].variable);
    if (!text) continue;
    long expected = strtol(text, NULL, 10);
    if (expected <= 1) return LK_OK;
    return lk_fail(LK_USAGE,
                   "%s says %ld processes, but each of them is alone: the launcher "
                   "did not connect them; %s",
                   launchers[i].variable, expected, launchers[i].fix);
  }
  return LK_OK;
}
