#include "lockstep/window.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <assert.h>
#include <math.h>

enum { STRIDE = 64, MOST_MARKS = 1 << 20 }; /* documents between marks, unless too many */

struct lk_windows {
  const lk_corpus *corpus; /* not owned */
  lk_slice slice;
  lk_range held; /* the slice's documents */
  lk_window_rule rule;
  uint64_t stride;
  uint64_t *shards; /* (shard_count + 1) parts before each shard, of those held; NULL, as
                       the next, where each document has one */
  uint64_t *marks;  /* (held / stride + 1) parts before every stride-th document */
  uint64_t before, tokens, rows; /* lk_windows_place */
};

/* What of a document is cut into windows, behind its title. A part is a window, or, where
 * shards are cut, a token to predict. */
typedef struct {
  size_t title, body;
  uint64_t parts;
} layout;

/* Nonzero where windows go on in the next document. */
static int is_across(const lk_windows *w) {
  return w->rule.cut == LK_CUT_SHARDS || w->rule.cut == LK_CUT_CORPUS;
}

/* Nonzero where the rule leaves the document out: one draw a document. */
static int is_left_out(const lk_windows *w, uint64_t document) {
  const lk_stream stream = {.seed = w->rule.seed, .purpose = LK_RANDOM_HELD_OUT};
  if (w->rule.held_out == 0) return 0;
  uint64_t draw = lk_random_u64(&stream, document);
  return (ldexp((double)draw, -64) < w->rule.held_out) != w->rule.of_held_out;
}

static layout lay_out(const lk_windows *w, uint64_t document) {
  if (is_left_out(w, document)) return (layout){0, 0, 0};
  size_t length = lk_corpus_length(w->corpus, document);
  size_t title = w->rule.keep_title ? lk_corpus_title(w->corpus, document) : 0;
  if (title > w->rule.reach / 2 || title >= length) title = 0;
  int streams = w->rule.cut != LK_CUT_TEXTS; /* which have the end, too */
  layout all = {title, length - title + (size_t)streams, 1};
  size_t room = is_across(w) ? 1 : w->rule.reach - title;
  if (w->rule.kind != LK_WINDOW_START) all.parts = (all.body - 1) / room + 1;
  return all;
}

static lk_range shard_of(const lk_windows *w, int shard) {
  return lk_shard_range(w->corpus->documents, w->slice.shards, shard);
}

static uint64_t end_of_shard(const lk_windows *w, int shard) {
  return shard_of(w, shard).first + shard_of(w, shard).count;
}

static lk_status count_windows(lk_windows *w) {
  lk_range held = w->held;
  uint64_t sum = 0, document = held.first;
  for (int i = 0; i < w->slice.shard_count; i++) {
    for (; document < end_of_shard(w, w->slice.first_shard + i); document++) {
      uint64_t place = document - held.first;
      if (place % w->stride == 0) w->marks[place / w->stride] = sum;
      sum += lay_out(w, document).parts;
    }
    w->shards[i + 1] = sum;
  }
  assert(document == held.first + held.count);
  assert(sum >= held.count || w->rule.held_out > 0);
  return lk_corpus_status(w->corpus);
}

static lk_status prepare(lk_windows *w) {
  uint64_t held = w->held.count;
  if (w->rule.kind == LK_WINDOW_START && w->rule.held_out == 0) return LK_OK;
  for (w->stride = STRIDE; held / w->stride >= MOST_MARKS;)
    w->stride *= 2;
  LK_TRY(LK_NEW(w->shards, (size_t)w->slice.shard_count + 1));
  LK_TRY(LK_NEW(w->marks, (size_t)(held / w->stride) + 1));
  return count_windows(w);
}

lk_status lk_windows_create(lk_windows **out, const lk_corpus *corpus, lk_slice slice,
                            const lk_window_rule *rule) {
  lk_windows *w = NULL;
  *out = NULL;
  assert(rule->reach > 1 && (rule->reach < SIZE_MAX || rule->kind == LK_WINDOW_START));
  assert(rule->cut == LK_CUT_TEXTS || !rule->keep_title);
  assert(rule->held_out >= 0 && rule->held_out < 1);
  LK_TRY(LK_NEW(w, 1));
  *w = (lk_windows){.corpus = corpus,
                    .slice = slice,
                    .held = lk_slice_range(corpus->documents, slice),
                    .rule = *rule};
  assert(!is_across(w) || rule->kind == LK_WINDOW_EVERY);
  lk_status status = prepare(w);
  if (status == LK_OK)
    *out = w;
  else
    lk_windows_free(w);
  return status;
}

