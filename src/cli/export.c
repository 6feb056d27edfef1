/* A model for other programs. */
#include "cli/command.h"
#include "lockstep/interchange.h"
#include "lockstep/nn.h"
#include "lockstep/run.h"
#include <stdio.h>
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
  static const char *const names[] = {"f32", "f16", "bf16", "q8_0"};
  static const lk_number numbers[] = {LK_NUMBER_F32, LK_NUMBER_F16, LK_NUMBER_BF16,
                                      LK_NUMBER_Q8_0};
  for (int i = 0; i < 4; i++) {
    *number = numbers[i];
    if (!strcmp(name, names[i])) return LK_OK;
  }
  return lk_fail(LK_USAGE, "export: --type is f32, f16, bf16 or q8_0, not '%s'", name);
}

static lk_status check_words(const char *weights, const lk_export_options *options) {
  if (*weights && strcmp(weights, "mean") != 0 && strcmp(weights, "last") != 0)
    return lk_fail(LK_USAGE, "export: --weights is mean or last, not '%s'", weights);
  if (options->number == LK_NUMBER_Q8_0 && options->format != LK_FORMAT_GGUF)
    return lk_fail(LK_USAGE, "export: --type q8_0 is for --format gguf alone");
  return LK_OK;
}

/* What is asked and measured is the running mean where there is one; it takes the place of
 * the last parameters. */
static lk_status choose_weights(lk_checkpoint *checkpoint, const char *weights,
                                int *is_mean) {
  lk_trained *trained = &checkpoint->trained;
  if (!strcmp(weights, "last") || (!*weights && !checkpoint->info.has_average))
    return LK_OK;
  *is_mean = 1;
  LK_TRY(lk_checkpoint_fill_average(checkpoint, trained->values));
  checkpoint->info.parameter_hash =
      lk_hash_bytes(trained->values, trained->table->count * sizeof *trained->values);
  return LK_OK;
}

/* Of what llama.cpp does otherwise than here. */
static void warn_of_llama(const lk_checkpoint *checkpoint) {
  if (checkpoint->info.shape.activation == LK_GELU)
    fprintf(stderr, "llama.cpp computes GELU by tanh, and this model was trained with the "
                    "exact one: its probabilities will differ a little there\n");
  if (lk_tokenizer_composes(checkpoint->trained.tokenizer))
    fprintf(stderr, "llama.cpp does not bring texts to NFC, as this model's tokenizer "
                    "does: give it texts that are composed\n");
}

static lk_status export_checkpoint(const char *path, const char *out, const char *weights,
                                   lk_export_options *options) {
  lk_checkpoint *checkpoint;
  LK_TRY(lk_run_explain(lk_checkpoint_read(&checkpoint, path, 0), path));
  lk_status status = lk_checkpoint_check(checkpoint, 0);
  if (status == LK_OK) status = choose_weights(checkpoint, weights, &options->is_mean);
  if (status == LK_OK) status = lk_export(checkpoint, out, options);
  if (status == LK_OK && options->format == LK_FORMAT_GGUF) warn_of_llama(checkpoint);
  lk_checkpoint_free(checkpoint);
  return status;
}

lk_status lk_cli_export(lk_world *world, int argc, char **argv) {
  const char *format = "hf", *type = "f32", *weights = "";
  long most = 5000;
  lk_export_options o = {0};
  const lk_option options[] = {
      {"format", 0, LK_OPTION_TEXT, &format, "FORMAT",
       "hf, a folder for transformers (default); safetensors, a file with our names; gguf, "
       "a file for llama.cpp"},
      {"type", 0, LK_OPTION_TEXT, &type, "TYPE", "f32 (default), f16 or bf16; gguf: q8_0"},
      {"weights", 0, LK_OPTION_TEXT, &weights, "WHICH",
       "mean, the running mean where its training kept one (ema), or last, the parameters "
       "themselves (default: mean where there is one)"},
      {"shard-size", 0, LK_OPTION_INT, &most, "MB",
       "hf: begin another file after so many MB (default 5000)"},
      {"force", 0, LK_OPTION_FLAG, &o.replaces, "", "replace what is there already"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 5, 2, 2, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_world_agree(world, parse_format(format, &o.format)));
  LK_TRY(lk_world_agree(world, parse_type(type, &o.number)));
  LK_TRY(lk_world_agree(world, check_words(weights, &o)));
  o.most = (uint64_t)most * 1000000;
  LK_TRY(lk_arguments_files(world, (const char *const *)words.words, 1));
  if (o.format != LK_FORMAT_HF) /* a folder that is there may stay one */
    LK_TRY(lk_arguments_outputs(world, words.words[1], NULL,
                                (const char *const *)words.words, 1));
  return lk_world_agree(world,
                        lk_world_rank(world) == 0
                            ? export_checkpoint(words.words[0], words.words[1], weights, &o)
                            : LK_OK);
}
