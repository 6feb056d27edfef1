/* Prompts continued by all ranks, a round at a time: in each every rank continues one group
 * of texts, and rank 0 gets and tells them. */
#include "lockstep/generate.h"
#include "eval/spelling.h"
#include "lockstep/continuation.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

/* A continuation as doubles, the form in which ranks exchange it. The tokens follow. */
typedef struct {
  double log_probability, tokens, ended;
} record;
enum { RECORD = sizeof(record) / sizeof(double) };

typedef struct {
  lk_world *world;
  const lk_trained *trained;
  const lk_generation *how;
  const lk_prompts *prompts;
  const lk_generate_listener *listener;
  lk_token end;
  size_t count, batch, size; /* texts in all, a group; doubles of a record */
  lk_decoder *decoder;
  lk_sampler *sampler;
  lk_continuation *texts; /* (batch) */
  lk_spelling *spellings; /* (batch) */
  int *prompt_lengths;    /* (batch) */
  double *mine;           /* (batch, size) of this rank; rank 0: then of each other */
  lk_spelling told;       /* rank 0: of the continuation that is told */
  size_t shown;           /* bytes that `piece` was given */
  lk_status status;       /* of what cannot return it */
} generating;

static lk_status refuse(const char *name, long value, int most) {
  return lk_fail(LK_USAGE, "%s must be from 1 to %d, not %ld", name, most, value);
}

lk_status lk_generation_check(const lk_generation *generation) {
  const lk_generation *g = generation;
  if (g->attempts < 1 || g->attempts > LK_MOST_ATTEMPTS)
    return refuse("-n", g->attempts, LK_MOST_ATTEMPTS);
  if (g->batch < 1 || g->batch > LK_MOST_BATCH)
    return refuse("--batch", g->batch, LK_MOST_BATCH);
  for (int i = 0; i < g->stop_count; i++)
    if (!*g->stops[i])
      return lk_fail(LK_USAGE, "--stop needs a text: an empty one stands everywhere");
  return lk_sampling_check(&g->sampling);
}

/* Tokens of a prompt at most, with what a document begins with. */
static size_t room_for(const generating *g, size_t prompt) {
  size_t size = strlen(g->prompts->items[prompt].text);
  return 1 + lk_tokenizer_room(g->trained->tokenizer, size);
}

/* A document's begin and the prompt, into the caller's tokens, which have room. */
static lk_status encode(const generating *g, size_t prompt, lk_token *tokens, int *length) {
  const lk_prompt *item = &g->prompts->items[prompt];
  lk_passage passage = lk_passage_of(item->text, g->prompts->name, item->line);
  size_t count = 0;
  tokens[0] = g->end;
  if (passage.size)
    LK_TRY(lk_tokenizer_encode(g->trained->tokenizer, &passage, tokens + 1,
                               room_for(g, prompt) - 1, &count));
  *length = (int)count + 1;
  return LK_OK;
}

static lk_status check_prompt(const generating *g, size_t prompt, int *length) {
  lk_token *tokens;
  LK_TRY(LK_NEW(tokens, room_for(g, prompt)));
  lk_status status = encode(g, prompt, tokens, length);
  lk_free(tokens);
  return status;
}

/* Rank 0, before any work: all prompts are texts; says how many do not count whole. */
static lk_status check_prompts(const generating *g) {
  int block = g->trained->table->shape.block, length;
  size_t cut = 0;
  for (size_t i = 0; i < g->prompts->count; i++) {
    LK_TRY(check_prompt(g, i, &length));
    cut += length > block;
  }
  if (cut)
    lk_say(
        "%s: %zu of %zu prompts are longer than the %d %s of the model's block; their last "
        "parts count",
        g->prompts->name, cut, g->prompts->count, block,
        lk_tokenizer_unit(g->trained->tokenizer));
  return LK_OK;
}

