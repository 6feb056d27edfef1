#include "dist/mpi.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <limits.h>
#include <mpi.h>

_Static_assert(LK_HOST_SIZE > MPI_MAX_PROCESSOR_NAME, "no host's name is cut");

static struct {
  MPI_Comm comm; /* MPI_COMM_WORLD, then a duplicate of it, owned */
  int broken;    /* a call failed */
  void (*watch)(void *context, int inside);
  void *context;
} mpi = {.comm = MPI_COMM_NULL};

struct lk_circle {
  MPI_Comm comm; /* owned */
};

struct lk_common {
  MPI_Comm host; /* its ranks, owned */
  MPI_Win memory;
};

struct lk_messages {
  MPI_Comm comm; /* not owned */
  int places;
  MPI_Request *pending; /* (places) owned */
  int *ended;           /* (places) owned */
};

static void tell(int inside) {
  if (mpi.watch) mpi.watch(mpi.context, inside);
}

static lk_status fail(int error, const char *function, int line) {
  char text[MPI_MAX_ERROR_STRING + 1] = "unknown error";
  int length = 0;
  MPI_Error_string(error, text, &length);
  mpi.broken = 1;
  return lk_fail(
      LK_INTERNAL,
      "MPI failed in %s (src/dist/mpi.c, line %d): %s; the launcher's own output may say "
      "why",
      function, line, text);
}

#define CHECKED(call)                                                                      \
  do {                                                                                     \
    tell(1);                                                                               \
    int error_ = (call);                                                                   \
    tell(0);                                                                               \
    if (error_ != MPI_SUCCESS) return fail(error_, __func__, __LINE__);                    \
  } while (0)

const char *lk_mpi_library(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING + 1];
  int length = 0;
  return MPI_Get_library_version(text, &length) == MPI_SUCCESS ? text : "an unknown MPI";
}

lk_status lk_mpi_start(int *argc, char ***argv, int *threads) {
  int provided = MPI_THREAD_SINGLE;
  assert(mpi.comm == MPI_COMM_NULL);
  CHECKED(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided));
  mpi.comm = MPI_COMM_WORLD;
  *threads = provided >= MPI_THREAD_FUNNELED;
  return LK_OK;
}

/* The handler comes first: with MPI's default one no error would ever be returned. */
lk_status lk_mpi_find_self(int *rank, int *size, char host[LK_HOST_SIZE]) {
  int length = 0;
  assert(mpi.comm == MPI_COMM_WORLD);
  CHECKED(MPI_Comm_set_errhandler(mpi.comm, MPI_ERRORS_RETURN));
  CHECKED(MPI_Comm_rank(mpi.comm, rank));
  CHECKED(MPI_Comm_size(mpi.comm, size));
  CHECKED(MPI_Get_processor_name(host, &length));
  assert(0 <= *rank && *rank < *size);
  return LK_OK;
}

lk_status lk_mpi_separate(void) {
  MPI_Comm own;
  assert(mpi.comm == MPI_COMM_WORLD);
  CHECKED(MPI_Comm_dup(mpi.comm, &own));
  mpi.comm = own;
  CHECKED(MPI_Comm_set_errhandler(mpi.comm, MPI_ERRORS_RETURN));
  return LK_OK;
}

static MPI_Comm comm_of(const lk_circle *circle) {
  return circle ? circle->comm : mpi.comm;
}

lk_status lk_circle_create(lk_circle **out) {
  LK_TRY(LK_NEW(*out, 1));
  (*out)->comm = MPI_COMM_NULL;
  return LK_OK;
}

/* Unchecked like lk_mpi_end, and not at all when the other ranks may not come. */
void lk_circle_free(lk_circle *circle) {
  if (!circle) return;
  if (!mpi.broken && circle->comm != MPI_COMM_NULL) MPI_Comm_free(&circle->comm);
  lk_free(circle);
}

lk_status lk_circle_open(lk_circle *circle, int number, int *rank, int *size) {
  assert(circle->comm == MPI_COMM_NULL && number >= 0);
  CHECKED(MPI_Comm_split(mpi.comm, number, 0, &circle->comm));
  CHECKED(MPI_Comm_set_errhandler(circle->comm, MPI_ERRORS_RETURN));
  CHECKED(MPI_Comm_rank(circle->comm, rank));
  CHECKED(MPI_Comm_size(circle->comm, size));
  return LK_OK;
}

