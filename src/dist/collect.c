/* One rank's bytes to all, every rank's numbers to all, sums in MPI's own order. */
#include "dist/world.h"
#include <assert.h>
#include <string.h>

/* MPI counts are int: larger messages go in parts of this many bytes. */
#define PART ((size_t)1 << 30)

lk_status lk_world_tell(lk_world *world, int from, void *bytes, size_t size) {
  char *next = bytes;
  for (size_t left = size; left > 0;) {
    size_t part = left < PART ? left : PART;
    LK_TRY(lk_mpi_broadcast(world->circle, from, next, (int)part));
    next += part;
    left -= part;
  }
  return LK_OK;
}

lk_status lk_world_broadcast(lk_world *world, void *bytes, size_t size) {
  return lk_world_tell(world, 0, bytes, size);
}

lk_status lk_world_hand(lk_world *world, int from, int to, void *bytes, size_t size) {
  char *next = bytes;
  assert(0 <= from && from < world->size && 0 <= to && to < world->size);
  assert(world->rank == from || world->rank == to);
  for (size_t left = from == to ? 0 : size; left > 0;) {
    size_t part = left < PART ? left : PART;
    LK_TRY(world->rank == to ? lk_mpi_receive(world->circle, next, (int)part, from)
                             : lk_mpi_send(world->circle, next, (int)part, to));
    next += part;
    left -= part;
  }
  return LK_OK;
}

lk_status lk_world_share_parts(lk_world *world, float *array, const int *counts,
                               const int *firsts) {
  return lk_mpi_gather_parts(world->circle, array, counts, firsts);
}

lk_status lk_world_sum_floats(lk_world *world, float *array, size_t count) {
  const size_t part = PART / sizeof *array;
  for (size_t i = 0; i < count; i += part)
    LK_TRY(
        lk_mpi_sum(world->circle, array + i, (int)(count - i < part ? count - i : part)));
  return LK_OK;
}

lk_status lk_world_unite(lk_world *world, void *words, size_t count) {
  const size_t part = PART / sizeof(uint32_t);
  uint32_t *next = words;
  for (size_t i = 0; i < count; i += part)
    LK_TRY(
        lk_mpi_unite(world->circle, next + i, (int)(count - i < part ? count - i : part)));
  return LK_OK;
}
