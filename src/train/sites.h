/* Local steps (keys under sync:). The ranks of a group, called a site here, make steps by
 * themselves; every so many steps all sites meet, and one model becomes of theirs: an outer
 * step. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_SITES_H
#define LOCKSTEP_TRAIN_SITES_H

#include "lockstep/meeting.h"
#include "lockstep/metrics.h"
#include "lockstep/outer.h"
#include "lockstep/wire.h"
#include "train/trainer.h"

/* What a site notes of a step: sums over its shards, then its own. */
enum { LK_NOTE_NATS, LK_NOTE_TARGETS, LK_NOTE_NORM, LK_NOTE_SKIPPED, LK_NOTES };

/* What one of a rank's sites keeps while it is another's turn. */
typedef struct {
  float *m, *v; /* (table->count) each; NULL where the rank has one site alone */
  float *left;  /* (table->count) of its changes, what has not been sent; NULL: all is */
  uint64_t skipped;
  int skipped_in_a_row;
} lk_site;

/* Where there are fewer ranks than sites a rank has several, in a row. They take turns:
 * when they meet, the first one has made its steps, and the others make theirs. */
struct lk_sites {
  int count, own;       /* of them, and the first of this rank's … */
  int here, turn;       /* … which has so many; whose turn it is, from 0 on */
  lk_site *kept;        /* (here) */
  int ranks;            /* of a site */
  lk_world *site;       /* these ranks; owned, as all here */
  lk_world *across;     /* the ranks that have this one's place in their sites */
  int *firsts, *counts; /* (ranks) which elements each of them averages with those */
  lk_tree *tree;        /* … of this rank's, over the sites; NULL: it has none */
  lk_outer outer;
  float *start;       /* (table->count) parameters after the last meeting */
  float *momentum;    /* the outer step's, the same; NULL: it has none */
  uint64_t used;      /* steps since that meeting, … */
  lk_metrics *rows;   /* (every) … their rows, once all sites have met of all sites … */
  double *notes;      /* (here, used, LK_NOTES) … what these sites add to them, … */
  double *sums;       /* (every, LK_NOTES) … and the sums */
  lk_hash trail;      /* of the parameters after every meeting */
  lk_wire wire;       /* how changes travel; as they are: nothing of the rest is there */
  uint32_t *messages; /* of the sites, of this rank's elements … */
  int *message_firsts, *message_counts; /* (ranks across) … and what of each is sent */
  float *blocks;                        /* (threads, count, LK_WIRE_BLOCK) scratch */
  int jobs; /* groups that are jobs of their own, of which this is one; 0: none are */
  uint64_t present;    /* whose changes were in the last outer step, a bit for each */
  lk_meeting *meeting; /* the way to them, on rank 0 */
};

/* All ranks: finds the sites of each and makes one's ranks t->home, where the config has
 * sites. LK_USAGE where they would not have as many ranks each, nor ranks as many sites. */
lk_status lk_sites_open(lk_trainer *t);

/* The same in an imagined world, to be weighed. Not collective. */
lk_status lk_sites_imagine(lk_trainer *t);

/* Room for what sites need. Not collective. */
lk_status lk_sites_make_room(lk_trainer *t);
void lk_sites_free(lk_sites *sites);

/* What a checkpoint says of them. */
void lk_sites_describe(const lk_trainer *t, lk_checkpoint_info *info);

/* What this rank holds of a checkpoint's group; NULL: nothing. */
float *lk_sites_held(const lk_trainer *t, lk_group group);

/* From now on steps are those of another of this rank's sites, but for the parameters. */
void lk_sites_turn(lk_trainer *t, int turn);

/* The parameters are those of a meeting: a run begins or goes on. */
void lk_sites_begin(lk_trainer *t);

/* All ranks, after every step's update: takes its row, and, when they meet, averages the
 * sites' models and completes all rows since the last meeting. metrics->loss and what else
 * is summed becomes that of all sites. */
lk_status lk_sites_follow(lk_trainer *t, lk_metrics *metrics);

/* What a site has to say of some elements: how far it has moved them, or, where their mean
 * is taken as it is, what they are. */
void lk_sites_fill(const lk_trainer *t, size_t first, size_t count, float *leaf);

/* All ranks: the sums of what all sites here have noted. */
lk_status lk_sites_add_notes(const lk_trainer *t);

/* The outer step, by the mean of all changes or models; and the rows since the last meeting
 * by the sums over so many sites. */
void lk_sites_move(lk_trainer *t, const float *mean);
void lk_sites_complete_rows(const lk_sites *s, int sites, lk_metrics *metrics);

/* apart.c. All ranks: an outer step of groups that are jobs of their own. */
lk_status lk_sites_meet_apart(lk_trainer *t, lk_metrics *metrics);

/* narrow.c: changes that are rounded for their way. Room for them; the change of the site
 * whose turn it is becomes a message; and, all ranks: the mean of this rank's elements of
 * all messages, into those of `mean`. */
lk_status lk_sites_make_narrow(lk_sites *s);
void lk_sites_pack(const lk_trainer *t);
lk_status lk_sites_average_narrow(const lk_sites *s, float *mean);

#endif
