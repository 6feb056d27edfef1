/* Which group is where, and when they meet. */
#include "lockstep/memory.h"
#include "meet/point.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef unsigned long long number; /* for printf */

static int count(const lk_point *p, lk_seat_state state) {
  int found = 0;
  for (int i = 0; i < p->settings->groups; i++)
    found += p->seats[i].state == state;
  return found;
}

/* Groups that have all that was done: they make steps, or have made them. */
static int count_members(const lk_point *p) {
  return count(p, LK_SEAT_WORKS) + count(p, LK_SEAT_SPOKE);
}

/* Since when somebody is in that state; `now`: nobody is. */
static double since(const lk_point *p, lk_seat_state state, double now) {
  double first = now;
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].state == state && p->seats[i].since < first) first = p->seats[i].since;
  return first;
}

static void enter(lk_seat *seat, lk_seat_state state, double now) {
  if (state != LK_SEAT_SPOKE) {
    lk_free(seat->change);
    seat->change = NULL;
  }
  seat->state = state;
  seat->since = now;
}

static void send_to_work(lk_point *p, lk_seat *seat, double now) {
  const lk_meet_head head = {.kind = LK_SAYS_GO, .step = p->done};
  seat->is_left_out = 0;
  enter(seat, LK_SEAT_WORKS, now);
  lk_caller_say(seat->caller, head, NULL, 0, NULL, 0);
}

/* NULL: all groups have that alike. */
static const char *find_difference(const lk_meeting_terms *a, const lk_meeting_terms *b) {
  return a->count != b->count   ? "another number of parameters"
         : a->every != b->every ? "another sync.every"
         : a->steps != b->steps ? "another number of steps"
         : a->wire != b->wire   ? "another sync.wire"
         : a->has_momentum != b->has_momentum || a->columns != b->columns
             ? "another sync.outer, or version,"
         : strcmp(a->identity.hex, b->identity.hex) ? "other settings, init or data"
                                                    : NULL;
}

static int are_possible(const lk_meeting_terms *t) {
  return t->count > 0 && t->count <= INT_MAX && t->every > 0 && t->every <= 1u << 20 &&
         t->columns > 0 && t->columns <= 64 && t->wire <= LK_WIRE_INT8;
}

/* The first group of a run says what all have to have. */
static lk_status adopt(lk_point *p, const lk_meeting_terms *terms) {
  lk_free(p->sums);
  lk_free(p->mean);
  lk_free(p->state);
  p->sums = NULL;
  p->mean = p->state = NULL;
  p->terms = *terms;
  p->is_known = 1;
  p->done = 0;
  LK_TRY(LK_NEW(p->sums, terms->every * (size_t)terms->columns));
  return LK_NEW(p->mean, terms->count);
}

/* Nonzero: it was told to go. */
static int is_refused(lk_point *p, lk_caller *c) {
  const lk_meeting_terms *t = &c->hello.terms;
  int nobody = count(p, LK_SEAT_EMPTY) == p->settings->groups;
  if (t->groups != p->settings->groups || t->group < 0 || t->group >= t->groups ||
      !are_possible(t)) {
    lk_caller_refuse(c, "group %d of %d cannot be one of lockstep meet --groups %d",
                     t->group, t->groups, p->settings->groups);
    return 1;
  }
  const char *difference = p->is_known && !nobody ? find_difference(&p->terms, t) : NULL;
  if (difference)
    lk_caller_refuse(c,
                     "group %d has %s than the groups that are here; start all groups with "
                     "the same program, config and data, but for sync.group and run",
                     t->group, difference);
  if (difference) return 1;
  if (count_members(p) == 0 || c->hello.step <= p->done) return 0;
  lk_caller_refuse(
      c,
      "group %d has gone on to step %llu by itself, and the others are at %llu: "
      "remove its checkpoints after that, or stop all groups and start them again",
      t->group, (number)c->hello.step, (number)p->done);
  return 1;
}

/* One group, one job: the last that comes has the seat. */
static void free_seat(lk_point *p, lk_seat *seat, double now) {
  if (!seat->caller) return;
  lk_caller_refuse(seat->caller, "another job has come as group %d",
                   (int)(seat - p->seats));
  seat->caller = NULL;
  enter(seat, LK_SEAT_EMPTY, now);
}

