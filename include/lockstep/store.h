/* HDF5 files: corpora and checkpoints. Not collective: whoever calls does the whole work.
 *
 * Every file of ours starts with a 512-byte user block of text that holds its length and a
 * checksum. That of a checkpoint is XXH3-128 of all bytes behind the block, which are read
 * and compared before HDF5 sees one. That of a corpus, which may be of any size, is of the
 * hashes of its pieces of 64 KiB, which stand behind HDF5's bytes (h5py does not mind): a
 * piece is compared when it is read first, whoever reads it. So what is damaged is never
 * parsed; and HDF5 is let at the structure of a file only when that has been checked, so
 * that what is forged is not either. A file is opened once, and what changes in it from
 * then on is LK_NO_INPUT, never mixed in. h5dump and h5py skip a user block by themselves.
 * Files are written whole or not at all. Different files may be used by several threads,
 * which then wait for each other; each is opened and ended by one.
 */
#ifndef LOCKSTEP_STORE_H
#define LOCKSTEP_STORE_H

#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/trained.h"

LK_C_BEGIN

/* "HDF5 1.10.8". Owned by the library. */
const char *lk_store_library(void);

typedef enum { LK_STORE_CORPUS, LK_STORE_CHECKPOINT } lk_store_kind;

/* Which of the two a file is. LK_NO_INPUT; LK_BAD_DATA when it is neither or damaged. */
lk_status lk_store_kind_of(const char *path, lk_store_kind *kind);

/* Reads every byte of a corpus or checkpoint, and checks all that it says: each offset,
 * token and title, the parameters' hash. LK_NO_INPUT, LK_BAD_DATA. */
lk_status lk_store_verify(const char *path);

/* The tokenizer that a checkpoint or a corpus has with it; composes, names of tokenizers,
 * and what is none of ours are lk_tokenizer_read's. LK_NO_INPUT, LK_BAD_DATA. The caller
 * owns *out: lk_tokenizer_free.
 */
lk_status lk_tokenizer_read_any(lk_tokenizer **out, const char *path, int composes);

/* The same of those files alone: *out is NULL for any other, or none. */
lk_status lk_tokenizer_read_stored(lk_tokenizer **out, const char *path, int composes);

/* Corpus: /tokens uint16 (uint32 for over 65,536 ids), /offsets uint64 (documents + 1),
 * /titles uint32 (tokens of each document's title) where any has one, each in chunks unless
 * it is short, the tokenizer as /vocabulary uint32 code points or /tokenizer, attributes
 * sha256, characters, longest and median. */

/* A corpus that is written document by document, in memory that does not grow with it. */
typedef struct lk_corpus_writer lk_corpus_writer;

typedef struct {
  const lk_tokenizer *tokenizer; /* whose tokens the documents have; is copied */
  int compression; /* of tokens: level of deflate, 1 … 9; LK_ZSTD; 0: none */
} lk_corpus_form;
enum { LK_ZSTD = 10 };

/* Begins a file that goes where lk_file_write would write it. LK_IO. Not collective; all
 * calls for one writer from one thread, others wait with files of HDF5 meanwhile. The
 * caller owns *out: lk_corpus_writer_finish or lk_corpus_writer_discard frees it. */
lk_status lk_corpus_writer_create(lk_corpus_writer **out, const char *path,
                                  const lk_corpus_form *form);

/* One document: tokens[count], at least 1, of which the first `title` are its title (0:
 * none). The same calls make the same file, byte by byte. LK_IO. */
lk_status lk_corpus_writer_add(lk_corpus_writer *w, const lk_token *tokens, size_t count,
                               size_t title);

/* What a corpus says beside its documents. */
typedef struct {
  lk_sha256 sha256;    /* of the text's bytes */
  uint64_t characters; /* of the text */
} lk_corpus_facts;

/* The file takes its name whole. LK_IO; LK_BAD_DATA for no documents: what was there is
 * still there then. Frees w in any case. */
lk_status lk_corpus_writer_finish(lk_corpus_writer *w, const lk_corpus_facts *facts);

/* Leaves nothing behind. */
void lk_corpus_writer_discard(lk_corpus_writer *w);

/* All documents of `corpus`, which must be held. */
lk_status lk_corpus_write_hdf5(const char *path, const lk_corpus *corpus);

/* As lk_corpus_read_text, but opens in the same time whatever the size: documents are read,
 * verified and checked when they are asked for, so that lk_corpus_status may be
 * LK_BAD_DATA, naming the bytes. Files of earlier versions are read once as a whole here.
 * `tokenizer`: NULL, or one that can read the file's tokens (lk_tokenizer_reads); the
 * corpus' is the file's own. Sizes are checked against each other and the file before
 * anything is allocated. */
