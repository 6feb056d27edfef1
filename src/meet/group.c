/* A group's end: calls the point, as often as it takes. */
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/signals.h"
#include "meet/frame.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STOP_SECONDS 10.0 /* after a signal, without a byte, until a meeting ends */
enum { SLICE = 200 /* milliseconds */, DIAL = 5000, TEXT_MOST = 1000 };

struct lk_meeting {
  lk_meeting_terms terms;
  char *address, *host, *secret; /* owned */
  const char *port;              /* in host's copy of the address */
  size_t secret_size;
  double patience;
  double signalled; /* when a signal was seen first, or a byte moved since; 0: none came */
  double lost;      /* since when the point is out of reach; 0: it is not */
  int is_torn;      /* a state has come in part: the group has none */
  double *sums;     /* (every, columns) owned: those that come */
  int fd;           /* -1: no connection */
  const char *why;  /* … for this reason; the library's */
  unsigned char job[LK_NONCE_SIZE];
};

/* A connection that has ended is no failure, and leaves no message: the group calls again.
 */
static const lk_status ended = LK_IO;

static int is_port(const char *text) {
  char *end;
  long port = strtol(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end && port >= 1 && port <= 65535;
}

static lk_status split_address(lk_meeting *m) {
  LK_TRY(lk_copy_text(&m->host, m->address));
  char *colon = strrchr(m->host, ':');
  if (!colon || colon == m->host || !is_port(colon + 1))
    return lk_fail(LK_USAGE, "sync.meet=%s: give HOST:PORT, where lockstep meet listens",
                   m->address);
  *colon = '\0';
  m->port = colon + 1;
  size_t length = strlen(m->host);
  if (m->host[0] == '[' && length > 2 && m->host[length - 1] == ']') { /* [::1]:7070 */
    memmove(m->host, m->host + 1, length - 2);
    m->host[length - 2] = '\0';
  }
  return LK_OK;
}

static lk_status fill(lk_meeting *m, const char *address, const char *key) {
  LK_TRY(lk_copy_text(&m->address, address));
  LK_TRY(split_address(m));
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
  m->fd = -1;
  lk_status status = LK_NEW(m->sums, terms->every * (size_t)terms->columns);
  if (status == LK_OK) status = fill(m, address, key);
  if (status == LK_OK)
    *out = m;
  else
    lk_meeting_free(m);
  return status;
}

static void hang_up(lk_meeting *m) {
  if (m->fd >= 0) close(m->fd);
  m->fd = -1;
}

void lk_meeting_free(lk_meeting *meeting) {
  if (!meeting) return;
  hang_up(meeting);
  lk_free(meeting->address);
  lk_free(meeting->host);
  lk_free(meeting->secret);
  lk_free(meeting->sums);
  lk_free(meeting);
}

/* Nonzero: a signal came some time ago, and nothing has moved since. */
static int must_stop(lk_meeting *m, int has_moved) {
  if ((m->signalled == 0 || has_moved) && lk_signals_received()) m->signalled = lk_clock();
  return m->signalled > 0 && lk_clock() - m->signalled > STOP_SECONDS;
}

static lk_status stopped(const lk_meeting *m) {
  return lk_fail(LK_STOPPED,
                 "stopped by %s while waiting for the other groups at %s; the run goes on "
                 "from its last checkpoint",
                 lk_signals_received(), m->address);
}

static int try_later(void) {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static lk_status send_all(lk_meeting *m, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t sent = send(m->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !try_later()) return ended;
    if (sent > 0) at += sent, size -= (size_t)sent;
    if (must_stop(m, sent > 0)) return stopped(m);
    struct pollfd p = {.fd = m->fd, .events = POLLOUT};
    if (sent < 0) poll(&p, 1, SLICE);
  }
  return LK_OK;
}

static lk_status receive_all(lk_meeting *m, void *bytes, size_t size) {
  char *at = bytes;
  while (size > 0) {
    ssize_t got = recv(m->fd, at, size, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !try_later())) return ended;
    if (got > 0) at += got, size -= (size_t)got;
    if (must_stop(m, got > 0)) return stopped(m);
    struct pollfd p = {.fd = m->fd, .events = POLLIN};
    if (got < 0) poll(&p, 1, SLICE);
  }
  return LK_OK;
}

