/* A hub and a rank find each other, whoever else connects or listens, and nobody learns the
 * secret. Both are threads here, with no MPI between them. */
#define _GNU_SOURCE /* memmem */
#include "base/clock.h"
#include "dist/watchdog_meet.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { STRANGERS = 300, CALLER = 1 };
#define SECRET "0123456789abcdef0123456789ABCDE"

/* One end: a watchdog as far as a meeting needs it. */
typedef struct {
  lk_world world;
  lk_peer peers[2];
  lk_beat out[2];
  lk_watchdog w;
  int door, other;
  lk_card card;
  lk_status status;
} end;

static void set_up_end(end *e, int rank, double patience) {
  memset(e, 0, sizeof *e);
  e->world = (lk_world){.rank = rank, .size = 2, .local_size = 2, .host = "here"};
  e->w = (lk_watchdog){.world = &e->world, .rank = rank, .size = 2, .peers = e->peers};
  e->w.known = 2;
  e->w.patience = patience;
  memcpy(e->w.secret, SECRET, sizeof e->w.secret);
  for (int r = 0; r < 2; r++) {
    e->peers[r].rank = r;
    e->peers[r].fd = -1;
    e->peers[r].out = &e->out[r];
    e->peers[r].room = 1;
  }
}

static void *be_hub(void *argument) {
  end *e = argument;
  e->status = lk_meet_callers(&e->w, e->door, 1);
  return NULL;
}

static void *be_caller(void *argument) {
  end *e = argument;
  e->status = lk_meet_hub(&e->w, 0, &e->card);
  return NULL;
}

static void free_end(end *e) {
  for (int r = 0; r < 2; r++)
    if (e->peers[r].fd >= 0) close(e->peers[r].fd);
  if (e->door > 0) close(e->door);
}

