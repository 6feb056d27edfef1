/* How the ranks of a run stood when it said so last. */
#ifndef LOCKSTEP_VIEW_RANKS_H
#define LOCKSTEP_VIEW_RANKS_H

#include "lockstep/record.h"
#include <stdio.h>

/* Fills record->ranks from ranks.csv; none where there is no such file. LK_NO_INPUT. */
lk_status lk_record_read_ranks(lk_record *record, const char *path);

/* Seconds that the rank has waited that waited least: the others wait for it, and what it
 * waits itself is sending. 0 without ranks. */
double lk_record_least_waited(const lk_record *record);

/* A table of a page: how long each rank waited for slower ones. Nothing without ranks. */
lk_status lk_page_ranks(FILE *html, const lk_record *record);

#endif