void lk_windows_free(lk_windows *windows) {
  if (!windows) return;
  lk_free(windows->marks);
  lk_free(windows->shards);
  lk_free(windows);
}

static uint64_t count_parts(const lk_windows *w, int shard) {
  int i = shard - w->slice.first_shard;
  assert(i >= 0 && i < w->slice.shard_count);
  return w->shards ? w->shards[i + 1] - w->shards[i] : shard_of(w, shard).count;
}

uint64_t lk_windows_tokens(const lk_windows *windows, int shard) {
  assert(is_across(windows));
  return count_parts(windows, shard);
}

void lk_windows_place(lk_windows *windows, uint64_t before, uint64_t tokens,
                      uint64_t rows) {
  lk_windows *w = windows;
  assert(w->rule.cut == LK_CUT_CORPUS &&
         before + w->shards[w->slice.shard_count] <= tokens);
  assert(rows > 0 && rows <= tokens && (tokens - 1) / rows < w->rule.reach);
  w->before = before;
  w->tokens = tokens;
  w->rows = rows;
}

size_t lk_windows_take(const lk_windows *windows, lk_window *rest) {
  layout all = lay_out(windows, rest->document);
  size_t left = all.parts > 0 && all.body > rest->first ? all.body - rest->first : 0;
  int is_last = rest->document + 1 == windows->held.first + windows->held.count;
  size_t count = is_last || left > rest->count ? rest->count : left;
  rest->document++;
  rest->first = 0;
  rest->count -= count;
  return count;
}

uint64_t lk_windows_count(const lk_windows *windows, int shard) {
  if (windows->rule.cut == LK_CUT_CORPUS) return windows->rows;
  uint64_t parts = count_parts(windows, shard), reach = windows->rule.reach;
  return windows->rule.cut == LK_CUT_SHARDS ? parts / reach + (parts % reach > 0) : parts;
}

/* The last mark with no more parts before it. */
static uint64_t find_mark(const lk_windows *w, uint64_t number) {
  uint64_t first = 0, end = (w->held.count - 1) / w->stride + 1;
  while (end - first > 1) {
    uint64_t middle = first + (end - first) / 2;
    if (w->marks[middle] <= number)
      first = middle;
    else
      end = middle;
  }
  return first;
}

/* The document of the number-th part of all that are held, which becomes that among the
 * document's. */
static uint64_t find_document(const lk_windows *w, uint64_t *number, layout *all) {
  lk_range held = w->held;
  uint64_t mark = find_mark(w, *number), document = held.first + mark * w->stride;
  *number -= w->marks[mark];
  for (*all = lay_out(w, document);
       *number >= all->parts && document + 1 < held.first + held.count;
       *all = lay_out(w, ++document))
    *number -= all->parts;
  return document;
}

/* Where the part-th of so many equal parts of `size` begins. */
static uint64_t cut(uint64_t size, uint64_t part, uint64_t parts) {
  return (uint64_t)((unsigned __int128)size * part / parts);
}

/* Where a window of so many tokens of the body begins whose middle is a random one. */
static size_t draw_first(const lk_windows *w, const lk_visit *visit, size_t body,
                         size_t count) {
  const lk_stream stream = {.seed = w->rule.seed,
                            .purpose = LK_RANDOM_WINDOW,
                            .step = visit->epoch,
                            .shard = (uint32_t)visit->shard,
                            .site = (uint32_t)(visit->place >> 32)};
  size_t middle = (size_t)lk_random_below(&stream, visit->place & UINT32_MAX, body);
  size_t first = middle > count / 2 ? middle - count / 2 : 0;
  return first < body - count ? first : body - count;
}

static lk_window start_of(const lk_windows *w, uint64_t document) {
  layout all = lay_out(w, document);
  size_t room = w->rule.reach - all.title;
  return (lk_window){document, all.title, all.title, all.body < room ? all.body : room};
}

