#include "cli/command.h"
#include "cli/result.h"
#include "lockstep/evaluate.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/units.h"
#include "lockstep/watchdog.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A mean of nothing, of a document of one token, is a dash. */
static void print_mean(const lk_document_score *score) {
  if (score->tokens > 0)
    printf("\t%.6f", score->nats / score->tokens);
  else
    printf("\t-");
}

/* The last line adds up all documents: nats a token, and the perplexity that is its
 * power. */
static void print_scores(const lk_document_score *scores, const lk_corpus *corpus) {
  lk_document_score sum = {0, 0};
  for (uint64_t i = 0; i < corpus->documents; i++) {
    printf("%llu", (unsigned long long)i + 1);
    print_mean(&scores[i]);
    printf("\n");
    sum.nats += scores[i].nats;
    sum.tokens += scores[i].tokens;
  }
  printf("total");
  print_mean(&sum);
  if (sum.tokens > 0 && isfinite(exp(sum.nats / sum.tokens)))
    printf("\tperplexity %.4f", exp(sum.nats / sum.tokens));
  printf("\t%s %.0f\n", lk_tokenizer_unit(corpus->tokenizer), sum.tokens);
}

/* How documents are read, and what is printed and written beside the mean of each. */
typedef struct {
  long stride;
  int whole; /* the text is one document, from its first token on */
  const char *json, *name;
  double units[LK_UNITS]; /* of that document, but for its tokens */
} request;

static int add_unit(cJSON *root, lk_unit unit, double nats, double count) {
  cJSON *entry = cJSON_AddObjectToObject(root, lk_unit_name(unit));
  int good = entry && cJSON_AddNumberToObject(entry, "count", count) &&
             cJSON_AddNumberToObject(entry, "nats", nats / count) &&
             cJSON_AddNumberToObject(entry, "bits", nats / count / M_LN2);
  if (!isfinite(exp(nats / count))) return good; /* a text without blanks is one word */
  return good && cJSON_AddNumberToObject(entry, "perplexity", exp(nats / count));
}

/* {"nats": of all, "token": {"count", "nats", "bits", "perplexity"}, "word": …}; a unit
 * that the text has none of, or that is not known, is left out. */
static lk_status write_json(const char *path, double nats, const double counts[LK_UNITS]) {
  cJSON *root = cJSON_CreateObject();
  int good = root && cJSON_AddNumberToObject(root, "nats", nats);
  for (int unit = 0; unit < LK_UNITS && good; unit++)
    if (counts[unit] > 0) good = add_unit(root, (lk_unit)unit, nats, counts[unit]);
  return lk_result_save_json(path, root, good);
}

static void print_units(double nats, const double counts[LK_UNITS]) {
  for (int unit = 0; unit < LK_UNITS; unit++) {
    double mean = nats / counts[unit];
    if (counts[unit] == 0) continue;
    if (isnan(mean)) {
      printf("%s\t-\n", lk_unit_name((lk_unit)unit));
      continue;
    }
    printf("%s\t%.6f\tbits %.6f", lk_unit_name((lk_unit)unit), mean, mean / M_LN2);
    if (isfinite(exp(mean))) printf("\tperplexity %.4f", exp(mean));
    printf("\t%ss %.0f\n", lk_unit_name((lk_unit)unit), counts[unit]);
  }
}

/* The units of what is predicted: of each document all but its first token. */
static lk_status count_units(const request *r, const lk_corpus *corpus,
                             double counts[LK_UNITS]) {
  memcpy(counts, r->units, sizeof r->units);
  for (uint64_t i = 0; i < corpus->documents; i++) {
    size_t length;
    const lk_token *tokens = lk_corpus_document(corpus, i, &length) + 1;
    if (r->whole) {
      counts[LK_UNIT_TOKEN] = (double)length - 1;
      lk_units_drop_unknown(counts, corpus->tokenizer, tokens, length - 1);
    } else {
      LK_TRY(lk_units_add(counts, corpus->tokenizer, tokens, length - 1));
    }
  }
  if (isnan(counts[LK_UNIT_BYTE]))
    lk_say("%s: U+FFFD stands for characters that the vocabulary lacks, so what a word and "
           "a byte lose is not known",
           r->name);
  return lk_corpus_status(corpus);
}

/* Rank 0. */
static lk_status report(const request *r, const lk_corpus *corpus,
                        const lk_document_score *scores) {
  double counts[LK_UNITS], nats = 0;
  print_scores(scores, corpus);
  if (!r->stride && !r->whole && !r->json) return LK_OK;
  LK_TRY(count_units(r, corpus, counts));
  for (uint64_t i = 0; i < corpus->documents; i++)
    nats += scores[i].nats;
  if (r->stride || r->whole) print_units(nats, counts);
  return r->json ? write_json(r->json, nats, counts) : LK_OK;
}

static lk_status score(lk_world *world, const lk_trained *trained, const lk_corpus *corpus,
                       const request *r) {
  lk_document_score *scores = NULL;
  lk_watchdog *watchdog = lk_world_watchdog(world);
  int takes = lk_world_rank(world) == 0;
  lk_status status =
      lk_world_agree(world, takes ? LK_NEW(scores, corpus->documents) : LK_OK);
  lk_watchdog_phase(watchdog, 0, "scoring documents", LK_COMPUTES);
  if (status == LK_OK)
    status = lk_score_documents(world, trained, corpus, (size_t)r->stride, scores);
  lk_watchdog_phase(watchdog, 0, "writing the scores", LK_USES_FILES);
  if (status == LK_OK)
    status = lk_world_agree(world, takes ? report(r, corpus, scores) : LK_OK);
  lk_free(scores);
  return status;
}

