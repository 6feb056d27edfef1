/* The linker puts these in the place of the functions behind __wrap_: time is simulated.
 * SMPI's own mpi.h says that ranks have one thread; it runs one of them at a time, so none
 * of their threads can disturb another's calls. */
#include <mpi.h>
#include <time.h>
#include <unistd.h>

int smpi_clock_gettime(clockid_t clock, struct timespec *time);
unsigned smpi_sleep(unsigned seconds);
int smpi_usleep(useconds_t microseconds);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
unsigned __wrap_sleep(unsigned seconds);
int __wrap_usleep(useconds_t microseconds);
int __wrap_MPI_Init_thread(int *argc, char ***argv, int wanted, int *provided);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  return smpi_clock_gettime(clock, time);
}

unsigned __wrap_sleep(unsigned seconds) {
  return smpi_sleep(seconds);
}

int __wrap_usleep(useconds_t microseconds) {
  return smpi_usleep(microseconds);
}

int __wrap_MPI_Init_thread(int *argc, char ***argv, int wanted, int *provided) {
  *provided = wanted;
  return MPI_Init(argc, argv);
}
