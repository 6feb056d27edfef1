/* Which ranks' watchdogs have links with each other.
 *
 * Ranks form teams of at most the fan-out: all ranks one team where they are few; else
 * those of one host, then the leaders of these, host by host, then the leaders of those,
 * until one team is left. So a process has few links, however many ranks there are, and
 * what a leader hears reaches rank 0 in log(P) steps.
 *
 * A few members of a team are its hubs: the first of each of its first hosts, then the
 * lowest. Each member has a link with each hub, so that the loss of any one host, or of the
 * leader, the first hub, leaves one that knows. */
#ifndef LOCKSTEP_DIST_WATCHDOG_TEAMS_H
#define LOCKSTEP_DIST_WATCHDOG_TEAMS_H

#include "lockstep/status.h"
#include <stdint.h>

enum { LK_HUBS = 4, LK_FAN_OUT = 32, LK_LEVELS = 16 };

typedef struct {
  int count, hubs;
  int member[LK_FAN_OUT]; /* the first one leads */
  int hub[LK_HUBS];       /* in the order in which they speak */
} lk_team;

/* Below a rank are those that have it for a leader, or for a leader's leader, and so on. */
enum { LK_IS_LINKED = 1, LK_IS_BELOW = 2 };

/* As one rank sees them: its team of each level, until it is no leader. */
typedef struct {
  int levels, turns; /* of all ranks: levels of teams, most hubs of a team */
  int own;
  lk_team team[LK_LEVELS];
  unsigned char *known; /* (P) owned, until lk_teams_clear: LK_IS_LINKED with this one … */
} lk_teams;

/* hosts[P] are alike for ranks of one host. fan_out: from 2 to LK_FAN_OUT. Not collective,
 * but alike on all ranks. lk_teams_clear, also after a failure. */
lk_status lk_teams_create(lk_teams *out, const uint64_t *hosts, int P, int rank,
                          int fan_out);
void lk_teams_clear(lk_teams *teams);

#endif
