/* The groups' changes are added in the order of one binary tree over those that are there:
 * of all groups, as groups of one job are. */
#include "meet/point.h"
#include <string.h>

/* The changes that are there, without the sums before them. */
typedef struct {
  const char *words[LK_GROUPS_MOST];
  int count;
} change_list;

static change_list list_changes(const lk_point *p, size_t bytes_of_sums) {
  change_list list = {.count = 0};
  for (int i = 0; i < p->terms.groups; i++)
    if (p->seats[i].state == LK_SEAT_SPOKE)
      list.words[list.count++] = p->seats[i].change + bytes_of_sums;
  return list;
}

static void average_block(const lk_point *p, const change_list *list, size_t at,
                          size_t count) {
  size_t offset = lk_wire_words(p->terms.wire, at) * sizeof(uint32_t);
  uint32_t words[LK_WIRE_MOST];
  size_t bytes = lk_wire_words(p->terms.wire, count) * sizeof *words;
  float share = 1 / (float)list->count;
  for (int i = 0; i < list->count; i++) {
    memcpy(words, list->words[i] + offset, bytes);
    lk_wire_unpack(p->terms.wire, words, count, p->blocks + LK_WIRE_BLOCK * i);
  }
  lk_wire_add(p->blocks, list->count, count);
  for (size_t i = 0; i < count; i++)
    p->mean[at + i] = share * p->blocks[i];
}

static void add_sums(lk_point *p, const char *sums, size_t count) {
  double number;
  for (size_t i = 0; i < count; i++) {
    memcpy(&number, sums + i * sizeof number, sizeof number);
    p->sums[i] += number;
  }
}

void lk_point_average(lk_point *p, size_t bytes_of_sums) {
  const change_list list = list_changes(p, bytes_of_sums);
  memset(p->sums, 0, bytes_of_sums);
  for (int i = 0; i < list.count; i++)
    add_sums(p, list.words[i] - bytes_of_sums, bytes_of_sums / sizeof *p->sums);
  for (size_t at = 0, count; at < p->terms.count; at += count) {
    count = p->terms.count - at < LK_WIRE_BLOCK ? p->terms.count - at : LK_WIRE_BLOCK;
    average_block(p, &list, at, count);
  }
}