/* Of a shard's documents, or the corpus', as one row: the window's first token, among those
 * of all that are held, and their number. */
static uint64_t first_across(const lk_windows *w, uint64_t number, int shard,
                             size_t *count) {
  int is_whole = w->rule.cut == LK_CUT_CORPUS;
  uint64_t tokens = is_whole ? w->tokens : count_parts(w, shard);
  uint64_t windows = lk_windows_count(w, shard), first = cut(tokens, number, windows);
  *count = (size_t)(cut(tokens, number + 1, windows) - first);
  assert(!is_whole || first >= w->before);
  return first + (is_whole ? -w->before : w->shards[shard - w->slice.first_shard]);
}

static lk_window find_across(const lk_windows *w, uint64_t number, int shard) {
  size_t count;
  layout all;
  uint64_t first = first_across(w, number, shard, &count);
  assert(first + count <= w->shards[w->slice.shard_count]);
  uint64_t document = find_document(w, &first, &all);
  assert(count > 0 && count <= w->rule.reach);
  return (lk_window){document, 0, (size_t)first, count};
}

uint64_t lk_windows_near(const lk_windows *windows, uint64_t number, int shard) {
  const lk_windows *w = windows;
  size_t count;
  assert(number < lk_windows_count(w, shard));
  if (!w->shards) return shard_of(w, shard).first + number;
  uint64_t part = is_across(w) ? first_across(w, number, shard, &count)
                               : number + w->shards[shard - w->slice.first_shard];
  return w->held.first + find_mark(w, part) * w->stride;
}

lk_window lk_windows_find(const lk_windows *windows, uint64_t number,
                          const lk_visit *visit) {
  const lk_windows *w = windows;
  layout all;
  assert(number < lk_windows_count(w, visit->shard));
  if (!w->shards) return start_of(w, shard_of(w, visit->shard).first + number);
  if (is_across(w)) return find_across(w, number, visit->shard);
  number += w->shards[visit->shard - w->slice.first_shard];
  uint64_t document = find_document(w, &number, &all);
  if (w->rule.kind == LK_WINDOW_START) return start_of(w, document);
  size_t first = (size_t)cut(all.body, number, all.parts);
  size_t count = (size_t)cut(all.body, number + 1, all.parts) - first;
  assert(lk_corpus_status(w->corpus) != LK_OK || number < all.parts);
  if (w->rule.kind == LK_WINDOW_RANDOM) first = draw_first(w, visit, all.body, count);
  return (lk_window){document, all.title, all.title + first, count};
}

/* Of a stream: an end, the document's tokens, an end. In front of the tokens of the next
 * document stands that same end. Returns how many of `room` tokens it has from `at` on. */
static size_t read_stream(const lk_windows *w, uint64_t document, size_t at, size_t room,
                          lk_token *tokens) {
  size_t length = lk_corpus_length(w->corpus, document), used = 0;
  if (at == 0) tokens[used++] = w->rule.end;
  size_t first = at + used - 1, left = first < length ? length - first : 0;
  size_t count = left < room - used ? left : room - used;
  if (count) lk_corpus_window(w->corpus, document, first, count, tokens + used);
  used += count;
  if (used < room) tokens[used++] = w->rule.end;
  return used;
}

static void read_streams(const lk_windows *w, const lk_window *window, lk_token *tokens) {
  uint64_t document = window->document, end = w->held.first + w->held.count;
  size_t size = window->count + 1;
  size_t used = read_stream(w, document, window->first, size, tokens);
  while (used < size && ++document < end)
    if (!is_left_out(w, document))
      used += read_stream(w, document, 1, size - used, tokens + used);
  assert(used == size || lk_corpus_status(w->corpus) != LK_OK);
  for (; used < size; used++)
    tokens[used] = 0;
}

void lk_windows_read(const lk_windows *windows, const lk_window *window, lk_token *tokens) {
  const lk_corpus *corpus = windows->corpus;
  if (windows->rule.cut != LK_CUT_TEXTS) {
    read_streams(windows, window, tokens);
    return;
  }
  if (window->title) lk_corpus_window(corpus, window->document, 0, window->title, tokens);
  lk_corpus_window(corpus, window->document, window->first, window->count,
                   tokens + window->title);
}
