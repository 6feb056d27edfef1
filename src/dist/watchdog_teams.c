#include "dist/watchdog_teams.h"
#include "lockstep/memory.h"
#include <assert.h>

/* All ranks, while the teams are formed. */
typedef struct {
  int *host;   /* (P) the lowest rank on each rank's host */
  int *list;   /* (P) those that form the present level's teams */
  int *leader; /* (P) of the last team that each rank is in */
  int ranks, count, fan_out;
} sketch;

static void find_hosts(sketch *s, const uint64_t *hosts) {
  for (int r = 0; r < s->ranks; r++) {
    s->host[r] = 0;
    while (hosts[s->host[r]] != hosts[r])
      s->host[r]++;
  }
}

/* Host by host; in their own order where they are one team. */
static void list_ranks(sketch *s) {
  for (int r = 0; r < s->ranks && s->ranks <= s->fan_out; r++)
    s->list[s->count++] = r;
  for (int first = 0; s->count < s->ranks; first++)
    for (int r = first; r < s->ranks && s->host[first] == first; r++)
      if (s->host[r] == first) s->list[s->count++] = r;
}

/* The end of the team that begins at `begin`; on one host, if it is to be. */
static int find_end(const sketch *s, int begin, int on_one_host) {
  int end = begin + 1, host = s->host[s->list[begin]];
  while (end < s->count && end - begin < s->fan_out &&
         (!on_one_host || s->host[s->list[end]] == host))
    end++;
  return end;
}

static int is_hub(const lk_team *team, int rank) {
  for (int i = 0; i < team->hubs; i++)
    if (team->hub[i] == rank) return 1;
  return 0;
}

static int is_first_of_host(const sketch *s, const lk_team *team, int place) {
  for (int i = 0; i < place; i++)
    if (s->host[team->member[i]] == s->host[team->member[place]]) return 0;
  return 1;
}

static void choose_hubs(const sketch *s, lk_team *team) {
  for (int i = 0; i < team->count && team->hubs < LK_HUBS; i++)
    if (is_first_of_host(s, team, i)) team->hub[team->hubs++] = team->member[i];
  for (int i = 0; i < team->count && team->hubs < LK_HUBS; i++)
    if (!is_hub(team, team->member[i])) team->hub[team->hubs++] = team->member[i];
  assert(team->hub[0] == team->member[0]);
}

/* This rank's team. */
static void keep_team(lk_teams *t, const sketch *s, int begin, int end, int rank) {
  assert(t->own < LK_LEVELS);
  lk_team *team = &t->team[t->own++];
  for (int i = begin; i < end; i++)
    team->member[team->count++] = s->list[i];
  choose_hubs(s, team);
  for (int i = 0; i < team->count; i++) {
    int other = team->member[i], linked = is_hub(team, rank) || is_hub(team, other);
    if (other != rank && linked) t->known[other] |= LK_IS_LINKED;
  }
}

/* The leaders form the next level's. */
static void form_teams(lk_teams *t, sketch *s, int rank) {
  int on_one_host = t->levels == 0 && s->ranks > s->fan_out, leaders = 0;
  for (int begin = 0, end; begin < s->count; begin = end) {
    int own = 0;
    end = find_end(s, begin, on_one_host);
    for (int i = begin; i < end; i++) {
      s->leader[s->list[i]] = s->list[begin];
      own |= s->list[i] == rank;
    }
    if (own) keep_team(t, s, begin, end, rank);
    if (end - begin > t->turns) t->turns = end - begin < LK_HUBS ? end - begin : LK_HUBS;
    s->list[leaders++] = s->list[begin];
  }
  s->count = leaders;
  t->levels++;
}

/* Ranks whose leaders' leaders … come to this one. */
static void find_below(lk_teams *t, const sketch *s, int rank) {
  for (int r = 0; r < s->ranks; r++)
    for (int at = r; s->leader[at] != at && at != rank; at = s->leader[at])
      if (s->leader[at] == rank) t->known[r] |= LK_IS_BELOW;
}

lk_status lk_teams_create(lk_teams *out, const uint64_t *hosts, int P, int rank,
                          int fan_out) {
  sketch s = {.ranks = P, .fan_out = fan_out};
  size_t size = (size_t)P;
  *out = (lk_teams){.levels = 0};
  assert(0 <= rank && rank < P && 2 <= fan_out && fan_out <= LK_FAN_OUT);
  lk_status status = LK_NEW(out->known, size);
  if (status == LK_OK) status = LK_NEW(s.host, size);
  if (status == LK_OK) status = LK_NEW(s.list, size);
  if (status == LK_OK) status = LK_NEW(s.leader, size);
  if (status == LK_OK) {
    find_hosts(&s, hosts);
    list_ranks(&s);
    do
      form_teams(out, &s, rank);
    while (s.count > 1);
    find_below(out, &s, rank);
  }
  lk_free(s.host);
  lk_free(s.list);
  lk_free(s.leader);
  return status;
}

void lk_teams_clear(lk_teams *teams) {
  lk_free(teams->known);
  teams->known = NULL;
}