static lk_status say(lk_meeting *m, lk_meet_kind kind, uint64_t step, const void *bytes,
                     size_t size) {
  const lk_meet_head head = {.kind = kind, .step = step, .size = size};
  LK_TRY(send_all(m, &head, sizeof head));
  return send_all(m, bytes, size);
}

/* The point's refusal is the run's end. */
static lk_status take_refusal(lk_meeting *m, const lk_meet_head *head) {
  char text[TEXT_MOST + 1] = "";
  size_t size = head->size < TEXT_MOST ? head->size : TEXT_MOST;
  LK_TRY(receive_all(m, text, size));
  return lk_fail(LK_USAGE, "the meeting point at %s: %s", m->address, text);
}

static lk_status not_understood(const lk_meeting *m) {
  return lk_fail(LK_INTERNAL,
                 "what answers at %s is no meeting point of this version; start lockstep "
                 "meet with the same program",
                 m->address);
}

static lk_status hear(lk_meeting *m, lk_meet_head *head) {
  LK_TRY(receive_all(m, head, sizeof *head));
  return head->kind == LK_SAYS_NO ? take_refusal(m, head) : LK_OK;
}

/* Nonzero: it is the reason why not. */
static int dial(int fd, const struct addrinfo *to) {
  int error = 0;
  socklen_t size = sizeof error;
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  if (!connect(fd, to->ai_addr, to->ai_addrlen)) return 0;
  if (errno != EINPROGRESS) return errno;
  if (poll(&p, 1, DIAL) != 1) return ETIMEDOUT;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

static lk_status try_address(lk_meeting *m, const struct addrinfo *to) {
  int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int error = fd < 0 ? errno : dial(fd, to);
  m->why = strerror(error);
  if (error && fd >= 0) close(fd);
  if (error) return ended;
  m->fd = fd;
  lk_meet_tune(fd);
  return LK_OK;
}

static lk_status connect_once(lk_meeting *m) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  lk_status status = ended;
  int error = getaddrinfo(m->host, m->port, &hints, &list);
  m->why = gai_strerror(error);
  if (error) return ended;
  for (const struct addrinfo *i = list; i && status == ended; i = i->ai_next)
    status = try_address(m, i);
  freeaddrinfo(list);
  if (status == LK_OK) m->why = "the connection ended";
  return status;
}

static lk_status prove(lk_meeting *m, const lk_meet_hello *hello) {
  lk_meet_head head;
  lk_meet_challenge challenge;
  unsigned char proof[LK_PROOF_SIZE];
  LK_TRY(hear(m, &head));
  if (head.kind != LK_SAYS_CHALLENGE || head.size != sizeof challenge)
    return not_understood(m);
  LK_TRY(receive_all(m, &challenge, sizeof challenge));
  const lk_introduction x = {m->secret, hello, m->secret_size, sizeof *hello,
                             challenge.nonce};
  if (!lk_proof_holds(&x, 'p', challenge.proof) || !lk_proof_make(&x, 'g', proof))
    return lk_fail(
        LK_USAGE,
        "the meeting point at %s does not know the secret of sync.key: give both "
        "the same file",
        m->address);
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
  if (!lk_nonce_draw(hello.nonce)) return ended;
  LK_TRY(say(m, LK_SAYS_HELLO, state->step, &hello, sizeof hello));
  return prove(m, &hello);
}

/* The others are ahead. */
static lk_status take_state(lk_meeting *m, const lk_meet_head *head,
                            lk_meeting_state *state, lk_meeting_outcome *outcome) {
  size_t bytes = m->terms.count * sizeof *state->values;
  if (head->size != lk_meet_state_size(&m->terms)) return not_understood(m);
  m->is_torn = 1;
  LK_TRY(receive_all(m, state->values, bytes));
  if (state->momentum) LK_TRY(receive_all(m, state->momentum, bytes));
  m->is_torn = 0;
  state->step = head->step;
  outcome->moved = 1;
  return LK_OK;
}

