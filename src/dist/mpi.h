/* Every call of MPI that Lockstep makes, each checked: nothing else includes <mpi.h>. MPI
 * starts once in a process, so what it needs of its communicator is kept inside. A failure
 * is LK_INTERNAL with MPI's own text, and from then on nothing can be agreed on. */
#ifndef LOCKSTEP_DIST_MPI_H
#define LOCKSTEP_DIST_MPI_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

enum {
  LK_HOST_SIZE = 257, /* a host's name as MPI gives it, with its zero */
  LK_MOST_TAG = 32767 /* what every MPI has */
};

/* The library's description of itself, over several lines. Also before MPI starts. Owned
 * by the library. */
const char *lk_mpi_library(void);

/* *threads: nonzero where MPI allows other threads beside the one that calls it. */
lk_status lk_mpi_start(int *argc, char ***argv, int *threads);

/* From now on errors return; this comes first of all. */
lk_status lk_mpi_find_self(int *rank, int *size, char host[LK_HOST_SIZE]);

/* All ranks: what follows goes over a communicator of its own, no more over
 * MPI_COMM_WORLD. */
lk_status lk_mpi_separate(void);

/* Some of the ranks, which a call is of: "all ranks" are its members then, counted from 0
 * in their order. NULL: all that there are. */
typedef struct lk_circle lk_circle;

/* Not collective. The caller owns *out: lk_circle_free, which all members call. */
lk_status lk_circle_create(lk_circle **out);
void lk_circle_free(lk_circle *circle);

/* All ranks that there are, once: it has those as members that pass the same number, from 0
 * on. */
lk_status lk_circle_open(lk_circle *circle, int number, int *rank, int *size);

/* All ranks: how many of them are on this host. */
lk_status lk_mpi_count_local(const lk_circle *circle, int *ranks);

/* All ranks. Its calls go unchecked: at the end nobody is left to act on a failure. */
void lk_mpi_end(void);

/* May return when MPI itself is broken. */
void lk_mpi_abort(int code);

/* Nonzero: a call has failed. */
int lk_mpi_is_broken(void);

/* From now on `call` is told of every call: that it begins (inside is 1) and that it has
 * ended. NULL: nobody is. */
void lk_mpi_watch(void (*call)(void *context, int inside), void *context);

/* All ranks: the bytes of rank `from` to every rank. */
lk_status lk_mpi_broadcast(const lk_circle *circle, int from, void *bytes, int size);

/* Two ranks, while no other messages are under way between them. */
lk_status lk_mpi_send(const lk_circle *circle, const void *bytes, int size, int to);
lk_status lk_mpi_receive(const lk_circle *circle, void *bytes, int size, int from);

/* All ranks: mine[size] of every rank into all[size·P], in rank order. */
lk_status lk_mpi_gather(const lk_circle *circle, const void *mine, int size, void *all);

/* All ranks: array[firsts[r] …], counts[r] floats, of each rank r to all. */
lk_status lk_mpi_gather_parts(const lk_circle *circle, float *array, const int *counts,
                              const int *firsts);

/* All ranks: whether `mine` is nonzero on any. */
lk_status lk_mpi_any(const lk_circle *circle, int mine, int *any);

/* All ranks: the least of all ranks' numbers. */
lk_status lk_mpi_least(const lk_circle *circle, int mine, int *least);

/* All ranks: the sum of all ranks' arrays, in an order of adding that is MPI's own. */
lk_status lk_mpi_sum(const lk_circle *circle, float *array, int count);

/* All ranks: the bitwise or of all ranks' words. */
lk_status lk_mpi_unite(const lk_circle *circle, uint32_t *words, int count);

/* Memory that the ranks of a host have in common. */
typedef struct lk_common lk_common;

/* Not collective. The caller owns *out: lk_common_free, which all ranks call. */
lk_status lk_common_create(lk_common **out);
void lk_common_free(lk_common *common);

/* All ranks, once: the host's *memory, of so many bytes, which hold anything; *rank is this
 * one's number among the host's *ranks. */
lk_status lk_common_open(lk_common *common, size_t bytes, void **memory, int *rank,
                         int *ranks);

/* Messages under way, each in a place of its own. */
typedef struct lk_messages lk_messages;

/* Between members of the circle, which must outlive it. The caller owns *out:
 * lk_messages_free, once no message is under way. */
lk_status lk_messages_create(lk_messages **out, const lk_circle *circle, int places);
void lk_messages_free(lk_messages *messages);

/* Begins one of at most 2 GB in a free place. What it reads or fills is left alone until it
 * has ended. Between two ranks messages of one tag arrive in the order in which they were
 * sent. */
lk_status lk_messages_receive(lk_messages *m, int place, void *to, size_t bytes, int from,
                              int tag);
lk_status lk_messages_send(lk_messages *m, int place, const void *from, size_t bytes,
                           int to, int tag);

/* The places (*ended)[0 … *count-1] are free again: their messages have ended. The second
 * one waits until some have; none may be under way there. *ended is owned by m. */
lk_status lk_messages_test(lk_messages *m, int *count, const int **ended);
lk_status lk_messages_wait(lk_messages *m, int *count, const int **ended);

#endif
