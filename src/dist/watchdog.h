/* The watchdog's inside.
 *
 * Ranks have TCP links with a few others, in teams (dist/watchdog_teams.h). Beats
 * (fixed-size records) go both ways over the links; behind its own beat a leader tells its
 * own leader what it last heard of every rank below it, so that rank 0 hears of all.
 * Whoever finds a rank lost looks which of those that speak before it are still there: the
 * first of them speaks and tells the others to end. */
#ifndef LOCKSTEP_DIST_WATCHDOG_H
#define LOCKSTEP_DIST_WATCHDOG_H

#include "dist/watchdog_teams.h"
#include "dist/world.h"
#include "lockstep/watchdog.h"
#include <pthread.h>
#include <stdatomic.h>

/* When the launcher kills a whole job, ranks see each other die: they keep quiet for as
 * long as that takes. Not for longer: that of Open MPI 5 kills the others within 0.3 s of a
 * rank's death, and then nobody is left to say what that rank did last. */
#define LK_DEATH_SECONDS 0.2

enum { LK_PHASE_SIZE = 48, LK_PLACE_SIZE = 64, LK_SECRET_SIZE = 32 };

/* The last one is what a leader says of a rank that closed its link without a goodbye. */
enum { LK_BEAT = 1, LK_GOODBYE, LK_END, LK_GONE };

/* What a rank says about itself, or its leader about it. Both ends run the same build on
 * the same kind of machine. */
typedef struct {
  int32_t kind;              /* LK_BEAT … */
  int32_t code;              /* LK_END: what to exit with */
  int32_t rank;              /* that it is about */
  int32_t waiting, activity; /* inside MPI; the phase's lk_activity */
  uint64_t step, moves;      /* moves: phases, MPI calls and kernels so far */
  double waited;             /* seconds that this rank has waited for others so far */
  double silent;             /* seconds for which its leader has not heard of it */
  char phase[LK_PHASE_SIZE];
  char host[LK_PLACE_SIZE]; /* its beginning */
} lk_beat;

/* What is known of a rank, this one among them. */
typedef struct {
  int rank;
  int below;     /* it has this rank for a leader, or for its leader's leader … */
  int fd;        /* of the link, or -1 */
  int watched;   /* there was a link */
  int told;      /* our goodbye is on its way */
  int left;      /* it said goodbye */
  double heard;  /* time of the last beat */
  double silent; /* without a link: for how long it was, by what was told last */
  double moved;  /* time when its `moves` was last seen to change */
  double began;  /* time when it was first seen in its step */
  double closed; /* time when the link was closed without a goodbye; 0: it was not */
  double waited; /* its last.waited when the straggler's window began */
  lk_beat last, in;
  lk_beat *out;               /* (room) where there is a link */
  size_t room, used;          /* records of `out` */
  size_t in_size, out_offset; /* bytes received of `in`, bytes sent of `out` */
} lk_peer;

/* What the training thread tells the watchdog's thread. */
typedef struct {
  _Atomic(const char *) phase;
  atomic_uint_least64_t step, moves;
  atomic_int waiting, activity;
  _Atomic double waited; /* seconds, without the present wait */
  _Atomic double since;  /* time of the last call */
} lk_watchdog_report;

