#include "lockstep/profile.h"
#include "base/clock.h"
#include <stdatomic.h>
#include <string.h>

static double spent[LK_PARTS];
static lk_part current = LK_PART_REST;
static double since; /* time of the last switch */

static lk_profile_event *recorded; /* the caller's */
static size_t recorded_room, switches;

static atomic_uint_least64_t moves; /* written by one thread, read by others too */

const char *lk_part_name(lk_part part) {
  static const char *const names[LK_PARTS] = {"embedding",     "products", "attention",
                                              "elementwise",   "loss",     "optimizer",
                                              "communication", "data",     "rest"};
  return names[part];
}

lk_part lk_profile_switch(lk_part part) {
  double now = lk_clock();
  lk_part before = current;
  spent[before] += now - since;
  since = now;
  current = part;
  if (switches < recorded_room) recorded[switches] = (lk_profile_event){now, part};
  switches++;
  uint64_t so_far = atomic_load_explicit(&moves, memory_order_relaxed);
  atomic_store_explicit(&moves, so_far + 1, memory_order_relaxed);
  return before;
}

uint64_t lk_profile_moves(void) {
  return atomic_load_explicit(&moves, memory_order_relaxed);
}

void lk_profile_read(double seconds[LK_PARTS]) {
  memcpy(seconds, spent, sizeof spent);
}

void lk_profile_record(lk_profile_event *events, size_t room) {
  recorded = events;
  recorded_room = room;
  switches = 0;
}

size_t lk_profile_switches(void) {
  return switches;
}