static const lk_slice all = {1, 0, 1};

/* All ranks: a pipe, which can only be a text, has its bytes for rank 0 alone. */
static lk_status read_pipe(lk_world *world, const char *path, const lk_tokenizer *tokenizer,
                           lk_corpus **corpus) {
  char *text;
  size_t size;
  LK_TRY(lk_file_share(world, path, &text, &size));
  lk_status status =
      lk_corpus_parse_text(corpus, text, size, lk_file_name(path), tokenizer, all);
  lk_free(text);
  return lk_world_agree(world, status);
}

static lk_status read_corpus(lk_world *world, const char *path,
                             const lk_tokenizer *tokenizer, lk_corpus **corpus) {
  int pipe = lk_world_rank(world) == 0 && lk_file_is_pipe(path);
  LK_TRY(lk_world_any(world, pipe, &pipe));
  if (pipe) return read_pipe(world, path, tokenizer, corpus);
  return lk_corpus_share(corpus, world, path, tokenizer, all);
}

/* What ends a document stands in front of it too, so that its first token is predicted. */
static lk_status fill_whole(lk_corpus *c, const char *text, size_t size, const char *name,
                            const lk_tokenizer *tokenizer) {
  lk_passage passage = {text, size, name, 1, 1};
  size_t room = lk_tokenizer_room(tokenizer, size), count;
  LK_TRY(lk_tokenizer_copy(&c->tokenizer, tokenizer));
  LK_TRY(LK_NEW(c->offsets, 2));
  LK_TRY(LK_NEW(c->tokens, room + 1));
  c->tokens[0] = lk_tokenizer_end(tokenizer);
  LK_TRY(lk_tokenizer_encode(tokenizer, &passage, c->tokens + 1, room, &count));
  if (!count) return lk_fail(LK_BAD_DATA, "%s: an empty text has nothing to score", name);
  c->offsets[1] = count + 1;
  c->documents = c->held.count = 1;
  return LK_OK;
}

/* All ranks: the text, line ends among it, as one document, whose units are counted before
 * a tokenizer composes characters or takes one for others. */
static lk_status read_whole(lk_world *world, const char *path,
                            const lk_tokenizer *tokenizer, lk_corpus **corpus,
                            double units[LK_UNITS]) {
  char *text;
  size_t size;
  LK_TRY(lk_file_share(world, path, &text, &size));
  lk_status status = LK_NEW(*corpus, 1);
  if (status == LK_OK) {
    lk_clean_text(text, &size, &(*corpus)->left_out);
    lk_units_add_text(units, text, size);
    status = fill_whole(*corpus, text, size, lk_file_name(path), tokenizer);
  }
  lk_free(text);
  return lk_world_agree(world, status);
}

static lk_status parse(lk_world *world, int argc, char **argv, request *r,
                       lk_words *words) {
  const lk_option options[] = {
      {"stride", 0, LK_OPTION_INT, &r->stride, "N",
       "tokens that each window of a long document scores (half the block); prints means "
       "a token, word, character and byte, too",
       1},
      {"whole", 0, LK_OPTION_FLAG, &r->whole, "",
       "the text is one document, and its first token is predicted; prints them, too"},
      {"json", 0, LK_OPTION_TEXT, &r->json, "FILE", "write those means"}};
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 2, 2, words));
  if (words->help) return LK_OK;
  LK_TRY(lk_arguments_outputs(world, r->json, NULL, (const char *const *)words->words, 2));
  return lk_world_agree(world, lk_file_check_apart(words->words[0], words->words[1]));
}

/* 0: not given. */
static lk_status check_stride(const lk_trained *trained, long stride) {
  int block = trained->table->shape.block;
  if (stride <= block) return LK_OK;
  return lk_fail(LK_USAGE,
                 "score: --stride must be from 1 to the model's block, %d, not %ld", block,
                 stride);
}

lk_status lk_cli_score(lk_world *world, int argc, char **argv) {
  request r = {0};
  lk_words words;
  lk_trained trained = {0};
  lk_corpus *corpus = NULL;
  LK_TRY(parse(world, argc, argv, &r, &words));
  if (words.help) return LK_OK;
  r.name = lk_file_name(words.words[1]);
  lk_status status = lk_trained_load(world, words.words[0], &trained);
  if (status == LK_OK) status = check_stride(&trained, r.stride);
  if (status == LK_OK)
    status = r.whole
                 ? read_whole(world, words.words[1], trained.tokenizer, &corpus, r.units)
                 : read_corpus(world, words.words[1], trained.tokenizer, &corpus);
  if (status == LK_OK && lk_world_rank(world) == 0) lk_clean_say(r.name, &corpus->left_out);
  if (status == LK_OK) status = score(world, &trained, corpus, &r);
  lk_corpus_free(corpus);
  lk_trained_clear(&trained);
  return status;
}
