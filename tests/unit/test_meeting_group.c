/* What a group makes of who answers at the meeting point's address: who has not proved that
 * it knows the secret is out of reach, whatever it says. */
#include "lockstep/file.h"
#include "lockstep/meeting.h"
#include "meet/frame.h"
#include "temporary_folder.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { COUNT = 8, CALLS = 50 };
#define SECRET "0123456789abcdef"

/* Who answers, a thread: what it does with a call, and all that it took, which stay open.
 */
typedef struct {
  void (*answer)(int fd);
  int door, calls, fds[CALLS];
  char address[32];
  pthread_t thread;
} answerer;

static void *answer_calls(void *argument) {
  answerer *a = argument;
  for (int fd; a->calls < CALLS && (fd = accept(a->door, NULL, NULL)) >= 0;) {
    a->fds[a->calls++] = fd;
    a->answer(fd);
  }
  return NULL;
}

static void begin(answerer *a, void (*answer)(int fd)) {
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  *a = (answerer){.answer = answer, .door = socket(AF_INET, SOCK_STREAM, 0)};
  assert_int_equal(bind(a->door, (struct sockaddr *)&at, size), 0);
  assert_int_equal(listen(a->door, CALLS), 0);
  assert_int_equal(getsockname(a->door, (struct sockaddr *)&at, &size), 0);
  snprintf(a->address, sizeof a->address, "127.0.0.1:%d", ntohs(at.sin_port));
  pthread_create(&a->thread, NULL, answer_calls, a);
}

static void end(answerer *a) {
  shutdown(a->door, SHUT_RDWR);
  pthread_join(a->thread, NULL);
  while (a->calls > 0)
    close(a->fds[--a->calls]);
  close(a->door);
}

static void say(int fd, uint32_t kind, const void *bytes, size_t size) {
  const lk_meet_head head = {.kind = kind, .size = size};
  send(fd, &head, sizeof head, MSG_NOSIGNAL);
  send(fd, bytes, size, MSG_NOSIGNAL);
}

static void refuse(int fd) {
  static const char text[] = "go away\n";
  say(fd, LK_SAYS_NO, text, strlen(text));
}

static void be_another_server(int fd) {
  static const char banner[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
  send(fd, banner, strlen(banner), MSG_NOSIGNAL);
}

static void prove_nothing(int fd) {
  const lk_meet_challenge challenge = {{0}, {0}};
  say(fd, LK_SAYS_CHALLENGE, &challenge, sizeof challenge);
}

/* Of a group that has come to that step. */
static lk_status arrive(const answerer *a, uint64_t step) {
  const lk_meeting_terms terms = {
      .groups = 2, .every = 1, .steps = 9, .count = COUNT, .columns = 1};
  float values[COUNT] = {0};
  lk_meeting_state state = {step, values, NULL};
  lk_meeting_outcome outcome;
  lk_meeting *meeting;
  assert_int_equal(lk_file_write("key", SECRET, strlen(SECRET)), LK_OK);
  assert_int_equal(lk_meeting_create(&meeting, &terms, a->address, "key", 0.5), LK_OK);
  lk_status status = lk_meeting_arrive(meeting, &state, &outcome);
  lk_meeting_free(meeting);
  return status;
}

/* It calls for as long as its patience lasts. */
static void is_out_of_reach(void (*answer)(int fd), uint64_t step, const char *why) {
  answerer a;
  begin(&a, answer);
  lk_status status = arrive(&a, step);
  end(&a);
  assert_int_equal(status, LK_INTERNAL);
  assert_non_null(strstr(lk_message(), "out of reach for"));
  if (!strstr(lk_message(), why)) fail_msg("'%s' lacks '%s'", lk_message(), why);
}

static void strangers_do_not_end_a_run(void **state) {
  (void)state;
  for (uint64_t step = 0; step < 2; step++) {
    is_out_of_reach(refuse, step, "no meeting point of this version");
    is_out_of_reach(be_another_server, step, "no meeting point of this version");
  }
  is_out_of_reach(prove_nothing, 1, "does not know the secret");
}

static void a_wrong_key_is_said_at_once_at_first(void **state) {
  answerer a;
  (void)state;
  begin(&a, prove_nothing);
  lk_status status = arrive(&a, 0);
  end(&a);
  assert_int_equal(status, LK_USAGE);
  assert_non_null(strstr(lk_message(), "give both the same file"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strangers_do_not_end_a_run),
      cmocka_unit_test(a_wrong_key_is_said_at_once_at_first),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}
