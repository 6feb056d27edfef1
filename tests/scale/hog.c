/* Takes half of a core, half a millisecond at a time, from whoever else runs there: what is
 * left computes like a core of half the speed. Best with chrt -f 1. */
#include <time.h>

enum { HALF = 500000 /* nanoseconds */, SECOND = 1000000000 };

static void add_half(struct timespec *time) {
  time->tv_nsec += HALF;
  if (time->tv_nsec < SECOND) return;
  time->tv_nsec -= SECOND;
  time->tv_sec++;
}

static int is_before(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec < end->tv_sec ||
         (now.tv_sec == end->tv_sec && now.tv_nsec < end->tv_nsec);
}

int main(void) {
  for (;;) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    add_half(&end);
    while (is_before(&end))
      ;
    add_half(&end);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
  }
}
