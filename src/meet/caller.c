/* One connection to the meeting point: messages in and out, in pieces, without waiting. */
#include "lockstep/memory.h"
#include "meet/point.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void lk_caller_drop(lk_caller *c) {
  if (c->fd >= 0) close(c->fd);
  lk_free(c->body);
  *c = (lk_caller){.fd = -1};
}

void lk_caller_next(lk_caller *c) {
  lk_free(c->body);
  c->body = NULL;
  c->got = 0;
}

/* What it may say now, and how long that may be: a stranger has no say in how much memory
 * it gets. */
static int may_say(const lk_point *p, const lk_caller *c) {
  const lk_meeting_terms *t = &p->terms;
  size_t sums = t->every * (size_t)t->columns * sizeof(double);
  size_t words = lk_wire_words(t->wire, t->count) * sizeof(uint32_t);
  switch (c->head.kind) {
  case LK_SAYS_HELLO:
    return !c->is_proven && !*c->hello.magic && c->head.size == sizeof c->hello;
  case LK_SAYS_PROOF:
    return !c->is_proven && *c->hello.magic && c->head.size == LK_PROOF_SIZE;
  case LK_SAYS_CHANGE:
    return c->is_proven && c->head.size >= words && c->head.size <= words + sums &&
           (c->head.size - words) % sizeof(double) == 0;
  case LK_SAYS_STATE:
    return c->is_proven && c->head.size == lk_meet_state_size(t);
  default:
    return 0;
  }
}

/* Into the head, then into the body. 0: no more has come, or it has gone. */
static int take_in(lk_caller *c) {
  size_t head = sizeof c->head, all = head + (c->got < head ? 0 : c->head.size);
  char *to = c->got < head ? (char *)&c->head + c->got : c->body + (c->got - head);
  ssize_t got = recv(c->fd, to, all - c->got, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
  if (got <= 0) lk_caller_drop(c);
  if (got <= 0) return 0;
  c->got += (size_t)got;
  return 1;
}

int lk_caller_hear(const lk_point *p, lk_caller *c) {
  while (c->fd >= 0) {
    int has_head = c->got >= sizeof c->head;
    if (has_head && c->got == sizeof c->head + c->head.size) return 1;
    if (!take_in(c)) return 0;
    if (has_head || c->got < sizeof c->head) continue;
    if (!may_say(p, c) || LK_NEW(c->body, c->head.size) != LK_OK) lk_caller_drop(c);
  }
  return 0;
}

/* What has still to go of one part. */
static ssize_t send_part(const lk_caller *c, size_t before, const void *part, size_t size) {
  const lk_outgoing *out = &c->out;
  assert(before <= out->sent && out->sent < before + size);
  return send(c->fd, (const char *)part + (out->sent - before), before + size - out->sent,
              MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t send_some(const lk_caller *c) {
  const lk_outgoing *out = &c->out;
  size_t before = sizeof out->head;
  if (out->sent < before) return send_part(c, 0, &out->head, before);
  for (int i = 0; i < LK_MEET_PARTS; before += out->sizes[i++])
    if (out->sent < before + out->sizes[i])
      return send_part(c, before, out->parts[i], out->sizes[i]);
  assert(0);
  return -1;
}

void lk_caller_flush(lk_caller *c) {
  while (c->fd >= 0 && c->out.sent < c->out.size) {
    ssize_t sent = send_some(c);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (sent < 0) lk_caller_drop(c);
    if (sent > 0) c->out.sent += (size_t)sent;
  }
  if (c->fd >= 0 && c->is_leaving) lk_caller_drop(c);
  c->out.sent = c->out.size = 0;
}

void lk_caller_say(lk_caller *c, lk_meet_head head, const void *one, size_t size,
                   const void *other, size_t other_size) {
  lk_outgoing *out = &c->out;
  assert(out->size == 0);
  head.size = size + other_size;
  out->head = head;
  out->parts[0] = one, out->sizes[0] = size;
  out->parts[1] = other, out->sizes[1] = other_size;
  out->sent = 0;
  out->size = sizeof head + head.size;
  lk_caller_flush(c);
}

int lk_caller_is_told(const lk_caller *c, const void *part) {
  int is = 0;
  for (int i = 0; c->out.size > 0 && i < LK_MEET_PARTS; i++)
    is |= c->out.parts[i] == part && c->out.sizes[i] > 0;
  return is;
}

void lk_caller_refuse(lk_caller *c, const char *format, ...) {
  const lk_meet_head head = {.kind = LK_SAYS_NO};
  va_list arguments;
  if (c->out.size > 0) { /* it hears nothing more */
    lk_caller_drop(c);
    return;
  }
  va_start(arguments, format);
  vsnprintf(c->out.text, sizeof c->out.text, format, arguments);
  va_end(arguments);
  lk_say("group %d is refused: %s", c->hello.terms.group, c->out.text);
  c->is_leaving = 1;
  lk_caller_say(c, head, c->out.text, strlen(c->out.text), NULL, 0);
}

static lk_introduction introduction_of(const lk_point *p, const lk_caller *c) {
  return (lk_introduction){p->secret, &c->hello, p->secret_size, sizeof c->hello, c->nonce};
}

static int challenge(const lk_point *p, lk_caller *c) {
  const lk_meet_head head = {.kind = LK_SAYS_CHALLENGE};
  lk_meet_challenge challenge;
  memcpy(&c->hello, c->body, sizeof c->hello);
  if (memcmp(c->hello.magic, LK_MEET_MAGIC, sizeof c->hello.magic)) return 0;
  if (!lk_nonce_draw(c->nonce)) return 0;
  const lk_introduction e = introduction_of(p, c);
  memcpy(challenge.nonce, c->nonce, sizeof challenge.nonce);
  if (!lk_proof_make(&e, 'p', challenge.proof)) return 0;
  memcpy(c->out.text, &challenge, sizeof challenge);
  lk_caller_say(c, head, c->out.text, sizeof challenge, NULL, 0);
  return c->fd >= 0;
}

int lk_caller_prove(const lk_point *p, lk_caller *c) {
  const lk_introduction e = introduction_of(p, c);
  if (c->head.kind == LK_SAYS_HELLO) return challenge(p, c);
  c->is_proven = lk_proof_holds(&e, 'g', (const unsigned char *)c->body);
  return c->is_proven;
}
