/* Opening a corpus. */
#include "lockstep/corpus.h"
#include "lockstep/memory.h"
#include "store/corpus_arrays.h"
#include "store/stored_source.h"
#include "store/tokenizer.h"

/* Of a character in UTF-8: no token is less than a byte. */
enum { MOST_BYTES = 4 };

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
  if (!tokenizer || lk_tokenizer_reads(tokenizer, corpus->tokenizer)) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: its vocabulary of %d ids (%s) is not the model's of %d (%s); prepare "
                 "it with the model's checkpoint as --tokenizer",
                 file->path, lk_tokenizer_size(corpus->tokenizer),
                 lk_tokenizer_name(corpus->tokenizer), lk_tokenizer_size(tokenizer),
                 lk_tokenizer_name(tokenizer));
}

/* Documents with titles are as many as the offsets say. */
static lk_status find_titles(const lk_h5_file *file, uint64_t documents,
                             lk_stored_arrays *arrays) {
  lk_h5_array titles = lk_corpus_titles();
  if (!lk_h5_has(file, titles.name)) return LK_OK;
  LK_TRY(lk_h5_measure_array(file, &titles));
  if (titles.size[0] != documents)
    return lk_h5_damaged(file, "it has not as many titles as documents");
  return lk_stored_array_find(&arrays->titles, file, &titles);
}

/* Files of earlier versions say nothing of them. */
static lk_status read_lengths(const lk_h5_file *file, uint64_t tokens,
                              lk_corpus_lengths *lengths) {
  *lengths = (lk_corpus_lengths){.tokens = tokens};
  if (!lk_h5_has_attribute(file, "longest")) return LK_OK;
  LK_TRY(lk_h5_read_count(file, "longest", 1, tokens, &lengths->longest));
  return lk_h5_read_count(file, "median", 1, lengths->longest, &lengths->median);
}

/* Where the arrays are; the number of documents and which are held. */
static lk_status find_arrays(const lk_h5_file *file, lk_corpus *corpus, lk_slice slice,
                             lk_stored_arrays *arrays) {
  lk_h5_array offsets = lk_corpus_offsets(),
              tokens = lk_corpus_tokens(lk_tokenizer_size(corpus->tokenizer));
  LK_TRY(lk_h5_measure_array(file, &tokens));
  LK_TRY(lk_h5_measure_array(file, &offsets));
  corpus->documents = offsets.size[0] - 1;
  LK_TRY(lk_corpus_check_slice(file->path, corpus->documents, slice));
  if (tokens.size[0] / MOST_BYTES > corpus->characters)
    return lk_h5_damaged(file, "it has more tokens than characters");
  corpus->held = lk_slice_range(corpus->documents, slice);
  LK_TRY(lk_stored_array_find(&arrays->tokens, file, &tokens));
  LK_TRY(lk_stored_array_find(&arrays->offsets, file, &offsets));
  LK_TRY(read_lengths(file, tokens.size[0], &arrays->lengths));
  return find_titles(file, corpus->documents, arrays);
}

static lk_status read_content(lk_h5_file *file, lk_corpus *corpus,
                              const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_stored_arrays arrays = {.titles.count = 0};
  LK_TRY(check_kind(file));
  LK_TRY(read_facts(file, corpus, tokenizer));
  lk_status status = find_arrays(file, corpus, slice, &arrays);
  lk_h5_leave(file);
  if (status == LK_OK)
    status = lk_stored_source_open(&corpus->source, file, corpus, &arrays);
  if (status != LK_OK) lk_stored_arrays_free(&arrays);
  return status;
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
