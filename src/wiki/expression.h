/* What {{#expr: …}} computes. */
#ifndef LOCKSTEP_WIKI_EXPRESSION_H
#define LOCKSTEP_WIKI_EXPRESSION_H

#include "wiki/piece.h"

/* Nonzero when the text is an expression of numbers, + - * / ^ mod round, comparisons,
 * and, or, not and brackets up to 32 deep, and has a value. */
int lk_wiki_expression(lk_piece text, double *value);

#endif
