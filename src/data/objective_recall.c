#include "data/example.h"
#include "data/objective_kind.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

/* Elements of the stream. */
enum {
  DRAW_KIND,
  DRAW_WORD,
  DRAW_LENGTH,
  DRAW_START,
  DRAW_CROP,
  DRAW_LEFT,
  DRAW_RIGHT = DRAW_LEFT + 2,
  DRAW_FORM = DRAW_RIGHT + 2,
  DRAW_PLACE,
  DRAW_SHARE,
  DRAW_KEPT, /* + the word's place in the document */
  DRAW_SHORTER = 1 << 30,
  DRAW_OTHER /* + how many were drawn before */
};

enum { MOST_WORD = 32 }; /* characters in a row without a space are a word */

typedef struct {
  size_t first, end;
} part;

static size_t draw(const lk_stream *stream, int element, size_t below) {
  return (size_t)lk_random_below(stream, (uint64_t)element, below);
}

static double uniform(const lk_stream *stream, int element) {
  return (double)lk_random_u64(stream, (uint64_t)element) * 0x1p-64;
}

static int happens(const lk_stream *stream, int element, double probability) {
  return uniform(stream, element) < probability;
}

/* A word ends in front of the token: it is a blank, or begins with one. */
static int ends_word(const lk_corruption *how, lk_token token) {
  return token == how->space || how->behind[token];
}

/* A word begins with the token at > 0. */
static int begins_word(const lk_corruption *how, const lk_token *document, size_t at) {
  return document[at - 1] == how->space || how->behind[document[at]];
}

enum { SHORT = 2 }; /* characters of what has a stop and ends no title */

/* The stop of an initial or of "Jr." ends no title. */
static int ends_title(const lk_corruption *how, const lk_token *at) {
  if (at[0] != how->stop || !ends_word(how, at[1])) return 0;
  if (how->joins) return !how->behind[at[-1]] || how->behind[at[-1]] > SHORT;
  return at[-1] != how->space && at[-2] != how->space && at[-3] != how->space;
}

typedef struct {
  size_t length; /* with its stop and, where it is a token, its space; 0: there is none, or
                    nothing behind it */
  size_t name;   /* without them */
  size_t gap;    /* tokens between it and what does not follow it in the document */
} title_form;

static title_form find_title(const lk_corruption *how, const lk_excerpt *of, size_t most) {
  if (!how->keep_title) return (title_form){0, 0, 0};
  if (of->title && of->title < of->length && of->title <= most)
    return (title_form){of->title, of->title, 1};
  for (size_t i = how->joins ? 1 : 3; of->begins && i + 2 < of->length && i + 1 < most; i++)
    if (ends_title(how, of->tokens + i))
      return (title_form){i + 1 + (of->tokens[i + 1] == how->space), i, 0};
  return (title_form){0, 0, 0};
}

static int is_word(const lk_corruption *how, lk_token token) {
  return how->classes[token] >= LK_CLASS_LETTER;
}

/* The next word from `first` on; empty at the end. */
static part next_word(const lk_corruption *how, const lk_token *document, size_t first,
                      size_t length) {
  while (first < length && !is_word(how, document[first]))
    first++;
  part word = {first, first};
  while (word.end < length && is_word(how, document[word.end]) &&
         (word.end == first || !how->behind[document[word.end]]))
    word.end++;
  return word;
}

/* With or without a blank before it. */
static int is_in_title(const lk_corruption *how, const lk_token *document, size_t title,
                       part word) {
  size_t size = word.end - word.first;
  const lk_token *tokens = document + word.first;
  for (size_t i = 0; i + size <= title; i++)
    if (how->bare[document[i]] == how->bare[*tokens] &&
        !memcmp(document + i + 1, tokens + 1, (size - 1) * sizeof *tokens))
      return 1;
  return 0;
}

/* Behind the title: a word that starts with a capital or a digit and is not of the title,
 * which would give it away. */
