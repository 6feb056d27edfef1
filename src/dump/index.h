/* The index of a multistream dump. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_INDEX_H
#define LOCKSTEP_DUMP_INDEX_H

#include "lockstep/status.h"

/* Reads an index, lines of offset:page:title, and looks into the dump at each offset.
 * LK_BAD_DATA, naming both and the line, where no stream of bz2 begins there, or the index
 * is wrong in itself. */
lk_status lk_index_check(const char *index, const char *dump, int threads);

#endif
