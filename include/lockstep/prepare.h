/* Dumps and texts to a corpus: every page through the quality steps, what is left of it as
 * tokens. The inputs are cut into parts, which threads and ranks work off in any order;
 * rank 0 puts together what they left, its threads make tokens of it, in the inputs' order,
 * so that the corpus is the same to the byte for any number of both. What is done of a part
 * lies in a folder beside the corpus until the end: a command that was killed goes on where
 * it was. */
#ifndef LOCKSTEP_PREPARE_H
#define LOCKSTEP_PREPARE_H

#include "lockstep/bpe.h"
#include "lockstep/inputs.h"
#include "lockstep/linkage.h"
#include "lockstep/wikitext.h"
#include "lockstep/world.h"
#include <stdio.h>

LK_C_BEGIN

/* What is done with documents that say the same as an earlier one: dropped in dumps, kept
 * in texts, unless chosen. */
typedef enum { LK_DUPLICATES_AUTO, LK_DUPLICATES_KEEP, LK_DUPLICATES_DROP } lk_duplicates;

/* All zero is not valid: begin with lk_prepare_defaults. Texts stay the caller's. */
typedef struct {
  lk_dump_options dump; /* its threads: of this rank, all together */
  lk_wiki_options wiki;
  const char *templates; /* a file for lk_wikitext_add_templates; NULL: none */
  const char *language;  /* of pages whose dump does not say; NULL: by the file's name */
  int no_titles;         /* nonzero: pages do not begin with their title */
  int composes;          /* nonzero: NFC also for texts, as always for dumps */
  uint64_t shortest;     /* characters of a document, without its title */
  double letters;        /* least share of letters of the language; 0: any */
  lk_duplicates duplicates;
  double near;              /* likeness of near duplicates, 0 … 1; 0: they stay */
  const char *tokenizer;    /* "characters", or what lk_tokenizer_read takes */
  uint64_t vocabulary_size; /* of characters, U+FFFD for the others; 0: all */
  const char *held_out; /* a second corpus, of this share of the documents; NULL: none */
  double held_out_share;
  int compression; /* of the corpus, as lk_corpus_form has it */
  uint64_t part;   /* bytes of an input's part, as they lie in the file */
} lk_prepare_options;

lk_prepare_options lk_prepare_defaults(void);

/* The steps that take a page, in their order. X(name, what) */
#define LK_PREPARE_STEPS(X)                                                                \
  X(namespace, "in other namespaces than articles'")                                       \
  X(model, "that are no wikitext")                                                         \
  X(redirect, "redirects")                                                                 \
  X(disambiguation, "disambiguations")                                                     \
  X(empty, "without text")                                                                 \
  X(stub, "shorter than --shortest")                                                       \
  X(letters, "with too few letters of their language")                                     \
  X(duplicate, "that say the same as an earlier one")                                      \
  X(near, "nearly the same as an earlier one")

#define LK_PREPARE_ENUM(name, what) LK_PREPARE_##name,
typedef enum { LK_PREPARE_STEPS(LK_PREPARE_ENUM) LK_PREPARE_KEPT } lk_prepare_step;

enum { LK_PREPARE_EXAMPLES = 3, LK_PREPARE_TITLE = 80 };

/* Pages that one step took, or that were kept, as they came in. */
typedef struct {
  uint64_t pages, bytes, characters;
  uint32_t example_count;
  char examples[LK_PREPARE_EXAMPLES][LK_PREPARE_TITLE]; /* titles, or beginnings */
} lk_prepare_count;

/* What changed in the documents that were kept. */
typedef struct {
  uint64_t composed;  /* documents brought to NFC */
  uint64_t controls;  /* characters without meaning in a text: left out */
  uint64_t invisible; /* … without width, or that only turn the direction: left out */
  uint64_t spaces;    /* blanks of other kinds than " ": made such */
  uint64_t reserved;  /* □ and ⁇, which stand for tokens of their own: left out */
} lk_prepare_changes;

typedef struct {
  lk_prepare_count steps[LK_PREPARE_KEPT + 1];
  lk_prepare_changes changes;
  uint64_t inputs, documents, bytes, tokens; /* documents: of the corpus, without … */
  uint64_t held_out;                         /* … these */
  uint64_t characters;                       /* of the corpus, with the ends of lines */
  uint64_t unknown;                          /* characters that became U+FFFD */
  int vocabulary;                            /* ids */
  int is_dump;                               /* there was a dump among the inputs */
} lk_prepare_report;

/* All ranks, with the same arguments; of the report rank 0's is filled. Inputs and output
 * are seen by all ranks under the same names (a pipe by rank 0). LK_NO_INPUT and
 * LK_BAD_DATA as lk_dump_open and lk_dump_next, for inputs without a document, for
 * templates; LK_IO; LK_STOPPED after a signal: the same command then goes on. */
lk_status lk_prepare(lk_world *world, const lk_inputs *inputs, const char *output,
                     const lk_prepare_options *options, lk_prepare_report *report);

/* What a BPE is made of: its ids, how texts are cut, and how many different pieces are
 * counted before the rarest are left out. */
typedef struct {
  size_t size;
  lk_pattern pattern;
  size_t most_pieces;
} lk_bpe_training;

/* As lk_prepare, but makes a tokenizer of the documents, on rank 0: *out is NULL on the
 * others. The caller owns it. `output`: the file that it will be in, beside which the parts
 * lie. */
lk_status lk_prepare_train(lk_world *world, const lk_inputs *inputs, const char *output,
                           const lk_prepare_options *options, const lk_bpe_training *how,
                           lk_tokenizer **out);

/* The language of a dump whose first page was read: `chosen` unless NULL, what the dump
 * says, or what its database or file is called ("dewiki-…"); "" where nothing tells. Not
 * collective, as the next. */
enum { LK_PREPARE_LANGUAGE = 16 };
void lk_prepare_language(const lk_dump *dump, const char *path, const char *chosen,
                         char language[LK_PREPARE_LANGUAGE]);

/* Its wiki, for parsers of its pages, in that language ("": English). The caller owns *out:
 * lk_wiki_site_free, also after a failure. */
lk_status lk_prepare_site(lk_wiki_site **out, const lk_dump *dump, const char *language);

/* Says so if it is wikitext of another project, whose templates we do not know. */
void lk_prepare_say_project(const lk_dump *dump, const char *path);

/* The report for people, and as an object of JSON, which the caller frees (lk_free). */
void lk_prepare_print(const lk_prepare_report *report, FILE *to);
lk_status lk_prepare_json(const lk_prepare_report *report, char **json);

LK_C_END

#endif
