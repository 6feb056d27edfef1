/* NFC, Unicode's composed form: é is one code point, not e and an accent.
 * utf8proc does it. */
#ifndef LOCKSTEP_NORMAL_H
#define LOCKSTEP_NORMAL_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

LK_C_BEGIN

/* Nothing has more than so many times its bytes in NFC: UAX #15, table 4. */
enum { LK_NORMAL_GROWTH = 3 };

/* A line of a text in NFC, owned by the caller (lk_free), without a zero behind it.
 * LK_BAD_DATA: invalid UTF-8, or more combining marks in a row than any writing has: the
 * library's time grows with the square of them. `name` and `line` (0: no line) are for
 * messages. */
lk_status lk_normal_line(const char *bytes, size_t size, const char *name, uint64_t line,
                         char **out, size_t *out_size);

/* The same of any bytes, of which those stay as they are that this refuses. */
lk_status lk_normal_bytes(const char *bytes, size_t size, char **out, size_t *out_size);

/* The same of all lines of a text; *changed is how many of them differ from before. */
lk_status lk_normal_text(const char *bytes, size_t size, const char *name, char **out,
                         size_t *out_size, uint64_t *changed);

/* The same of a part of a text, from that line on. */
lk_status lk_normal_lines(const char *bytes, size_t size, const char *name, uint64_t line,
                          char **out, size_t *out_size, uint64_t *changed);

/* How many of the bytes, which are a text's first, are by themselves in NFC what they are
 * in all of it: up to the last character that joins none before it, or byte that is none.
 * 0 was the answer of the first `searched`. */
size_t lk_normal_cut(const char *bytes, size_t size, size_t searched);

/* Leaves out, in place, combining marks beyond 30 in a row, as Unicode's stream-safe texts
 * are without them, so that the text can be brought to NFC. */
void lk_normal_cut_marks(char *bytes, size_t *size);

/* Nonzero when the text is in NFC as can be seen at a glance; else it may be, or not. */
int lk_normal_is_composed(const char *bytes, size_t size);

/* Nonzero when both have the same NFC; 0 if one has none. */
int lk_normal_equal(const char *one, size_t one_size, const char *other, size_t other_size);

LK_C_END

#endif
