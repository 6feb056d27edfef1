/* A folder of another program: config.json, tokenizer.json, the header of model.safetensors
 * and its numbers, a zero behind each of the first three. */
#include "import.h"
#include <limits.h>

enum { CONFIG, TOKENIZER, MODEL, FILES };

static char folder[] = "/tmp/lockstep-fuzz-XXXXXX";
static const char *const names[FILES] = {"config.json", "tokenizer.json",
                                         "model.safetensors"};
static int files[FILES];

static void name_file(int file, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/%s", folder, names[file]);
}

static void remove_folder(void) {
  char path[PATH_MAX];
  for (int i = 0; i < FILES; i++) {
    name_file(i, path);
    unlink(path);
  }
  rmdir(folder);
}

/* Links to files in memory. */
static void make_folder(void) {
  char path[PATH_MAX], target[32];
  MUST(mkdtemp(folder));
  atexit(remove_folder);
  for (int i = 0; i < FILES; i++) {
    files[i] = memfd_create(names[i], MFD_CLOEXEC);
    snprintf(target, sizeof target, "/proc/self/fd/%d", files[i]);
    name_file(i, path);
    MUST(files[i] >= 0 && !symlink(target, path));
  }
}

static void put(int file, const void *bytes, size_t size, off_t at) {
  if (!at) MUST(ftruncate(files[file], 0) == 0);
  MUST(pwrite(files[file], bytes, size, at) == (ssize_t)size);
}

/* Up to a zero, which is left out, or the end. */
static size_t part_of(const uint8_t *bytes, size_t size) {
  const uint8_t *end = size ? memchr(bytes, 0, size) : NULL;
  return end ? (size_t)(end - bytes) : size;
}

static void skip(const uint8_t **bytes, size_t *size, size_t part) {
  size_t all = part < *size ? part + 1 : part;
  *bytes += all;
  *size -= all;
}

/* With its length before it, and the numbers behind it. */
static void put_model(const uint8_t *bytes, size_t size) {
  size_t part = part_of(bytes, size);
  uint8_t length[8];
  for (size_t i = 0; i < sizeof length; i++)
    length[i] = (uint8_t)((uint64_t)part >> 8 * i);
  put(MODEL, length, sizeof length, 0);
  put(MODEL, bytes, part, (off_t)sizeof length);
  skip(&bytes, &size, part);
  put(MODEL, bytes, size, (off_t)(sizeof length + part));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (!files[MODEL]) make_folder();
  for (int i = CONFIG; i < MODEL; i++) {
    size_t part = part_of(bytes, size);
    put(i, bytes, part, 0);
    skip(&bytes, &size, part);
  }
  put_model(bytes, size);
  fuzz_import(folder, &(lk_import_options){.activation = -1});
  fuzz_end();
  return 0;
}
