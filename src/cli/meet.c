/* lockstep meet: where groups of ranks that are jobs of their own meet. */
#include "cli/command.h"
#include "cli/streams.h"
#include "lockstep/meeting.h"
#include "lockstep/watchdog.h"
#include <stdio.h>

typedef struct {
  long groups, port;
  double patience;
  const char *bind, *key;
} request;

/* Groups cannot call a point whose port nobody has read. */
static lk_status say_port(int port) {
  printf("port %d\n", port);
  return lk_streams_check();
}

static lk_status check(const lk_world *world, const request *asked) {
  if (lk_world_size(world) > 1)
    return lk_fail(LK_USAGE, "meet: one process is the meeting point; start it without "
                             "mpirun");
  if (asked->patience <= 0)
    return lk_fail(LK_USAGE, "meet: --patience has to be above 0 seconds");
  if (!asked->key)
    return lk_fail(LK_USAGE, "meet: give --key FILE, the file that sync.key names (head -c "
                             "32 /dev/urandom > FILE makes one)");
  return LK_OK;
}

lk_status lk_cli_meet(lk_world *world, int argc, char **argv) {
  request asked = {.groups = 2, .port = 7070, .patience = 120};
  const lk_option options[] = {
      {"groups", 0, LK_OPTION_INT, &asked.groups, "N", "groups, as sync.groups has; 2", 1,
       LK_GROUPS_MOST},
      {"port", 0, LK_OPTION_INT, &asked.port, "N",
       "port to listen on, which is printed; 0: any that is free; 7070", 0, 65535},
      {"bind", 0, LK_OPTION_TEXT, &asked.bind, "ADDRESS", "address to listen on; all"},
      {"key", 0, LK_OPTION_TEXT, &asked.key, "FILE",
       "the secret that groups have to know, 16 bytes or more: what sync.key names"},
      {"patience", 0, LK_OPTION_NUMBER, &asked.patience, "SECONDS",
       "how long groups wait for one that is late, before it is left out; 120"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 5, 0, 0, &words));
  if (words.help) return LK_OK;
  LK_TRY(check(world, &asked));
  const lk_point_settings settings = {(int)asked.groups, (int)asked.port, asked.bind,
                                      asked.key, asked.patience};
  lk_watchdog_phase(lk_world_watchdog(world), 0, "waiting for groups", LK_TAKES_ITS_TIME);
  return lk_point_run(&settings, say_port);
}