static int is_salient(const lk_corruption *how, const lk_token *document, size_t title,
                      part word) {
  return how->classes[document[word.first]] >= LK_CLASS_CAPITAL &&
         !is_in_title(how, document, title, word);
}

/* How often a salient word counts: as one, if answers alone count, or as an answer. */
static size_t count_word(const lk_corruption *how, const lk_token *tokens, size_t size,
                         int answers) {
  size_t questions = answers ? lk_lexicon_count(how->lexicon, tokens, size) : 1;
  return questions > 1 && !how->weigh ? 1 : questions;
}

/* The salient word that is the chosen-th, of those that are answers if so asked; returns
 * how many there are before it, or in all. */
static size_t find_word(const lk_corruption *how, const lk_token *document, size_t title,
                        size_t length, int answers, size_t chosen, part *found) {
  size_t count = 0;
  part word = next_word(how, document, title, length);
  for (; word.first < length; word = next_word(how, document, word.end, length)) {
    const lk_token *tokens = document + word.first;
    if (!is_salient(how, document, title, word)) continue;
    size_t more = count_word(how, tokens, word.end - word.first, answers);
    if (more > 0) *found = word;
    if (more > chosen - count) break;
    count += more;
  }
  return count;
}

/* Of the numbers below `count` that are drawn the least. */
static size_t draw_first(const lk_corruption *how, const lk_stream *stream, size_t count) {
  size_t first = draw(stream, DRAW_WORD, count);
  for (int i = 1; i < how->first_of; i++) {
    size_t other = draw(stream, DRAW_OTHER + i, count);
    if (other < first) first = other;
  }
  return first;
}

/* Nonzero when there is such a word. */
static int draw_word(const lk_corruption *how, const lk_token *document, size_t title,
                     size_t length, int answers, const lk_stream *stream, part *word) {
  size_t count = find_word(how, document, title, length, answers, SIZE_MAX, word);
  if (count == 0) return 0;
  find_word(how, document, title, length, answers, draw_first(how, stream, count), word);
  return 1;
}

/* A span of any length is about a quarter of a document that an example can show, and of
 * `room`, so that its context has a place, where the document is longer. */
static part draw_span(const lk_corruption *how, const lk_token *document, size_t title,
                      size_t length, size_t room, const lk_stream *stream) {
  part span = {0, 0};
  size_t most = (room + 1) / 2;
  int answers = happens(stream, DRAW_KIND, how->answers);
  if (answers && draw_word(how, document, title, length, 1, stream, &span)) return span;
  if (how->salient && draw_word(how, document, title, length, 0, stream, &span))
    return span;
  size_t count = 1 + draw(stream, DRAW_LENGTH, (length - title + 1) / 2);
  if (count > most) count = 1 + draw(stream, DRAW_SHORTER, most);
  span.first = title + draw(stream, DRAW_START, length - title - count + 1);
  span.end = span.first + count;
  return span;
}

/* Mostly short: uniform below a uniform number. */
static size_t draw_side(const lk_stream *stream, int element, size_t most) {
  return draw(stream, element, draw(stream, element + 1, most + 1) + 1);
}

/* Nonzero where the tokens around `at` are a word. In writings without spaces they are
 * none: all context would go with it. */
static int is_in_word(const lk_corruption *how, const lk_token *document, size_t at,
                      size_t length) {
  size_t first = at, end = at;
  while (first > 0 && at - first <= MOST_WORD && !begins_word(how, document, first))
    first--;
  while (end < length && end - at <= MOST_WORD && !ends_word(how, document[end]))
    end++;
  return end - first <= MOST_WORD;
}

/* The window without the words that its edges cut through. */
static part whole_words(const lk_corruption *how, const lk_token *document, part core,
                        part window, size_t title, size_t length) {
  if (window.first > title && is_in_word(how, document, window.first, length))
    while (window.first < core.first && !begins_word(how, document, window.first))
      window.first++;
  if (window.end < length && is_in_word(how, document, window.end, length))
    while (window.end > core.end && !ends_word(how, document[window.end]))
      window.end--;
  return window;
}

