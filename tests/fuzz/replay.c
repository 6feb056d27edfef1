/* Gives a fuzz target every file of a folder, for regression tests without libFuzzer. */
#include "fuzz.h"
#include "lockstep/file.h"
#include <dirent.h>

static int replay_file(const char *path) {
  char *bytes;
  size_t size;
  printf("%s\n", path);
  if (lk_file_read(path, &bytes, &size) != LK_OK) {
    printf("FAILED: %s\n", lk_message());
    return 0;
  }
  /* a copy without the zero behind it, so that reading past the end is seen */
  uint8_t *copy = malloc(size);
  MUST(copy || !size);
  if (size) memcpy(copy, bytes, size);
  lk_free(bytes);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
  return 1;
}

static int is_input(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
  struct dirent **entries;
  char path[4096];
  int replayed = 0;
  setvbuf(stdout, NULL, _IONBF, 0); /* the last line names what aborted */
  int count = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
    replayed += replay_file(path);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
  if (replayed && replayed == count) return 0;
  printf("FAILED: %d of %d inputs replayed\n", replayed, count);
  return 1;
}
