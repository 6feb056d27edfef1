/* One rank's bytes to all, every rank's numbers to all, sums in MPI's own order. */
#include "dist/world.h"

/* MPI counts are int: larger messages go in parts of this many bytes. */
#define PART ((size_t)1 << 30)

lk_status lk_world_tell(lk_world *world, int from, void *bytes, size_t size) {
  char *next = bytes;
  for (size_t left = size; left > 0;) {
    size_t part = left < PART ? left : PART;
    LK_MPI(MPI_Bcast(next, (int)part, MPI_BYTE, from, world->comm));
    next += part;
    left -= part;
  }
  return LK_OK;
}

lk_status lk_world_broadcast(lk_world *world, void *bytes, size_t size) {
  return lk_world_tell(world, 0, bytes, size);
}

lk_status lk_world_gather_bytes(lk_world *world, const void *mine, int size, void *all) {
  LK_MPI(MPI_Allgather(mine, size, MPI_BYTE, all, size, MPI_BYTE, world->comm));
  return LK_OK;
}

lk_status lk_world_gather(lk_world *world, const double *mine, int count, double *all) {
  LK_MPI(MPI_Allgather(mine, count, MPI_DOUBLE, all, count, MPI_DOUBLE, world->comm));
  return LK_OK;
}

lk_status lk_world_share_parts(lk_world *world, float *array, const int *counts,
                               const int *firsts) {
  LK_MPI(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, array, counts, firsts,
                        MPI_FLOAT, world->comm));
  return LK_OK;
}

lk_status lk_world_sum_floats(lk_world *world, float *array, size_t count) {
  const size_t part = PART / sizeof *array;
  for (size_t i = 0; i < count; i += part) {
    size_t now = count - i < part ? count - i : part;
    LK_MPI(
        MPI_Allreduce(MPI_IN_PLACE, array + i, (int)now, MPI_FLOAT, MPI_SUM, world->comm));
  }
  return LK_OK;
}
