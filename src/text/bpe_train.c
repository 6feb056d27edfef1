/* Which merges a text asks for: always the pair of tokens that stands most often in its
 * pieces, of equal ones the one of the lowest ids. Pairs are counted once; a merge then
 * changes the counts of those pieces alone in which it applies. */
#include "lockstep/memory.h"
#include "lockstep/progress.h"
#include "text/bpe.h"
#include "text/piece_counts.h"
#include "text/queue.h"
#include <assert.h>
#include <string.h>

/* A piece as tokens, which become fewer. */
typedef struct {
  uint32_t first;
  uint32_t count;
  uint64_t times;
} word;

/* Two tokens side by side: how often, and a list of the words in which they may be. */
typedef struct {
  uint64_t key;
  uint64_t times;
  uint32_t words;  /* number + 1 of its first place; 0: none */
  uint32_t change; /* the last merge that made more of it */
} pair;

typedef struct {
  uint32_t word, next;
} place;

typedef struct {
  lk_bpe *bpe; /* the tokens and merges so far */
  size_t ids;
  word *words;
  size_t word_count;
  lk_token *tokens; /* of all words */
  pair *pairs;      /* [pair_room] */
  uint32_t *slots;  /* [2 * pair_room] of pairs by their key, number + 1 */
  size_t pair_count, pair_room;
  place *places; /* [place_room] */
  size_t place_count, place_room;
  uint32_t free_place; /* number + 1 */
  uint32_t *changed;   /* [changed_room] pairs of which the merge made more */
  size_t changed_count, changed_room;
  uint32_t change;
  lk_queue queue; /* of pairs: the most frequent, then the lowest key */
  size_t queue_room;
} training;

static uint64_t key_of(lk_token left, lk_token right) {
  return (uint64_t)left << 32 | right;
}

/* Twice the room of an array, of which `count` elements are in use. */
static lk_status grow(void **array, size_t *room, size_t count, size_t size) {
  void *larger;
  if (count < *room) return LK_OK;
  size_t next = *room ? 2 * *room : 4096;
  LK_TRY(lk_allocate(&larger, next, size, "the training of a tokenizer"));
  if (count) memcpy(larger, *array, count * size);
  lk_free(*array);
  *array = larger;
  *room = next;
  return LK_OK;
}

static uint32_t *find_slot(const training *t, uint64_t key) {
  size_t mask = 2 * t->pair_room - 1;
  size_t at = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & mask;
  while (t->slots[at] && t->pairs[t->slots[at] - 1].key != key)
    at = (at + 1) & mask;
  return &t->slots[at];
}

static lk_status grow_pairs(training *t) {
  if (t->pair_count < t->pair_room) return LK_OK;
  LK_TRY(grow((void **)&t->pairs, &t->pair_room, t->pair_count, sizeof *t->pairs));
  lk_free(t->slots);
  LK_TRY(LK_NEW(t->slots, 2 * t->pair_room));
  for (size_t i = 0; i < t->pair_count; i++)
    *find_slot(t, t->pairs[i].key) = (uint32_t)i + 1;
  return LK_OK;
}

/* The pair of a key, made where it is new. */
static lk_status find_pair(training *t, uint64_t key, pair **out) {
  LK_TRY(grow_pairs(t));
  uint32_t *slot = find_slot(t, key);
  if (!*slot) {
    t->pairs[t->pair_count] = (pair){.key = key};
    *slot = (uint32_t)++t->pair_count;
  }
  *out = &t->pairs[*slot - 1];
  return LK_OK;
}

static lk_status note_place(training *t, pair *in, uint32_t number) {
  uint32_t at = t->free_place;
  if (in->words && t->places[in->words - 1].word == number) return LK_OK;
  if (at) {
    t->free_place = t->places[at - 1].next;
  } else {
    LK_TRY(grow((void **)&t->places, &t->place_room, t->place_count, sizeof *t->places));
    at = (uint32_t)++t->place_count;
  }
  t->places[at - 1] = (place){number, in->words};
  in->words = at;
  return LK_OK;
}

static lk_status offer(training *t, const pair *p) {
  if (p->times < 2) return LK_OK;
  LK_TRY(grow((void **)&t->queue.entries, &t->queue_room, t->queue.count,
              sizeof *t->queue.entries));
  lk_queue_add(&t->queue, (lk_queued){UINT64_MAX - p->times, p->key});
  return LK_OK;
}

