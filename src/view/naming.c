/* What runs are called on a page: the last parts of their paths, as many as tell them
 * apart. */
#include "view/history.h"
#include <string.h>

/* With the part of the path before it, or the same where there is none. */
static const char *longer(const lk_record *record) {
  const char *at = record->name;
  if (at == record->folder) return at;
  at--; /* the slash */
  while (at > record->folder && at[-1] != '/')
    at--;
  return at;
}

void lk_record_name(lk_record *record) {
  record->name = record->folder + strlen(record->folder);
  while (record->name > record->folder && record->name[-1] != '/')
    record->name--;
  record->name = longer(record);
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
