#include "lockstep/mixture.h"
#include "data/fill.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct lk_mixture {
  lk_ingredient *list;  /* (count) */
  lk_windows **windows; /* (count), NULL until they are cut */
  int count;
  int is_held_out; /* its corpora are another mixture's, and not owned */
  lk_slice slice;
  lk_window_rule rule;
  lk_fill fill;   /* of LK_CUT_CORPUS; of no corpora until rows are shared */
  lk_token *room; /* (rule.reach + 1) of the window that was read last */
  char *path;
  lk_sha256 sha256;
};

static lk_status check_tokenizers(const lk_mixture *m) {
  const lk_tokenizer *first = m->list[0].corpus->tokenizer;
  for (int i = 1; i < m->count; i++)
    if (!lk_tokenizer_equal(first, m->list[i].corpus->tokenizer))
      return lk_fail(LK_BAD_DATA,
                     "%s: its vocabulary (%d ids) is not that of %s (%d ids), beside which "
                     "it is to be trained on; prepare all corpora with one tokenizer",
                     m->list[i].path, lk_tokenizer_size(m->list[i].corpus->tokenizer),
                     m->list[0].path, lk_tokenizer_size(first));
  return LK_OK;
}

static lk_status join_paths(lk_mixture *m) {
  size_t size = 1, used = 0;
  for (int i = 0; i < m->count; i++)
    size += strlen(m->list[i].path) + 2;
  LK_TRY(LK_NEW(m->path, size));
  for (int i = 0; i < m->count; i++)
    used += (size_t)snprintf(m->path + used, size - used, "%s%s", i ? ", " : "",
                             m->list[i].path);
  return LK_OK;
}

/* Of one corpus its own, which runs on it alone have; else of the hexadecimal ones, a line
 * each. */
static lk_status join_digests(lk_mixture *m) {
  enum { LINE = sizeof m->sha256.hex };
  char *lines = NULL;
  m->sha256 = m->list[0].corpus->sha256;
  if (m->count == 1) return LK_OK;
  LK_TRY(LK_NEW(lines, (size_t)m->count * LINE));
  for (int i = 0; i < m->count; i++) {
    memcpy(lines + i * LINE, m->list[i].corpus->sha256.hex, LINE);
    lines[(i + 1) * LINE - 1] = '\n';
  }
  lk_status status = lk_sha256_bytes(&m->sha256, lines, (size_t)m->count * LINE);
  lk_free(lines);
  return status;
}

static lk_status prepare(lk_mixture *m) {
  LK_TRY(check_tokenizers(m));
  LK_TRY(join_paths(m));
  LK_TRY(join_digests(m));
  return LK_NEW(m->windows, (size_t)m->count);
}

static void free_corpora(const lk_ingredient *list, int count) {
  for (int i = 0; i < count; i++)
    lk_corpus_free(list[i].corpus);
}

