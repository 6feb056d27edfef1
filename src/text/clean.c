#include "lockstep/clean.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include <stdio.h>
#include <string.h>

static const char mark[] = "\xEF\xBB\xBF";

/* Runs of them too: a file that was converted twice has two. */
static int ends_line(const char *at, const char *end) {
  while (at < end && *at == '\r')
    at++;
  return at == end || *at == '\n';
}

/* Of a run of carriage returns only the first looks ahead, so that long runs cost no more.
 */
static char *move_line_ends(char *to, const char *from, const char *end,
                            lk_left_out *count) {
  for (int keep = 0; from < end; from++) {
    if (*from == '\r' && !keep) keep = ends_line(from, end) ? -1 : 1;
    if (*from != '\r') keep = 0;
    if (keep < 0)
      count->returns++;
    else
      *to++ = *from;
  }
  return to;
}

/* Without its first `skip` bytes. */
static void clean_behind(char *text, size_t *size, size_t skip, lk_left_out *count) {
  if (!skip && !memchr(text, '\r', *size)) return;
  char *end = move_line_ends(text, text + skip, text + *size, count);
  memset(end, 0, (size_t)(text + *size - end));
  *size = (size_t)(end - text);
}

void lk_clean_line_ends(char *text, size_t *size, lk_left_out *count) {
  clean_behind(text, size, 0, count);
}

void lk_clean_text(char *text, size_t *size, lk_left_out *count) {
  size_t skip = *size >= 3 && !memcmp(text, mark, 3) ? 3 : 0;
  count->marks += skip > 0;
  clean_behind(text, size, skip, count);
}

/* The last two have no width. */
static int is_blank(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0x200B || c == 0xFEFF;
}

/* What remains starts there and has *length bytes; bytes that are no UTF-8 are no blanks.
 */
static const char *find_ends(const char *text, size_t *length) {
  size_t size = strlen(text), first = size, last = size;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    int bytes = lk_text_next(text + at, size - at, &code_point);
    int blank = bytes && is_blank(code_point);
    if (!blank && first == size) first = at;
    at += bytes ? (size_t)bytes : 1;
    if (!blank) last = at;
  }
  *length = last - first;
  return text + first;
}

char *lk_clean_ends(char *text, uint64_t *count) {
  size_t length;
  char *start = text + (find_ends(text, &length) - text);
  if (count && (start > text || start[length])) ++*count;
  start[length] = '\0';
  return start;
}

int lk_clean_equal(const char *one, const char *other) {
  size_t a, b;
  one = find_ends(one, &a);
  other = find_ends(other, &b);
  return (a == b && !memcmp(one, other, a)) || lk_normal_equal(one, a, other, b);
}

/* "2,937" */
static void write_number(char out[32], uint64_t number) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number),
      used = 0;
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = '\0';
}

/* Adds ", N WHAT" behind what is there already. */
static void add(char *text, size_t room, uint64_t number, const char *what) {
  char digits[32];
  size_t used = strlen(text);
  write_number(digits, number);
  snprintf(text + used, room - used, "%s%s %s%s", used ? ", " : "", digits, what,
           number == 1 ? "" : "s");
}

void lk_clean_say(const char *name, const lk_left_out *count) {
  char text[256] = "", digits[32];
  if (count->marks) snprintf(text, sizeof text, "a byte order mark");
  if (count->returns) add(text, sizeof text, count->returns, "carriage return");
  if (*text)
    lk_say("%s: %s%s left out", name, text, count->returns ? " before line ends" : "");
  write_number(digits, count->blanks);
  if (count->blanks)
    lk_say("%s: blanks around %s of the questions and answers left out", name, digits);
  write_number(digits, count->composed);
  if (count->composed)
    lk_say("%s: characters brought to NFC in %s of the documents", name, digits);
}
