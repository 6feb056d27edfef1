/* The proof that both ends of a connection know the secret of this start, which neither of
 * them sends. The caller says hello with random bytes. The hub answers with random bytes of
 * its own and a keyed hash of both; only then the caller shows its keyed hash of the same,
 * and a third one from the hub says that the link is kept. What one end has shown is of no
 * use for another connection, in the other direction, or to another rank. */
#include "dist/watchdog_meet.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char magic[8] = "lockstep";

/* Records are a few bytes, for which a socket that has sent nothing else has room. */
static int send_all(int fd, const void *record, size_t size) {
  return send(fd, record, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
}

static lk_introduction introduction_of(const lk_watchdog *w, const lk_candidate *c) {
  return (lk_introduction){w->secret, &c->hello, sizeof w->secret, sizeof c->hello,
                           c->nonce};
}

static int is_proof(const lk_watchdog *w, const lk_candidate *c, char who) {
  const lk_introduction e = introduction_of(w, c);
  return lk_proof_holds(&e, who, c->in);
}

static int send_proof(const lk_watchdog *w, const lk_candidate *c, char who) {
  const lk_introduction e = introduction_of(w, c);
  unsigned char proof[LK_PROOF_SIZE];
  return lk_proof_make(&e, who, proof) && send_all(c->fd, proof, sizeof proof);
}

static int say_hello(lk_candidate *c) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) || error) return 0;
  memcpy(c->hello.magic, magic, sizeof magic);
  c->stage = LK_EXPECTS_CHALLENGE;
  return lk_nonce_draw(c->hello.nonce) && send_all(c->fd, &c->hello, sizeof c->hello);
}

static int is_meant(const lk_watchdog *w, const lk_hello *hello) {
  return !memcmp(hello->magic, magic, sizeof magic) && hello->to == w->rank &&
         hello->from >= 0 && hello->from < w->size && hello->from != w->rank;
}

static int challenge_caller(const lk_watchdog *w, lk_candidate *c) {
  lk_challenge challenge;
  memcpy(&c->hello, c->in, sizeof c->hello);
  if (!is_meant(w, &c->hello) || !lk_nonce_draw(c->nonce)) return 0;
  memcpy(challenge.nonce, c->nonce, LK_NONCE_SIZE);
  c->stage = LK_EXPECTS_PROOF;
  const lk_introduction e = introduction_of(w, c);
  return lk_proof_make(&e, 'h', challenge.proof) &&
         send_all(c->fd, &challenge, sizeof challenge);
}

static int answer_challenge(const lk_watchdog *w, lk_candidate *c) {
  lk_challenge challenge;
  memcpy(&challenge, c->in, sizeof challenge);
  memcpy(c->nonce, challenge.nonce, LK_NONCE_SIZE);
  c->stage = LK_EXPECTS_WELCOME;
  const lk_introduction e = introduction_of(w, c);
  return lk_proof_holds(&e, 'h', challenge.proof) && send_proof(w, c, 'c');
}

/* Takes the record that has come whole. 0: it is a stranger's. */
static int take_record(const lk_watchdog *w, lk_candidate *c) {
  switch (c->stage) {
  case LK_EXPECTS_HELLO:
    return challenge_caller(w, c);
  case LK_EXPECTS_CHALLENGE:
    return answer_challenge(w, c);
  case LK_EXPECTS_PROOF:
    c->stage = LK_PROVEN;
    return is_proof(w, c, 'c') && send_proof(w, c, 'w');
  default:
    c->stage = LK_PROVEN;
    return is_proof(w, c, 'w');
  }
}

static size_t record_size(lk_candidate_stage stage) {
  return stage == LK_EXPECTS_HELLO       ? sizeof(lk_hello)
         : stage == LK_EXPECTS_CHALLENGE ? sizeof(lk_challenge)
                                         : LK_PROOF_SIZE;
}

static void give_up(lk_candidate *c) {
  close(c->fd);
  c->fd = -1;
}

void lk_candidate_advance(const lk_watchdog *w, lk_candidate *c) {
  if (c->stage == LK_CONNECTS && !say_hello(c)) give_up(c);
  while (c->fd >= 0 && c->stage != LK_PROVEN) {
    size_t wanted = record_size(c->stage) - c->in_size;
    assert(wanted > 0 && c->in_size + wanted <= sizeof c->in);
    ssize_t got = recv(c->fd, c->in + c->in_size, wanted, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (got > 0) c->in_size += (size_t)got;
    if (got > 0 && (size_t)got < wanted) continue;
    c->in_size = 0;
    if (got <= 0 || !take_record(w, c)) give_up(c);
  }
}
