/* What the tests of several ranks check by. The program has `world`. */
#ifndef MPI_CHECK_H
#define MPI_CHECK_H

#include "lockstep/world.h"
#include <stdio.h>

static lk_world *world;
static int failures;

/* Counts instead of stopping: a rank that left early would keep the others waiting. */
#define CHECK(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "rank %d, %s:%d: %s is false; last message: %s\n",                   \
              lk_world_rank(world), __FILE__, __LINE__, #condition, lk_message());         \
      failures++;                                                                          \
    }                                                                                      \
  } while (0)

#endif
