/* What a group makes of who answers at the meeting point's address: who has not proved that
 * it knows the secret is out of reach, whatever it says, and so is who says nothing. */
#include "lockstep/file.h"
#include "lockstep/meeting.h"
#include "lockstep/signals.h"
#include "meet/frame.h"
#include "temporary_folder.h"
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
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

/* 0: the group has hung up. */
static int say(int fd, uint32_t kind, const void *bytes, size_t size) {
  const lk_meet_head head = {.kind = kind, .size = size};
  return send(fd, &head, sizeof head, MSG_NOSIGNAL) > 0 &&
         send(fd, bytes, size, MSG_NOSIGNAL) >= 0;
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

static void say_nothing(int fd) {
  (void)fd;
}

static void prove(int fd) {
  lk_meet_head head;
  lk_meet_hello hello;
  lk_meet_challenge challenge = {{0}, {0}};
  const lk_introduction x = {SECRET, &hello, strlen(SECRET), sizeof hello, challenge.nonce};
  recv(fd, &head, sizeof head, MSG_WAITALL);
  recv(fd, &hello, sizeof hello, MSG_WAITALL);
  lk_proof_make(&x, 'p', challenge.proof);
  say(fd, LK_SAYS_CHALLENGE, &challenge, sizeof challenge);
}

/* As a point does whose door is full. */
static void hang_up(int fd) {
  char proof[sizeof(lk_meet_head) + LK_PROOF_SIZE];
  prove(fd);
  recv(fd, proof, sizeof proof, MSG_WAITALL);
  shutdown(fd, SHUT_RDWR);
}

/* As a point does that is frozen after that. */
static void let_begin(int fd) {
  prove(fd);
  say(fd, LK_SAYS_GO, NULL, 0);
}

/* Longer than a stop takes. */
static void let_wait(int fd) {
  prove(fd);
  for (int i = 0; i < 40 && say(fd, LK_SAYS_WAIT, NULL, 0); i++)
    poll(NULL, 0, 500);
}

static lk_meeting *open_meeting(const char *address, uint64_t steps) {
  const lk_meeting_terms terms = {
      .groups = 2, .every = 1, .steps = steps, .count = COUNT, .columns = 1};
  lk_meeting *meeting;
  assert_int_equal(lk_file_write("key", SECRET, strlen(SECRET)), LK_OK);
  assert_int_equal(lk_meeting_create(&meeting, &terms, address, "key", 0.5), LK_OK);
  return meeting;
}

/* Of a group that has come to that step. */
static lk_status arrive_at(lk_meeting *meeting, uint64_t step) {
  float values[COUNT] = {0};
  lk_meeting_state state = {step, values, NULL};
  lk_meeting_outcome outcome;
  return lk_meeting_arrive(meeting, &state, &outcome);
}

static lk_status arrive(const answerer *a, uint64_t step) {
  lk_meeting *meeting = open_meeting(a->address, 9);
  lk_status status = arrive_at(meeting, step);
  lk_meeting_free(meeting);
  return status;
}

static lk_status exchange(lk_meeting *meeting) {
  const uint32_t change[COUNT] = {0};
  float values[COUNT] = {0}, mean[COUNT];
  double sums[1] = {0};
  lk_meeting_state state = {0, values, NULL};
  lk_meeting_outcome outcome;
  return lk_meeting_exchange(meeting, 1, &state, change, sums, 1, mean, &outcome);
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

static void silence_is_out_of_reach(void **state) {
  answerer a;
  (void)state;
  is_out_of_reach(say_nothing, 0, "nothing comes from there");
  begin(&a, let_begin);
  lk_meeting *meeting = open_meeting(a.address, 9);
  assert_int_equal(arrive_at(meeting, 0), LK_OK);
  assert_int_equal(exchange(meeting), LK_INTERNAL);
  assert_non_null(strstr(lk_message(), "nothing comes from there"));
  lk_meeting_free(meeting);
  end(&a);
}

/* What the group has sent is not yet what the point has taken. */
static void a_point_that_hangs_up_is_out_of_reach(void **state) {
  (void)state;
  is_out_of_reach(hang_up, 0, "the connection ended");
}

static char address[32];
static pthread_barrier_t is_open;

static lk_status note_port(int port) {
  snprintf(address, sizeof address, "127.0.0.1:%d", port);
  pthread_barrier_wait(&is_open);
  return LK_OK;
}

/* It waits longer for another group than groups bear silence. */
static void *be_point(void *status) {
  static const lk_point_settings settings = {2, 0, "127.0.0.1", "key", 5};
  *(lk_status *)status = lk_point_run(&settings, note_port);
  return NULL;
}

static void a_point_that_waits_is_not_silent(void **state) {
  lk_status status;
  pthread_t point;
  (void)state;
  assert_int_equal(lk_file_write("key", SECRET, strlen(SECRET)), LK_OK);
  pthread_barrier_init(&is_open, NULL, 2);
  pthread_create(&point, NULL, be_point, &status);
  pthread_barrier_wait(&is_open);
  lk_meeting *meeting = open_meeting(address, 1);
  assert_int_equal(arrive_at(meeting, 0), LK_OK);
  assert_int_equal(exchange(meeting), LK_OK);
  lk_meeting_free(meeting);
  pthread_join(point, NULL);
  assert_int_equal(status, LK_OK);
}

/* Last: the signal stays. */
static void who_waits_can_be_stopped(void **state) {
  answerer a;
  (void)state;
  lk_signals_catch();
  raise(SIGTERM);
  begin(&a, let_wait);
  assert_int_equal(arrive(&a, 0), LK_STOPPED);
  end(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strangers_do_not_end_a_run),
      cmocka_unit_test(a_wrong_key_is_said_at_once_at_first),
      cmocka_unit_test(silence_is_out_of_reach),
      cmocka_unit_test(a_point_that_hangs_up_is_out_of_reach),
      cmocka_unit_test(a_point_that_waits_is_not_silent),
      cmocka_unit_test(who_waits_can_be_stopped),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}
