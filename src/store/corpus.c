#define _GNU_SOURCE /* memfd_create */
#include "lockstep/corpus.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "store/h5.h"
#include "store/tokenizer.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tokens take 16 bits where all of so many ids fit into them, else 32. */
static lk_h5_array tokens_place(int ids) {
  return (lk_h5_array){
      .name = "tokens", .type = ids <= UINT16_MAX + 1 ? LK_H5_U16 : LK_H5_U32, .rank = 1};
}

/* Of a character in UTF-8: no token is less than a byte. */
enum { MOST_BYTES = 4 };

static const lk_h5_array offsets_place = {.name = "offsets", .type = LK_H5_U64, .rank = 1};

static lk_status out_of_memory(const char *path) {
  return lk_fail(LK_INTERNAL, "%s: no memory to make it in: %s", path, strerror(errno));
}

static lk_status write_content(const lk_h5_file *file, const lk_corpus *corpus) {
  lk_h5_array offsets = offsets_place,
              tokens = tokens_place(lk_tokenizer_size(corpus->tokenizer));
  tokens.size[0] = corpus->offsets[corpus->documents];
  offsets.size[0] = corpus->documents + 1;
  LK_TRY(lk_h5_write_text(file, "sha256", corpus->sha256.hex));
  LK_TRY(lk_h5_write_count(file, "characters", corpus->characters));
  LK_TRY(lk_h5_write_tokenizer(file, corpus->tokenizer));
  LK_TRY(lk_h5_write_array(file, &offsets, "tokens",
                           "document i has the tokens offsets[i] to offsets[i+1]-1",
                           corpus->offsets));
  return lk_h5_write_array(file, &tokens, "vocabulary id", "all documents end to end",
                           corpus->tokens);
}

static lk_status write_file(const char *path, int descriptor, const lk_corpus *corpus) {
  lk_h5_file file;
  LK_TRY(lk_h5_create(&file, path, descriptor, LK_STORE_CORPUS));
  return lk_h5_complete(&file, write_content(&file, corpus));
}

static lk_status copy_to_output(const char *path, int descriptor) {
  struct stat facts;
  if (fstat(descriptor, &facts)) return out_of_memory(path);
  size_t size = (size_t)facts.st_size;
  void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (bytes == MAP_FAILED) return out_of_memory(path);
  lk_status status = lk_file_write(path, bytes, size);
  munmap(bytes, size);
  return status;
}

/* By a file without a name: what a user named may be a pipe, in which HDF5 cannot go back.
 */
lk_status lk_corpus_write_hdf5(const char *path, const lk_corpus *corpus) {
  assert(corpus->held.first == 0 && corpus->held.count == corpus->documents);
  int descriptor = memfd_create("lockstep", MFD_CLOEXEC);
  if (descriptor < 0) return out_of_memory(path);
  lk_status status = write_file(path, descriptor, corpus);
  if (status == LK_OK) status = copy_to_output(path, descriptor);
  close(descriptor);
  return status;
}

static lk_status check_kind(const lk_h5_file *file) {
  lk_store_kind kind;
  LK_TRY(lk_h5_read_kind(file, &kind));
  if (kind == LK_STORE_CORPUS) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: a checkpoint, not a corpus; give a text or a file that lockstep "
                 "prepare made",
                 file->path);
}

static lk_status read_facts(const lk_h5_file *file, lk_corpus *corpus,
                            const lk_tokenizer *tokenizer) {
  LK_TRY(lk_h5_read_digest(file, "sha256", corpus->sha256.hex, sizeof corpus->sha256.hex));
  LK_TRY(lk_h5_read_count(file, "characters", 1, INT64_MAX, &corpus->characters));
  LK_TRY(lk_h5_read_tokenizer(file, &corpus->tokenizer));
  if (!tokenizer || lk_tokenizer_equal(tokenizer, corpus->tokenizer)) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: its vocabulary of %d ids (%s) is not the model's of %d (%s); prepare "
                 "it from the text that the model was trained on",
                 file->path, lk_tokenizer_size(corpus->tokenizer),
                 lk_tokenizer_name(corpus->tokenizer), lk_tokenizer_size(tokenizer),
                 lk_tokenizer_name(tokenizer));
}

