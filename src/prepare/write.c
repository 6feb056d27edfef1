/* The second look at the parts: their documents become tokens, and these a corpus. */
#include "lockstep/file.h"
#include "lockstep/input.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "lockstep/store.h"
#include "prepare/encode.h"
#include "prepare/merge.h"
#include "prepare/page.h"
#include "prepare/vocabulary.h"
#include <assert.h>
#include <string.h>

/* A corpus that is written: that for training, or the one of what is held out. */
typedef struct {
  lk_corpus_writer *file;
  lk_sha256_parts *sha256; /* of the documents, a newline behind each; NULL: not wanted */
  uint64_t documents, characters;
} target;

typedef struct {
  lk_merge *merge;
  const lk_prepare_plan *plan;
  lk_tokenizer *tokenizer;
  target corpus, held_out;
  lk_encoder *encoder;
  uint64_t number; /* of the next document of the parts */
  uint64_t lines;  /* of the input, before the part */
} writing;

static lk_status make_tokenizer(writing *w) {
  const lk_prepare_options *o = w->plan->options;
  lk_prepare_report *report = w->merge->report;
  int composes = lk_prepare_composes(w->plan);
  if (strcmp(o->tokenizer, "characters"))
    LK_TRY(lk_tokenizer_read_any(&w->tokenizer, o->tokenizer, composes));
  else
    LK_TRY(lk_vocabulary_make(&w->tokenizer, w->merge->counts, o->vocabulary_size, composes,
                              &report->unknown));
  report->vocabulary = lk_tokenizer_size(w->tokenizer);
  return LK_OK;
}

/* By what it says alone: whatever else is prepared, it stays on its side. */
static int is_held_out(const writing *w, const lk_spool_head *head) {
  const lk_prepare_options *o = w->plan->options;
  return o->held_out && (double)(head->hash.high >> 11) * 0x1p-53 < o->held_out_share;
}

static lk_status write_document(void *context, const lk_encoded *d) {
  writing *w = context;
  lk_prepare_report *report = w->merge->report;
  target *to = is_held_out(w, &d->head) ? &w->held_out : &w->corpus;
  if (to->sha256) LK_TRY(lk_sha256_add(to->sha256, d->text, d->head.size));
  if (to->sha256) LK_TRY(lk_sha256_add(to->sha256, "\n", 1));
  lk_prepare_show(&report->steps[LK_PREPARE_KEPT], d->text);
  to->documents++;
  to->characters += d->head.characters;
  report->bytes += d->head.size;
  report->tokens += d->count;
  return lk_corpus_writer_add(to->file, d->tokens, d->count, d->title);
}

static lk_status add_document(writing *w, lk_spool *spool, const lk_spool_head *head,
                              const char *input) {
  uint64_t line = lk_spool_facts_of(spool)->lines ? w->lines + head->line : 0;
  const char *text;
  LK_TRY(lk_spool_text(spool, &text));
  return lk_encoder_add(w->encoder, head, text, lk_file_name(input), line);
}

static lk_status add_documents(writing *w, lk_spool *spool, const char *input) {
  lk_near_signature signature;
  lk_spool_head head;
  int there;
  for (;; w->number++) {
    LK_TRY(lk_prepare_go_on());
    LK_TRY(lk_spool_next(spool, &head, &signature, &there));
    if (!there) break;
    if (!lk_merge_is_dropped(w->merge, w->number))
      LK_TRY(add_document(w, spool, &head, input));
  }
  w->lines += lk_spool_facts_of(spool)->lines;
  return LK_OK;
}

static lk_status add_part(writing *w, uint64_t part) {
  char path[PATH_MAX];
  lk_spool *spool;
  uint64_t input = w->plan->parts[part].input;
  if (part && w->plan->parts[part - 1].input != input) w->lines = 0;
  lk_prepare_part_path(w->plan, part, path);
  LK_TRY(lk_spool_open(&spool, path));
  lk_status status = add_documents(w, spool, w->plan->inputs->paths[input]);
  lk_spool_close(spool);
  return status;
}