lk_status lk_seats_take(lk_point *p, lk_caller *c, double now) {
  const lk_meet_hello *hello = &c->hello;
  if (is_refused(p, c)) return LK_OK;
  lk_seat *seat = &p->seats[hello->terms.group];
  int is_same_job = !memcmp(seat->job, hello->job, sizeof seat->job);
  if (is_same_job && seat->caller) lk_caller_drop(seat->caller), seat->caller = NULL;
  free_seat(p, seat, now);
  if (count(p, LK_SEAT_EMPTY) == p->settings->groups) LK_TRY(adopt(p, &hello->terms));
  seat->caller = c;
  seat->step = hello->step;
  memcpy(seat->job, hello->job, sizeof seat->job);
  enter(seat, LK_SEAT_WAITS, now);
  lk_say("group %d is there, after step %llu", hello->terms.group, (number)hello->step);
  if (is_same_job && hello->has_state && count_members(p) > 0 && hello->step == p->done)
    send_to_work(p, seat, now); /* only its connection was lost */
  return LK_OK;
}

static lk_seat *seat_of(lk_point *p, const lk_caller *c) {
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].caller == c) return &p->seats[i];
  return NULL;
}

/* Another group's change that is there; NULL: none is. */
static const lk_seat *spoke_before(const lk_point *p) {
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].state == LK_SEAT_SPOKE) return &p->seats[i];
  return NULL;
}

static void take_change(lk_point *p, lk_seat *seat, lk_caller *c, double now) {
  const lk_seat *other = spoke_before(p);
  seat->step = c->head.step;
  if (c->head.step <= p->done) { /* the others have met without it */
    enter(seat, LK_SEAT_WAITS, now);
    return;
  }
  if (other && (other->step != c->head.step || other->change_size != c->head.size)) {
    lk_caller_refuse(c, "group %d meets after step %llu, and others after step %llu",
                     (int)(seat - p->seats), (number)c->head.step, (number)other->step);
    return;
  }
  enter(seat, LK_SEAT_SPOKE, now);
  seat->change = c->body;
  seat->change_size = c->head.size;
  c->body = NULL;
}

/* What has not been sent of the last mean, or state, never will be: there is another one.
 */
static void drop_slow(lk_point *p, const float *body, double now) {
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].caller && lk_caller_is_told(p->seats[i].caller, body))
      lk_caller_drop(p->seats[i].caller);
  lk_seats_clear(p, now);
}

/* A group that was asked for the state gives it to those that wait. */
static void take_state(lk_point *p, lk_caller *c, double now) {
  const lk_meet_head head = {.kind = LK_SAYS_STATE, .step = p->done};
  if (c->head.step != p->done) return;
  drop_slow(p, p->state, now);
  lk_free(p->state);
  p->state = (float *)(void *)c->body;
  c->body = NULL;
  for (int i = 0; i < p->settings->groups; i++) {
    lk_seat *seat = &p->seats[i];
    if (seat->state != LK_SEAT_WAITS) continue;
    seat->is_left_out = 0;
    enter(seat, LK_SEAT_WORKS, now);
    lk_say("group %d is one of them again, from step %llu on", i, (number)p->done);
    lk_caller_say(seat->caller, head, p->state, lk_meet_state_size(&p->terms), NULL, 0);
  }
}

void lk_seats_hear(lk_point *p, lk_caller *c, double now) {
  lk_seat *seat = seat_of(p, c);
  if (!seat) return; /* it is told why it must go */
  if (c->head.kind == LK_SAYS_STATE)
    take_state(p, c, now);
  else if (seat->state == LK_SEAT_WORKS)
    take_change(p, seat, c, now);
  else
    lk_caller_drop(c);
}

void lk_seats_clear(lk_point *p, double now) {
  for (int i = 0; i < p->settings->groups; i++) {
    lk_seat *seat = &p->seats[i];
    if (!seat->caller || (seat->caller->fd >= 0 && !seat->caller->is_leaving)) continue;
    if (p->done < p->terms.steps) lk_say("group %d is gone", i);
    seat->caller = NULL;
    enter(seat, LK_SEAT_EMPTY, now);
  }
}

/* Of those that wait, one that is farthest; NULL: none has a state. */
static lk_seat *find_farthest(lk_point *p) {
  lk_seat *found = NULL;
  for (int i = 0; i < p->settings->groups; i++) {
    lk_seat *seat = &p->seats[i];
    if (seat->state != LK_SEAT_WAITS || !seat->caller->hello.has_state) continue;
    if (!found || seat->step > found->step) found = seat;
  }
  return found;
}

static int is_alike(const lk_seat *a, const lk_seat *b) {
  return !strcmp(a->caller->hello.state.hex, b->caller->hello.state.hex);
}

static void let_begin(lk_point *p, lk_seat *seat, const lk_seat *first, double now) {
  if (is_alike(seat, first))
    send_to_work(p, seat, now);
  else
    lk_caller_refuse(seat->caller,
                     "group %d has other parameters after step %llu than group %d: begin "
                     "all from the same, or remove its checkpoints, and it gets theirs",
                     (int)(seat - p->seats), (number)seat->step, (int)(first - p->seats));
}

static void refuse_all(lk_point *p, const char *why) {
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].state == LK_SEAT_WAITS) lk_caller_refuse(p->seats[i].caller, "%s", why);
}

