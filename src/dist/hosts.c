/* Which hosts the ranks are on. */
#include "dist/world.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "2 ranks on h1:1,h2:1": ranks that follow each other on one host are counted together. */
static void print_hosts(FILE *stream, const char *hosts, int size) {
  fprintf(stream, "%d rank%s on ", size, size == 1 ? "" : "s");
  for (int first = 0, next; first < size; first = next) {
    const char *host = hosts + (size_t)first * LK_HOST_SIZE;
    for (next = first + 1; next < size; next++)
      if (strcmp(hosts + (size_t)next * LK_HOST_SIZE, host)) break;
    fprintf(stream, "%s%s:%d", first ? "," : "", host, next - first);
  }
}

static lk_status write_text(const char *hosts, int size, char **text) {
  char *buffer = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&buffer, &length);
  if (!stream) return lk_fail(LK_INTERNAL, "hosts of the ranks: out of memory");
  print_hosts(stream, hosts, size);
  lk_status status = fclose(stream)
                         ? lk_fail(LK_INTERNAL, "hosts of the ranks: out of memory")
                         : lk_copy_text(text, buffer);
  free(buffer);
  return status;
}

lk_status lk_world_describe(lk_world *world, char **text) {
  char *hosts = NULL;
  *text = NULL;
  LK_TRY(lk_world_agree(world, LK_NEW(hosts, (size_t)world->size * LK_HOST_SIZE)));
  lk_status status = lk_mpi_gather(world->host, LK_HOST_SIZE, hosts);
  if (status == LK_OK) status = write_text(hosts, world->size, text);
  lk_free(hosts);
  return lk_world_agree(world, status);
}
