/* The parts of a page, which page.c puts together. */
#ifndef LOCKSTEP_VIEW_PAGE_H
#define LOCKSTEP_VIEW_PAGE_H

#include "lockstep/report_page.h"
#include <stdio.h>

/* What is shown, and where its parts are written to; nothing is owned. */
typedef struct {
  const lk_record *records; /* (count) */
  int count;
  const lk_page_attention *attention; /* (count), or NULL */
  FILE *html, *data; /* markup, and the numbers that its script draws, as JSON */
} lk_page;

/* charts.c: a figure for everything that a run has numbers of. */
lk_status lk_page_charts(const lk_page *page);

/* marks.c: an array of what happened at which step of a run. */
lk_status lk_page_marks(FILE *data, const lk_record *record);

/* facts.c: state, what was run where, settings, history, samples. */
lk_status lk_page_summary(const lk_page *page);
lk_status lk_page_facts(const lk_page *page);
lk_status lk_page_settings(const lk_page *page);
lk_status lk_page_texts(const lk_page *page);

/* attention.c: what heads look at, where that is shown. */
lk_status lk_page_heads(const lk_page *page);

/* answers.c: of runs with an evaluation.json. */
lk_status lk_page_answers(const lk_page *page);

/* A cell or a term: its text, escaped, between two texts that are markup. */
lk_status lk_page_put(FILE *html, const char *before, const char *text, const char *after);

#endif