static int connect_to(in_port_t port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

/* A link that carries what is sent. */
static void check_link(int from, int to) {
  char text[5] = "";
  assert_int_equal(send(from, "ring", 4, 0), 4);
  fcntl(to, F_SETFL, 0);
  assert_int_equal(recv(to, text, 4, MSG_WAITALL), 4);
  assert_string_equal(text, "ring");
}

/* What strangers may do first. */
static void be_strange(int fd, int how) {
  lk_hello hello = {"lockstep", CALLER, 0, {7}};
  char garbage[64];
  memset(garbage, 0xa5, sizeof garbage);
  if (how % 4 == 1) send(fd, garbage, sizeof garbage, MSG_NOSIGNAL);
  if (how % 4 == 2) send(fd, &hello, 9, MSG_NOSIGNAL);
  if (how % 4 == 3) send(fd, &hello, sizeof hello, MSG_NOSIGNAL);
}

/* Any of them used to hold the hub for five seconds. */
static void test_strangers_delay_nobody(void **state) {
  static end hub, caller;
  pthread_t threads[2];
  int strangers[STRANGERS];
  (void)state;
  set_up_end(&hub, 0, 600);
  set_up_end(&caller, CALLER, 600);
  assert_int_equal(lk_door_open(&hub.w, &hub.door, &hub.card), LK_OK);
  caller.card = hub.card;
  double began = lk_clock();
  pthread_create(&threads[0], NULL, be_hub, &hub);
  for (int i = 0; i < STRANGERS; i++) {
    strangers[i] = connect_to(hub.card.port);
    be_strange(strangers[i], i);
  }
  pthread_create(&threads[1], NULL, be_caller, &caller);
  for (int i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(hub.status, LK_OK);
  assert_int_equal(caller.status, LK_OK);
  assert_true(lk_clock() - began < STRANGERS / 2);
  check_link(hub.peers[CALLER].fd, caller.peers[0].fd);
  check_link(caller.peers[0].fd, hub.peers[CALLER].fd);
  for (int i = 0; i < STRANGERS; i++)
    close(strangers[i]);
  free_end(&hub);
  free_end(&caller);
}

/* With all ranks on one host nobody else can reach the door. */
static void test_door_of_one_host_is_loopback(void **state) {
  static end hub;
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  (void)state;
  for (int local = 1; local <= 2; local++) {
    set_up_end(&hub, 0, 1);
    hub.world.local_size = local;
    assert_int_equal(lk_door_open(&hub.w, &hub.door, &hub.card), LK_OK);
    assert_int_equal(getsockname(hub.door, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(ntohl(at.sin_addr.s_addr), local == 2 ? INADDR_LOOPBACK : INADDR_ANY);
    assert_int_equal(ntohl(hub.card.address[hub.card.addresses - 1].s_addr),
                     INADDR_LOOPBACK);
    free_end(&hub);
  }
}

/* An impostor at the hub's address gets a hello and no more, whatever it answers. */
static void test_impostor_learns_nothing(void **state) {
  static end caller;
  lk_hello hello;
  char answer[sizeof(lk_challenge)] = "anything", more;
  int pair[2];
  (void)state;
  set_up_end(&caller, CALLER, 1);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  lk_candidate c = {.fd = pair[0], .stage = LK_CONNECTS, .hello = {.from = CALLER}};
  lk_candidate_advance(&caller.w, &c);
  assert_int_equal(recv(pair[1], &hello, sizeof hello, MSG_WAITALL), sizeof hello);
  assert_null(memmem(&hello, sizeof hello, SECRET, 4));
  send(pair[1], answer, sizeof answer, MSG_NOSIGNAL);
  lk_candidate_advance(&caller.w, &c);
  assert_int_equal(c.fd, -1);
  assert_true(recv(pair[1], &more, 1, 0) <= 0);
  close(pair[1]);
}

/* A port that is taken, and at which nobody listens. */
static void test_hub_out_of_reach(void **state) {
  static end caller;
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  (void)state;
  int taken = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(taken, (struct sockaddr *)&at, size), 0);
  assert_int_equal(getsockname(taken, (struct sockaddr *)&at, &size), 0);
  set_up_end(&caller, CALLER, 1);
  caller.card = (lk_card){
      .port = at.sin_port, .addresses = 1, .address = {at.sin_addr}, .host = "here"};
  assert_int_equal(lk_meet_hub(&caller.w, 0, &caller.card), LK_INTERNAL);
  assert_non_null(strstr(lk_message(), "cannot reach rank 0 on here"));
  assert_int_equal(caller.peers[0].fd, -1);
  close(taken);
}

/* One that overheard a whole meeting, and repeats what the rank said, is a stranger; so is
 * one that shows the hub's own proof. */
static void test_repeated_proof_is_none(void **state) {
  static end hub, caller;
  lk_candidate here = {.fd = -1}, there = {.fd = -1, .stage = LK_EXPECTS_HELLO};
  int pair[2], echo[2];
  lk_challenge challenge;
  (void)state;
  set_up_end(&hub, 0, 1);
  set_up_end(&caller, CALLER, 1);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  here = (lk_candidate){.fd = pair[0], .stage = LK_CONNECTS, .hello = {.from = CALLER}};
  there.fd = pair[1];
  lk_candidate_advance(&caller.w, &here);
  lk_candidate_advance(&hub.w, &there);
  assert_int_equal(there.stage, LK_EXPECTS_PROOF);
  lk_candidate_advance(&caller.w, &here);
  assert_int_equal(here.stage, LK_EXPECTS_WELCOME);
  lk_candidate_advance(&hub.w, &there);
  lk_candidate_advance(&caller.w, &here);
  assert_int_equal(there.stage, LK_PROVEN);
  assert_int_equal(here.stage, LK_PROVEN);
  assert_int_equal(there.hello.from, CALLER);

  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, echo), 0);
  lk_candidate stranger = {.fd = echo[1], .stage = LK_EXPECTS_HELLO};
  send(echo[0], &here.hello, sizeof here.hello, 0);
  lk_candidate_advance(&hub.w, &stranger);
  assert_int_equal(recv(echo[0], &challenge, sizeof challenge, 0), sizeof challenge);
  assert_memory_not_equal(challenge.nonce, here.nonce, LK_NONCE_SIZE);
  send(echo[0], challenge.proof, sizeof challenge.proof, 0);
  lk_candidate_advance(&hub.w, &stranger);
  assert_int_equal(stranger.fd, -1);
  close(echo[0]);
  close(pair[0]);
  close(pair[1]);
}

/* For another rank, or from no rank. */
static void test_hello_to_others_is_refused(void **state) {
  static end hub;
  const lk_hello hellos[] = {{"lockstep", CALLER, 1, {0}},
                             {"lockstep", 2, 0, {0}},
                             {"lockstep", -1, 0, {0}},
                             {"lockstep", 0, 0, {0}},
                             {"lockstop", CALLER, 0, {0}}};
  (void)state;
  set_up_end(&hub, 0, 1);
  for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    lk_candidate c = {.fd = pair[1], .stage = LK_EXPECTS_HELLO};
    send(pair[0], &hellos[i], sizeof hellos[i], 0);
    lk_candidate_advance(&hub.w, &c);
    assert_int_equal(c.fd, -1);
    close(pair[0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_strangers_delay_nobody),
                                     cmocka_unit_test(test_door_of_one_host_is_loopback),
                                     cmocka_unit_test(test_impostor_learns_nothing),
                                     cmocka_unit_test(test_hub_out_of_reach),
                                     cmocka_unit_test(test_repeated_proof_is_none),
                                     cmocka_unit_test(test_hello_to_others_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
