/* Progress on standard error: one line rewritten on a terminal, else a line every few
 * seconds. */
#include "base/clock.h"
#include "lockstep/duration.h"
#include "lockstep/memory.h"
#include "lockstep/terminal.h"
#include "run/sink.h"
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE = 12 * LK_METRIC_TEXT };

typedef struct {
  int rewrites;       /* one line is written over */
  double every;       /* seconds between lines */
  double start, last; /* times */
  uint64_t first;     /* steps done at the start … */
  double share;       /* … and the run's share that was */
  uint64_t tokens;    /* since then */
} progress;

static lk_status begin(void **state, const lk_run *run, uint64_t step) {
  progress *p;
  LK_TRY(LK_NEW(p, 1));
  p->rewrites = lk_terminal_of(STDERR_FILENO).rewrites;
  p->every = p->rewrites ? 0.2 : run->config->log_seconds;
  p->first = step;
  *state = p;
  return LK_OK;
}

/* Behind the loss that is trained on, where it was measured after this step. */
static const char *held_out(const lk_metrics *m, char *text, size_t size) {
  char nats[LK_METRIC_TEXT], bits[LK_METRIC_TEXT], perplexity[LK_METRIC_TEXT];
  if (!m->validated) return "";
  snprintf(text, size, "  held-out %s, %s bits a byte, perplexity %s",
           lk_metric_show("held_out_loss", m, nats),
           lk_metric_show("held_out_bits_per_byte", m, bits),
           lk_metric_show("held_out_perplexity", m, perplexity));
  return text;
}

/* A line that stays. */
static void keep(const char *line) {
  lk_terminal_clear();
  fprintf(stderr, "%s\n", line);
}

static void show(const progress *p, const lk_metrics *m, double elapsed) {
  const lk_metrics mean = {.target_tokens = p->tokens, .seconds = elapsed};
  char step[LK_METRIC_TEXT], loss[LK_METRIC_TEXT], speed[LK_METRIC_TEXT];
  char left[LK_DURATION_TEXT];
  char beside[4 * LK_METRIC_TEXT], line[LINE];
  lk_duration_print(left, elapsed / (m->share - p->share) * (1 - m->share));
  snprintf(line, sizeof line, "step %s/%llu  %5.1f%%  loss %s%s  %s tokens/s  %s left",
           lk_metric_show("step", m, step), (unsigned long long)m->steps,
           100.0 * (double)m->step / (double)m->steps, lk_metric_show("loss", m, loss),
           held_out(m, beside, sizeof beside),
           lk_metric_show("tokens_per_second", &mean, speed), left);
  if (p->rewrites && m->step < m->steps && !m->validated)
    lk_terminal_show(line);
  else
    keep(line);
}

static lk_status add_row(void *state, const lk_metrics *metrics) {
  progress *p = state;
  double now = lk_clock(), then = now - metrics->behind; /* when the step ended */
  assert(p->first < metrics->step && metrics->step <= metrics->steps);
  int first = p->tokens == 0, last = metrics->step == metrics->steps;
  if (first) {
    p->start = then - metrics->seconds;
    p->share = metrics->share - metrics->step_share;
  }
  p->tokens += metrics->target_tokens;
  int wanted = first || last || metrics->validated;
  if (!wanted && now - p->last < p->every) return LK_OK;
  p->last = now;
  show(p, metrics, then - p->start);
  return LK_OK;
}

static void end(void *state) {
  lk_free(state);
}

const lk_run_sink lk_progress_sink = {begin, add_row, NULL, NULL, NULL, end};