lk_status lk_mpi_count_local(const lk_circle *circle, int *ranks) {
  MPI_Comm node;
  CHECKED(
      MPI_Comm_split_type(comm_of(circle), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  CHECKED(MPI_Comm_size(node, ranks));
  CHECKED(MPI_Comm_free(&node));
  return LK_OK;
}

/* Ranks wait for each other before MPI_Finalize and not in it: Open MPI 4's launcher
 * crashes or hangs for good when one aborts while others are there. */
void lk_mpi_end(void) {
  tell(1);
  if (mpi.comm != MPI_COMM_NULL && mpi.comm != MPI_COMM_WORLD) {
    if (!mpi.broken) MPI_Barrier(mpi.comm);
    MPI_Comm_free(&mpi.comm);
  }
  MPI_Finalize();
  mpi.comm = MPI_COMM_NULL;
}

void lk_mpi_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
}

int lk_mpi_is_broken(void) {
  return mpi.broken;
}

void lk_mpi_watch(void (*call)(void *context, int inside), void *context) {
  mpi.watch = call;
  mpi.context = context;
}

lk_status lk_mpi_broadcast(const lk_circle *circle, int from, void *bytes, int size) {
  CHECKED(MPI_Bcast(bytes, size, MPI_BYTE, from, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_send(const lk_circle *circle, const void *bytes, int size, int to) {
  CHECKED(MPI_Send(bytes, size, MPI_BYTE, to, 0, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_receive(const lk_circle *circle, void *bytes, int size, int from) {
  CHECKED(MPI_Recv(bytes, size, MPI_BYTE, from, 0, comm_of(circle), MPI_STATUS_IGNORE));
  return LK_OK;
}

lk_status lk_mpi_gather(const lk_circle *circle, const void *mine, int size, void *all) {
  CHECKED(MPI_Allgather(mine, size, MPI_BYTE, all, size, MPI_BYTE, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_gather_parts(const lk_circle *circle, float *array, const int *counts,
                              const int *firsts) {
  CHECKED(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, array, counts, firsts,
                         MPI_FLOAT, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_any(const lk_circle *circle, int mine, int *any) {
  int here = mine != 0;
  CHECKED(MPI_Allreduce(&here, any, 1, MPI_INT, MPI_LOR, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_least(const lk_circle *circle, int mine, int *least) {
  CHECKED(MPI_Allreduce(&mine, least, 1, MPI_INT, MPI_MIN, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_sum(const lk_circle *circle, float *array, int count) {
  CHECKED(MPI_Allreduce(MPI_IN_PLACE, array, count, MPI_FLOAT, MPI_SUM, comm_of(circle)));
  return LK_OK;
}

lk_status lk_mpi_unite(const lk_circle *circle, uint32_t *words, int count) {
  CHECKED(
      MPI_Allreduce(MPI_IN_PLACE, words, count, MPI_UINT32_T, MPI_BOR, comm_of(circle)));
  return LK_OK;
}

lk_status lk_common_create(lk_common **out) {
  LK_TRY(LK_NEW(*out, 1));
  (*out)->host = MPI_COMM_NULL;
  (*out)->memory = MPI_WIN_NULL;
  return LK_OK;
}

/* Unchecked like lk_mpi_end, and not at all when the other ranks may not come. */
void lk_common_free(lk_common *common) {
  if (!common) return;
  if (!mpi.broken && common->memory != MPI_WIN_NULL) {
    MPI_Win_unlock_all(common->memory);
    MPI_Win_free(&common->memory);
    MPI_Comm_free(&common->host);
  }
  lk_free(common);
}

/* Loads and stores need one epoch of access, which lasts for good. */
lk_status lk_common_open(lk_common *common, size_t bytes, void **memory, int *rank,
                         int *ranks) {
  lk_common *w = common;
  MPI_Aint size;
  void *mine;
  int unit;
  assert(w->memory == MPI_WIN_NULL && bytes > 0);
  CHECKED(MPI_Comm_split_type(mpi.comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &w->host));
  CHECKED(MPI_Comm_set_errhandler(w->host, MPI_ERRORS_RETURN));
  CHECKED(MPI_Comm_rank(w->host, rank));
  CHECKED(MPI_Comm_size(w->host, ranks));
  CHECKED(MPI_Win_allocate_shared(*rank == 0 ? (MPI_Aint)bytes : 0, 1, MPI_INFO_NULL,
                                  w->host, &mine, &w->memory));
  CHECKED(MPI_Win_shared_query(w->memory, 0, &size, &unit, memory));
  CHECKED(MPI_Win_lock_all(MPI_MODE_NOCHECK, w->memory));
  assert(size >= (MPI_Aint)bytes);
  return LK_OK;
}

lk_status lk_messages_create(lk_messages **out, const lk_circle *circle, int places) {
  lk_messages *m = NULL;
  *out = NULL;
  assert(places > 0);
  LK_TRY(LK_NEW(m, 1));
  lk_status status = LK_NEW(m->pending, (size_t)places);
  if (status == LK_OK) status = LK_NEW(m->ended, (size_t)places);
  if (status != LK_OK) {
    lk_messages_free(m);
    return status;
  }
  m->comm = comm_of(circle);
  m->places = places;
  for (int i = 0; i < places; i++)
    m->pending[i] = MPI_REQUEST_NULL;
  *out = m;
  return LK_OK;
}

void lk_messages_free(lk_messages *messages) {
  if (!messages) return;
  lk_free(messages->pending);
  lk_free(messages->ended);
  lk_free(messages);
}

lk_status lk_messages_receive(lk_messages *m, int place, void *to, size_t bytes, int from,
                              int tag) {
  assert(0 <= place && place < m->places && m->pending[place] == MPI_REQUEST_NULL);
  assert(bytes <= INT_MAX && 0 <= tag && tag <= LK_MOST_TAG);
  CHECKED(MPI_Irecv(to, (int)bytes, MPI_BYTE, from, tag, m->comm, &m->pending[place]));
  return LK_OK;
}

lk_status lk_messages_send(lk_messages *m, int place, const void *from, size_t bytes,
                           int to, int tag) {
  assert(0 <= place && place < m->places && m->pending[place] == MPI_REQUEST_NULL);
  assert(bytes <= INT_MAX && 0 <= tag && tag <= LK_MOST_TAG);
  CHECKED(MPI_Isend(from, (int)bytes, MPI_BYTE, to, tag, m->comm, &m->pending[place]));
  return LK_OK;
}

lk_status lk_messages_test(lk_messages *m, int *count, const int **ended) {
  *ended = m->ended;
  CHECKED(MPI_Testsome(m->places, m->pending, count, m->ended, MPI_STATUSES_IGNORE));
  if (*count == MPI_UNDEFINED) *count = 0; /* none is under way */
  return LK_OK;
}

lk_status lk_messages_wait(lk_messages *m, int *count, const int **ended) {
  *ended = m->ended;
  CHECKED(MPI_Waitsome(m->places, m->pending, count, m->ended, MPI_STATUSES_IGNORE));
  assert(*count > 0);
  return LK_OK;
}
