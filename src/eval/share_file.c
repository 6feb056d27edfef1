#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"

lk_status lk_file_share(lk_world *world, const char *path, char **bytes, size_t *size) {
  int first = lk_world_rank(world) == 0;
  *bytes = NULL;
  LK_TRY(lk_world_agree(world, first ? lk_file_read(path, bytes, size) : LK_OK));
  lk_status status = lk_world_broadcast(world, size, sizeof *size);
  if (status == LK_OK && !first) status = lk_allocate((void **)bytes, *size + 1, 1, path);
  status = lk_world_agree(world, status);
  if (status == LK_OK) status = lk_world_broadcast(world, *bytes, *size);
  if (status == LK_OK) return LK_OK;
  lk_free(*bytes);
  *bytes = NULL;
  return status;
}
