/* What an objective is: a new one is a file with such a row, objective_NAME.c, and a line
 * in lockstep/objective_list.h. Private to src/data. */
#ifndef LOCKSTEP_DATA_OBJECTIVE_KIND_H
#define LOCKSTEP_DATA_OBJECTIVE_KIND_H

#include "lockstep/objective.h"

typedef struct {
  int reads_corpus;                            /* its items are the corpus' documents */
  lk_status (*check)(const lk_config *config); /* LK_USAGE; NULL: nothing to check */
  /* Fills items, reach, moves, keep_title, cut, is_apart and own. */
  lk_status (*open)(lk_objective *objective, const lk_config *config);
  void (*release)(lk_objective *objective);
  void (*draw)(const lk_objective *objective, const lk_visit *visit,
               const lk_stream *stream, lk_example *out);
  /* Inputs of the example that `draw` makes of a visit, in the mean, without reading it. */
  size_t (*rows)(const lk_objective *objective, const lk_visit *visit);
  /* The sum of the squares of its sequences' lengths. NULL: it is one. */
  uint64_t (*pairs)(const lk_objective *objective, const lk_visit *visit);
} lk_objective_row;

/* LK_USAGE when a key is set that recall alone has; `kind` does not. */
lk_status lk_objective_refuse_recall(const lk_config *config, const char *kind);

#define LK_OBJECTIVE_EXTERN(name, help) extern const lk_objective_row lk_objective_##name;
LK_OBJECTIVES(LK_OBJECTIVE_EXTERN)

struct lk_objective {
  const lk_objective_row *row;
  lk_mixture *corpora;           /* not owned, NULL: none is read */
  const lk_tokenizer *tokenizer; /* not owned */
  lk_items items;
  size_t block;
  uint32_t micro_batch;      /* examples of one, at most */
  int shards;                /* of the plan */
  uint64_t row_cost;         /* of an input, in multiples of the model's channels … */
  uint64_t pair_cost;        /* … and of two that attention brings together */
  lk_window_kind window;     /* objective.window */
  size_t reach;              /* characters of a document that one example can show */
  int moves;                 /* it may show any of them, not just the first: with windows
                                at the start it gets documents whole */
  int keep_title;            /* a title stands before every window */
  lk_window_cut cut;         /* what is cut into windows */
  int is_alike;              /* shards of a step draw the same lengths */
  int is_apart;              /* documents in a window are sequences of their own */
  lk_left_out left_out;      /* of a file of its own … */
  const char *left_out_path; /* … which is this; not owned */
  void *own;                 /* the objective's, which release frees */
};

#endif
