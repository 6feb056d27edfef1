#include "train/held_out.h"
#include "lockstep/characters.h"
#include "lockstep/file.h"
#include "lockstep/progress.h"
#include "lockstep/share.h"
#include <assert.h>
#include <math.h>

/* What is summed, a shard at a time. */
enum { NATS, TARGETS, BYTES, SUMS };

struct lk_held_out {
  const lk_trainer *trainer; /* not owned */
  lk_mixture *corpora;       /* owned, as all below */
  lk_sha256 digits;          /* of them */
  lk_objective *objective;
  int is_file;       /* one shard on every rank, of which each of the run's takes a part */
  double *bytes;     /* (vocabulary) of each id's text; NAN: it stands for any character */
  lk_token *example; /* (block + 1) scratch */
  double *mine;      /* (shards a rank, SUMS) of this rank */
  int told;          /* why there are no bits a byte */
};

/* All ranks: each has all of it. */
static lk_status read_file(lk_held_out *h) {
  const lk_config *c = h->trainer->config;
  const lk_tokenizer *tokenizer = lk_dataset_tokenizer(h->trainer->dataset);
  const lk_slice whole = {1, 0, 1};
  lk_ingredient one = {.path = lk_file_name(c->validation_file), .weight = 1};
  LK_TRY(lk_corpus_share(&one.corpus, h->trainer->world, c->validation_file, tokenizer,
                         whole));
  return lk_mixture_create(&h->corpora, &one, 1, whole);
}

static double bytes_of(const lk_tokenizer *tokenizer, lk_token id) {
  char scratch[LK_PIECE];
  size_t size = 0;
  if ((int)id == lk_characters_unknown(tokenizer)) return NAN;
  if (lk_tokenizer_is_text(tokenizer, id))
    lk_tokenizer_piece(tokenizer, id, scratch, &size);
  return (double)size;
}

static lk_status make_room(lk_held_out *h) {
  const lk_trainer *t = h->trainer;
  const lk_tokenizer *tokenizer = lk_dataset_tokenizer(t->dataset);
  size_t ids = (size_t)lk_tokenizer_size(tokenizer);
  size_t numbers = SUMS * (size_t)t->shards_a_rank;
  LK_TRY(LK_NEW(h->bytes, ids));
  for (size_t id = 0; id < ids; id++)
    h->bytes[id] = bytes_of(tokenizer, (lk_token)id);
  LK_TRY(LK_NEW(h->example, (size_t)t->config->model_block + 1));
  return LK_NEW(h->mine, numbers);
}

/* What is held out is measured in windows of its own shards, or documents. */
static lk_status open_objective(lk_held_out *h, lk_objective_kind kind) {
  const lk_trainer *t = h->trainer;
  lk_config config = *t->config;
  config.objective_full = 0;
  return lk_objective_open(&h->objective, &config, kind, h->corpora,
                           lk_dataset_tokenizer(t->dataset));
}

static lk_status open_documents(lk_held_out *h) {
  const lk_trainer *t = h->trainer;
  const lk_mixture *trained_on = lk_dataset_corpora(t->dataset);
  lk_objective_kind kind = lk_dataset_kind(t->dataset);
  if (!lk_objective_reads_corpus(kind))
    return lk_fail(
        LK_USAGE,
        "%s: questions are trained on, of which no documents are held out; "
        "leave validation out, or set dev=FILE.tsv",
        lk_config_origin(t->config, h->is_file ? "validation.file" : "validation.share"));
  assert(trained_on);
  LK_TRY(h->is_file ? read_file(h) : lk_mixture_hold_out(&h->corpora, trained_on));
  h->digits = lk_mixture_about(h->corpora).sha256;
  LK_TRY(open_objective(h, kind));
  return make_room(h);
}

/* What of the held-out windows a shard of the run's measures. */
static lk_range part_of(const lk_held_out *h, int shard) {
  const lk_config *c = h->trainer->config;
  if (h->is_file)
    return lk_shard_range(lk_objective_visits(h->objective, 0), (int)c->shards, shard);
  return (lk_range){0, lk_objective_visits(h->objective, shard)};
}

/* All ranks: some document has to be there. */
static lk_status check_count(const lk_held_out *h) {
  const lk_trainer *t = h->trainer;
  int mine = 0, any;
  for (int i = 0; i < t->shard_count; i++)
    mine |= part_of(h, t->first_shard + i).count > 0;
  LK_TRY(lk_world_any(t->world, mine, &any));
  if (any) return LK_OK;
  return lk_fail(
      LK_BAD_DATA,
      "%s: validation.share %g holds none of the %llu documents out; raise it, or "
      "set validation.file",
      lk_mixture_about(h->corpora).path, t->config->validation_share,
      (unsigned long long)lk_mixture_about(h->corpora).documents);
}

