/* What carries messages between ranks, chosen before MPI starts. Left alone, every rank of
 * Open MPI listens on all interfaces of its host, and a stranger's first bytes there hold
 * up a step. */
#include "dist/world.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* mpirun says how many ranks are here; srun, on how many nodes the step is. */
static int all_ranks_are_here(void) {
  const char *all = getenv("OMPI_COMM_WORLD_SIZE");
  const char *here = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  const char *nodes = getenv("SLURM_STEP_NUM_NODES");
  if (all) return here && !strcmp(all, here);
  return nodes && !strcmp(nodes, "1");
}

static int is_open_mpi_4(void) {
  return !strncmp(lk_mpi_library(), "Open MPI v4", strlen("Open MPI v4"));
}

/* Open MPI 5 crashes where it cannot make its folder. It makes TMPDIR itself where there is
 * none. */
static lk_status check_folder(void) {
  const char *folder = getenv("TMPDIR");
  char own[4096];
  if (!folder || !*folder || (access(folder, F_OK) && errno == ENOENT)) return LK_OK;
  int length = snprintf(own, sizeof own, "%s/lockstep-XXXXXX", folder);
  if (length < (int)sizeof own && mkdtemp(own)) {
    rmdir(own);
    return LK_OK;
  }
  return lk_fail(LK_USAGE,
                 "TMPDIR is %s, where MPI cannot make its folder: %s; set TMPDIR to a "
                 "folder that you can write to, or unset it",
                 folder, strerror(errno));
}

/* A rank that nobody launched would start a daemon besides, which listens too. Without the
 * daemon all such ranks would share one folder for their files, where one that ends removes
 * what another one begins with; they need no files. */
static lk_status start_alone(void) {
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
  return is_open_mpi_4() ? LK_OK : check_folder();
}

lk_status lk_transport_choose(void) {
  int alone = !getenv("OMPI_COMM_WORLD_SIZE") && !getenv("PMIX_RANK");
  if (alone) LK_TRY(start_alone());
  if (!alone && !all_ranks_are_here()) return LK_OK;
  setenv("OMPI_MCA_pml", "ob1", 0);
  /* Open MPI 5 gave another name to its shared memory */
  setenv("OMPI_MCA_btl", is_open_mpi_4() ? "self,vader" : "self,sm", 0);
  return LK_OK;
}
