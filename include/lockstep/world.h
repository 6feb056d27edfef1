/* The ranks: start and end, agreement on failures, what one tells all. */
#ifndef LOCKSTEP_WORLD_H
#define LOCKSTEP_WORLD_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

typedef struct lk_world lk_world;

/* All ranks. Starts MPI (a world of 1 when there is no launcher), on a communicator of its
 * own with MPI_ERRORS_RETURN, and the watchdog (lockstep/watchdog.h). LK_USAGE, alike on
 * all ranks, when they were not started with the same program and arguments. The caller
 * owns *out, which is there also after a failure if MPI has started: lk_world_free, which
 * all ranks call and which ends MPI. A start that does not come to its end within five
 * times the watchdog's limit ends the process with a message. */
lk_status lk_world_create(lk_world **out, int *argc, char ***argv);
void lk_world_free(lk_world *world);

/* A rank of a world that is not there, to be asked for its place in it and for nothing
 * else: what is made for it takes no step. The caller owns *out: lk_world_dismiss. Not
 * collective. */
lk_status lk_world_imagine(lk_world **out, int rank, int size);
void lk_world_dismiss(lk_world *imagined);

/* All ranks: those that pass the same number, from 0 on, as a world of their own, ranks
 * from 0 on in the same order: what all of its ranks do there concerns no others. Its
 * messages name ranks by their numbers among all. What is not said to be of a part
 * (lk_world_describe, the watchdog, shared memory) is of a whole world only. The caller
 * owns *out: lk_world_part_free, which all ranks call, before lk_world_free. */
lk_status lk_world_part(lk_world **out, lk_world *world, int number);
void lk_world_part_free(lk_world *part);

int lk_world_rank(const lk_world *world);
int lk_world_size(const lk_world *world);       /* P */
int lk_world_local_size(const lk_world *world); /* ranks on this host */
const char *lk_world_host(const lk_world *world);

/* The MPI library's own description, its first words: "Open MPI v4.1.4". Owned by the
 * library. Not collective. */
const char *lk_world_library(void);

/* All ranks: agrees on an outcome. Every rank passes its own; all get that of the lowest
 * rank that failed, with that rank's lk_message() (its rank and host added when P > 1).
 * LK_OK if none did. */
lk_status lk_world_agree(lk_world *world, lk_status mine);

/* All ranks: nonzero on every rank when `mine` is on any. */
lk_status lk_world_any(lk_world *world, int mine, int *any);

/* All ranks: rank 0's bytes to every rank, of any size. */
lk_status lk_world_broadcast(lk_world *world, void *bytes, size_t size);

/* What lk_world_each hands on: numbers first … first + count-1 of those of a rank. */
typedef void (*lk_take_numbers)(void *context, int rank, size_t first,
                                const double *numbers, size_t count);

/* All ranks: hands mine[count] of every rank to `take`, on all ranks alike, in the order of
 * ranks and of numbers, each once, in pieces of any length. What is held meanwhile grows
 * neither with P nor with count; allocates nothing. */
lk_status lk_world_each(lk_world *world, const double *mine, size_t count,
                        lk_take_numbers take, void *context);

/* All ranks: adds mine[count] of every rank, rows of `columns` numbers, to sums[columns],
 * one row after the other in the order of ranks: alike on all ranks, and on any P where
 * the same rows follow each other; rows of zeros change nothing. */
lk_status lk_world_add_rows(lk_world *world, const double *mine, size_t count, int columns,
                            double *sums);

/* Ranks `from` and `to`, no other: the first one's bytes become the second one's, of any
 * size. Nothing happens where both are the same. */
lk_status lk_world_hand(lk_world *world, int from, int to, void *bytes, size_t size);

/* All ranks: *leads is nonzero on the lowest rank of each host; *elsewhere is the lowest
 * rank on another host than rank 0's, alike on all, 0 where all are on that. */
lk_status lk_world_find_hosts(lk_world *world, int *leads, int *elsewhere);

/* All ranks: counts[r] floats from firsts[r] on, for each rank r, of rank r's array to all
 * ranks' arrays. (P) numbers each, the same on all ranks; the parts do not overlap. */
lk_status lk_world_share_parts(lk_world *world, float *array, const int *counts,
                               const int *firsts);

/* All ranks: array[count] of 32-bit words of which each is not zero on one rank at most;
 * all ranks get that rank's, bit by bit. */
lk_status lk_world_unite(lk_world *world, void *words, size_t count);

/* All ranks: "4 ranks on h1:2,h2:2", the hosts in the order of the ranks, on rank 0; NULL
 * on others. The caller owns *text: lk_free. */
lk_status lk_world_describe(lk_world *world, char **text);

/* All ranks: array[count] becomes the sum of all ranks' arrays, by MPI_Allreduce. Its order
 * of adding is MPI's own, so the bits depend on P, though they are alike on all ranks: for
 * comparison with lk_tree (lockstep/tree.h), which keeps the bits. */
lk_status lk_world_sum_floats(lk_world *world, float *array, size_t count);

/* Seconds of a message between two ranks: on its way, of each when many follow each other,
 * and of each byte. All 0: not known. */
typedef struct {
  double latency, gap, byte;
} lk_links;

/* All ranks: times messages between each rank of the first half and one of the second, all
 * at once, and keeps the slowest pair's times, alike on all ranks. Takes some 50 round
 * trips. In a world of 1 they stay unknown. */
lk_status lk_world_time_links(lk_world *world);

/* What was timed last. Owned by the world. Not collective. */
const lk_links *lk_world_links(const lk_world *world);

/* Ends all ranks at once, for a failure that the others cannot learn of otherwise: prints
 * lk_message() with rank and host, then MPI_Abort with the status. Does not return. */
LK_NORETURN void lk_world_abort(lk_world *world, lk_status status);

/* All ranks: says why a command failed, lk_message(), once: from rank 0, or, after a
 * failure of MPI itself, of which the other ranks do not know, with lk_world_abort. world
 * NULL: it could not be created. */
void lk_world_report(lk_world *world, lk_status status);

/* Not collective. LK_USAGE, with the fix, when this process is alone although the
 * environment of Open MPI, Slurm or PMI says that it is one of several. */
lk_status lk_world_check_launcher(const lk_world *world);

/* Not collective. What starts so many ranks again, such as "mpirun -np 4"; "" for a process
 * alone. */
void lk_world_launcher(const lk_world *world, char text[64]);

/* Shards are dealt by rates[P] from now on (lockstep/balance.h), which all ranks give
 * alike; NULL: evenly, as at the start. They are copied. Not collective. */
lk_status lk_world_deal_by(lk_world *world, const double *rates);

/* How V shards are dealt: rank r has (*starts)[r] … (*starts)[r+1] - 1. LK_USAGE if P > V.
 * The caller owns *starts: lk_free. Not collective. */
lk_status lk_world_deal(const lk_world *world, int shards, int **starts);

/* Of these, first … first + count-1 are this rank's; the most that a rank has. */
lk_status lk_world_shards(const lk_world *world, int shards, int *first, int *count);
lk_status lk_world_most_shards(const lk_world *world, int shards, int *most);

LK_C_END

#endif
