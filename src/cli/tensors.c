/* What a safetensors file holds. */
#include "cli/tensors.h"
#include "lockstep/tensor_file.h"
#include "lockstep/visible.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BEGINNING = 9 }; /* the header's length, and where it begins */

/* What is no file is not waited for, and nothing of it is read. */
int lk_is_safetensors(const char *path) {
  unsigned char bytes[BEGINNING];
  struct stat facts;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return 0;
  int is_there = !fstat(descriptor, &facts) && S_ISREG(facts.st_mode) &&
                 pread(descriptor, bytes, sizeof bytes, 0) == sizeof bytes;
  close(descriptor);
  return is_there && bytes[BEGINNING - 1] == '{' && !bytes[7];
}

static void print_tensor(const lk_file_tensor *tensor) {
  printf("tensor: ");
  lk_print_visible(tensor->name, "");
  printf(", %s [", lk_number_name(tensor->number));
  for (int i = 0; i < tensor->rank; i++)
    printf("%s%" PRIu64, i ? ", " : "", tensor->size[i]);
  puts("]");
}

static void print_facts(const lk_tensor_file *file) {
  const lk_file_fact *fact;
  for (int i = 0; (fact = lk_tensor_file_fact(file, i)); i++) {
    printf("metadata: ");
    lk_print_visible(fact->key, "");
    printf(": ");
    lk_print_line(fact->value);
    puts("");
  }
}

static void print_file(const lk_tensor_file *file) {
  int count = lk_tensor_file_count(file);
  uint64_t parameters = 0;
  for (int i = 0; i < count; i++)
    parameters += lk_tensor_file_at(file, i)->count;
  printf("kind: safetensors\nparameters: %" PRIu64 "\ntensors: %d\n", parameters, count);
  print_facts(file);
  for (int i = 0; i < count; i++)
    print_tensor(lk_tensor_file_at(file, i));
}

lk_status lk_cli_inspect_tensors(const char *path) {
  lk_tensor_file *file;
  LK_TRY(lk_safetensors_open(&file, path));
  print_file(file);
  lk_tensor_file_close(file);
  return LK_OK;
}