static void leave_out_absent(lk_point *p) {
  for (int i = 0; i < p->settings->groups; i++) {
    p->seats[i].is_left_out = p->seats[i].state == LK_SEAT_EMPTY;
    if (p->seats[i].is_left_out) lk_say("group %d did not come: it is left out", i);
  }
}

/* Nobody makes steps: those that are farthest begin, or go on. */
static void begin(lk_point *p, double now) {
  lk_seat *first = find_farthest(p);
  if (p->done >= p->terms.steps || !first) {
    refuse_all(p, first ? "the run has ended: its model is with the other groups"
                        : "no group that is here has a whole state; start all again");
    return;
  }
  leave_out_absent(p);
  p->done = first->step;
  for (int i = 0; i < p->settings->groups; i++) {
    lk_seat *seat = &p->seats[i];
    if (seat != first && seat->state == LK_SEAT_WAITS && seat->step == p->done &&
        seat->caller->hello.has_state)
      let_begin(p, seat, first, now);
  }
  send_to_work(p, first, now);
}

static int is_awaited(const lk_seat *seat) {
  return !seat->is_left_out &&
         (seat->state == LK_SEAT_WORKS || seat->state == LK_SEAT_EMPTY);
}

static int count_awaited(const lk_point *p) {
  int found = 0;
  for (int i = 0; i < p->settings->groups; i++)
    found += is_awaited(&p->seats[i]);
  return found;
}

static void leave_out_late(lk_point *p) {
  for (int i = 0; i < p->settings->groups; i++) {
    if (!is_awaited(&p->seats[i])) continue;
    p->seats[i].is_left_out = 1;
    lk_say("group %d is left out: nothing of it for %.0f s after another had come to step "
           "%llu",
           i, p->settings->patience, (number)p->done);
  }
}

/* All that have spoken get the mean; one of them is asked for the state where others wait
 * for it. */
static void tell_mean(lk_point *p, uint64_t present, size_t bytes_of_sums, double now) {
  lk_meet_head head = {.kind = LK_SAYS_MEAN, .step = p->done, .present = present};
  head.asked = count(p, LK_SEAT_WAITS) > 0;
  for (int i = 0; i < p->settings->groups; i++) {
    lk_seat *seat = &p->seats[i];
    if (seat->state != LK_SEAT_SPOKE) continue;
    enter(seat, LK_SEAT_WORKS, now);
    seat->is_left_out = 0;
    lk_caller_say(seat->caller, head, p->sums, bytes_of_sums, p->mean,
                  p->terms.count * sizeof *p->mean);
    head.asked = 0;
  }
}

static void meet(lk_point *p, double now) {
  const lk_seat *one = spoke_before(p);
  size_t words = lk_wire_words(p->terms.wire, p->terms.count);
  size_t bytes_of_sums = one->change_size - words * sizeof(uint32_t);
  uint64_t present = 0;
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].state == LK_SEAT_SPOKE) present |= (uint64_t)1 << i;
  p->done = one->step;
  leave_out_late(p);
  drop_slow(p, p->mean, now);
  lk_point_average(p, bytes_of_sums);
  tell_mean(p, present, bytes_of_sums, now);
}

void lk_seats_advance(lk_point *p, double now) {
  int waiting = count(p, LK_SEAT_WAITS), spoken = count(p, LK_SEAT_SPOKE);
  double patience = p->settings->patience;
  if (count_members(p) > 0) p->worked = now;
  if (count_members(p) == 0) {
    double alone = fmin(now - since(p, LK_SEAT_WAITS, now), now - p->worked);
    if (waiting == p->settings->groups || (waiting && alone >= patience)) begin(p, now);
  } else if (spoken &&
             (count_awaited(p) == 0 || now - since(p, LK_SEAT_SPOKE, now) >= patience))
    meet(p, now);
}

/* Who has no room for it has heard none for long: it calls again when it hears. */
static void beat(lk_caller *c) {
  const lk_meet_head head = {.kind = LK_SAYS_WAIT};
  if (c->fd < 0 || c->out.size > 0) return;
  lk_caller_say(c, head, NULL, 0, NULL, 0);
  if (c->out.size > 0) lk_caller_drop(c);
}

void lk_seats_beat(lk_point *p, double now) {
  if (now - p->beaten < LK_BEAT_SECONDS) return;
  p->beaten = now;
  for (int i = 0; i < p->settings->groups; i++)
    if (p->seats[i].state == LK_SEAT_WAITS || p->seats[i].state == LK_SEAT_SPOKE)
      beat(p->seats[i].caller);
}

int lk_seats_are_over(const lk_point *p) {
  return p->is_known && p->done >= p->terms.steps &&
         count(p, LK_SEAT_EMPTY) == p->settings->groups;
}