struct lk_watchdog {
  lk_world *world; /* not owned */
  int rank, size;
  _Atomic double limit; /* as the training thread wants it; `seconds` follows */
  double seconds, interval;
  double patience;                      /* seconds in which all links must be made */
  unsigned char secret[LK_SECRET_SIZE]; /* of this start; strangers do not know it */
  lk_teams teams;
  lk_peer *peers, *self; /* (known) by rank, those with links and those below; owned */
  int known;
  lk_peer *up;           /* its leader, to which it tells of those below; NULL: rank 0 */
  lk_beat *records;      /* owns the peers' `out` */
  struct pollfd *polled; /* (known + 1) owned */
  int bell;              /* an eventfd that wakes the thread */
  lk_watchdog_report report;
  atomic_int stopping;   /* lk_watchdog_stop was called */
  atomic_int abort_code; /* not 0: this rank aborts the job by itself, with this code */
  atomic_int abort_told; /* … and the others know */
  double looked;         /* time of the last look at the links */
  double longest;        /* seconds of the longest step that any rank made */
  double suspected;      /* time since which some rank is taken for lost; 0: none is */
  double window;         /* time when the straggler's window began */
  double complained;     /* time of the last straggler's line; 0: none yet */
  int slow;              /* the rank that the others waited for in the last window, or -1 */
  pthread_mutex_t state_lock;
  lk_rank_state *states; /* (size) on rank 0, owned: for lk_watchdog_ranks */
  pthread_t thread;
};

/* All ranks. A limit of 0: none. Fails alike on all ranks. */
lk_status lk_watchdog_start(lk_world *world, double seconds);

/* All ranks: says goodbye, so that an orderly end is no death. */
void lk_watchdog_stop(lk_world *world);

/* For LK_MPI: this rank enters an MPI call or leaves it. NULL: does nothing. */
void lk_watchdog_mpi(lk_watchdog *w, int inside);

/* watchdog_connect.c. All ranks: forms the teams and makes the links. Fails alike on all
 * ranks. */
lk_status lk_watchdog_connect(lk_watchdog *w);

/* watchdog_peers.c. Once the teams are there: room for what is known of ranks. */
lk_status lk_watchdog_make_peers(lk_watchdog *w);

/* What is known of a rank, or NULL. */
lk_peer *lk_watchdog_find(const lk_watchdog *w, int rank);

/* For how long nothing was heard of it; of a rank without a link, when its leader was heard
 * last: while its leader is silent, nothing is known of it. */
double lk_peer_silence(const lk_peer *peer, double now);

/* The most members of a team: tests make do with few. */
extern int lk_watchdog_fan_out;

/* watchdog_room.c. Lets this process open so many more links; LK_USAGE, with the limit that
 * is needed, where the system does not. Not collective. */
lk_status lk_watchdog_make_room(int links);

/* watchdog_link.c. Queues a record of this kind for a peer, for its leader with what it
 * knows of those below, and sends what can be sent. 0: the link is closed, or still busy
 * with earlier records, which only LK_END does not mind. */
int lk_link_send(lk_watchdog *w, lk_peer *peer, int kind, int code, double now);

/* Goes on with a record that was sent in part. */
void lk_link_flush(lk_peer *peer);

/* Takes in all that has come. Does not return when a peer says that all ranks end. */
void lk_link_receive(lk_watchdog *w, lk_peer *peer, double now);

/* Tells all peers to exit with `code`, then exits with it when they are gone, or after a
 * second. */
_Noreturn void lk_watchdog_end(lk_watchdog *w, int code);

/* What a rank says of itself, or another told of it, is taken in. */
void lk_watchdog_take(lk_watchdog *w, lk_peer *peer, const lk_beat *beat, double now);

/* watchdog_judge.c. Ends all ranks when one is lost and it is on this rank to say so. */
void lk_watchdog_judge(lk_watchdog *w, double now);

/* watchdog_slow.c. Reports a rank that the others keep waiting for. */
void lk_watchdog_report_straggler(lk_watchdog *w, double now);

/* watchdog_state.c. Says to whoever asks how the ranks stand. */
void lk_watchdog_publish(lk_watchdog *w, double now);

/* For a rank that is about to end all with a message of its own. Its failure may be no more
 * than the echo of a rank that was lost: then the watchdog speaks, and this does not
 * return. NULL: does nothing. */
void lk_watchdog_await_verdict(lk_watchdog *w);

/* … and has said it: all others end quietly with `code`. NULL: does nothing. */
void lk_watchdog_announce_abort(lk_watchdog *w, int code);

#endif
