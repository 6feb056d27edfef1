/* One message at a time: of those that SMPI 3.32 ends by a test, as its own MPI_Waitsome
 * does behind the first, it keeps each in a list that it searches for every other one. */
#include <mpi.h>

int __wrap_MPI_Waitsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses);

int __wrap_MPI_Waitsome(int count, MPI_Request *pending, int *ended, int *which,
                        MPI_Status *statuses) {
  (void)statuses;
  int error = MPI_Waitany(count, pending, which, MPI_STATUS_IGNORE);
  *ended = *which == MPI_UNDEFINED ? MPI_UNDEFINED : 1;
  return error;
}
