/* Processes that a launcher could not make into one world: MPI does not start, or each
 * believes to be rank 0 of 1, and all of them would train the same run at once. */
#include "dist/world.h"
#include "lockstep/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Variable, and what gives its processes one world. The first that is set is the innermost
 * launcher's, and decides. */
static const struct {
  const char *variable, *fix;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "use the mpirun of the MPI that lockstep was built with"},
    {"PMI_SIZE", "use the mpirun of the MPI that lockstep was built with, or srun "
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

/* srun starts processes of Open MPI through PMIx alone; without it, MPI_Init would end them
 * and advise to build Slurm anew. What mpirun starts inside a job has PMIx too. */
lk_status lk_launcher_check(void) {
  int needs_pmix = !strncmp(lk_mpi_library(), "Open MPI", strlen("Open MPI"));
  if (!needs_pmix || !getenv("SLURM_STEP_ID") || !getenv("SLURM_PROCID") ||
      getenv("PMIX_RANK"))
    return LK_OK;
  return lk_fail(
      LK_USAGE, "srun started this without PMIx, so that the ranks cannot find each other; "
                "use srun --mpi=pmix (srun --mpi=list shows whether this Slurm has it), or "
                "mpirun inside the allocation");
}

/* 5.0 before 5.0.10: its mpirun sends again what a slow reader took only in part, from a
 * full pipe on (github.com/openpmix/prrte/issues/2220). */
static int repeats_input(void) {
  int release;
  return sscanf(lk_mpi_library(), "Open MPI v5.0.%d", &release) == 1 && release < 10;
}

void lk_launcher_check_input(void) {
  enum { PIPE = 65536 };
  if (getenv("OMPI_COMM_WORLD_SIZE") && repeats_input())
    lk_file_trust_input(PIPE, "this mpirun (Open MPI before 5.0.10)");
}

/* What the first of these variables that is set says, or 0. */
static int number_in(const char *const *variables, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *text = getenv(variables[i]);
    if (text && *text) return atoi(text);
  }
  return 0;
}

int lk_launcher_rank(void) {
  static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                          "SLURM_PROCID"};
  return number_in(variables, sizeof variables / sizeof *variables);
}

int lk_launcher_local_rank(void) {
  static const char *const variables[] = {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID",
                                          "SLURM_LOCALID"};
  return number_in(variables, sizeof variables / sizeof *variables);
}

/* mpirun's own variable decides: its processes inside a job have Slurm's as well. */
void lk_world_launcher(const lk_world *world, char text[64]) {
  int slurm = getenv("SLURM_STEP_ID") && getenv("SLURM_PROCID");
  *text = '\0';
  if (slurm && !getenv("OMPI_COMM_WORLD_SIZE"))
    snprintf(text, 64, "srun --mpi=pmix -n %d", world->size);
  else if (world->size > 1)
    snprintf(text, 64, "mpirun -np %d", world->size);
}