/* Where the word in front of the span begins. */
static size_t word_before(const lk_corruption *how, const lk_token *document, part span,
                          size_t least) {
  size_t first = span.first;
  while (first > least && document[first - 1] == how->space)
    first--;
  int begins = 0;
  while (first > least && document[first - 1] != how->space && !begins)
    begins = how->behind[document[--first]];
  return first;
}

/* The core with up to so many tokens on its sides, `room` in all, between words. */
static part fit_window(const lk_corruption *how, const lk_token *document, part core,
                       size_t left, size_t right, size_t room, size_t title,
                       size_t length) {
  size_t spare = room - (core.end - core.first);
  if (left > spare) left = spare;
  if (right > spare - left) right = spare - left;
  return whole_words(how, document, core, (part){core.first - left, core.end + right},
                     title, length);
}

/* What is shown of the excerpt, `core` included, in at most `room` tokens. What is long, or
 * a part, is not cropped where nothing would be left to remember the span by. */
static part draw_window(const lk_corruption *how, const lk_excerpt *of, part core,
                        size_t title, size_t room, const lk_stream *stream) {
  const lk_token *document = of->tokens;
  size_t length = of->length, left = core.first - title, right = length - core.end;
  part whole = fit_window(how, document, core, left, right, room, title, length);
  if (!happens(stream, DRAW_CROP, how->crop)) return whole;
  left = draw_side(stream, DRAW_LEFT, left);
  right = draw_side(stream, DRAW_RIGHT, right);
  part cropped = fit_window(how, document, core, left, right, room, title, length);
  int bare = cropped.first == core.first && cropped.end == core.end;
  return bare && !title && (of->is_part || length > room) ? whole : cropped;
}

static lk_token *append(lk_token *to, const lk_token *document, size_t first, size_t end) {
  memcpy(to, document + first, (end - first) * sizeof *document);
  return to + (end - first);
}

/* `prefix ⁇ suffix` behind the title and the token `between`, if it is not the mask. */
static lk_token *write_gap(lk_token *to, lk_token mask, const lk_token *document,
                           size_t title, lk_token between, part window, part span) {
  to = append(to, document, 0, title);
  if (between != mask) *to++ = between;
  to = append(to, document, window.first, span.first);
  *to++ = mask;
  return append(to, document, span.end, window.end);
}

/* Nonzero where a word of the context begins, or could behind the last one. */
static int is_place(const lk_corruption *how, const lk_token *context, size_t at,
                    size_t size) {
  return context[at - 1] == how->space ||
         (at < size ? how->behind[context[at]] : how->joins);
}

/* Tokens of the context in front of its n-th word, n drawn. */
static size_t draw_place(const lk_corruption *how, const lk_token *context, size_t size,
                         const lk_stream *stream) {
  size_t words = 1, place = 0;
  for (size_t i = 1; i <= size; i++)
    words += is_place(how, context, i, size);
  for (size_t left = draw(stream, DRAW_PLACE, words); left > 0;)
    left -= is_place(how, context, ++place, size);
  return place;
}

/* Each word of the part with the probability `share`, and a space behind it, unless words
 * have their blank before them. */
static lk_token *append_some(lk_token *to, const lk_corruption *how,
                             const lk_token *document, part from, double share,
                             const lk_stream *stream) {
  for (size_t next, end, first = from.first; first < from.end; first = next) {
    for (end = first; end < from.end && document[end] != how->space &&
                      (end == first || !how->behind[document[end]]);)
      end++;
    next = end + (end < from.end && document[end] == how->space);
    if (end == first || !happens(stream, DRAW_KEPT + (int)first, share)) continue;
    to = append(to, document, first, end);
    if (!how->joins) *to++ = how->space;
  }
  return to;
}

