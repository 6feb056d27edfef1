/* A group's end: calls the point, as often as it takes. */
#include "base/clock.h"
#include "lockstep/memory.h"
#include "meet/frame.h"
#include "meet/line.h"
#include <math.h>
#include <string.h>

#define HANDSHAKE_SECONDS 10.0 /* most between two messages of it */
enum { TEXT_MOST = 1000 };

struct lk_meeting {
  lk_meeting_terms terms;
  lk_line line;
  char *secret; /* owned */
  size_t secret_size;
  double patience;
  double lost;  /* since when the point is out of reach; 0: it is not */
  int has_met;  /* what was at the address has known the secret */
  int is_torn;  /* a state has come in part: the group has none */
  double *sums; /* (every, columns) owned: those that come */
  unsigned char job[LK_NONCE_SIZE];
};

static lk_status fill(lk_meeting *m, const char *address, const char *key) {
  LK_TRY(lk_line_set(&m->line, address));
  if (!lk_nonce_draw(m->job))
    return lk_fail(LK_INTERNAL, "sync.meet: the system has no random bytes");
  return lk_meet_secret(key, &m->secret, &m->secret_size);
}

lk_status lk_meeting_create(lk_meeting **out, const lk_meeting_terms *terms,
                            const char *address, const char *key, double patience) {
  lk_meeting *m = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(m, 1));
  m->terms = *terms;
  m->patience = patience;
  lk_status status = fill(m, address, key);
  if (status == LK_OK) status = LK_NEW(m->sums, terms->every * (size_t)terms->columns);
  if (status == LK_OK)
    *out = m;
  else
    lk_meeting_free(m);
  return status;
}

void lk_meeting_free(lk_meeting *meeting) {
  if (!meeting) return;
  lk_line_release(&meeting->line);
  lk_free(meeting->secret);
  lk_free(meeting->sums);
  lk_free(meeting);
}

static lk_status say(lk_meeting *m, lk_meet_kind kind, uint64_t step, const void *bytes,
                     size_t size) {
  const lk_meet_head head = {.kind = kind, .step = step, .size = size};
  LK_TRY(lk_line_send(&m->line, &head, sizeof head));
  return lk_line_send(&m->line, bytes, size);
}

/* The point's refusal is the run's end. */
static lk_status take_refusal(lk_meeting *m, const lk_meet_head *head) {
  char text[TEXT_MOST + 1] = "";
  size_t size = head->size < TEXT_MOST ? head->size : TEXT_MOST;
  LK_TRY(lk_line_receive(&m->line, text, size));
  return lk_fail(LK_USAGE, "the meeting point at %s: %s", m->line.address, text);
}

static lk_status not_understood(const lk_meeting *m) {
  return lk_fail(LK_INTERNAL,
                 "what answers at %s is no meeting point of this version; start lockstep "
                 "meet with the same program",
                 m->line.address);
}

/* Whatever comes after its proof says that the point has taken this group's. To be told to
 * wait puts no stop off. */
static lk_status hear(lk_meeting *m, lk_meet_head *head) {
  do {
    double signalled = m->line.signalled;
    LK_TRY(lk_line_receive(&m->line, head, sizeof *head));
    if (m->lost > 0) lk_say("the meeting point at %s is there", m->line.address);
    m->lost = 0;
    if (head->kind == LK_SAYS_WAIT && signalled > 0) m->line.signalled = signalled;
  } while (head->kind == LK_SAYS_WAIT);
  return head->kind == LK_SAYS_NO ? take_refusal(m, head) : LK_OK;
}

/* Who has proved nothing cannot end the run: the point may yet come. */
static lk_status met_stranger(lk_meeting *m, const char *why) {
  m->line.why = why;
  return LK_LINE_ENDED;
}

/* Before a group has met for the first time, it is most likely the wrong file. */
static lk_status knows_no_secret(lk_meeting *m) {
  if (m->has_met)
    return met_stranger(m, "what answers there does not know the secret of sync.key");
  return lk_fail(LK_USAGE,
                 "the meeting point at %s does not know the secret of sync.key: give both "
                 "the same file",
                 m->line.address);
}

