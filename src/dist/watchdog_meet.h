/* How two ranks of one start find each other over TCP, among whoever else connects or
 * listens. */
#ifndef LOCKSTEP_DIST_WATCHDOG_MEET_H
#define LOCKSTEP_DIST_WATCHDOG_MEET_H

#include "dist/watchdog.h"
#include "lockstep/proof.h"
#include <netinet/in.h>

enum { LK_ADDRESSES = 8 };

/* Where a hub listens: on every address of its host, or on loopback alone. */
typedef struct {
  in_port_t port;    /* as it goes over the network, like the addresses */
  int32_t addresses; /* IPv4, loopback last */
  struct in_addr address[LK_ADDRESSES + 1];
  char host[LK_PLACE_SIZE]; /* its beginning */
} lk_card;

/* What each end sends before the other has proved itself. */
typedef struct {
  char magic[8];
  int32_t from, to; /* ranks */
  unsigned char nonce[LK_NONCE_SIZE];
} lk_hello;

typedef struct {
  unsigned char nonce[LK_NONCE_SIZE], proof[LK_PROOF_SIZE];
} lk_challenge;

typedef enum {
  LK_CONNECTS, /* the end that calls */
  LK_EXPECTS_CHALLENGE,
  LK_EXPECTS_WELCOME,
  LK_EXPECTS_HELLO, /* the end that is called, a hub */
  LK_EXPECTS_PROOF,
  LK_PROVEN /* both */
} lk_candidate_stage;

/* A connection whose other end has not proved itself yet. */
typedef struct {
  int fd;    /* -1: there is none */
  int ready; /* something has come */
  lk_candidate_stage stage;
  uint64_t number;                    /* grows from one to the next */
  lk_hello hello;                     /* the caller's */
  unsigned char nonce[LK_NONCE_SIZE]; /* the hub's */
  unsigned char in[sizeof(lk_challenge)];
  size_t in_size; /* bytes received of the record that is expected */
} lk_candidate;

/* watchdog_handshake.c. Takes in what has come and answers; never waits. Once stage is
 * LK_PROVEN, hello says between which ranks; fd is -1 when the other end is a stranger or
 * has gone. */
void lk_candidate_advance(const lk_watchdog *w, lk_candidate *c);

/* watchdog_door.c. Opens a hub's door: a socket that listens at a free port. */
lk_status lk_door_open(const lk_watchdog *w, int *door, lk_card *card);

/* watchdog_meet.c. The hub's side: until the members of its team that have no link to it
 * yet have one, `missing` of them. */
lk_status lk_meet_callers(lk_watchdog *w, int door, int missing);

/* The other side: until this rank has its link to the hub. */
lk_status lk_meet_hub(lk_watchdog *w, int hub, const lk_card *card);

/* A failing system call, with its reason and what helps. */
lk_status lk_watchdog_system_fail(const lk_watchdog *w, const char *what);

#endif