static lk_status add_parts(writing *w, const char *output) {
  lk_progress progress;
  lk_status status = LK_OK;
  lk_progress_begin(&progress, "parts", w->plan->count, "writing %s", lk_file_name(output));
  for (uint64_t k = 0; k < w->plan->count && status == LK_OK; k++) {
    status = add_part(w, k);
    lk_progress_show(&progress, k + 1);
  }
  if (status == LK_OK) status = lk_encoder_finish(w->encoder);
  lk_progress_end(&progress);
  return status;
}

/* Training could read such a text as it is: the corpus has the hash that it would find. */
static int is_text(const lk_prepare_plan *plan) {
  return plan->is_one_text && !plan->options->held_out;
}

static lk_status add_file(const char *path, lk_sha256_parts *sha256) {
  enum { PIECE = 1 << 18 };
  lk_input in;
  char *bytes;
  size_t got = 1;
  LK_TRY(lk_allocate((void **)&bytes, PIECE, 1, path));
  lk_status status = lk_input_open(&in, path);
  while (status == LK_OK && got) {
    status = lk_input_read(&in, bytes, PIECE, &got);
    if (status == LK_OK) status = lk_sha256_add(sha256, bytes, got);
  }
  lk_input_close(&in);
  lk_free(bytes);
  return status;
}

static lk_status hash_file(const char *path, lk_sha256 *out) {
  lk_sha256_parts *sha256;
  LK_TRY(lk_sha256_create(&sha256));
  lk_status status = add_file(path, sha256);
  if (status == LK_OK) status = lk_sha256_value(sha256, out);
  lk_sha256_free(sha256);
  return status;
}

static lk_status open_target(const writing *w, target *to, const char *path) {
  lk_corpus_form form = {w->tokenizer, w->plan->options->compression};
  if (!is_text(w->plan)) LK_TRY(lk_sha256_create(&to->sha256));
  return lk_corpus_writer_create(&to->file, path, &form);
}

/* A corpus without a document is none. */
static lk_status finish_target(target *to, const char *path, lk_corpus_facts *facts) {
  lk_corpus_writer *file = to->file;
  to->file = NULL;
  if (to->documents) return lk_corpus_writer_finish(file, facts);
  lk_corpus_writer_discard(file);
  return lk_fail(LK_BAD_DATA,
                 "%s: no document falls to it; choose another --held-out-share", path);
}

static lk_status finish_corpus(writing *w, const char *output) {
  const lk_prepare_plan *plan = w->plan;
  lk_prepare_report *report = w->merge->report;
  lk_corpus_facts facts = {.characters = w->corpus.characters};
  facts.characters += is_text(plan) ? w->merge->newlines : w->corpus.documents;
  report->documents = w->corpus.documents;
  report->characters = facts.characters;
  LK_TRY(is_text(plan) ? hash_file(plan->inputs->paths[0], &facts.sha256)
                       : lk_sha256_value(w->corpus.sha256, &facts.sha256));
  return finish_target(&w->corpus, output, &facts);
}

static lk_status finish_held_out(writing *w) {
  lk_corpus_facts facts = {.characters = w->held_out.characters + w->held_out.documents};
  w->merge->report->held_out = w->held_out.documents;
  LK_TRY(lk_sha256_value(w->held_out.sha256, &facts.sha256));
  return finish_target(&w->held_out, w->plan->options->held_out, &facts);
}

static lk_status write_all(writing *w, const char *output) {
  const char *held_out = w->plan->options->held_out;
  LK_TRY(make_tokenizer(w));
  LK_TRY(lk_encoder_create(&w->encoder, w->tokenizer, w->plan->options->dump.threads,
                           write_document, w));
  LK_TRY(open_target(w, &w->corpus, output));
  if (held_out) LK_TRY(open_target(w, &w->held_out, held_out));
  LK_TRY(add_parts(w, output));
  if (held_out) LK_TRY(finish_held_out(w));
  return finish_corpus(w, output);
}

static void close_target(target *to) {
  if (to->file) lk_corpus_writer_discard(to->file);
  lk_sha256_free(to->sha256);
}

lk_status lk_merge_write(lk_merge *merge, const lk_prepare_plan *plan, const char *output) {
  writing w = {.merge = merge, .plan = plan};
  lk_status status = write_all(&w, output);
  close_target(&w.corpus);
  close_target(&w.held_out);
  lk_encoder_free(w.encoder);
  lk_tokenizer_free(w.tokenizer);
  return status;
}
