/* Runs side by side in words. Not collective. */
#ifndef LOCKSTEP_LISTING_H
#define LOCKSTEP_LISTING_H

#include "lockstep/linkage.h"
#include "lockstep/record.h"
#include <stdint.h>
#include <stdio.h>

LK_C_BEGIN

/* Run directories at and below a folder, sorted: what has a history.txt or a metrics.csv.
 * No link below it is followed. LK_NO_INPUT when it cannot be read or is no folder. The
 * caller owns *out: lk_listing_clear. */
typedef struct {
  char **folders; /* (count), owned */
  size_t count;
} lk_listing;

lk_status lk_listing_find(lk_listing *out, const char *folder);
void lk_listing_clear(lk_listing *listing);

/* What all files below a folder take on the disk, without following links there. */
uint64_t lk_listing_bytes(const char *folder);

/* A table with a row a run: state, step, loss, best score, start, hosts, size on the disk;
 * the same as a JSON array, null for what is not known. Control characters of names are
 * shown. LK_INTERNAL without memory. */
lk_status lk_listing_print(FILE *to, const lk_record *records, size_t count);
lk_status lk_listing_print_json(FILE *to, const lk_record *records, size_t count);

/* Settings, data, machine and build that two runs have not in common, a line each; nothing
 * when there are none. LK_INTERNAL without memory. */
lk_status lk_listing_print_differences(FILE *to, const lk_record *one,
                                       const lk_record *other);

LK_C_END

#endif
