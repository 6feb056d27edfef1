#define _GNU_SOURCE /* memfd_create */
#include "lockstep/corpus.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "store/h5.h"
#include "store/stored_source.h"
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

/* Where the arrays are; the number of documents and which are held. */
static lk_status find_arrays(const lk_h5_file *file, lk_corpus *corpus, lk_slice slice,
                             lk_stored_arrays *arrays) {
  lk_h5_array offsets = offsets_place,
              tokens = tokens_place(lk_tokenizer_size(corpus->tokenizer));
  LK_TRY(lk_h5_measure_array(file, &tokens));
  LK_TRY(lk_h5_measure_array(file, &offsets));
  corpus->documents = offsets.size[0] - 1;
  LK_TRY(lk_corpus_check_slice(file->path, corpus->documents, slice));
  if (tokens.size[0] / MOST_BYTES > corpus->characters)
    return lk_h5_damaged(file, "it has more tokens than characters");
  corpus->held = lk_slice_range(corpus->documents, slice);
  arrays->tokens = tokens.size[0];
  arrays->width = tokens.type == LK_H5_U16 ? 2 : 4;
  LK_TRY(lk_h5_place_array(file, &tokens, &arrays->tokens_at));
  return lk_h5_place_array(file, &offsets, &arrays->offsets_at);
}

static lk_status read_content(lk_h5_file *file, lk_corpus *corpus,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_stored_arrays arrays;
  LK_TRY(check_kind(file));
  LK_TRY(read_facts(file, corpus, tokenizer));
  LK_TRY(find_arrays(file, corpus, slice, &arrays));
  lk_h5_leave(file);
  return lk_stored_source_open(&corpus->source, file, corpus, &arrays);
}

/* Takes over the file. */
static lk_status read_opened(lk_corpus **out, lk_h5_file *file,
                             const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_corpus *corpus = NULL;
  lk_status status = LK_NEW(corpus, 1);
  if (status == LK_OK) status = read_content(file, corpus, tokenizer, slice);
  if (status == LK_OK) {
    *out = corpus;
    return LK_OK;
  }
  lk_corpus_free(corpus);
  return lk_h5_finish(file, status);
}

lk_status lk_corpus_read_hdf5(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_h5_file file;
  *out = NULL;
  LK_TRY(lk_h5_open(&file, path));
  return read_opened(out, &file, tokenizer, slice);
}

lk_status lk_corpus_read(lk_corpus **out, const char *path, const lk_tokenizer *tokenizer,
                         lk_slice slice) {
  lk_h5_file file;
  int is_hdf5;
  *out = NULL;
  LK_TRY(lk_h5_open_if(&file, path, &is_hdf5));
  return is_hdf5 ? read_opened(out, &file, tokenizer, slice)
                 : lk_corpus_read_text(out, path, tokenizer, slice);
}
