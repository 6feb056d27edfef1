/* What the files of this folder share: the world's inside. */
#ifndef LOCKSTEP_DIST_WORLD_H
#define LOCKSTEP_DIST_WORLD_H

#include "dist/mpi.h"
#include "lockstep/world.h"

/* Messages longer than this are cut when they travel to other ranks. */
#define LK_MESSAGE_SIZE 4096

struct lk_world {
  lk_world *whole;   /* that this is a part of; NULL: it is all ranks … */
  lk_circle *circle; /* … and this is NULL; owned */
  int rank, size, local_size;
  char host[LK_HOST_SIZE];
  double *window;               /* for lk_world_each; NULL in a world of 1; owned */
  double *rates;                /* (size) what shards are dealt by; NULL: evenly; owned */
  lk_links links;               /* what sums are cut into pieces by */
  double limit;                 /* the watchdog's, in seconds; 0: MPI may wait for ever */
  char agreed[LK_MESSAGE_SIZE]; /* the last message agreed on; says its rank already */
  struct lk_watchdog *watchdog; /* while one runs, not owned */
};

/* Before MPI starts: shared memory alone where all ranks are on one host, unless the
 * environment (OMPI_MCA_pml, OMPI_MCA_btl) says otherwise. LK_USAGE: TMPDIR is no folder
 * that MPI can use. */
lk_status lk_transport_choose(void);

/* Before MPI starts. LK_USAGE with the fix: the launcher did not prepare what MPI needs. */
lk_status lk_launcher_check(void);

/* Distrusts standard input where the launcher does not pass it on as it is. */
void lk_launcher_check_input(void);

/* Without MPI: the rank that the launcher gave this process, 0 where none did. */
int lk_launcher_rank(void);

/* The same among the ranks of this host. */
int lk_launcher_local_rank(void);

/* A start may take so many times the watchdog's limit without any fault: a large cluster,
 * or an overloaded machine, takes its time. */
enum { LK_START_TIMES = 5 };

/* each.c. Once, before lk_world_each. */
lk_status lk_world_make_window(lk_world *world);

/* All ranks: the bytes of rank `from` to every rank. */
lk_status lk_world_tell(lk_world *world, int from, void *bytes, size_t size);

#endif
