/* What heads of a run's model look at, as its page shows it. Not collective. */
#ifndef LOCKSTEP_RUN_HEADS_H
#define LOCKSTEP_RUN_HEADS_H

#include "lockstep/config.h"
#include "lockstep/heads.h"
#include "lockstep/linkage.h"
#include "lockstep/record.h"
#include "lockstep/report_page.h"

LK_C_BEGIN

enum { LK_MOST_HEADS = 16 }; /* shown of a run */

typedef struct {
  lk_heads read;
  lk_page_head heads[LK_MOST_HEADS];
  char words[LK_MOST_HEADS][160]; /* of each */
  char *labels, **tokens;         /* (read.length) */
} lk_run_heads;

/* which: "auto", those that give most of their weight to one earlier token, or a list such
 * as 1:3,2:1 of layers and heads, from 1. text: what they look at; NULL: the run's first
 * sample, or the first of its questions. Of a run that trains by language modelling, and of
 * samples, the model goes on with the text, else it answers it. LK_USAGE without a text or
 * for a head that the model lacks; else as lk_heads_read. `name` is the run's, for
 * messages; config NULL: it is not known. *page shows what the caller owns in *out:
 * lk_run_heads_clear, also after a failure. */
lk_status lk_run_heads_look(lk_run_heads *out, const lk_trained *trained,
                            const lk_config *config, const char *name, const char *which,
                            const char *text, lk_page_attention *page);

/* The same of the newest checkpoint of a run: also what lk_trained_read says. */
lk_status lk_run_heads_read(lk_run_heads *out, const lk_record *record, const char *which,
                            const char *text, lk_page_attention *page);

/* Frees what it owns and zeroes it. */
void lk_run_heads_clear(lk_run_heads *heads);

LK_C_END

#endif
