#include "lockstep/memory.h"
#include "run/sink.h"

#define POINT(name) &lk_##name##_sink,
static const lk_run_sink *const table[] = {LK_SINKS(POINT)};
enum { COUNT = sizeof table / sizeof *table };

struct lk_sinks {
  void *states[COUNT]; /* NULL: not asked for */
  int failed[COUNT];   /* was reported */
};

lk_status lk_sinks_begin(lk_sinks **out, const lk_run *run, uint64_t step) {
  LK_TRY(LK_NEW(*out, 1));
  for (int i = 0; i < COUNT; i++)
    LK_TRY(table[i]->begin(&(*out)->states[i], run, step));
  return LK_OK;
}

void lk_sinks_end(lk_sinks *sinks) {
  for (int i = 0; sinks && i < COUNT; i++)
    if (sinks->states[i]) table[i]->end(sinks->states[i]);
  lk_free(sinks);
}

static void note(lk_sinks *sinks, int i, lk_status status) {
  if (status != LK_OK && !sinks->failed[i]++)
    lk_say("%s; training goes on without its rows", lk_message());
}

void lk_sinks_row(lk_sinks *sinks, const lk_metrics *metrics) {
  for (int i = 0; i < COUNT; i++)
    if (sinks->states[i]) note(sinks, i, table[i]->row(sinks->states[i], metrics));
}

void lk_sinks_histograms(lk_sinks *sinks, uint64_t step, const lk_named_histogram *list,
                         int count) {
  for (int i = 0; i < COUNT; i++)
    if (sinks->states[i] && table[i]->histograms)
      note(sinks, i, table[i]->histograms(sinks->states[i], step, list, count));
}

lk_status lk_sinks_score(lk_sinks *sinks, const lk_score *score) {
  lk_status status = LK_OK;
  for (int i = 0; i < COUNT; i++) {
    if (!sinks->states[i] || !table[i]->score) continue;
    lk_status mine = table[i]->score(sinks->states[i], score);
    if (mine != LK_OK) status = mine;
  }
  return status;
}

lk_status lk_sinks_samples(lk_sinks *sinks, uint64_t step, const char *texts) {
  lk_status status = LK_OK;
  for (int i = 0; i < COUNT; i++) {
    if (!sinks->states[i] || !table[i]->samples) continue;
    lk_status mine = table[i]->samples(sinks->states[i], step, texts);
    if (mine != LK_OK) status = mine;
  }
  return status;
}
