/* A model of other programs becomes a checkpoint. */
#include "cli/command.h"
#include "lockstep/build.h"
#include "lockstep/interchange.h"
#include "lockstep/output.h"
#include <stdio.h>
#include <string.h>

static lk_status import_model(const char *path, const char *out,
                              const lk_import_options *options) {
  char shape[LK_SHAPE_TEXT_SIZE];
  lk_checkpoint *checkpoint;
  LK_TRY(lk_import(&checkpoint, path, options));
  lk_build_describe(LK_FP32, checkpoint->info.build);
  lk_status status = lk_checkpoint_write_out(out, checkpoint);
  lk_shape_describe(&checkpoint->info.shape, shape);
  if (status == LK_OK)
    printf("%llu parameters: %s; %d ids of a tokenizer of %s\n",
           (unsigned long long)checkpoint->trained.table->count, shape,
           checkpoint->info.shape.vocabulary,
           lk_tokenizer_name(checkpoint->trained.tokenizer));
  lk_checkpoint_free(checkpoint);
  return status;
}

static lk_status parse_activation(const char *name, int *activation) {
  const lk_shape_field *field = &lk_shape_fields[LK_SHAPE_AT_activation];
  double value = -1;
  if (*name && !lk_shape_parse(field, name, &value))
    return lk_fail(LK_USAGE, "import: --activation is one of %s, not '%s'", field->names,
                   name);
  *activation = (int)value;
  return LK_OK;
}

static int is_of_model(const struct dirent *entry) {
  const char *end = strrchr(entry->d_name, '.');
  return end && (!strcmp(end, ".json") || !strcmp(end, ".safetensors"));
}

/* Of a folder any of its files may be read. */
static lk_status check_output(const char *path, const char *tokenizer, const char *out) {
  const char *const inputs[] = {path, tokenizer ? tokenizer : ""};
  char folder[PATH_MAX];
  LK_TRY(lk_output_check(out, inputs, 2));
  LK_TRY(lk_import_folder(folder, path));
  return *folder ? lk_arguments_apart(out, folder, is_of_model) : LK_OK;
}

lk_status lk_cli_import(lk_world *world, int argc, char **argv) {
  lk_import_options o = {0};
  const char *activation = "";
  long heads = 0;
  const lk_option options[] = {
      {"tokenizer", 0, LK_OPTION_TEXT, &o.tokenizer, "FILE",
       "a tokenizer.json, a checkpoint, a corpus, or bytes (default: tokenizer.json beside "
       "the model)"},
      {"heads", 0, LK_OPTION_INT, &heads, "N",
       "how many heads it has, where no config.json says so", 1},
      {"activation", 0, LK_OPTION_TEXT, &activation, "NAME",
       "gelu or gelu_tanh, where no config.json says so (default: what nanoGPT has; minGPT "
       "has gelu_tanh)"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 2, 2, &words));
  if (words.help) return LK_OK;
  o.heads = (int)heads;
  LK_TRY(lk_world_agree(world, parse_activation(activation, &o.activation)));
  LK_TRY(lk_arguments_files(world, (const char *const *)words.words, 1));
  if (lk_world_rank(world)) return lk_world_agree(world, LK_OK);
  lk_status status = check_output(words.words[0], o.tokenizer, words.words[1]);
  if (status == LK_OK) status = import_model(words.words[0], words.words[1], &o);
  return lk_world_agree(world, status);
}
