#include "lockstep/interval.h"
#include "lockstep/random.h"
#include <assert.h>
#include <math.h>

double lk_interval_best(const lk_failures *failures) {
  double M = failures->mtbf, cost = failures->cost;
  assert(M > 0 && cost > 0);
  double ratio = cost / (2 * M);
  if (ratio >= 1) return M;
  return sqrt(2 * cost * M) * (1 + sqrt(ratio) / 3 + ratio / 9) - cost;
}

double lk_interval_useful(const lk_failures *failures, double interval) {
  double M = failures->mtbf, lost = failures->restart + failures->latency;
  assert(M > 0 && interval > 0);
  return interval / (M * exp(lost / M) * expm1((interval + failures->cost) / M));
}

/* A run in the simulation. */
typedef struct {
  const lk_failures *failures;
  double interval;
  double now, fails; /* time, and that of the next failure */
  double done;       /* training so far that no failure has undone */
  double safe;       /* … of which so much is in a checkpoint that is there */
  double written;    /* … and so much in one that is there at … */
  double there;      /* … this time; INFINITY: none is under way */
  lk_stream stream;
  uint64_t drawn;
} simulated;

static void draw_failure(simulated *s) {
  double share = ldexp((double)(lk_random_u64(&s->stream, s->drawn++) >> 11), -53);
  s->fails = s->now - s->failures->mtbf * log1p(-share);
}

static void land(simulated *s, double until) {
  if (s->there > until) return;
  s->safe = s->written;
  s->there = INFINITY;
}

/* Back to the last checkpoint that was there. Failures meanwhile begin the restart anew,
 * for ever where they come sooner than it ends. */
static void fail(simulated *s, double time) {
  land(s, s->fails);
  s->done = s->safe;
  s->there = INFINITY;
  do {
    s->now = s->fails;
    draw_failure(s);
  } while (s->fails < s->now + s->failures->restart && s->now < time);
  s->now += s->failures->restart;
}

/* An interval of training and its checkpoint, or what comes of it. The one before is there
 * before the next is begun. */
static void train(simulated *s, double time) {
  double trained = s->now + s->interval, held = trained + s->failures->cost;
  if (s->there < INFINITY && s->there > trained) held += s->there - trained;
  if (s->fails < held) {
    fail(s, time);
    return;
  }
  land(s, held);
  s->now = held;
  s->done += s->interval;
  s->written = s->done;
  s->there = held + s->failures->latency;
  land(s, held);
}

double lk_interval_simulate(const lk_failures *failures, double interval, double time,
                            uint64_t seed) {
  simulated s = {.failures = failures,
                 .interval = interval,
                 .there = INFINITY,
                 .stream = {.seed = seed, .purpose = LK_RANDOM_FAILURES}};
  assert(interval > 0 && time > 0 && failures->mtbf > 0);
  draw_failure(&s);
  while (s.now < time)
    train(&s, time);
  return s.done / s.now;
}
