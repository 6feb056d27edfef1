/* `bench --trace`: a timeline of a few steps in the Trace Event Format of Chrome, which
 * Perfetto shows as well. Within one host the ranks' clocks are one. Over several hosts the
 * clocks differ by anything; there a moment is counted from the end of a common MPI call,
 * which the ranks leave within about a message's time. */
#include "base/clock.h"
#include "cli/bench/bench.h"
#include "cli/result.h"
#include "lockstep/memory.h"
#include <stdio.h>

enum { STEPS = 3 };

/* One rank's switches, as numbers, the form in which ranks exchange them. */
typedef struct {
  double steps[STEPS]; /* switches up to the end of each step */
  lk_profile_event events[];
} timeline;

/* A traced world. */
typedef struct {
  lk_world *world;
  lk_trainer *trainer;
  size_t room;    /* events of a rank */
  timeline *mine; /* rank 0: then each other's by turns */
} trace;

static size_t numbers_of(size_t room) {
  return STEPS + room * sizeof(lk_profile_event) / sizeof(double);
}

static void keep_largest(void *context, int rank, size_t first, const double *numbers,
                         size_t count) {
  double *largest = context;
  (void)rank, (void)first;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] > *largest) *largest = numbers[i];
}

/* All ranks: every step switches equally often, so one step tells how much room all need.
 */
static lk_status make_room(trace *t) {
  lk_metrics metrics;
  double most = 0, *mine = NULL;
  lk_profile_record(NULL, 0);
  LK_TRY(lk_trainer_step(t->trainer, &metrics));
  const double switches = (double)lk_profile_switches();
  LK_TRY(lk_world_each(t->world, &switches, 1, keep_largest, &most));
  t->room = STEPS * (size_t)most;
  lk_status status = LK_NEW(mine, numbers_of(t->room));
  t->mine = (timeline *)mine;
  return lk_world_agree(t->world, status);
}

/* All ranks: the moment from which this rank's clock is counted. */
static lk_status find_origin(lk_world *world, double *origin) {
  int any;
  LK_TRY(lk_world_any(world, 0, &any));
  *origin = lk_clock();
  if (lk_world_local_size(world) == lk_world_size(world))
    return lk_world_broadcast(world, origin, sizeof *origin);
  return LK_OK;
}

/* All ranks. */
static lk_status record(trace *t) {
  lk_metrics metrics;
  double origin;
  LK_TRY(find_origin(t->world, &origin));
  lk_profile_record(t->mine->events, t->room);
  for (int i = 0; i < STEPS; i++) {
    LK_TRY(lk_trainer_step(t->trainer, &metrics));
    t->mine->steps[i] = (double)lk_profile_switches();
  }
  for (size_t i = 0; i < t->room; i++)
    t->mine->events[i].start -= origin;
  return LK_OK;
}

/* One event, "ph": M is about a row, X something that takes time (microseconds). */
static cJSON *add_event(cJSON *list, const char *name, const char *kind, int rank) {
  cJSON *event = cJSON_CreateObject();
  if (event && cJSON_AddStringToObject(event, "name", name) &&
      cJSON_AddStringToObject(event, "ph", kind) &&
      cJSON_AddNumberToObject(event, "pid", 0) &&
      cJSON_AddNumberToObject(event, "tid", rank) && cJSON_AddItemToArray(list, event))
    return event;
  cJSON_Delete(event);
  return NULL;
}

static int name_row(cJSON *list, int rank) {
  char name[32];
  snprintf(name, sizeof name, "rank %d", rank);
  cJSON *row = add_event(list, "thread_name", "M", rank);
  cJSON *arguments = row ? cJSON_AddObjectToObject(row, "args") : NULL;
  return arguments && cJSON_AddStringToObject(arguments, "name", name);
}

static int add_span(cJSON *list, const char *name, const char *category, int rank,
                    double start, double end) {
  cJSON *span = add_event(list, name, "X", rank);
  return span && cJSON_AddStringToObject(span, "cat", category) &&
         cJSON_AddNumberToObject(span, "ts", start * 1e6) &&
         cJSON_AddNumberToObject(span, "dur", (end - start) * 1e6);
}

/* Events first … last of a rank; the last one is the step's end. */
static int add_step(cJSON *list, const lk_profile_event *events, size_t first, size_t last,
                    int rank, uint64_t step) {
  char name[32];
  snprintf(name, sizeof name, "step %llu", (unsigned long long)step);
  int good = add_span(list, name, "step", rank, events[first].start, events[last].start);
  for (size_t i = first; i < last && good; i++)
    good = add_span(list, lk_part_name((lk_part)events[i].part), "part", rank,
                    events[i].start, events[i + 1].start);
  return good;
}

static int add_rank(cJSON *list, const trace *t, int rank) {
  const timeline *line = t->mine;
  uint64_t done = lk_trainer_steps_done(t->trainer);
  int good = name_row(list, rank);
  for (int i = 0; i < STEPS && good; i++)
    good = add_step(list, line->events, i ? (size_t)line->steps[i - 1] : 0,
                    (size_t)line->steps[i] - 1, rank, done - STEPS + 1 + (uint64_t)i);
  return good;
}

/* All ranks: rank 0 has room for one timeline, and adds one after the other. */
static lk_status collect(trace *t, cJSON *list, int *good) {
  int first = lk_world_rank(t->world) == 0;
  size_t bytes = numbers_of(t->room) * sizeof(double);
  if (first && *good) *good = add_rank(list, t, 0);
  for (int r = 1; r < lk_world_size(t->world); r++) {
    if (!first && r != lk_world_rank(t->world)) continue;
    LK_TRY(lk_world_hand(t->world, r, 0, t->mine, bytes));
    if (first && *good) *good = add_rank(list, t, r);
  }
  return LK_OK;
}

/* All ranks. */
static lk_status write_trace(trace *t, const char *path) {
  int first = lk_world_rank(t->world) == 0;
  cJSON *root = first ? cJSON_CreateObject() : NULL;
  cJSON *list = root ? cJSON_AddArrayToObject(root, "traceEvents") : NULL;
  int good = list && cJSON_AddStringToObject(root, "displayTimeUnit", "ms");
  lk_status status = collect(t, list, &good);
  if (status == LK_OK && first) return lk_result_save_json(path, root, good);
  cJSON_Delete(root);
  return status;
}

lk_status lk_bench_trace(lk_world *world, lk_trainer *trainer, const char *path) {
  trace t = {.world = world, .trainer = trainer};
  lk_status status = make_room(&t);
  if (status == LK_OK) status = record(&t);
  lk_profile_record(NULL, 0);
  if (status == LK_OK) status = lk_world_agree(world, write_trace(&t, path));
  lk_free(t.mine);
  return status;
}
