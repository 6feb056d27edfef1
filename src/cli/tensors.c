/* What a file of tensors of other programs holds. */
#include "cli/tensors.h"
#include "lockstep/tensor_file.h"
#include "lockstep/text.h"
#include "lockstep/visible.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 160 }; /* what is shown of a text */

static void print_tensor(const lk_file_tensor *tensor) {
  printf("tensor: ");
  lk_print_visible(tensor->name, "");
  printf(", %s [", lk_number_name(tensor->number));
  for (int i = 0; i < tensor->rank; i++)
    printf("%s%" PRIu64, i ? ", " : "", tensor->size[i]);
  puts("]");
}

/* The first line of a text, or as much as is shown of it. */
static void print_beginning(const char *text) {
  char line[LINE + 1];
  size_t size = strcspn(text, "\n");
  if (size > LINE)
    for (size = LINE; size && lk_text_continues(text[size]);)
      size--;
  snprintf(line, sizeof line, "%.*s", (int)size, text);
  lk_print_visible(line, "");
  puts(text[size] ? " …" : "");
}

static void print_facts(const lk_tensor_file *file) {
  const lk_file_fact *fact;
  for (int i = 0; (fact = lk_tensor_file_fact(file, i)); i++) {
    printf("metadata: ");
    lk_print_visible(fact->key, "");
    printf(": ");
    print_beginning(fact->value);
  }
}

/* GGUF's own words for what a model is. */
static void print_model(const lk_tensor_file *file) {
  const char *architecture = lk_tensor_file_says(file, "general.architecture");
  const char *tokenizer = lk_tensor_file_says(file, "tokenizer.ggml.model");
  const char *tokens = lk_tensor_file_says(file, "tokenizer.ggml.tokens");
  printf("architecture: ");
  print_beginning(architecture ? architecture : "none");
  printf("tokenizer: ");
  lk_print_visible(tokenizer ? tokenizer : "none", "");
  printf(", ");
  print_beginning(tokens ? tokens : "no texts");
}

static void print_file(const lk_tensor_file *file) {
  int is_gguf = lk_tensor_file_format(file) == LK_GGUF;
  int count = lk_tensor_file_count(file);
  uint64_t parameters = 0;
  for (int i = 0; i < count; i++)
    parameters += lk_tensor_file_at(file, i)->count;
  printf("kind: %s\nparameters: %" PRIu64 "\ntensors: %d\n",
         is_gguf ? "gguf" : "safetensors", parameters, count);
  if (is_gguf) print_model(file);
  print_facts(file);
  for (int i = 0; i < count; i++)
    print_tensor(lk_tensor_file_at(file, i));
}

lk_status lk_cli_inspect_tensors(const char *path) {
  lk_tensor_file *file;
  LK_TRY(lk_tensor_file_open(&file, path));
  print_file(file);
  lk_tensor_file_close(file);
  return LK_OK;
}
