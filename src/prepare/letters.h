/* How much of a text is letters of its language. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_LETTERS_H
#define LOCKSTEP_PREPARE_LETTERS_H

#include <stddef.h>

/* Of the characters of valid UTF-8, without blanks, the share of those that are letters, or
 * marks on letters, of the scripts in which the language is written. `language` is a
 * Wikipedia's code ("en", "zh-yue"); where it is not known, letters of all scripts count. 0
 * where there are no characters. Any thread. */
double lk_letters_share(const char *text, size_t size, const char *language);

#endif