lk_status lk_corpus_read_hdf5(lk_corpus **out, const char *path,
                              const lk_tokenizer *tokenizer, lk_slice slice);

/* Of a whole corpus, in tokens. */
typedef struct {
  uint64_t tokens;
  uint64_t longest; /* document */
  uint64_t median;  /* half of the documents are no longer; LK_MEDIAN_MOST: or longer */
} lk_corpus_lengths;

enum { LK_MEDIAN_MOST = 1 << 18 };

/* Of any corpus that is held whole. What an HDF5 corpus says of itself, without a look at
 * its documents. */
lk_status lk_corpus_measure(const lk_corpus *corpus, lk_corpus_lengths *out);

/* Reads a corpus of either form: a file that starts like one of ours or like any HDF5 file
 * is one of those, anything else a text. */
lk_status lk_corpus_read(lk_corpus **out, const char *path, const lk_tokenizer *tokenizer,
                         lk_slice slice);

/* Nonzero for a file, no pipe, that starts like one of those. */
int lk_store_knows(const char *path);

enum { LK_BUILD_SIZE = 512 };

/* The model of a run that lost least on held-out documents so far. */
typedef struct {
  double loss;   /* nats a token */
  uint64_t step; /* after it; 0: none was measured, or all losses are no numbers */
  uint64_t worse_in_a_row; /* losses since then that were no lower */
  lk_sha256 held_out; /* of the data that they are of; "" in files of earlier versions */
} lk_best_model;

/* What a checkpoint says beside its numbers. Texts are owned by the struct. */
typedef struct {
  lk_shape shape;
  uint64_t step;   /* optimizer updates done */
  uint64_t epoch;  /* epochs done */
  uint64_t tokens; /* schedule's count of characters */
  uint64_t seed;
  char *config;             /* the resolved config, YAML */
  lk_hash config_hash;      /* of the keys that the bits depend on */
  lk_sha256 corpus_sha256;  /* of the data trained on, or of what was imported */
  lk_sha256 answers_sha256; /* of the questions with objective.spans=answers, else empty */
  uint64_t corpus_characters, corpus_documents; /* 0: imported, of data not known here */
  char task[16]; /* the command, pretrain or finetune; "" in files of earlier versions */
  /* hash of the parameters that training began from, "none" for its own; "" there, too */
  char origin[40];
  char build[LK_BUILD_SIZE]; /* program and libraries: lockstep/build.h */
  lk_hash parameter_hash;    /* of all parameters in table order, as stored */
  lk_best_model best;        /* zeros in files of earlier versions */
  uint64_t skipped_in_a_row; /* updates that on_nonfinite left out, up to this step */
  int has_average;           /* the parameters' running mean is there, too (key ema) */
  int sites;                 /* that made local steps; 0: there are none … */
  int has_outer, has_left;   /* … and have a momentum, and something left */
} lk_checkpoint_info;

void lk_checkpoint_info_clear(lk_checkpoint_info *info); /* frees its texts, zeroes it */

/* The arrays of a checkpoint, each a group of its file with every tensor of the table. */
typedef enum {
  LK_GROUP_MODEL,
  LK_GROUP_M,
  LK_GROUP_V,
  LK_GROUP_AVERAGE,
  LK_GROUP_OUTER, /* momentum of outer steps (key sync.outer) */
  LK_GROUP_LEFT,  /* of a site: what rounding (key sync.wire) has not sent yet */
  LK_GROUPS
} lk_group;

/* Of a run of local steps each group of ranks, called a site here, has moments of its own
 * in the checkpoint: those of site 0 are the groups above, those of another behind these.
 */
lk_group lk_group_of(lk_group kind, int site);
lk_group lk_group_kind(lk_group group);
int lk_group_site(lk_group group);
enum { LK_MOST_SITES = 64 };

/* Where numbers come from that are not in memory as a whole: stores numbers first … first +
 * count-1 of a group, in table order, in `to`. */
typedef struct {
  lk_status (*read)(void *context, lk_group group, uint64_t first, uint64_t count,
                    float *to);
  void *context;
} lk_checkpoint_source;

typedef struct lk_checkpoint_file lk_checkpoint_file;

/* A trained model and the progress of its training. Its numbers are in memory or in the
 * open file. */
typedef struct {
  lk_checkpoint_info info;
  lk_trained trained;       /* owned, as all here */
  float *m, *v;             /* Adam's moments, (table->count) each; NULL: not asked for */
  float *average;           /* of the parameters, the same; NULL: not asked for, or none */
  lk_checkpoint_file *file; /* NULL: it was not opened, or not by this rank */
  /* of what is to be written beside the parameters (lk_checkpoint_has): m, v and average
   * are NULL then; read NULL: they are it */
  lk_checkpoint_source source;
} lk_checkpoint;