/* The text at this place of a group is number first + place of all. */
static lk_status begin_text(generating *g, size_t number, size_t place) {
  size_t attempts = (size_t)g->how->attempts, prompt = number / attempts;
  lk_continuation *text = &g->texts[place];
  size_t room = room_for(g, prompt) + (size_t)g->how->most;
  *text = (lk_continuation){.text = prompt, .attempt = (uint32_t)(number % attempts)};
  LK_TRY(LK_NEW(text->tokens, room));
  LK_TRY(encode(g, prompt, text->tokens, &text->length));
  text->capacity = text->length + g->how->most;
  g->prompt_lengths[place] = text->length;
  lk_spelling_clear(&g->spellings[place]);
  return LK_OK;
}

/* What is new of the only continuation, as far as it is settled. */
static lk_status tell_piece(generating *g, const lk_spelling *spelling, size_t settled) {
  char *text;
  if (!g->listener->piece || g->count > 1 || settled <= g->shown) return LK_OK;
  LK_TRY(lk_spelling_text(spelling, g->shown, settled, &text));
  g->listener->piece(g->listener->context, text);
  lk_free(text);
  g->shown = settled;
  return LK_OK;
}

/* lk_continuing's: nonzero behind a stop text. */
static int take(void *context, int place, lk_token token) {
  generating *g = context;
  lk_spelling *spelling = &g->spellings[place];
  if (g->status == LK_OK) g->status = lk_spelling_add(spelling, token);
  if (g->status == LK_OK)
    g->status = tell_piece(g, spelling, lk_spelling_settled(spelling));
  return spelling->stopped || g->status != LK_OK;
}

static void keep_record(const generating *g, size_t place) {
  const lk_continuation *text = &g->texts[place];
  const lk_token *tokens = text->tokens + g->prompt_lengths[place];
  int count = text->length - g->prompt_lengths[place];
  lk_ended ended = g->spellings[place].stopped            ? LK_ENDED_AT_STOP
                   : count && tokens[count - 1] == g->end ? LK_ENDED_ITSELF
                                                          : LK_ENDED_AT_MOST;
  record head = {text->log_probability, count, ended};
  double *to = g->mine + place * g->size;
  assert(count >= 0 && count <= g->how->most);
  memcpy(to, &head, sizeof head);
  for (int i = 0; i < count; i++)
    to[RECORD + i] = tokens[i];
}

/* This rank's part of a round. */
static lk_status continue_group(generating *g, size_t first, size_t count) {
  const lk_continuing how = {
      .end = (int)g->end, .most = g->how->most, .taken = take, .context = g};
  for (size_t i = 0; i < count; i++)
    LK_TRY(begin_text(g, first + i, i));
  LK_TRY(lk_continue(g->decoder, g->sampler, g->texts, (int)count, &how));
  for (size_t i = 0; i < count; i++)
    keep_record(g, i);
  return g->status;
}

static void free_texts(generating *g) {
  for (size_t i = 0; g->texts && i < g->batch; i++) {
    lk_free(g->texts[i].tokens);
    g->texts[i].tokens = NULL;
  }
}