static void uncount(training *t, const word *w) {
  const lk_token *tokens = t->tokens + w->first;
  for (uint32_t i = 0; i + 1 < w->count; i++) {
    uint32_t number = *find_slot(t, key_of(tokens[i], tokens[i + 1]));
    assert(number && t->pairs[number - 1].times >= w->times);
    t->pairs[number - 1].times -= w->times;
  }
}

static lk_status note_change(training *t, uint32_t number) {
  pair *p = &t->pairs[number];
  if (p->change == t->change) return LK_OK;
  LK_TRY(
      grow((void **)&t->changed, &t->changed_room, t->changed_count, sizeof *t->changed));
  p->change = t->change;
  t->changed[t->changed_count++] = number;
  return LK_OK;
}

/* Pairs with the token `made` are new in the word; NO_TOKEN: all are. */
#define NO_TOKEN UINT32_MAX
static lk_status count(training *t, uint32_t number, lk_token made) {
  const word *w = &t->words[number];
  const lk_token *tokens = t->tokens + w->first;
  for (uint32_t i = 0; i + 1 < w->count; i++) {
    pair *p;
    LK_TRY(find_pair(t, key_of(tokens[i], tokens[i + 1]), &p));
    p->times += w->times;
    if (made != NO_TOKEN && tokens[i] != made && tokens[i + 1] != made) continue;
    LK_TRY(note_place(t, p, number));
    LK_TRY(note_change(t, (uint32_t)(p - t->pairs)));
  }
  return LK_OK;
}

static lk_status offer_changed(training *t) {
  for (size_t i = 0; i < t->changed_count; i++)
    LK_TRY(offer(t, &t->pairs[t->changed[i]]));
  t->changed_count = 0;
  t->change++;
  return LK_OK;
}

/* The two become one wherever they stand side by side. */
static void join(const training *t, word *w, lk_token left, lk_token right, lk_token made) {
  lk_token *tokens = t->tokens + w->first;
  uint32_t used = 0;
  for (uint32_t i = 0; i < w->count; used++) {
    int joins = i + 1 < w->count && tokens[i] == left && tokens[i + 1] == right;
    tokens[used] = joins ? made : tokens[i];
    i += joins ? 2 : 1;
  }
  assert(used < w->count);
  w->count = used;
}

static int has(const training *t, const word *w, lk_token left, lk_token right) {
  const lk_token *tokens = t->tokens + w->first;
  for (uint32_t i = 0; i + 1 < w->count; i++)
    if (tokens[i] == left && tokens[i + 1] == right) return 1;
  return 0;
}

/* In all words that have the pair; its places are free again. */
static lk_status apply(training *t, pair *of, lk_token made) {
  lk_token left = (lk_token)(of->key >> 32), right = (lk_token)of->key;
  uint32_t next = of->words;
  of->words = 0; /* `of` may move from here on */
  while (next) {
    place here = t->places[next - 1];
    word *w = &t->words[here.word];
    t->places[next - 1].next = t->free_place;
    t->free_place = next;
    next = here.next;
    if (!has(t, w, left, right)) continue;
    uncount(t, w);
    join(t, w, left, right, made);
    LK_TRY(count(t, here.word, made));
  }
  return offer_changed(t);
}

/* The token that the two make: a new one, unless other merges make the same bytes. */
static lk_status make_token(training *t, lk_token left, lk_token right, lk_token *made) {
  char bytes[LK_PIECE_MOST];
  size_t one, other;
  const char *a = lk_bpe_bytes(t->bpe, left, &one),
             *b = lk_bpe_bytes(t->bpe, right, &other);
  assert(one + other <= sizeof bytes);
  memcpy(bytes, a, one);
  memcpy(bytes + one, b, other);
  int64_t found = lk_bpe_find(t->bpe, bytes, one + other);
  *made = found < 0 ? (lk_token)t->ids++ : (lk_token)found;
  if (found < 0) LK_TRY(lk_bpe_add(t->bpe, *made, LK_BPE_TEXT, bytes, one + other));
  return lk_bpe_rank(t->bpe, left, right) < 0 ? lk_bpe_join(t->bpe, left, right) : LK_OK;
}

/* What was offered may be less by now. */
static lk_status merge_all(training *t, size_t most, lk_progress *progress) {
  while (t->queue.count && t->ids < most && t->bpe->merge_count < t->bpe->merge_room) {
    lk_queued first = lk_queue_take(&t->queue);
    pair *p = &t->pairs[*find_slot(t, first.what) - 1];
    uint64_t offered = UINT64_MAX - first.order;
    lk_token made;
    if (p->times != offered) {
      if (p->times < offered) LK_TRY(offer(t, p));
      continue;
    }
    LK_TRY(make_token(t, (lk_token)(p->key >> 32), (lk_token)p->key, &made));
    LK_TRY(apply(t, p, made));
    lk_progress_show(progress, t->ids);
  }
  return LK_OK;
}

