/* The control groups' limit on memory, apart from where the system has it: for its test. */
#ifndef LOCKSTEP_BASE_CGROUP_H
#define LOCKSTEP_BASE_CGROUP_H

#include <stdint.h>

/* The least limit in bytes of the groups that a file as /proc/self/cgroup names, of either
 * version, and of the groups above them, in the hierarchy at `mount`; UINT64_MAX: none. */
uint64_t lk_cgroup_limit(const char *groups, const char *mount);

#endif