/* The name between the words in front of `place` and those behind it, one token for the
 * blank: behind the name, or before it where words begin with theirs, unless it is the
 * first. The words are where the name and the blank leave them room; returns the end. */
static lk_token *put_name(lk_token *to, const lk_corruption *how, const lk_token *name,
                          size_t name_size, size_t place, lk_token *end) {
  lk_token *context = to + name_size + 1;
  if (how->joins && !place) {
    append(to, name, 0, name_size);
    memmove(context - 1, context, (size_t)(end - context) * sizeof *to);
    return end - 1;
  }
  memmove(to, context, place * sizeof *to);
  to[how->joins ? place : place + name_size] = how->space;
  append(to + place + (how->joins != 0), name, 0, name_size);
  return end;
}

/* Of the window the word in front of the span, which tells a city from its country, and
 * some others; no sign of the span; the name somewhere between the words. */
static lk_token *write_question(lk_token *to, const lk_corruption *how,
                                const lk_token *document, size_t name, part window,
                                part span, const lk_stream *stream) {
  size_t near = word_before(how, document, span, window.first);
  double share = uniform(stream, DRAW_SHARE);
  lk_token *context = to + name + 1, *end = context;
  end = append_some(end, how, document, (part){window.first, near}, share, stream);
  end = append_some(end, how, document, (part){near, span.first}, 1, stream);
  end = append_some(end, how, document, (part){span.end, window.end}, share, stream);
  size_t place = draw_place(how, context, (size_t)(end - context), stream);
  end = put_name(to, how, document, name, place, end);
  while (end[-1] == how->space)
    end--;
  return end;
}

void lk_example_recall(lk_example *out, const lk_corruption *how, const lk_excerpt *of,
                       size_t block, const lk_stream *stream) {
  const lk_token *document = of->tokens;
  title_form form = find_title(how, of, block / 2);
  size_t length = of->length, title = form.length;
  size_t room = block - 2 - title - form.gap; /* of block + 1 tokens three are masks */
  assert(length > 0 && block >= 8);
  int asks = title && happens(stream, DRAW_FORM, how->ask);
  part span = draw_span(how, document, title, length, room, stream);
  if (span.end - span.first > room) span.end = span.first + (room + 1) / 2;
  part core = span;
  if (asks) core.first = word_before(how, document, span, title);
  if (core.end - core.first > room) core = span;
  part window = draw_window(how, of, core, title, room, stream);
  int apart = form.gap && (!of->begins || window.first > title);
  lk_token *end =
      asks ? write_question(out->tokens, how, document, form.name, window, span, stream)
           : write_gap(out->tokens, out->mask, document, title,
                       apart ? how->space : out->mask, window, span);
  out->first_target = asks ? (size_t)(end - out->tokens) - 1 : 0;
  *end++ = out->mask;
  end = append(end, document, span.first, span.end);
  *end++ = out->mask;
  out->length = (size_t)(end - out->tokens);
  assert(out->length <= block + 1);
}

/* What an objective of this kind owns. */
typedef struct {
  lk_corruption how;
  uint8_t *classes, *behind; /* a token id, as the next */
  lk_token *bare;
  lk_lexicon *lexicon; /* NULL: objective.answers is 0 */
} recall;

static lk_status check(const lk_config *config) {
  if (config->objective_answers == 0 && config->objective_weigh)
    return lk_fail(LK_USAGE, "%s: there is nothing to weigh: set objective.answers, too",
                   lk_config_origin(config, "objective.weigh"));
  int draws_words =
      config->objective_answers > 0 || config->objective_spans == LK_SPANS_SALIENT;
  if (config->objective_first_of > 1 && !draws_words)
    return lk_fail(LK_USAGE,
                   "%s: no words are drawn: set objective.spans=salient or "
                   "objective.answers, too",
                   lk_config_origin(config, "objective.first_of"));
  if (config->objective_answers == 0 || *config->questions) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: objective.answers needs questions, whose answers are preferred: set "
                 "questions=FILE.tsv",
                 lk_config_origin(config, "objective.answers"));
}

