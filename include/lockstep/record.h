/* What a run directory holds, read by whoever wants to look: while the run goes on, after
 * its end, from another host. Nothing is locked or changed, and no link inside the run is
 * followed. Not collective. */
#ifndef LOCKSTEP_RECORD_H
#define LOCKSTEP_RECORD_H

#include "lockstep/columns.h"
#include "lockstep/config.h"
#include "lockstep/linkage.h"
#include <time.h>

LK_C_BEGIN

typedef enum {
  LK_RECORD_EMPTY,    /* nothing was trained yet */
  LK_RECORD_RUNNING,  /* a process has it locked, or wrote to it within a minute */
  LK_RECORD_COMPLETE, /* all steps are done */
  LK_RECORD_STOPPED,  /* somebody asked it to stop; it can go on */
  LK_RECORD_FAILED,   /* it ended with a message */
  LK_RECORD_BROKEN,   /* it ended without a word: killed, or its host was */
  LK_RECORD_UNKNOWN,  /* it has rows and no history */
  LK_RECORD_UNREADABLE
} lk_record_state;

/* A line of history.txt. */
typedef struct {
  const char *time; /* "2026-11-28T19:45:00Z" */
  const char *text;
} lk_note;

/* A row of ranks.csv, in its words. */
typedef struct {
  int rank;
  char state[12], host[256], phase[48]; /* "waits": lk_rank_condition_name */
  double step, silent, waited;          /* seconds */
} lk_rank_row;

enum { LK_RECORDS_MOST = 64 }; /* that are looked at together */

typedef struct {
  char *folder;
  char *path;        /* the same from the root, where it ends with a dot; or NULL */
  const char *name;  /* the end of them: its last part and the one before */
  char *config_text; /* config.yaml; "" where there is none */
  lk_config *config; /* the same; NULL where it cannot be read */
  lk_columns metrics, dev, probe;
  char *history; /* holds the texts of the notes */
  lk_note *notes;
  size_t note_count;
  lk_rank_row *ranks; /* of the newest start on several ranks */
  size_t rank_count;
  char *samples; /* samples.txt; "" */
  lk_record_state state;
  double step, steps;  /* done, and of the whole run; 0: not known */
  double step_seconds; /* mean of the last steps; 0: not known */
  time_t changed;      /* of the metrics; 0: there are none */
} lk_record;

/* Reads a run. `own`: this process holds its lock, which looking at it would give back; it
 * is running until its history says how it ended. LK_NO_INPUT when the folder is none or a
 * file cannot be read. The caller owns what *out holds, also after a failure:
 * lk_record_clear. */
lk_status lk_record_read(lk_record *out, const char *folder, int own);

/* The same of another process' run that somebody has named; LK_NO_INPUT also when the
 * folder has nothing of a run. `begins`: the lock of a start that still reads its data,
 * beside its folder for checkpoints, is something of one. */
lk_status lk_record_read_run(lk_record *out, const char *folder, int begins);

/* After a failure of one of these, where other runs are shown, too: the record becomes one
 * of a folder that cannot be read. LK_INTERNAL without memory. */
lk_status lk_record_make_unreadable(lk_record *record, const char *folder);

/* Lengthens the names of those that are called alike. */
void lk_record_tell_apart(lk_record *records, int count);
void lk_record_clear(lk_record *record);

/* "running", "complete": a literal. */
const char *lk_record_state_name(lk_record_state state);

/* What the newest start says behind the word ("build", "step"); NULL: nothing. */
const char *lk_record_fact(const lk_record *record, const char *word);

/* Seconds that the step of a row of metrics.csv took: the sum of its parts. */
double lk_record_seconds(const lk_columns *metrics, size_t row);

/* When it was started first; NULL where no history says it. */
const char *lk_record_started(const lk_record *record);

/* A row of dev.csv or probe.csv: how many answers were right, and of how many. Zero for a
 * row that cannot be one. */
int lk_record_score(const lk_columns *scores, size_t row, double *right, double *of);

/* Most right answers in percent, of dev.csv, or of probe.csv where there is none; NaN. */
double lk_record_best(const lk_record *record);

/* Seconds until its end at its present speed; 0 when it is not running or not known. */
double lk_record_left(const lk_record *record);

LK_C_END

#endif
