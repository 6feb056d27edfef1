/* A crowd of strangers at a meeting point's door puts no group out that is about to prove
 * itself. */
#include "lockstep/file.h"
#include "meet/point.h"
#include "temporary_folder.h"
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { CROWD = 100, GO_OUT = CROWD + 1 - LK_STRANGERS, GROUP = 1, OTHER = 2 };
#define SECRET "0123456789abcdef"

static int door;
static pthread_barrier_t is_open;

static lk_status note_port(int port) {
  door = port;
  pthread_barrier_wait(&is_open);
  return LK_OK;
}

static void *be_point(void *status) {
  static const lk_point_settings settings = {1, 0, "127.0.0.1", "key", 1};
  *(lk_status *)status = lk_point_run(&settings, note_port);
  return NULL;
}

static struct sockaddr_in address(int last_byte, int port) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons((in_port_t)port),
                              .sin_addr.s_addr = htonl(0x7f000000u + (unsigned)last_byte)};
}

/* From 127.0.0.`from`. */
static int call(int from) {
  const struct sockaddr_in here = address(from, 0), there = address(1, door);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof here), 0);
  assert_int_equal(connect(fd, (const struct sockaddr *)&there, sizeof there), 0);
  return fd;
}

static void say(int fd, uint32_t kind, const void *bytes, size_t size) {
  const lk_meet_head head = {.kind = kind, .size = size};
  send(fd, &head, sizeof head, MSG_NOSIGNAL);
  send(fd, bytes, size, MSG_NOSIGNAL);
}

/* Of a run that has no steps: it has ended, and so does the point once it has said so. */
static lk_meet_hello hello_of_group(void) {
  lk_meet_hello hello = {.terms = {.groups = 1, .every = 1, .count = 1, .columns = 1},
                         .has_state = 1};
  memcpy(hello.magic, LK_MEET_MAGIC, sizeof hello.magic);
  return hello;
}

/* Until as many of the crowd as have no place were put out. */
static void await_exits(const int *crowd) {
  char heard[1000];
  for (int out = 0; out < GO_OUT; poll(NULL, 0, 10)) {
    out = 0;
    for (int i = 0; i < CROWD; i++) {
      struct pollfd p = {.fd = crowd[i], .events = POLLIN};
      out += poll(&p, 1, 0) == 1 && recv(crowd[i], heard, sizeof heard, 0) <= 0;
    }
  }
}

static void be_crowd(int from, int speaks) {
  const lk_meet_hello hello = hello_of_group();
  int crowd[CROWD];
  for (int i = 0; i < CROWD; i++) {
    crowd[i] = call(from);
    if (speaks) say(crowd[i], LK_SAYS_HELLO, &hello, sizeof hello);
  }
  await_exits(crowd);
  for (int i = 0; i < CROWD; i++)
    close(crowd[i]);
}

/* A group whose proof takes its time, in which the crowd comes. */
static void group_is_taken(int from, int speaks) {
  const lk_meet_hello hello = hello_of_group();
  lk_meet_head head = {0};
  lk_meet_challenge challenge;
  unsigned char proof[LK_PROOF_SIZE];
  const lk_introduction x = {SECRET, &hello, strlen(SECRET), sizeof hello, challenge.nonce};
  int fd = call(GROUP);
  say(fd, LK_SAYS_HELLO, &hello, sizeof hello);
  assert_int_equal(recv(fd, &head, sizeof head, MSG_WAITALL), sizeof head);
  assert_int_equal(recv(fd, &challenge, sizeof challenge, MSG_WAITALL), sizeof challenge);
  be_crowd(from, speaks);
  assert_int_not_equal(lk_proof_make(&x, 'g', proof), 0);
  say(fd, LK_SAYS_PROOF, proof, sizeof proof);
  assert_int_equal(recv(fd, &head, sizeof head, MSG_WAITALL), sizeof head);
  assert_int_equal(head.kind, LK_SAYS_NO);
  close(fd);
}

static void comes_in(int from, int speaks) {
  lk_status status;
  pthread_t point;
  assert_int_equal(lk_file_write("key", SECRET, strlen(SECRET)), LK_OK);
  pthread_barrier_init(&is_open, NULL, 2);
  pthread_create(&point, NULL, be_point, &status);
  pthread_barrier_wait(&is_open);
  group_is_taken(from, speaks);
  pthread_join(point, NULL);
  assert_int_equal(status, LK_OK);
}

static void who_says_nothing_goes_first(void **state) {
  (void)state;
  comes_in(GROUP, 0);
}

static void a_crowd_of_one_address_goes_first(void **state) {
  (void)state;
  comes_in(OTHER, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_says_nothing_goes_first),
      cmocka_unit_test(a_crowd_of_one_address_goes_first),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}
