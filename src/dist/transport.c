/* What carries messages between ranks, chosen before MPI starts. Left alone, every rank of
 * Open MPI listens on all interfaces of its host, and a stranger's first bytes there hold
 * up a step. */
#include "dist/world.h"
#include <stdlib.h>
#include <string.h>

/* mpirun says how many ranks are here; srun, on how many nodes the step is. */
static int all_ranks_are_here(void) {
  const char *all = getenv("OMPI_COMM_WORLD_SIZE");
  const char *here = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  const char *nodes = getenv("SLURM_STEP_NUM_NODES");
  if (all) return here && !strcmp(all, here);
  return nodes && !strcmp(nodes, "1");
}

/* Open MPI 5 gave another name to its shared memory. */
static const char *shared_memory(void) {
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(version, &length);
  return strncmp(version, "Open MPI v4", strlen("Open MPI v4")) ? "self,sm" : "self,vader";
}

/* A rank that nobody launched would start a daemon besides, which listens too. Without the
 * daemon all such ranks would share one folder for their files, where one that ends removes
 * what another one begins with; they need no files. */
static void start_alone(void) {
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

void lk_transport_choose(void) {
  int alone = !getenv("OMPI_COMM_WORLD_SIZE") && !getenv("PMIX_RANK");
  if (alone) start_alone();
  if (!alone && !all_ranks_are_here()) return;
  setenv("OMPI_MCA_pml", "ob1", 0);
  setenv("OMPI_MCA_btl", shared_memory(), 0);
}
