/* Which elements of an array a rank holds, where the array is dealt out over the ranks. */
#ifndef LOCKSTEP_HOLDING_H
#define LOCKSTEP_HOLDING_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include "lockstep/tree.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* Elements first … first + count-1 of the array are held from place `at` on. */
typedef struct {
  uint64_t first, count, at;
} lk_held;

/* What is held lies without gaps, in the order of the elements. */
typedef struct {
  lk_held *spans; /* (used) owned, none empty */
  int used, room;
  uint64_t count; /* elements held */
} lk_holding;

/* Of nothing, with room for so many spans. The caller owns what *out holds:
 * lk_holding_clear. */
lk_status lk_holding_create(lk_holding *out, int room);
void lk_holding_clear(lk_holding *holding);

/* Elements first … first + count-1, behind those that are held; none where count is 0. */
void lk_holding_add(lk_holding *holding, uint64_t first, uint64_t count);

/* This rank's parts of a scattered sum. */
lk_status lk_holding_of_tree(lk_holding *out, const lk_tree *tree);

/* What the span has of elements first … end-1; count is 0 where that is nothing. */
lk_held lk_held_common(lk_held span, uint64_t first, uint64_t end);

/* Elements first … first + count-1 of the array from what is held, zeros where they are
 * another rank's. */
void lk_holding_read(const lk_holding *holding, const float *held, uint64_t first,
                     uint64_t count, float *to);

/* The same elements of the array `from` into what is held of them. */
void lk_holding_write(const lk_holding *holding, float *held, uint64_t first,
                      uint64_t count, const float *from);

LK_C_END

#endif
