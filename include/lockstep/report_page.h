/* A page that shows runs: one HTML file, which needs no network and no other file. */
#ifndef LOCKSTEP_REPORT_PAGE_H
#define LOCKSTEP_REPORT_PAGE_H

#include "lockstep/linkage.h"
#include "lockstep/record.h"

LK_C_BEGIN

/* What the curves' axis is in at first; the page's reader may choose another. */
typedef enum { LK_AXIS_STEP, LK_AXIS_TOKENS, LK_AXIS_HOURS } lk_axis;

/* What some heads of a run's model look at in one text; nothing is owned. */
typedef struct {
  int layer, head;      /* from 1 */
  const char *words;    /* what it does */
  const float *weights; /* (length, length): of a token (row) on each (column) */
} lk_page_head;

typedef struct {
  int length;
  char **tokens;       /* (length) as text */
  lk_page_head *heads; /* (count) */
  int count;           /* 0: none are shown, whatever the rest */
} lk_page_attention;

/* The page of `count` runs, over each other where they are several. Text from files is
 * data: it is shown and never obeyed. attention: (count) what is shown of each run's heads,
 * of long texts the first 96 tokens; NULL: nothing. Its size grows with the runs and their
 * texts, hardly with their steps: of many steps the lowest and the highest of each part
 * stay. Not collective. LK_INTERNAL without memory. The caller owns *html: lk_free. */
lk_status lk_report_page_make(const lk_record *records, int count, lk_axis axis,
                              const lk_page_attention *attention, char **html,
                              size_t *size);

/* Writes a page to a path that no user named. What is there and is no such page gets
 * another name first, which standard error says. LK_IO. */
lk_status lk_report_page_save(const char *path, const char *html, size_t size);

LK_C_END

#endif
