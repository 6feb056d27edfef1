/* SMPI 3.32 keeps each message that a test ended, as MPI_Testsome and its MPI_Waitsome do,
 * in a list that it searches for every other one. So here they wait instead, for one
 * message at a time. */
#include <mpi.h>
#include <string.h>

int __wrap_MPI_Waitsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses);
int __wrap_MPI_Testsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses);

int __wrap_MPI_Waitsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses) {
  (void)statuses;
  int error = MPI_Waitany(count, pending, which, MPI_STATUS_IGNORE);
  *ended = *which == MPI_UNDEFINED ? MPI_UNDEFINED : 1;
  return error;
}

/* What the rank has sent to itself since it last was the only message that had ended, so
 * that it takes no time. MPI_Waitany prefers those before it. */
static MPI_Request last = MPI_REQUEST_NULL;
static char nothing;

static int make_last(void) {
  int error = MPI_Send(&nothing, 1, MPI_BYTE, 0, 0, MPI_COMM_SELF);
  if (error != MPI_SUCCESS) return error;
  return MPI_Irecv(&nothing, 1, MPI_BYTE, 0, 0, MPI_COMM_SELF, &last);
}

int __wrap_MPI_Testsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses) {
  MPI_Request all[count + 1];
  int error = last == MPI_REQUEST_NULL ? make_last() : MPI_SUCCESS;
  (void)statuses;
  if (error != MPI_SUCCESS) return error;
  memcpy(all, pending, (size_t)count * sizeof *pending);
  all[count] = last;
  error = MPI_Waitany(count + 1, all, which, MPI_STATUS_IGNORE);
  memcpy(pending, all, (size_t)count * sizeof *pending);
  last = all[count];
  *ended = *which < count;
  return error;
}
