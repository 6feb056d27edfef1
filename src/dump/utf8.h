/* Whether bytes are UTF-8, fast. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_UTF8_H
#define LOCKSTEP_DUMP_UTF8_H

#include <stddef.h>

/* How many of the first bytes are whole characters of UTF-8, and none a NUL. */
size_t lk_utf8_span(const char *bytes, size_t size);

#endif