/* One call, up to where the group may make steps. */
static lk_status call(lk_meeting *m, lk_meeting_state *state, lk_meeting_outcome *outcome) {
  lk_meet_head head;
  LK_TRY(connect_once(m));
  LK_TRY(introduce(m, state));
  if (m->lost > 0) lk_say("the meeting point at %s is there", m->address);
  m->lost = 0;
  LK_TRY(hear(m, &head));
  if (head.kind == LK_SAYS_GO) return LK_OK;
  return head.kind == LK_SAYS_STATE ? take_state(m, &head, state, outcome)
                                    : not_understood(m);
}

static lk_status out_of_reach(lk_meeting *m) {
  double now = lk_clock();
  hang_up(m);
  if (m->lost == 0) {
    lk_say("the meeting point at %s cannot be reached: %s; trying for %g s", m->address,
           m->why, m->patience);
    m->lost = now;
  }
  if (now - m->lost > m->patience)
    return lk_fail(
        LK_INTERNAL,
        "the meeting point at %s has been out of reach for %.0f s "
        "(sync.patience): %s; start lockstep meet there, and let this host connect "
        "to it; the run goes on from its last checkpoint",
        m->address, now - m->lost, m->why);
  poll(NULL, 0, SLICE);
  return must_stop(m, 0) ? stopped(m) : ended;
}

/* Until the point has said what the group is to do. */
static lk_status reach(lk_meeting *m, lk_meeting_state *state,
                       lk_meeting_outcome *outcome) {
  lk_status status;
  while ((status = call(m, state, outcome)) == ended)
    if ((status = out_of_reach(m)) != ended) return status;
  return status;
}

lk_status lk_meeting_arrive(lk_meeting *meeting, lk_meeting_state *state,
                            lk_meeting_outcome *outcome) {
  *outcome = (lk_meeting_outcome){0};
  return reach(meeting, state, outcome);
}

static lk_status send_change(lk_meeting *m, uint64_t step, const uint32_t *change,
                             const double *sums, size_t bytes_of_sums) {
  size_t words = lk_wire_words(m->terms.wire, m->terms.count);
  const lk_meet_head head = {
      .kind = LK_SAYS_CHANGE, .step = step, .size = bytes_of_sums + words * sizeof *change};
  LK_TRY(send_all(m, &head, sizeof head));
  LK_TRY(send_all(m, sums, bytes_of_sums));
  return send_all(m, change, words * sizeof *change);
}

static lk_status take_mean(lk_meeting *m, const lk_meet_head *head, double *sums,
                           size_t bytes_of_sums, float *mean, lk_meeting_outcome *outcome) {
  size_t bytes = m->terms.count * sizeof *mean;
  if (head->kind != LK_SAYS_MEAN || head->size != bytes_of_sums + bytes)
    return not_understood(m);
  LK_TRY(receive_all(m, m->sums, bytes_of_sums));
  LK_TRY(receive_all(m, mean, bytes));
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
  lk_status status = ended;
  lk_meet_head head;
  *outcome = (lk_meeting_outcome){0};
  while (status == ended) {
    if (m->fd < 0) LK_TRY(reach(m, state, outcome));
    if (outcome->moved) return LK_OK;
    status = send_change(m, step, change, sums, bytes_of_sums);
    if (status == LK_OK) status = hear(m, &head);
    if (status == LK_OK && head.kind == LK_SAYS_STATE)
      status = take_state(m, &head, state, outcome);
    else if (status == LK_OK)
      status = take_mean(m, &head, sums, bytes_of_sums, mean, outcome);
    if (status != LK_OK) hang_up(m);
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
  lk_status status = send_all(m, &head, sizeof head);
  if (status == LK_OK) status = send_all(m, state->values, bytes);
  if (status == LK_OK && state->momentum) status = send_all(m, state->momentum, bytes);
  if (status != LK_OK) hang_up(m);
}
