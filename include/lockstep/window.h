/* Windows: which part of a document one visit of training shows. An epoch visits windows;
 * their number in a shard, and which they are, follow from the lengths of its documents. */
#ifndef LOCKSTEP_WINDOW_H
#define LOCKSTEP_WINDOW_H

#include "lockstep/corpus.h"
#include "lockstep/linkage.h"

LK_C_BEGIN

/* Values of config->objective_window.
 * start: one window a document, its beginning.
 * every: a document is cut into the fewest windows that an example can show, of equal
 * length (±1), so that an epoch shows each of its tokens once.
 * random: as many, of the same lengths, but each wherever it falls: its middle is a random
 * token of the document, or as near as the ends allow. An epoch shows as many tokens of a
 * document as it has, and each in the mean between 1/2 and 3/2 times, those inside once. */
typedef enum { LK_WINDOW_START, LK_WINDOW_RANDOM, LK_WINDOW_EVERY } lk_window_kind;

/* What is cut into windows: documents as they are; or what is predicted where every token
 * is, which is a document's tokens and its end, and a window then has one token more, the
 * one in front of its first, to predict that from: before a document there is an end, too.
 * Either of each document, or of a shard's documents as one row, or of all of a corpus. */
typedef enum { LK_CUT_TEXTS, LK_CUT_STREAMS, LK_CUT_SHARDS, LK_CUT_CORPUS } lk_window_cut;

typedef struct {
  lk_window_kind kind;
  size_t reach; /* tokens that an example can show, the title included; SIZE_MAX, with start
                   alone: the whole document */
  int keep_title; /* the title that the corpus has of a document stands before each of its
                     windows, unless it takes over half of the reach; what is cut into
                     windows is what comes behind it */
  uint64_t seed;
  lk_window_cut cut; /* not LK_CUT_TEXTS: without titles; LK_CUT_SHARDS and LK_CUT_CORPUS:
                        with every */
  lk_token end;      /* of a document; not for LK_CUT_TEXTS */
  double held_out;   /* share of documents, below 1, chosen by the seed and their number,
                        that have no windows … */
  int of_held_out;   /* … or that alone have some */
} lk_window_rule;

/* The first `title` tokens of the document, then first … first + count-1; count > 0. Of
 * streams these are the tokens to predict, of which the document's end is the last; a
 * shard's or a corpus' go on in the documents behind it. */
typedef struct {
  uint64_t document;
  size_t title, first, count;
} lk_window;

typedef struct lk_windows lk_windows;

/* Of the slice's shards, which the corpus holds, maybe with more, and which must outlive
 * *out. Reads the
 * length of each of their documents once, unless kind is start. Holds 8 bytes for every 64
 * documents or more, and up to 8 MiB. Errors as lk_corpus_status. Not collective. The
 * caller owns *out: lk_windows_free. */
lk_status lk_windows_create(lk_windows **out, const lk_corpus *corpus, lk_slice slice,
                            const lk_window_rule *rule);
void lk_windows_free(lk_windows *windows);

/* Of LK_CUT_SHARDS and LK_CUT_CORPUS: tokens to predict of one of the shards. */
uint64_t lk_windows_tokens(const lk_windows *windows, int shard);

/* Of LK_CUT_CORPUS, before any window is asked for: all documents of the corpus have
 * `tokens` to predict, `before` of them in front of the slice's, and are one row that is
 * cut into `rows` windows of one length, ±1, at most the reach. Those that are asked for
 * must be made of the slice's documents. */
void lk_windows_place(lk_windows *windows, uint64_t before, uint64_t tokens, uint64_t rows);

/* Windows of one of the shards; of LK_CUT_CORPUS those of the corpus, which then have no
 * shards. */
uint64_t lk_windows_count(const lk_windows *windows, int shard);

/* One visit: window `number` (from 0) of a shard, for the visit-th time place of an epoch
 * (`number` where an epoch comes to each window once): a function of these, the seed and
 * the lengths only. */
typedef struct {
  uint64_t epoch, place;
  int shard;
} lk_visit;
lk_window lk_windows_find(const lk_windows *windows, uint64_t number,
                          const lk_visit *visit);

/* A document that is not far in front of the window's first one, or that one: without
 * reading any. */
uint64_t lk_windows_near(const lk_windows *windows, uint64_t number, int shard);

/* Takes the tokens of a window's first document away from it, and says how many they are:
 * none, where the document is held out. */
size_t lk_windows_take(const lk_windows *windows, lk_window *rest);

/* Reads the window's tokens, title and all, into tokens[title + count]; of streams the
 * token in front of them first, into tokens[1 + count]. A failure is told by
 * lk_corpus_status. */
void lk_windows_read(const lk_windows *windows, const lk_window *window, lk_token *tokens);

LK_C_END

#endif
