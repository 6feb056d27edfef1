/* A model for other programs. */
#include "cli/command.h"
#include "lockstep/interchange.h"
#include "lockstep/run.h"
#include <string.h>

static lk_status parse_format(const char *name, lk_format *format) {
  static const char *const names[] = {"hf", "safetensors", "gguf"};
  for (int i = 0; i < 3; i++) {
    *format = (lk_format)i;
    if (!strcmp(name, names[i])) return LK_OK;
  }
  return lk_fail(LK_USAGE, "export: --format is hf, safetensors or gguf, not '%s'", name);
}

static lk_status parse_type(const char *name, lk_number *number) {
  static const char *const names[] = {"f32", "f16", "bf16"};
  static const lk_number numbers[] = {LK_NUMBER_F32, LK_NUMBER_F16, LK_NUMBER_BF16};
  for (int i = 0; i < 3; i++) {
    *number = numbers[i];
    if (!strcmp(name, names[i])) return LK_OK;
  }
  return lk_fail(LK_USAGE, "export: --type is f32, f16 or bf16, not '%s'", name);
}

static lk_status export_checkpoint(const char *path, const char *out,
                                   const lk_export_options *options) {
  lk_checkpoint *checkpoint;
  LK_TRY(lk_run_explain(lk_checkpoint_read(&checkpoint, path, 0), path));
  lk_status status = lk_export(checkpoint, out, options);
  lk_checkpoint_free(checkpoint);
  return status;
}

lk_status lk_cli_export(lk_world *world, int argc, char **argv) {
  const char *format = "hf", *type = "f32";
  long most = 5000;
  lk_export_options o = {0};
  const lk_option options[] = {
      {"format", 0, LK_OPTION_TEXT, &format, "FORMAT",
       "hf, a folder for transformers (default); safetensors, a file with our names; gguf, "
       "a file for llama.cpp"},
      {"type", 0, LK_OPTION_TEXT, &type, "TYPE", "f32 (default), f16 or bf16"},
      {"shard-size", 0, LK_OPTION_COUNT, &most, "MB",
       "hf: begin another file after so many MB (default 5000)"},
      {"force", 0, LK_OPTION_FLAG, &o.replaces, "", "replace what is there already"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 4, 2, 2, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_world_agree(world, parse_format(format, &o.format)));
  LK_TRY(lk_world_agree(world, parse_type(type, &o.number)));
  o.most = (uint64_t)most * 1000000;
  if (o.format != LK_FORMAT_HF) /* a folder that is there may stay one */
    LK_TRY(lk_arguments_outputs(world, words.words[1], NULL,
                                (const char *const *)words.words, 1));
  return lk_world_agree(world, lk_world_rank(world) == 0
                                   ? export_checkpoint(words.words[0], words.words[1], &o)
                                   : LK_OK);
}