static lk_status read_answers(lk_objective *o, recall *own, const lk_config *config) {
  lk_questions *list;
  LK_TRY(lk_questions_read(&list, config->questions, 1));
  o->items.answers = list->sha256;
  o->left_out = list->left_out;
  o->left_out_path = lk_file_name(config->questions);
  lk_status status =
      lk_lexicon_create(&own->lexicon, list, config->questions, o->tokenizer);
  lk_questions_free(list);
  return status;
}

static lk_status read_words(recall *own, const lk_tokenizer *tokenizer) {
  size_t ids = (size_t)lk_tokenizer_size(tokenizer);
  LK_TRY(LK_NEW(own->classes, ids));
  LK_TRY(LK_NEW(own->behind, ids));
  LK_TRY(LK_NEW(own->bare, ids));
  lk_tokenizer_classes(tokenizer, own->classes);
  return lk_tokenizer_blanks(tokenizer, own->behind, own->bare);
}

static lk_status prepare(lk_objective *objective, const lk_config *config) {
  const lk_tokenizer *tokenizer = objective->tokenizer;
  recall *own;
  LK_TRY(LK_NEW(own, 1));
  objective->own = own;
  objective->moves = 1; /* the span may be anywhere, with what is around it */
  objective->keep_title = config->objective_keep_name;
  objective->reach = objective->block - 2;
  if (objective->keep_title && objective->window != LK_WINDOW_START) objective->reach--;
  LK_TRY(read_words(own, tokenizer));
  if (config->objective_answers > 0) LK_TRY(read_answers(objective, own, config));
  own->how = (lk_corruption){.classes = own->classes,
                             .behind = own->behind,
                             .bare = own->bare,
                             .joins = lk_tokenizer_joins(tokenizer),
                             .salient = config->objective_spans == LK_SPANS_SALIENT,
                             .answers = config->objective_answers,
                             .weigh = config->objective_weigh,
                             .first_of = (int)config->objective_first_of,
                             .lexicon = own->lexicon,
                             .stop = lk_tokenizer_first_of(tokenizer, LK_CLASS_STOP),
                             .space = lk_tokenizer_first_of(tokenizer, LK_CLASS_SPACE),
                             .keep_title = config->objective_keep_name,
                             .crop = config->objective_crop,
                             .ask = config->objective_ask};
  return LK_OK;
}

static void release(lk_objective *objective) {
  recall *own = objective->own;
  if (!own) return;
  lk_lexicon_free(own->lexicon);
  lk_free(own->classes);
  lk_free(own->behind);
  lk_free(own->bare);
  lk_free(own);
}

static void draw_example(const lk_objective *o, const lk_visit *visit,
                         const lk_stream *stream, lk_example *out) {
  const recall *own = o->own;
  lk_excerpt of;
  const lk_place place = lk_mixture_find(o->corpora, visit);
  of.tokens = lk_mixture_text(o->corpora, &place, &of.length);
  of.title = place.window.title;
  of.is_part = o->window != LK_WINDOW_START;
  of.begins = place.window.first == place.window.title;
  lk_example_recall(out, &own->how, &of, o->block, stream);
}

/* As if none were cropped or made a question of, which all are as often. */
static size_t rows(const lk_objective *o, const lk_visit *visit) {
  const lk_place place = lk_mixture_find(o->corpora, visit);
  size_t shown = place.window.title + place.window.count + 2; /* and the masks */
  return shown < o->block ? shown : o->block;
}

const lk_objective_row lk_objective_recall = {.reads_corpus = 1,
                                              .check = check,
                                              .open = prepare,
                                              .release = release,
                                              .draw = draw_example,
                                              .rows = rows};
