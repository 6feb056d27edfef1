#include "meet/line.h"
#include "base/clock.h"
#include "lockstep/memory.h"
#include "lockstep/signals.h"
#include "meet/frame.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STOP_SECONDS 10.0 /* after a signal, without a byte, until a meeting ends */
enum { SLICE = 200 /* milliseconds */, DIAL = 5000 };

static int is_port(const char *text) {
  char *end;
  long port = strtol(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end && port >= 1 && port <= 65535;
}

lk_status lk_line_set(lk_line *line, const char *address) {
  line->fd = -1;
  LK_TRY(lk_copy_text(&line->address, address));
  LK_TRY(lk_copy_text(&line->host, address));
  char *colon = strrchr(line->host, ':');
  if (!colon || colon == line->host || !is_port(colon + 1))
    return lk_fail(LK_USAGE, "sync.meet=%s: give HOST:PORT, where lockstep meet listens",
                   line->address);
  *colon = '\0';
  line->port = colon + 1;
  size_t length = strlen(line->host);
  if (line->host[0] == '[' && length > 2 &&
      line->host[length - 1] == ']') { /* [::1]:7070 */
    memmove(line->host, line->host + 1, length - 2);
    line->host[length - 2] = '\0';
  }
  return LK_OK;
}

void lk_line_hang_up(lk_line *line) {
  if (line->fd >= 0) close(line->fd);
  line->fd = -1;
}

void lk_line_release(lk_line *line) {
  lk_line_hang_up(line);
  lk_free(line->address);
  lk_free(line->host);
}

/* Nonzero: a signal came some time ago, and nothing has moved since. */
static int must_stop(lk_line *line, int has_moved) {
  if ((line->signalled == 0 || has_moved) && lk_signals_received())
    line->signalled = lk_clock();
  return line->signalled > 0 && lk_clock() - line->signalled > STOP_SECONDS;
}

static lk_status stopped(const lk_line *line) {
  return lk_fail(LK_STOPPED,
                 "stopped by %s while waiting for the other groups at %s; the run goes on "
                 "from its last checkpoint, or begins anew where it has none",
                 lk_signals_received(), line->address);
}

static int try_later(void) {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* After a try, and before the next one. Time is counted as it is waited: one in which this
 * process was frozen is not. */
static lk_status wait_for(lk_line *line, short events, int has_moved) {
  struct pollfd p = {.fd = line->fd, .events = events};
  if (has_moved) line->silent = 0;
  if (must_stop(line, has_moved)) return stopped(line);
  if (!has_moved && poll(&p, 1, SLICE) == 0) line->silent += SLICE * 1e-3;
  if (line->silent < line->limit) return LK_OK;
  line->why = "nothing comes from there";
  return LK_LINE_ENDED;
}

lk_status lk_line_send(lk_line *line, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t sent = send(line->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !try_later()) return LK_LINE_ENDED;
    if (sent > 0) at += sent, size -= (size_t)sent;
    LK_TRY(wait_for(line, POLLOUT, sent > 0));
  }
  return LK_OK;
}

lk_status lk_line_receive(lk_line *line, void *bytes, size_t size) {
  char *at = bytes;
  while (size > 0) {
    ssize_t got = recv(line->fd, at, size, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !try_later())) return LK_LINE_ENDED;
    if (got > 0) at += got, size -= (size_t)got;
    LK_TRY(wait_for(line, POLLIN, got > 0));
  }
  return LK_OK;
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

static lk_status try_address(lk_line *line, const struct addrinfo *to) {
  int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int error = fd < 0 ? errno : dial(fd, to);
  line->why = strerror(error);
  if (error && fd >= 0) close(fd);
  if (error) return LK_LINE_ENDED;
  line->fd = fd;
  line->silent = 0;
  lk_meet_tune(fd);
  return LK_OK;
}

lk_status lk_line_call(lk_line *line) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *list = NULL;
  lk_status status = LK_LINE_ENDED;
  int error = getaddrinfo(line->host, line->port, &hints, &list);
  line->why = gai_strerror(error);
  if (error) return LK_LINE_ENDED;
  for (const struct addrinfo *i = list; i && status == LK_LINE_ENDED; i = i->ai_next)
    status = try_address(line, i);
  freeaddrinfo(list);
  if (status == LK_OK) line->why = "the connection ended";
  return status;
}

lk_status lk_line_wait(lk_line *line) {
  poll(NULL, 0, SLICE);
  return must_stop(line, 0) ? stopped(line) : LK_LINE_ENDED;
}
