/* Decimal digits of all scripts, as texts of many languages have them. */
#ifndef LOCKSTEP_BASE_DIGIT_H
#define LOCKSTEP_BASE_DIGIT_H

#include <stddef.h>

/* The value of the digit that the text begins with, of which `length` > 0 bytes are there;
 * -1: it begins with none. *bytes is how many the character has, of no UTF-8 1. */
int lk_digit_of(const char *text, size_t length, size_t *bytes);

#endif
