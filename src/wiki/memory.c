#include "wiki/wiki.h"

lk_status lk_wiki_grow(void **pointer, size_t *room, size_t count, size_t more,
                       size_t size) {
  assert(count <= *room);
  size_t wanted = *room * 2 > count + more ? *room * 2 : count + more;
  void *larger;
  if (wanted < 64) wanted = 64;
  LK_TRY(lk_allocate(&larger, wanted, size, "text of a page"));
  if (count) memcpy(larger, *pointer, count * size);
  lk_free(*pointer);
  *pointer = larger;
  *room = wanted;
  return LK_OK;
}