static lk_status allocate(lk_mixture **out, const lk_ingredient *list, int count) {
  lk_status status = LK_NEW(*out, 1);
  if (status == LK_OK) status = LK_NEW((*out)->list, (size_t)count);
  if (status == LK_OK) {
    memcpy((*out)->list, list, (size_t)count * sizeof *list);
    return LK_OK;
  }
  free_corpora(list, count);
  lk_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_mixture_create(lk_mixture **out, const lk_ingredient *list, int count,
                            lk_slice slice) {
  lk_mixture *m;
  assert(count > 0);
  *out = NULL;
  LK_TRY(allocate(&m, list, count));
  m->count = count;
  m->slice = slice;
  lk_status status = prepare(m);
  if (status == LK_OK)
    *out = m;
  else
    lk_mixture_free(m);
  return status;
}

void lk_mixture_free(lk_mixture *mixture) {
  lk_mixture *m = mixture;
  if (!m) return;
  for (int i = 0; m->windows && i < m->count; i++)
    lk_windows_free(m->windows[i]);
  if (!m->is_held_out) free_corpora(m->list, m->count);
  lk_fill_free(&m->fill);
  lk_free(m->windows);
  lk_free(m->list);
  lk_free(m->room);
  lk_free(m->path);
  lk_free(m);
}

/* Every document of its corpora once. */
lk_status lk_mixture_hold_out(lk_mixture **out, const lk_mixture *mixture) {
  lk_mixture *m;
  *out = NULL;
  LK_TRY(LK_NEW(m, 1));
  *m = (lk_mixture){.count = mixture->count, .is_held_out = 1, .slice = mixture->slice};
  lk_status status = LK_NEW(m->list, (size_t)m->count);
  for (int i = 0; i < m->count && status == LK_OK; i++) {
    m->list[i] = mixture->list[i];
    m->list[i].weight = 1;
  }
  if (status == LK_OK) status = prepare(m);
  if (status == LK_OK)
    *out = m;
  else
    lk_mixture_free(m);
  return status;
}

lk_mixture_facts lk_mixture_about(const lk_mixture *mixture) {
  lk_mixture_facts all = {.path = mixture->path,
                          .sha256 = mixture->sha256,
                          .tokenizer = mixture->list[0].corpus->tokenizer,
                          .count = mixture->count};
  for (int i = 0; i < mixture->count; i++) {
    all.documents += mixture->list[i].corpus->documents;
    all.characters += mixture->list[i].corpus->characters;
  }
  return all;
}

const lk_ingredient *lk_mixture_list(const lk_mixture *mixture) {
  return mixture->list;
}

lk_status lk_mixture_cut(lk_mixture *mixture, const lk_window_rule *rule) {
  lk_mixture *m = mixture;
  assert(!m->windows[0]);
  m->rule = *rule;
  m->rule.of_held_out = m->is_held_out;
  if (rule->reach < SIZE_MAX) LK_TRY(LK_NEW(m->room, rule->reach + 1));
  for (int i = 0; i < m->count; i++)
    LK_TRY(lk_windows_create(&m->windows[i], m->list[i].corpus, m->slice, &m->rule));
  return LK_OK;
}

int lk_mixture_is_plain(const lk_mixture *mixture) {
  return mixture->count == 1 && mixture->list[0].weight == 1 &&
         mixture->rule.kind == LK_WINDOW_START && mixture->rule.held_out == 0;
}

int lk_mixture_shares(const lk_mixture *mixture) {
  return mixture->rule.cut == LK_CUT_CORPUS;
}

uint64_t lk_mixture_tokens(const lk_mixture *mixture, int ingredient, int shard) {
  return lk_windows_tokens(mixture->windows[ingredient], shard);
}

static lk_status refuse_few_tokens(const lk_mixture *m, int ingredient, uint64_t tokens) {
  return lk_fail(LK_BAD_DATA,
                 "%s: %llu tokens that are not held out are fewer than %d shards; lower "
                 "validation.share or shards",
                 m->list[ingredient].path, (unsigned long long)tokens, m->slice.shards);
}

lk_status lk_mixture_share(lk_mixture *mixture, const uint64_t *tokens) {
  lk_mixture *m = mixture;
  int shards = m->slice.shards;
  assert(lk_mixture_shares(m) && !m->fill.count);
  LK_TRY(lk_fill_create(&m->fill, m->count, shards));
  for (int i = 0; i < m->count; i++, tokens += shards) {
    uint64_t sum = 0;
    for (int shard = 0; shard < shards; shard++)
      sum += tokens[shard];
    if (sum < (uint64_t)shards) return refuse_few_tokens(m, i, sum);
    lk_fill_add(&m->fill, i, tokens, m->list[i].weight, m->rule.reach);
  }
  return LK_OK;
}

lk_slice lk_mixture_needs(const lk_mixture *mixture, int ingredient) {
  return lk_fill_documents(&mixture->fill, ingredient, mixture->slice);
}

static lk_status replace_corpus(lk_mixture *m, int ingredient, lk_corpus *corpus) {
  lk_ingredient *one = &m->list[ingredient];
  int changed = strcmp(corpus->sha256.hex, one->corpus->sha256.hex) != 0;
  lk_corpus_free(changed ? corpus : one->corpus);
  if (changed)
    return lk_fail(LK_NO_INPUT,
                   "%s: changed while it was read; start again when nothing writes to it",
                   one->path);
  one->corpus = corpus;
  return LK_OK;
}

lk_status lk_mixture_place(lk_mixture *mixture, int ingredient, lk_corpus *corpus) {
  lk_mixture *m = mixture;
  lk_slice needs = lk_mixture_needs(m, ingredient);
  lk_windows **windows = &m->windows[ingredient];
  assert(corpus || needs.shard_count == m->slice.shard_count);
  if (corpus) {
    LK_TRY(replace_corpus(m, ingredient, corpus));
    lk_windows_free(*windows);
    LK_TRY(lk_windows_create(windows, corpus, needs, &m->rule));
  }
  const lk_filling *of = &m->fill.list[ingredient];
  lk_windows_place(*windows, of->before[needs.first_shard], of->before[needs.shards],
                   of->rows);
  return LK_OK;
}

/* Of an ingredient's windows those that a shard has. */
static lk_range windows_of(const lk_mixture *m, int ingredient, int shard) {
  if (m->fill.count) return lk_fill_rows(&m->fill, ingredient, shard);
  return (lk_range){0, lk_windows_count(m->windows[ingredient], shard)};
}

/* Visits of an epoch to an ingredient's windows in a shard. */
static uint64_t visits_to(const lk_mixture *m, int ingredient, int shard) {
  if (m->fill.count) return lk_fill_visits(&m->fill, ingredient, shard).count;
  uint64_t count = lk_windows_count(m->windows[ingredient], shard);
  double weight = m->list[ingredient].weight;
  assert(weight > 0);
  if (weight == 1 || count == 0) return count;
  double visits = round((double)count * weight);
  return visits < 1 ? 1 : (uint64_t)visits;
}

uint64_t lk_mixture_visits(const lk_mixture *mixture, int ingredient, uint64_t *windows) {
  const lk_mixture *m = mixture;
  uint64_t visits = 0;
  assert(m->windows[ingredient]);
  *windows = 0;
  for (int i = 0; i < m->slice.shard_count; i++) {
    visits += visits_to(m, ingredient, m->slice.first_shard + i);
    *windows += windows_of(m, ingredient, m->slice.first_shard + i).count;
  }
  return visits;
}

uint64_t lk_mixture_count(const lk_mixture *mixture, int shard) {
  uint64_t sum = 0;
  for (int i = 0; i < mixture->count; i++)
    sum += visits_to(mixture, i, shard);
  return sum;
}

/* The ingredient, and which of its windows. An epoch's visits go on in the row of an
 * ingredient's windows where those of the epoch before ended, so all that a shard has are
 * visited equally often, ±1; where windows are few, shards may have unequal shares. */
static int turn_of(const lk_mixture *m, const lk_visit *visit, uint64_t *number) {
  uint64_t place = visit->place, visits;
  int i = 0;
  for (; place >= (visits = visits_to(m, i, visit->shard)); i++) {
    place -= visits;
    assert(i + 1 < m->count);
  }
  unsigned __int128 turn = (unsigned __int128)visits * visit->epoch + place;
  lk_range windows = windows_of(m, i, visit->shard);
  *number = windows.first + (uint64_t)(turn % windows.count);
  return i;
}

lk_place lk_mixture_find(const lk_mixture *mixture, const lk_visit *visit) {
  uint64_t number;
  int i = turn_of(mixture, visit, &number);
  return (lk_place){i, lk_windows_find(mixture->windows[i], number, visit)};
}

void lk_mixture_ahead(const lk_mixture *mixture, const lk_visit *visit, int stage) {
  uint64_t number;
  int i = turn_of(mixture, visit, &number);
  const lk_windows *windows = mixture->windows[i];
  lk_source *source = mixture->list[i].corpus->source;
  if (!source || !source->kind->ahead) return;
  uint64_t document = stage == 0 ? lk_windows_near(windows, number, visit->shard)
                                 : lk_windows_find(windows, number, visit).document;
  lk_source_ahead(source, document, stage);
}

size_t lk_mixture_take(const lk_mixture *mixture, lk_place *rest) {
  return lk_windows_take(mixture->windows[rest->ingredient], &rest->window);
}

const lk_token *lk_mixture_text(const lk_mixture *mixture, const lk_place *place,
                                size_t *length) {
  const lk_window *window = &place->window;
  const lk_corpus *corpus = mixture->list[place->ingredient].corpus;
  if (!mixture->room) return lk_corpus_document(corpus, window->document, length);
  *length = window->title + window->count;
  assert(*length <= mixture->rule.reach);
  *length += mixture->rule.cut != LK_CUT_TEXTS;
  lk_windows_read(mixture->windows[place->ingredient], window, mixture->room);
  return mixture->room;
}

/* Adds a corpus' documents, evenly chosen, each for those that it stands for. */
static void add_coverage(lk_coverage *all, const lk_corpus *corpus, size_t reach,
                         int shows_all) {
  enum { SAMPLE = 1 << 16 };
  lk_range held = corpus->held;
  uint64_t count = held.count < SAMPLE ? held.count : SAMPLE;
  double each = (double)held.count / (double)count;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t place = (uint64_t)((unsigned __int128)held.count * i / count);
    size_t length = lk_corpus_length(corpus, held.first + place);
    all->longer += each * (length > reach);
    all->characters += each * (double)length;
    all->shown += each * (double)(shows_all || length < reach ? length : reach);
  }
}

lk_coverage lk_mixture_coverage(const lk_mixture *mixture, size_t reach, int shows_all) {
  lk_coverage all = {0, 0, 0};
  for (int i = 0; i < mixture->count; i++)
    add_coverage(&all, mixture->list[i].corpus, reach, shows_all);
  return all;
}

lk_status lk_mixture_status(const lk_mixture *mixture) {
  for (int i = 0; i < mixture->count; i++)
    LK_TRY(lk_corpus_status(mixture->list[i].corpus));
  return LK_OK;
}