/* The slice's part of /offsets, still counted from the start of the corpus. `tokens` is the
 * number of all tokens. */
static lk_status read_offsets(const lk_h5_file *file, const lk_h5_array *array,
                              lk_corpus *corpus, uint64_t tokens) {
  uint64_t count = corpus->held.count, end = corpus->held.first + count;
  LK_TRY(LK_NEW(corpus->offsets, count + 1));
  LK_TRY(lk_h5_read_part(file, array, corpus->held.first, count + 1, corpus->offsets));
  const uint64_t *offsets = corpus->offsets;
  int wrong =
      (corpus->held.first == 0 && offsets[0] != 0) ||
      (end == corpus->documents ? offsets[count] != tokens : offsets[count] > tokens);
  for (uint64_t i = 0; i < count; i++)
    wrong |= offsets[i] >= offsets[i + 1];
  return wrong ? lk_h5_damaged(file, "its offsets do not fit its tokens") : LK_OK;
}

static lk_status read_tokens(const lk_h5_file *file, const lk_h5_array *array,
                             lk_corpus *corpus) {
  uint64_t first = corpus->offsets[0], count = corpus->offsets[corpus->held.count] - first;
  int wrong = 0;
  LK_TRY(LK_NEW(corpus->tokens, count));
  LK_TRY(lk_h5_read_part(file, array, first, count, corpus->tokens));
  for (uint64_t i = 0; i < count; i++)
    wrong |= !lk_tokenizer_is_text(corpus->tokenizer, corpus->tokens[i]);
  for (uint64_t i = 0; i <= corpus->held.count; i++)
    corpus->offsets[i] -= first;
  return wrong ? lk_h5_damaged(file, "a token is outside the vocabulary") : LK_OK;
}

static lk_status read_content(const lk_h5_file *file, lk_corpus *corpus,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_h5_array tokens, offsets = offsets_place;
  LK_TRY(check_kind(file));
  LK_TRY(read_facts(file, corpus, tokenizer));
  tokens = tokens_place(lk_tokenizer_size(corpus->tokenizer));
  LK_TRY(lk_h5_measure_array(file, &tokens));
  LK_TRY(lk_h5_measure_array(file, &offsets));
  corpus->documents = offsets.size[0] - 1;
  LK_TRY(lk_corpus_check_slice(file->path, corpus->documents, slice));
  if (tokens.size[0] / MOST_BYTES > corpus->characters)
    return lk_h5_damaged(file, "it has more tokens than characters");
  corpus->held = lk_slice_range(corpus->documents, slice);
  LK_TRY(read_offsets(file, &offsets, corpus, tokens.size[0]));
  return read_tokens(file, &tokens, corpus);
}

/* Ends the file. */
static lk_status read_and_finish(lk_corpus **out, lk_h5_file *file,
                                 const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_corpus *corpus = NULL;
  lk_status status = LK_NEW(corpus, 1);
  if (status == LK_OK) status = read_content(file, corpus, tokenizer, slice);
  status = lk_h5_finish(file, status);
  if (status == LK_OK)
    *out = corpus;
  else
    lk_corpus_free(corpus);
  return status;
}

lk_status lk_corpus_read_hdf5(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_h5_file file;
  *out = NULL;
  LK_TRY(lk_h5_open(&file, path));
  return read_and_finish(out, &file, tokenizer, slice);
}

lk_status lk_corpus_read(lk_corpus **out, const char *path, const lk_tokenizer *tokenizer,
                         lk_slice slice) {
  lk_h5_file file;
  int is_hdf5;
  *out = NULL;
  LK_TRY(lk_h5_open_if(&file, path, &is_hdf5));
  return is_hdf5 ? read_and_finish(out, &file, tokenizer, slice)
                 : lk_corpus_read_text(out, path, tokenizer, slice);
}
