/* The second look at the parts: their documents become tokens. */
#include "lockstep/file.h"
#include "lockstep/input.h"
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "lockstep/store.h"
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
  lk_token *tokens; /* [room] */
  size_t room;
  uint64_t number; /* of the next document of the parts */
  uint64_t lines;  /* of the input, before the part */
} writing;

static lk_status make_tokenizer(writing *w) {
  const lk_prepare_options *o = w->plan->options;
  lk_prepare_report *report = w->merge->report;
  int composes = lk_prepare_composes(w->plan);
  if (strcmp(o->tokenizer, "characters"))
    LK_TRY(lk_tokenizer_read(&w->tokenizer, o->tokenizer, composes));
  else
    LK_TRY(lk_vocabulary_make(&w->tokenizer, w->merge->counts, o->vocabulary_size, composes,
                              &report->unknown));
  report->vocabulary = lk_tokenizer_size(w->tokenizer);
  return LK_OK;
}

static lk_status make_room(writing *w, size_t count) {
  if (count <= w->room) return LK_OK;
  lk_free(w->tokens);
  w->room = 0;
  LK_TRY(LK_NEW(w->tokens, 2 * count));
  w->room = 2 * count;
  return LK_OK;
}

/* The title has tokens of its own. */
static lk_status encode(writing *w, const lk_spool_head *head, const char *text,
                        lk_passage passage, size_t *title, size_t *count) {
  *title = 0;
  LK_TRY(make_room(w, head->size));
  passage.bytes = text;
  passage.size = head->title;
  if (head->title)
    LK_TRY(lk_tokenizer_encode(w->tokenizer, &passage, w->tokens, w->room, title));
  passage.bytes = text + head->title;
  passage.size = head->size - head->title;
  LK_TRY(lk_tokenizer_encode(w->tokenizer, &passage, w->tokens + *title, w->room - *title,
                             count));
  *count += *title;
  return LK_OK;
}

/* By what it says alone: whatever else is prepared, it stays on its side. */
static int is_held_out(const writing *w, const lk_spool_head *head) {
  const lk_prepare_options *o = w->plan->options;
  return o->held_out && (double)(head->hash.high >> 11) * 0x1p-53 < o->held_out_share;
}

static lk_status add_document(writing *w, lk_spool *spool, const lk_spool_head *head,
                              lk_passage passage) {
  target *to = is_held_out(w, head) ? &w->held_out : &w->corpus;
  const char *text;
  size_t title, count;
  LK_TRY(lk_spool_text(spool, &text));
  if (to->sha256) LK_TRY(lk_sha256_add(to->sha256, text, head->size));
  if (to->sha256) LK_TRY(lk_sha256_add(to->sha256, "\n", 1));
  LK_TRY(encode(w, head, text, passage, &title, &count));
  lk_prepare_show(&w->merge->report->steps[LK_PREPARE_KEPT], text);
  to->documents++;
  to->characters += head->characters;
  w->merge->report->bytes += head->size;
  w->merge->report->tokens += count;
  return lk_corpus_writer_add(to->file, w->tokens, count, title);
}

static lk_status add_documents(writing *w, lk_spool *spool, const char *input) {
  const lk_spool_facts *facts = lk_spool_facts_of(spool);
  lk_near_signature signature;
  lk_spool_head head;
  int there;
  for (;; w->number++) {
    LK_TRY(lk_prepare_go_on());
    LK_TRY(lk_spool_next(spool, &head, &signature, &there));
    if (!there) break;
    lk_passage passage = {.name = lk_file_name(input),
                          .line = facts->lines ? w->lines + head.line : 0};
    if (!lk_merge_is_dropped(w->merge, w->number))
      LK_TRY(add_document(w, spool, &head, passage));
  }
  w->lines += facts->lines;
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
  lk_tokenizer_free(w.tokenizer);
  lk_free(w.tokens);
  return status;
}
