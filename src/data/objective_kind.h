/* What an objective is: a new one is a file with such a row, objective_NAME.c, and a line
 * in lockstep/objective_list.h. Private to src/data. */
#ifndef LOCKSTEP_DATA_OBJECTIVE_KIND_H
#define LOCKSTEP_DATA_OBJECTIVE_KIND_H

#include "lockstep/objective.h"

typedef struct {
  int reads_corpus;                            /* its items are the corpus' documents */
  lk_status (*check)(const lk_config *config); /* LK_USAGE; NULL: nothing to check */
  /* Fills items, reach, moves and own; NULL: nothing but the corpus is needed. */
  lk_status (*open)(lk_objective *objective, const lk_config *config);
  void (*release)(lk_objective *objective);
  void (*draw)(const lk_objective *objective, uint64_t item, const lk_stream *stream,
               lk_example *out);
} lk_objective_row;

#define LK_OBJECTIVE_EXTERN(name, help) extern const lk_objective_row lk_objective_##name;
LK_OBJECTIVES(LK_OBJECTIVE_EXTERN)

struct lk_objective {
  const lk_objective_row *row;
  const lk_corpus *corpus;       /* not owned, NULL: none is read */
  const lk_tokenizer *tokenizer; /* not owned */
  lk_items items;
  size_t block;
  uint32_t micro_batch;      /* examples of one, at most */
  size_t reach;              /* characters of a document that one example can show */
  int moves;                 /* it may show any of them, not just the first */
  lk_left_out left_out;      /* of a file of its own … */
  const char *left_out_path; /* … which is this; not owned */
  void *own;                 /* the objective's, which release frees */
};

#endif
