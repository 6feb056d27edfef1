/* A corpus as an HDF5 file. */
#include "corpus.h"
#include "hdf5.h"

static void read_corpus(const char *path) {
  fuzz_read_kind(path);
  for (int i = 0; i < 2; i++) {
    lk_corpus *corpus;
    lk_status status = lk_corpus_read_hdf5(&corpus, path, NULL, fuzz_slices[i]);
    if (!fuzz_was_read(status, LK_BAD_DATA, path)) continue;
    check_corpus(corpus, fuzz_slices[i]);
    lk_corpus_free(corpus);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  fuzz_read_hdf5(bytes, size, read_corpus);
  return 0;
}
