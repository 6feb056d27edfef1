#include "meet/frame.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

lk_status lk_meet_secret(const char *key, char **secret, size_t *size) {
  LK_TRY(lk_file_read(key, secret, size));
  if (*size >= LK_SECRET_LEAST) return LK_OK;
  lk_free(*secret);
  *secret = NULL;
  return lk_fail(
      LK_USAGE,
      "%s: a secret of %zu bytes is too short; give all groups and the meeting point a "
      "file of %d bytes or more (head -c 32 /dev/urandom > FILE makes one)",
      key, *size, LK_SECRET_LEAST);
}

static void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

void lk_meet_tune(int fd) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 2);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 20000); /* milliseconds */
}

size_t lk_meet_state_size(const lk_meeting_terms *terms) {
  return terms->count * sizeof(float) * (terms->has_momentum ? 2 : 1);
}