static lk_status prove(lk_meeting *m, const lk_meet_hello *hello) {
  lk_meet_head head;
  lk_meet_challenge challenge;
  unsigned char proof[LK_PROOF_SIZE];
  LK_TRY(lk_line_receive(&m->line, &head, sizeof head));
  if (head.kind != LK_SAYS_CHALLENGE || head.size != sizeof challenge)
    return met_stranger(m, "what answers there is no meeting point of this version");
  LK_TRY(lk_line_receive(&m->line, &challenge, sizeof challenge));
  const lk_introduction x = {m->secret, hello, m->secret_size, sizeof *hello,
                             challenge.nonce};
  if (!lk_proof_holds(&x, 'p', challenge.proof) || !lk_proof_make(&x, 'g', proof))
    return knows_no_secret(m);
  m->has_met = 1;
  return say(m, LK_SAYS_PROOF, 0, proof, sizeof proof);
}

static lk_hash hash_of(const lk_meeting *m, const lk_meeting_state *state) {
  lk_hash both[2] = {{{0}}};
  size_t bytes = m->terms.count * sizeof *state->values;
  both[0] = lk_hash_bytes(state->values, bytes);
  if (state->momentum) both[1] = lk_hash_bytes(state->momentum, bytes);
  return lk_hash_bytes(both, sizeof both);
}

static lk_status introduce(lk_meeting *m, const lk_meeting_state *state) {
  lk_meet_hello hello;
  memset(&hello, 0, sizeof hello); /* what is between its members is proved, too */
  memcpy(hello.magic, LK_MEET_MAGIC, sizeof hello.magic);
  memcpy(hello.job, m->job, sizeof hello.job);
  hello.terms = m->terms;
  hello.step = state->step;
  hello.has_state = !m->is_torn;
  hello.state = hash_of(m, state);
  if (!lk_nonce_draw(hello.nonce)) return LK_LINE_ENDED;
  LK_TRY(say(m, LK_SAYS_HELLO, state->step, &hello, sizeof hello));
  return prove(m, &hello);
}

/* The others are ahead. */
static lk_status take_state(lk_meeting *m, const lk_meet_head *head,
                            lk_meeting_state *state, lk_meeting_outcome *outcome) {
  size_t bytes = m->terms.count * sizeof *state->values;
  if (head->size != lk_meet_state_size(&m->terms)) return not_understood(m);
  m->is_torn = 1;
  LK_TRY(lk_line_receive(&m->line, state->values, bytes));
  if (state->momentum) LK_TRY(lk_line_receive(&m->line, state->momentum, bytes));
  m->is_torn = 0;
  state->step = head->step;
  outcome->moved = 1;
  return LK_OK;
}

/* One call, up to where the group may make steps. */
static lk_status call(lk_meeting *m, lk_meeting_state *state, lk_meeting_outcome *outcome) {
  lk_meet_head head;
  LK_TRY(lk_line_call(&m->line));
  m->line.limit = fmin(m->patience, HANDSHAKE_SECONDS);
  LK_TRY(introduce(m, state));
  m->line.limit = fmax(m->patience / 2, 3 * LK_BEAT_SECONDS); /* the rest is for calls */
  LK_TRY(hear(m, &head));
  if (head.kind == LK_SAYS_GO) return LK_OK;
  return head.kind == LK_SAYS_STATE ? take_state(m, &head, state, outcome)
                                    : not_understood(m);
}

static lk_status out_of_reach(lk_meeting *m) {
  double now = lk_clock();
  lk_line_hang_up(&m->line);
  if (m->lost == 0) {
    lk_say("the meeting point at %s cannot be reached: %s; calling again until "
           "sync.patience, %g s, is over",
           m->line.address, m->line.why, m->patience);
    m->lost = now - m->line.silent;
  }
  if (now - m->lost > m->patience)
    return lk_fail(
        LK_INTERNAL,
        "the meeting point at %s has been out of reach for %.0f s "
        "(sync.patience): %s; start lockstep meet there, and let this host connect "
        "to it; the run goes on from its last checkpoint",
        m->line.address, now - m->lost, m->line.why);
  return lk_line_wait(&m->line);
}