/* Writes /model/<name>, /optimizer/m/<name>, /optimizer/v/<name>, /ema/<name>,
 * /sync/momentum/<name>, /sync/left/<name>, and of site 1 and on
 * /sites/<number>/optimizer/m/<name> and so on (float32, PyTorch's shapes; every dataset
 * directly in its group, dots in its name), /vocabulary, /config and the attributes of
 * info, atomically. info.parameter_hash is computed here. Nothing of `checkpoint` is
 * changed. */
lk_status lk_checkpoint_write(const char *path, const lk_checkpoint *checkpoint);

/* The same to where a user said: links are followed, and what is no file is written through
 * (lockstep/output.h). */
lk_status lk_checkpoint_write_out(const char *path, const lk_checkpoint *checkpoint);

/* Opens a file and verifies it, but for its numbers: user block, shape against tables and
 * sizes. No array is in memory; what of the file changes from now on is never read.
 * LK_NO_INPUT, LK_BAD_DATA naming file and reason. The caller owns *out:
 * lk_checkpoint_free, which closes the file. */
lk_status lk_checkpoint_open(lk_checkpoint **out, const char *path);

/* The same through a pipe (lk_file_read). */
lk_status lk_checkpoint_open_pipe(lk_checkpoint **out, const char *path);

/* Nonzero when a checkpoint that says so, and has moments, has this group beside the
 * model. */
int lk_checkpoint_has(const lk_checkpoint_info *info, lk_group group);

/* Nonzero when an open checkpoint has moments, without which no run goes on from it. */
int lk_checkpoint_has_moments(const lk_checkpoint *checkpoint);

/* What one pass over an open checkpoint's numbers finds. */
typedef struct {
  lk_hash values, m, v; /* of all in table order; m and v "" where not asked for */
  lk_hash average;      /* "" where there is none */
  char unusable[256]; /* the first tensor and number that no result could come of, or "" */
} lk_checkpoint_numbers;

/* Reads all numbers in pieces and verifies the parameter hash: LK_BAD_DATA, also where the
 * moments are asked for and not there. In memory is no more than a MiB, or a row. */
lk_status lk_checkpoint_scan(const lk_checkpoint *checkpoint, int with_moments,
                             lk_checkpoint_numbers *out);

/* What is done with numbers first … first + count-1 of a tensor. */
typedef lk_status lk_checkpoint_visitor(void *context, const lk_parameter *tensor,
                                        uint64_t first, uint64_t count,
                                        const float *numbers);

/* Hands over all numbers of a group of an open checkpoint in their order, a MiB or a row at
 * a time, until `visit` fails. LK_BAD_DATA, also where the group is not there. */
lk_status lk_checkpoint_visit(const lk_checkpoint *checkpoint, lk_group group,
                              lk_checkpoint_visitor *visit, void *context);

/* The same as lk_checkpoint_scan, and LK_BAD_DATA unless the numbers can be used:
 * parameters and moments are finite, and squares not negative. */
lk_status lk_checkpoint_check(const lk_checkpoint *checkpoint, int with_moments);

/* Reads an open checkpoint's numbers into the caller's arrays (table->count); m and v NULL:
 * parameters only. Verifies the parameter hash. After a failure they hold anything. */
lk_status lk_checkpoint_fill(const lk_checkpoint *checkpoint, float *values, float *m,
                             float *v);

/* The same of the parameters' running mean, whose hash the file's checksum stands for.
 * LK_BAD_DATA where it has none. */
lk_status lk_checkpoint_fill_average(const lk_checkpoint *checkpoint, float *average);

/* lk_checkpoint_open and lk_checkpoint_fill into arrays of its own, with_moments: m and v,
 * and the running mean where there is one, too. Numbers may be useless
 * (lk_checkpoint_check). */
lk_status lk_checkpoint_read(lk_checkpoint **out, const char *path, int with_moments);

/* The model of a checkpoint, checked and in memory; its running mean, where it has one, for
 * that is what its training measured. The caller owns what *out holds:
 * lk_trained_clear, also after a failure. */
lk_status lk_trained_read(lk_trained *out, const char *path);

/* What is the checkpoint's model becomes the caller's. */
void lk_checkpoint_release(lk_checkpoint *checkpoint, lk_trained *out);

void lk_checkpoint_free(lk_checkpoint *checkpoint);

LK_C_END

#endif