lk_status lk_held_out_open(lk_held_out **out, const lk_trainer *trainer) {
  lk_held_out *h = NULL;
  *out = NULL;
  if (!lk_config_validates(trainer->config)) return LK_OK;
  lk_status status = lk_world_agree(trainer->world, LK_NEW(h, 1));
  if (status != LK_OK) return status;
  h->trainer = trainer;
  h->is_file = *trainer->config->validation_file != '\0';
  status = lk_world_agree(trainer->world, open_documents(h));
  if (status == LK_OK) status = check_count(h);
  if (status == LK_OK)
    *out = h;
  else
    lk_held_out_free(h);
  return status;
}

void lk_held_out_free(lk_held_out *held_out) {
  lk_held_out *h = held_out;
  if (!h) return;
  lk_objective_close(h->objective);
  lk_mixture_free(h->corpora);
  lk_free(h->bytes);
  lk_free(h->example);
  lk_free(h->mine);
  lk_free(h);
}

const char *lk_held_out_digits(const lk_held_out *held_out) {
  return held_out->digits.hex;
}

/* The pack's losses, which is empty afterwards. */
static void add_pack(const lk_held_out *h, const float *values, double sums[SUMS]) {
  const lk_trainer *t = h->trainer;
  lk_pack *pack = t->packs[0];
  if (pack->B == 0) return;
  sums[NATS] += lk_model_forward(t->models[0], values, NULL, pack, NULL, NULL);
  sums[TARGETS] += pack->M;
  for (int i = 0; i < pack->M; i++)
    sums[BYTES] += h->bytes[pack->targets[i]];
  lk_pack_clear(pack);
}

/* The example of one visit, the same every time. */
static void draw(const lk_held_out *h, int shard, uint64_t place, lk_example *example) {
  const lk_visit visit = {.epoch = 0, .place = place, .shard = h->is_file ? 0 : shard};
  const lk_stream stream = {.seed = h->trainer->config->seed,
                            .purpose = LK_RANDOM_VALIDATION,
                            .step = place >> 24,
                            .shard = (uint32_t)visit.shard,
                            .site = (uint32_t)(place & 0xffffff)};
  lk_objective_draw(h->objective, &visit, &stream, example);
}

static void measure_shard(const lk_held_out *h, const float *values, int shard,
                          double sums[SUMS], lk_progress *progress, uint64_t *done) {
  lk_pack *pack = h->trainer->packs[0];
  lk_range part = part_of(h, shard);
  lk_example example = {.tokens = h->example};
  lk_pack_clear(pack);
  sums[NATS] = sums[TARGETS] = sums[BYTES] = 0;
  for (uint64_t i = 0; i < part.count; i++) {
    draw(h, shard, part.first + i, &example);
    if (!lk_pack_fits(pack, example.length)) add_pack(h, values, sums);
    lk_pack_append(pack, example.tokens, example.length, example.first_target);
    lk_progress_show(progress, ++*done);
  }
  add_pack(h, values, sums);
}

static lk_status measure_shards(const lk_held_out *h, const float *values) {
  const lk_trainer *t = h->trainer;
  lk_progress progress;
  uint64_t done = 0, windows = 0;
  for (int i = 0; i < t->shard_count; i++)
    windows += part_of(h, t->first_shard + i).count;
  lk_progress_begin(&progress, "windows", windows, "measuring the held-out loss");
  for (int i = 0; i < t->shard_count; i++)
    measure_shard(h, values, t->first_shard + i, h->mine + SUMS * i, &progress, &done);
  lk_progress_end(&progress);
  LK_TRY(lk_linear_status());
  return lk_mixture_status(h->corpora);
}

/* Rank 0, once. */
static void say_unknown(lk_held_out *h) {
  if (h->told || lk_world_rank(h->trainer->world) != 0) return;
  h->told = 1;
  lk_say("%s: U+FFFD stands for characters that the vocabulary lacks, so its bytes, and "
         "held-out bits a byte, are not known",
         lk_mixture_about(h->corpora).path);
}

/* Shards in order: a rank with fewer shards adds exact zeros. */
lk_status lk_held_out_measure(lk_held_out *held_out, const float *values,
                              lk_held_out_loss *loss) {
  const lk_held_out *h = held_out;
  const lk_trainer *t = h->trainer;
  double sums[SUMS] = {0};
  size_t numbers = SUMS * (size_t)t->shards_a_rank;
  LK_TRY(lk_trainer_hold(t, values));
  LK_TRY(lk_world_agree(t->world, measure_shards(h, values)));
  LK_TRY(lk_world_add_rows(t->world, h->mine, numbers, SUMS, sums));
  assert(sums[TARGETS] > 0);
  loss->nats = sums[NATS] / sums[TARGETS];
  if (isnan(sums[BYTES])) say_unknown(held_out);
  loss->bits = sums[BYTES] > 0 ? sums[NATS] / log(2) / sums[BYTES] : NAN;
  return LK_OK;
}
