#include "cli/command.h"
#include "cli/tensors.h"
#include "lockstep/run.h"
#include "lockstep/tensor_file.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <unistd.h>

static void print_data(const lk_checkpoint_info *info) {
  if (!info->corpus_documents) {
    puts("trained on: data that is not known, for the model was imported");
    return;
  }
  printf("trained on: %llu characters, %llu documents\nsha256 of the data: %s\n",
         (unsigned long long)info->corpus_characters,
         (unsigned long long)info->corpus_documents, info->corpus_sha256.hex);
}

static void print_checkpoint(const lk_checkpoint *c, const char *path,
                             const lk_checkpoint_numbers *numbers) {
  char model[LK_SHAPE_TEXT_SIZE];
  const lk_checkpoint_info *info = &c->info;
  printf("kind: checkpoint\nparameters: %llu\nvocabulary: %d\nstep: %llu\nepoch: %llu\n",
         (unsigned long long)c->trained.table->count, info->shape.vocabulary,
         (unsigned long long)info->step, (unsigned long long)info->epoch);
  lk_shape_describe(&info->shape, model);
  printf("tokens: %llu\nseed: %llu\nmodel: %s\n", (unsigned long long)info->tokens,
         (unsigned long long)info->seed, model);
  print_data(info);
  printf("tokenizer: %s%s\n", lk_tokenizer_name(c->trained.tokenizer),
         lk_tokenizer_composes(c->trained.tokenizer) ? ", NFC" : "");
  if (*numbers->unusable) {
    printf("unusable: ");
    lk_print_visible(path, "");
    printf(": ");
    lk_print_line(numbers->unusable);
  }
  printf("parameter hash: %s\noptimizer hash: %s%s\n", info->parameter_hash.hex,
         *numbers->m.hex ? numbers->m.hex : "none", numbers->v.hex);
  if (info->has_average) printf("running mean hash: %s\n", numbers->average.hex);
  if (info->best.step > 0)
    printf("best held-out loss: %.6f nats a token, after step %llu\n", info->best.loss,
           (unsigned long long)info->best.step);
  printf("build: ");
  lk_print_line(info->build);
  printf("\n");
  lk_print_visible(info->config, "\n");
}

static lk_status inspect_checkpoint(const char *path) {
  lk_checkpoint *c = NULL;
  lk_checkpoint_numbers numbers;
  LK_TRY(lk_checkpoint_open(&c, path));
  lk_status status = lk_checkpoint_scan(c, lk_checkpoint_has_moments(c), &numbers);
  if (status == LK_OK) print_checkpoint(c, path, &numbers);
  lk_checkpoint_free(c);
  return status;
}

static void print_corpus(const lk_corpus *corpus, const lk_corpus_lengths *lengths) {
  printf("kind: corpus\ncharacters: %llu\ndocuments: %llu\n",
         (unsigned long long)corpus->characters, (unsigned long long)corpus->documents);
  printf("tokens: %llu\nlongest: %llu tokens\nmedian: %s%llu tokens\n",
         (unsigned long long)lengths->tokens, (unsigned long long)lengths->longest,
         lengths->median < LK_MEDIAN_MOST ? "" : "at least ",
         (unsigned long long)lengths->median);
  printf("vocabulary: %d\nsha256: %s\n", lk_tokenizer_size(corpus->tokenizer),
         corpus->sha256.hex);
  printf("tokenizer: %s\n", lk_tokenizer_name(corpus->tokenizer));
  if (lk_tokenizer_composes(corpus->tokenizer)) puts("normal form: NFC");
}

static lk_status inspect_corpus(const char *path) {
  lk_corpus *corpus = NULL;
  lk_corpus_lengths lengths;
  LK_TRY(lk_corpus_read_hdf5(&corpus, path, NULL, (lk_slice){1, 0, 1}));
  lk_status status = lk_corpus_measure(corpus, &lengths);
  if (status == LK_OK) print_corpus(corpus, &lengths);
  lk_corpus_free(corpus);
  return status;
}

static lk_status inspect(const char *path, int verified) {
  lk_store_kind kind;
  if (lk_tensor_format_of(path) != LK_NO_TENSORS)
    return verified
               ? lk_fail(LK_USAGE, "%s: files of other programs have no checksums", path)
               : lk_cli_inspect_tensors(path);
  LK_TRY(lk_tensor_check_torch(path));
  LK_TRY(lk_run_explain(lk_store_kind_of(path, &kind), path));
  if (verified) LK_TRY(lk_store_verify(path));
  LK_TRY(kind == LK_STORE_CORPUS ? inspect_corpus(path) : inspect_checkpoint(path));
  if (verified) puts("verified: every byte, and all that it says");
  return LK_OK;
}

lk_status lk_cli_inspect(lk_world *world, int argc, char **argv) {
  int verified = 0;
  const lk_option options[] = {{"verify", 0, LK_OPTION_FLAG, &verified, "",
                                "of a file of Lockstep's own, read every byte against its "
                                "checksum, and check all that the file says"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 1, 1, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_arguments_files(world, (const char *const *)words.words, 1));
  return lk_world_agree(world, lk_world_rank(world) == 0 ? inspect(words.words[0], verified)
                                                         : LK_OK);
}
