#include "lockstep/machine.h"
#include "base/cgroup.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The first "model name : NAME" of /proc/cpuinfo; "" where there is none, as on ARM. */
static void read_processor(char *name, size_t size) {
  char line[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  *name = '\0';
  while (file && !*name && fgets(line, sizeof line, file)) {
    const char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) || !colon) continue;
    snprintf(name, size, "%.*s, ", (int)strcspn(colon + 2, "\n"), colon + 2);
  }
  if (file) fclose(file);
}

static double built_in_memory(void) {
  return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

double lk_machine_memory(void) {
  double allowed = (double)lk_cgroup_limit("/proc/self/cgroup", "/sys/fs/cgroup");
  double all = built_in_memory();
  return allowed < all ? allowed : all;
}

void lk_machine_describe(char text[LK_MACHINE_SIZE]) {
  struct utsname system = {.sysname = "unknown"};
  char processor[100];
  double bytes = built_in_memory();
  uname(&system);
  read_processor(processor, sizeof processor);
  snprintf(text, LK_MACHINE_SIZE, "%.20s %.40s %.20s, %s%ld cores, %.0f GB", system.sysname,
           system.release, system.machine, processor, sysconf(_SC_NPROCESSORS_ONLN),
           bytes / 1e9);
}
