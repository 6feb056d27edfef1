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
  size_t room; /* events of a rank */
  timeline *mine;
  double *all; /* (P) timelines */
} trace;

static size_t numbers_of(size_t room) {
  return STEPS + room * sizeof(lk_profile_event) / sizeof(double);
}

static const timeline *timeline_of(const trace *t, int rank) {
  return (const timeline *)(t->all + (size_t)rank * numbers_of(t->room));
}

/* All ranks: *largest of all ranks' numbers. */
static lk_status find_largest(lk_world *world, double mine, double *largest) {
  double *all = NULL;
  lk_status status = lk_world_agree(world, LK_NEW(all, (size_t)lk_world_size(world)));
  if (status == LK_OK) status = lk_world_gather(world, &mine, 1, all);
  *largest = mine;
  for (int r = 0; r < lk_world_size(world) && status == LK_OK; r++)
    if (all[r] > *largest) *largest = all[r];
  lk_free(all);
  return status;
}

/* All ranks: every step switches equally often, so one step tells how much room all need.
 */
static lk_status make_room(trace *t) {
  lk_metrics metrics;
  double most, *mine = NULL;
  lk_profile_record(NULL, 0);
  LK_TRY(lk_trainer_step(t->trainer, &metrics));
  LK_TRY(find_largest(t->world, (double)lk_profile_switches(), &most));
  t->room = STEPS * (size_t)most;
  lk_status status = LK_NEW(mine, numbers_of(t->room));
  t->mine = (timeline *)mine;
  if (status == LK_OK)
    status = LK_NEW(t->all, numbers_of(t->room) * (size_t)lk_world_size(t->world));
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
  const timeline *line = timeline_of(t, rank);
  uint64_t done = lk_trainer_steps_done(t->trainer);
  int good = name_row(list, rank);
  for (int i = 0; i < STEPS && good; i++)
    good = add_step(list, line->events, i ? (size_t)line->steps[i - 1] : 0,
                    (size_t)line->steps[i] - 1, rank, done - STEPS + 1 + (uint64_t)i);
  return good;
}

/* Rank 0. */
static lk_status write_trace(const trace *t, const char *path) {
  cJSON *root = cJSON_CreateObject();
  cJSON *list = root ? cJSON_AddArrayToObject(root, "traceEvents") : NULL;
  int good = list && cJSON_AddStringToObject(root, "displayTimeUnit", "ms");
  for (int r = 0; r < lk_world_size(t->world) && good; r++)
    good = add_rank(list, t, r);
  return lk_result_save_json(path, root, good);
}

lk_status lk_bench_trace(lk_world *world, lk_trainer *trainer, const char *path) {
  trace t = {.world = world, .trainer = trainer};
  lk_status status = make_room(&t);
  if (status == LK_OK) status = record(&t);
  lk_profile_record(NULL, 0);
  if (status == LK_OK)
    status = lk_world_gather(world, t.mine->steps, (int)numbers_of(t.room), t.all);
  if (status == LK_OK)
    status =
        lk_world_agree(world, lk_world_rank(world) == 0 ? write_trace(&t, path) : LK_OK);
  lk_free(t.mine);
  lk_free(t.all);
  return status;
}