static lk_status read_words(training *t, const lk_piece_counts *counts) {
  const lk_piece_count *list;
  const char *bytes;
  size_t total = 0;
  t->word_count = lk_piece_counts_list(counts, &list, &bytes);
  for (size_t i = 0; i < t->word_count; i++)
    total += list[i].size;
  if (total > UINT32_MAX)
    return lk_fail(LK_INTERNAL, "the pieces of the texts have more than 4 GB");
  LK_TRY(LK_NEW(t->words, t->word_count));
  LK_TRY(LK_NEW(t->tokens, total));
  for (size_t i = 0, at = 0; i < t->word_count; i++) {
    t->words[i] = (word){(uint32_t)at, list[i].size, list[i].times};
    for (uint32_t k = 0; k < list[i].size; k++)
      t->tokens[at++] = (unsigned char)bytes[list[i].first + k];
  }
  t->change = 1;
  for (size_t i = 0; i < t->word_count; i++)
    LK_TRY(count(t, (uint32_t)i, NO_TOKEN));
  return offer_changed(t);
}

static lk_status add_bytes(lk_bpe *bpe) {
  for (size_t i = 0; i < 256; i++) {
    char byte = (char)i;
    LK_TRY(lk_bpe_add(bpe, i, LK_BPE_TEXT, &byte, 1));
  }
  return LK_OK;
}

static lk_status train(training *t, const lk_piece_counts *counts, size_t most) {
  lk_progress progress;
  LK_TRY(lk_bpe_begin(&t->bpe, most, 2 * most));
  LK_TRY(add_bytes(t->bpe));
  t->ids = 256;
  LK_TRY(read_words(t, counts));
  lk_progress_begin(&progress, "ids", most, "joining tokens");
  lk_status status = merge_all(t, most, &progress);
  lk_progress_end(&progress);
  return status;
}

/* As many ids as there are tokens, and the special ones behind them. */
static lk_status finish(const training *t, const lk_pattern *pattern, lk_bpe **out) {
  static const char *const specials[LK_BPE_SPECIALS] = {"<|pad|>", "<|mask|>",
                                                        "<|endoftext|>"};
  const lk_bpe *from = t->bpe;
  LK_TRY(lk_bpe_begin(out, t->ids + LK_BPE_SPECIALS, from->merge_count));
  (*out)->pattern = *pattern;
  for (size_t id = 0; id < t->ids; id++)
    LK_TRY(lk_bpe_add(*out, id, LK_BPE_TEXT, from->bytes + from->tokens[id].first,
                      from->tokens[id].length));
  for (size_t i = 0; i < from->merge_count; i++)
    LK_TRY(lk_bpe_join(*out, from->merges[i].left, from->merges[i].right));
  for (size_t i = 0; i < LK_BPE_SPECIALS; i++)
    LK_TRY(lk_bpe_add(*out, t->ids + i, LK_BPE_SPECIAL, specials[i], strlen(specials[i])));
  return lk_bpe_finish(*out);
}

static void release(training *t) {
  if (t->bpe) lk_tokenizer_free(&t->bpe->base);
  lk_free(t->words);
  lk_free(t->tokens);
  lk_free(t->pairs);
  lk_free(t->slots);
  lk_free(t->places);
  lk_free(t->changed);
  lk_free(t->queue.entries);
}

lk_status lk_bpe_train(lk_tokenizer **out, const lk_piece_counts *counts, size_t size,
                       int composes) {
  training t = {.bpe = NULL};
  lk_bpe *bpe = NULL;
  *out = NULL;
  if (size < LK_BPE_LEAST || size > LK_MOST_IDS / 2)
    return lk_fail(LK_USAGE, "a vocabulary of %zu: a BPE has %d to %d ids", size,
                   LK_BPE_LEAST, LK_MOST_IDS / 2);
  lk_status status = train(&t, counts, size - LK_BPE_SPECIALS);
  if (status == LK_OK) status = finish(&t, lk_piece_counts_pattern(counts), &bpe);
  release(&t);
  if (status == LK_OK) {
    bpe->base.composes = composes != 0;
    *out = &bpe->base;
  } else if (bpe) {
    lk_tokenizer_free(&bpe->base);
  }
  return status;
}