/* Rank 0: spells a record's tokens and tells them. */
static lk_status tell(generating *g, size_t number, const double *from) {
  size_t attempts = (size_t)g->how->attempts;
  record head;
  char *text;
  memcpy(&head, from, sizeof head);
  lk_spelling_clear(&g->told);
  for (int i = 0; i < (int)head.tokens; i++)
    LK_TRY(lk_spelling_add(&g->told, (lk_token)from[RECORD + i]));
  LK_TRY(tell_piece(g, &g->told, g->told.size));
  LK_TRY(lk_spelling_text(&g->told, 0, g->told.size, &text));
  const lk_generated generated = {.prompt = number / attempts,
                                  .attempt = (int)(number % attempts),
                                  .text = text,
                                  .tokens = (int)head.tokens,
                                  .log_probability = head.log_probability,
                                  .ended = (lk_ended)(int)head.ended};
  g->listener->text(g->listener->context, &generated);
  lk_free(text);
  return LK_OK;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Texts of a rank's group, of which text `first` of all is the first. */
static size_t count_texts(const generating *g, size_t first) {
  return first < g->count ? least(g->batch, g->count - first) : 0;
}

static lk_status tell_group(generating *g, size_t first) {
  for (size_t i = 0; i < count_texts(g, first); i++)
    LK_TRY(tell(g, first + i, g->mine + i * g->size));
  return LK_OK;
}

/* All ranks: rank 0 has room for one group, and takes one after the other. */
static lk_status tell_round(generating *g, size_t first) {
  int rank = lk_world_rank(g->world), ranks = lk_world_size(g->world);
  lk_status status = rank == 0 ? tell_group(g, first) : LK_OK;
  for (int r = 1; r < ranks; r++) {
    size_t own = first + (size_t)r * g->batch;
    size_t bytes = count_texts(g, own) * g->size * sizeof *g->mine;
    if (rank != 0 && rank != r) continue;
    LK_TRY(lk_world_hand(g->world, r, 0, g->mine, bytes));
    if (rank == 0 && status == LK_OK) status = tell_group(g, own);
  }
  return lk_world_agree(g->world, status);
}

/* All ranks: texts first … of all, a group each. */
static lk_status run_round(generating *g, size_t first) {
  size_t own = first + (size_t)lk_world_rank(g->world) * g->batch;
  size_t count = count_texts(g, own);
  lk_status status = count ? continue_group(g, own, count) : LK_OK;
  free_texts(g);
  LK_TRY(lk_world_agree(g->world, status));
  return tell_round(g, first);
}

static int longest(const generating *g) {
  size_t room = 0, most = (size_t)g->trained->table->shape.block;
  for (size_t i = 0; i < g->prompts->count && room < most; i++) {
    size_t needed = room_for(g, i) + (size_t)g->how->most;
    room = needed > room ? needed : room;
  }
  return (int)least(room, most);
}

static lk_status make_room(generating *g) {
  const lk_parameters *table = g->trained->table;
  LK_TRY(LK_NEW(g->texts, g->batch));
  LK_TRY(LK_NEW(g->spellings, g->batch));
  for (size_t i = 0; i < g->batch; i++)
    g->spellings[i] = g->told;
  LK_TRY(LK_NEW(g->prompt_lengths, g->batch));
  LK_TRY(LK_NEW(g->mine, g->batch * g->size));
  LK_TRY(lk_sampler_create(&g->sampler, &g->how->sampling, table->shape.vocabulary));
  return lk_decoder_create(&g->decoder, table, g->trained->values, (int)g->batch,
                           longest(g), g->how->precision);
}

static void release(generating *g) {
  for (size_t i = 0; g->spellings && i < g->batch; i++)
    lk_spelling_release(&g->spellings[i]);
  lk_spelling_release(&g->told);
  lk_decoder_free(g->decoder);
  lk_sampler_free(g->sampler);
  void *owned[] = {g->texts, g->spellings, g->prompt_lengths, g->mine};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    lk_free(owned[i]);
}

lk_status lk_generate(lk_world *world, const lk_trained *trained,
                      const lk_generation *generation, const lk_prompts *prompts,
                      const lk_generate_listener *listener) {
  generating g = {.world = world,
                  .trained = trained,
                  .how = generation,
                  .prompts = prompts,
                  .listener = listener};
  size_t ranks = (size_t)lk_world_size(world);
  assert(generation->attempts > 0 && generation->batch > 0 && generation->most >= 0);
  g.end = lk_tokenizer_end(trained->tokenizer);
  g.count = prompts->count * (size_t)generation->attempts;
  g.batch = least((size_t)generation->batch, (g.count + ranks - 1) / ranks);
  g.size = RECORD + (size_t)generation->most;
  g.told = (lk_spelling){.tokenizer = trained->tokenizer,
                         .stops = generation->stops,
                         .stop_count = generation->stop_count};
  if (!g.count) return LK_OK;
  lk_status status =
      lk_world_agree(world, lk_world_rank(world) == 0 ? check_prompts(&g) : LK_OK);
  if (status == LK_OK) status = lk_world_agree(world, make_room(&g));
  for (size_t i = 0; i < g.count && status == LK_OK; i += ranks * g.batch)
    status = run_round(&g, i);
  release(&g);
  return status;
}