/* Until the point has said what the group is to do. */
static lk_status reach(lk_meeting *m, lk_meeting_state *state,
                       lk_meeting_outcome *outcome) {
  lk_status status;
  while ((status = call(m, state, outcome)) == LK_LINE_ENDED)
    if ((status = out_of_reach(m)) != LK_LINE_ENDED) return status;
  return status;
}

lk_status lk_meeting_arrive(lk_meeting *meeting, lk_meeting_state *state,
                            lk_meeting_outcome *outcome) {
  *outcome = (lk_meeting_outcome){0};
  meeting->has_met = state->step > 0;
  return reach(meeting, state, outcome);
}

static lk_status send_change(lk_meeting *m, uint64_t step, const uint32_t *change,
                             const double *sums, size_t bytes_of_sums) {
  size_t words = lk_wire_words(m->terms.wire, m->terms.count);
  const lk_meet_head head = {
      .kind = LK_SAYS_CHANGE, .step = step, .size = bytes_of_sums + words * sizeof *change};
  LK_TRY(lk_line_send(&m->line, &head, sizeof head));
  LK_TRY(lk_line_send(&m->line, sums, bytes_of_sums));
  return lk_line_send(&m->line, change, words * sizeof *change);
}

static lk_status take_mean(lk_meeting *m, const lk_meet_head *head, double *sums,
                           size_t bytes_of_sums, float *mean, lk_meeting_outcome *outcome) {
  size_t bytes = m->terms.count * sizeof *mean;
  if (head->kind != LK_SAYS_MEAN || head->size != bytes_of_sums + bytes)
    return not_understood(m);
  LK_TRY(lk_line_receive(&m->line, m->sums, bytes_of_sums));
  LK_TRY(lk_line_receive(&m->line, mean, bytes));
  memcpy(sums, m->sums, bytes_of_sums);
  outcome->present = head->present;
  outcome->asked = head->asked != 0;
  return LK_OK;
}

lk_status lk_meeting_exchange(lk_meeting *meeting, uint64_t step, lk_meeting_state *state,
                              const uint32_t *change, double *sums, size_t rows,
                              float *mean, lk_meeting_outcome *outcome) {
  lk_meeting *m = meeting;
  size_t bytes_of_sums = rows * (size_t)m->terms.columns * sizeof *sums;
  lk_status status = LK_LINE_ENDED;
  lk_meet_head head;
  *outcome = (lk_meeting_outcome){0};
  while (status == LK_LINE_ENDED) {
    if (m->line.fd < 0) LK_TRY(reach(m, state, outcome));
    if (outcome->moved) return LK_OK;
    status = send_change(m, step, change, sums, bytes_of_sums);
    if (status == LK_OK) status = hear(m, &head);
    if (status == LK_OK && head.kind == LK_SAYS_STATE)
      status = take_state(m, &head, state, outcome);
    else if (status == LK_OK)
      status = take_mean(m, &head, sums, bytes_of_sums, mean, outcome);
    if (status == LK_LINE_ENDED) status = out_of_reach(m);
  }
  return status;
}

/* Where it does not arrive, the point asks another group, or this one at the next meeting.
 */
void lk_meeting_give(lk_meeting *meeting, const lk_meeting_state *state) {
  lk_meeting *m = meeting;
  size_t bytes = m->terms.count * sizeof *state->values;
  const lk_meet_head head = {
      .kind = LK_SAYS_STATE, .step = state->step, .size = lk_meet_state_size(&m->terms)};
  lk_status status = lk_line_send(&m->line, &head, sizeof head);
  if (status == LK_OK) status = lk_line_send(&m->line, state->values, bytes);
  if (status == LK_OK && state->momentum)
    status = lk_line_send(&m->line, state->momentum, bytes);
  if (status != LK_OK) lk_line_hang_up(&m->line);
}
