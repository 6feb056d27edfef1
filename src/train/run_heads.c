#include "lockstep/run_heads.h"
#include "lockstep/memory.h"
#include "lockstep/objective.h"
#include "lockstep/questions.h"
#include "lockstep/run.h"
#include "lockstep/store.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { USUAL_HEADS = 4, GOES_ON = 32 /* tokens */ };

/* The text to look at; what it is. */
typedef struct {
  char *text; /* owned */
  int goes_on;
} example;

static lk_status take_sample(const lk_config *config, example *out) {
  char **list = NULL;
  unsigned count;
  LK_TRY(lk_config_samples(config, &list, &count));
  lk_status status = count ? lk_copy_text(&out->text, list[0]) : LK_OK;
  lk_free(list);
  return status;
}

static lk_status take_question(const lk_config *config, example *out) {
  const char *path = *config->dev ? config->dev : config->questions;
  lk_questions *list;
  if (!*path) return LK_OK;
  LK_TRY(lk_questions_read(&list, path, LK_ANY_ANSWERS));
  lk_status status = lk_copy_text(&out->text, list->items[0].question);
  lk_questions_free(list);
  return status;
}

static lk_status choose_text(const lk_config *c, const char *name, const char *given,
                             example *out) {
  *out = (example){.goes_on = c && lk_objective_choose(c, lk_task_guess(c)) ==
                                       LK_OBJECTIVE_language};
  if (given) return lk_copy_text(&out->text, given);
  if (c) LK_TRY(take_sample(c, out));
  out->goes_on |= out->text != NULL;
  if (c && !out->text) LK_TRY(take_question(c, out));
  if (out->text) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: it has no samples and no questions for its heads to look at; give "
                 "--text TEXT to lockstep report, or set samples=TEXT for training",
                 name);
}

static lk_status read_heads(lk_run_heads *out, const lk_trained *trained,
                            const example *of) {
  return of->goes_on ? lk_heads_go_on(&out->read, trained, of->text, GOES_ON)
                     : lk_heads_read(&out->read, trained, of->text);
}

static lk_status name_tokens(lk_run_heads *out, const lk_tokenizer *tokenizer) {
  size_t length = (size_t)out->read.length;
  LK_TRY(LK_NEW(out->labels, length * LK_TOKEN_LABEL));
  LK_TRY(LK_NEW(out->tokens, length));
  for (size_t i = 0; i < length; i++) {
    out->tokens[i] = out->labels + i * LK_TOKEN_LABEL;
    lk_token_label(tokenizer, out->read.tokens[i], out->tokens[i]);
  }
  return LK_OK;
}

static void add_head(lk_run_heads *out, int layer, int head, lk_page_attention *page) {
  const lk_heads *read = &out->read;
  lk_head_facts facts = lk_heads_describe(read, layer, head);
  size_t square = (size_t)read->length * (size_t)read->length;
  assert(page->count < LK_MOST_HEADS && layer < read->layers && head < read->heads);
  char *words = out->words[page->count];
  snprintf(
      words, sizeof *out->words,
      "%.2f of its weight goes to one earlier token, in the mean; most of all to token "
      "%d (%.2f) and to what is %d back (%.2f)",
      facts.copy, facts.key + 1, facts.key_weight, facts.back, facts.back_weight);
  out->heads[page->count++] =
      (lk_page_head){layer + 1, head + 1, words,
                     read->weights + (size_t)(layer * read->heads + head) * square};
}

/* Those that copy most, in the order of layers. */
static lk_status choose_heads(lk_run_heads *out, lk_page_attention *page) {
  int heads = out->read.heads, all = out->read.layers * heads;
  double *copy = NULL;
  LK_TRY(LK_NEW(copy, (size_t)all));
  for (int i = 0; i < all; i++)
    copy[i] = lk_heads_describe(&out->read, i / heads, i % heads).copy;
  for (int i = 0; i < all; i++) {
    int better = 0;
    for (int other = 0; other < all; other++)
      better += copy[other] > copy[i] || (copy[other] == copy[i] && other < i);
    if (better < USUAL_HEADS) add_head(out, i / heads, i % heads, page);
  }
  lk_free(copy);
  return LK_OK;
}

static lk_status take_heads(lk_run_heads *out, const lk_shape *shape, const char *which,
                            lk_page_attention *page) {
  do {
    int layer, head;
    LK_TRY(lk_heads_next(&which, "--heads (report_heads)", shape, &layer, &head));
    if (page->count == LK_MOST_HEADS)
      return lk_fail(LK_USAGE, "--heads: at most %d heads are shown", LK_MOST_HEADS);
    add_head(out, layer, head, page);
  } while (*which);
  return LK_OK;
}

static lk_status fill(lk_run_heads *out, const lk_trained *trained, const example *of,
                      const char *which, lk_page_attention *page) {
  LK_TRY(read_heads(out, trained, of));
  LK_TRY(name_tokens(out, trained->tokenizer));
  page->length = out->read.length;
  page->tokens = out->tokens;
  page->heads = out->heads;
  if (!strcmp(which, "auto")) return choose_heads(out, page);
  return take_heads(out, &trained->table->shape, which, page);
}

lk_status lk_run_heads_look(lk_run_heads *out, const lk_trained *trained,
                            const lk_config *config, const char *name, const char *which,
                            const char *text, lk_page_attention *page) {
  example of;
  *out = (lk_run_heads){.labels = NULL};
  *page = (lk_page_attention){.count = 0};
  lk_status status = choose_text(config, name, text, &of);
  if (status == LK_OK) status = fill(out, trained, &of, which, page);
  if (status != LK_OK) page->count = 0;
  lk_free(of.text);
  return status;
}

lk_status lk_run_heads_read(lk_run_heads *out, const lk_record *record, const char *which,
                            const char *text, lk_page_attention *page) {
  char path[PATH_MAX];
  lk_trained trained = {0};
  *out = (lk_run_heads){.labels = NULL};
  *page = (lk_page_attention){.count = 0};
  snprintf(path, sizeof path, "%s/checkpoints/latest", record->folder);
  lk_status status = lk_run_explain(lk_trained_read(&trained, path), path);
  if (status == LK_OK)
    status =
        lk_run_heads_look(out, &trained, record->config, record->folder, which, text, page);
  lk_trained_clear(&trained);
  return status;
}

void lk_run_heads_clear(lk_run_heads *heads) {
  lk_heads_clear(&heads->read);
  lk_free(heads->labels);
  lk_free(heads->tokens);
  *heads = (lk_run_heads){.labels = NULL};
}
