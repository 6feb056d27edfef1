/* MediaWiki's XML: as it is, and with a root around it, which more of it is read in. */
#include "dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const char head[] = "<mediawiki><page>";
  uint8_t *within = malloc(size + sizeof head);
  MUST(within != NULL);
  memcpy(within, head, sizeof head - 1);
  if (size) memcpy(within + sizeof head - 1, bytes, size);
  fuzz_pages(bytes, size);
  fuzz_pages(within, size + sizeof head - 1);
  free(within);
  fuzz_end();
  return 0;
}
