/* What runs are called on a page: the last parts of their paths, as many as tell them
 * apart. */
#include "lockstep/memory.h"
#include "view/history.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *path_of(const lk_record *record) {
  return record->path ? record->path : record->folder;
}

/* With the part of the path before it, or the same where there is none. */
static const char *longer(const lk_record *record) {
  const char *at = record->name, *path = path_of(record);
  if (at == path) return at;
  at--; /* the slash */
  while (at > path && at[-1] != '/')
    at--;
  return at;
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* "." and ".." are no names. */
lk_status lk_record_name(lk_record *record) {
  char path[PATH_MAX];
  const char *last = last_part(record->folder);
  if ((!strcmp(last, ".") || !strcmp(last, "..")) && realpath(record->folder, path))
    LK_TRY(lk_copy_text(&record->path, path));
  record->name = last_part(path_of(record));
  record->name = longer(record);
  return LK_OK;
}

static int is_shared(const lk_record *records, int count, int i) {
  for (int other = 0; other < count; other++)
    if (other != i && !strcmp(records[other].name, records[i].name)) return 1;
  return 0;
}

void lk_record_tell_apart(lk_record *records, int count) {
  const char *names[LK_RECORDS_MOST];
  for (int changed = 1; changed;) {
    changed = 0;
    for (int i = 0; i < count; i++)
      names[i] = is_shared(records, count, i) ? longer(&records[i]) : records[i].name;
    for (int i = 0; i < count; i++) {
      changed |= names[i] != records[i].name;
      records[i].name = names[i];
    }
  }
}
