#include "base/cgroup.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* No number, such as "max", is no limit; neither is a file that is not there. */
static uint64_t read_limit(const char *path) {
  uint64_t limit = UINT64_MAX, number;
  FILE *file = fopen(path, "re");
  if (!file) return limit;
  if (fscanf(file, "%" SCNu64, &number) == 1) limit = number;
  fclose(file);
  return limit;
}

/* From the group, which is cut short meanwhile, up to the hierarchy's root: the root is all
 * that a container may see, under another name. */
static uint64_t least_above(const char *mount, char *group, int is_unified) {
  uint64_t least = UINT64_MAX;
  for (char *end = group;; *end = '\0') {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s/%s", mount, is_unified ? "" : "/memory", group,
             is_unified ? "memory.max" : "memory.limit_in_bytes");
    uint64_t limit = read_limit(path);
    if (limit < least) least = limit;
    end = strrchr(group, '/');
    if (!end) return least;
  }
}

/* "4:cpu,memory:/group", of the first version, or "0::/group". */
static uint64_t limit_of_line(const char *mount, char *line) {
  char *next = line;
  strsep(&next, ":");
  char *controllers = strsep(&next, ":"), *group = strsep(&next, "\n");
  if (!controllers || !group) return UINT64_MAX;
  if (!*controllers) return least_above(mount, group, 1);
  for (char *name; (name = strsep(&controllers, ","));)
    if (!strcmp(name, "memory")) return least_above(mount, group, 0);
  return UINT64_MAX;
}

uint64_t lk_cgroup_limit(const char *groups, const char *mount) {
  uint64_t least = UINT64_MAX;
  char line[PATH_MAX];
  FILE *file = fopen(groups, "re");
  while (file && fgets(line, sizeof line, file)) {
    uint64_t limit = limit_of_line(mount, line);
    if (limit < least) least = limit;
  }
  if (file) fclose(file);
  return least;
}
