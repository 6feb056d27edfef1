#include "lockstep/squad.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <utf8proc.h>

/* The words of a text as the script leaves them, each with a zero behind it. */
typedef struct {
  char *bytes; /* owned */
  size_t size, count;
  size_t word,
      run; /* where the word begins that is being read, and its last run of letters */
  int in_run;
} words;

/* What Python's \w matches, but for the underscore, which is punctuation. */
static int is_letter(uint32_t c) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

static void end_word(words *w) {
  if (w->size == w->word) return;
  w->bytes[w->size++] = '\0';
  w->word = w->size;
  w->count++;
}

/* An article becomes a blank. */
static void end_run(words *w) {
  static const char *const articles[] = {"a", "an", "the"};
  size_t length = w->size - w->run;
  for (size_t i = 0; w->in_run && i < sizeof articles / sizeof *articles; i++) {
    if (length != strlen(articles[i]) || memcmp(w->bytes + w->run, articles[i], length))
      continue;
    w->size = w->run;
    end_word(w);
    break;
  }
  w->in_run = 0;
}

/* A character that is no punctuation, in lower case. */
static void add(words *w, uint32_t c) {
  char utf8[5];
  if (!is_letter(c)) end_run(w);
  if (lk_text_is_space(c)) {
    end_word(w);
    return;
  }
  if (is_letter(c) && !w->in_run) {
    w->in_run = 1;
    w->run = w->size;
  }
  int length = lk_utf8_encode(c, utf8);
  memcpy(w->bytes + w->size, utf8, (size_t)length);
  w->size += (size_t)length;
}

static int is_cased(uint32_t c) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LT;
}

/* Unicode's Case_Ignorable, as far as words have it. */
static int is_passed_over(uint32_t c) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
         category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_LM ||
         category == UTF8PROC_CATEGORY_SK || c == '\'' || c == '.' || c == ':' ||
         c == 0xB7 || c == 0x2019;
}

/* Nonzero where a letter with cases follows. */
static int goes_on(const char *text, size_t size) {
  uint32_t c;
  for (int length; size && (length = lk_text_next(text, size, &c)) > 0;
       text += length, size -= (size_t)length)
    if (!is_passed_over(c)) return is_cased(c);
  return 0;
}

/* In lower case as Python has it: of two characters for one, and of a sigma by its place.
 */
static void add_lower(words *w, uint32_t c, int is_last_sigma) {
  if (c == 0x130) {
    add(w, 'i');
    add(w, 0x307);
  } else {
    add(w, is_last_sigma ? 0x3C2 : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
  }
}

static lk_status split(words *w, const char *text) {
  size_t size = strlen(text), most = 3; /* bytes that one becomes, with a word's zero */
  *w = (words){.bytes = NULL};
  LK_TRY(LK_NEW(w->bytes, most * size + 1));
  int follows = 0; /* a letter with cases */
  for (size_t at = 0; at < size;) {
    uint32_t c = 0;
    int length = lk_text_next(text + at, size - at, &c);
    at += length ? (size_t)length : 1;
    if (length && !(c < 0x80 && ispunct((int)c)))
      add_lower(w, c, c == 0x3A3 && follows && !goes_on(text + at, size - at));
    if (!is_passed_over(c)) follows = is_cased(c);
  }
  end_run(w);
  end_word(w);
  assert(w->size <= most * size);
  return LK_OK;
}

/* Words that both have, each as often as in the one that has it less often. Those of `b`
 * are used up. */
static size_t count_common(const words *a, words *b) {
  size_t common = 0;
  for (const char *x = a->bytes; x < a->bytes + a->size; x += strlen(x) + 1)
    for (char *y = b->bytes, *next; y < b->bytes + b->size; y = next) {
      next = y + strlen(y) + 1;
      if (*y == '\n' || strcmp(x, y)) continue;
      *y = '\n'; /* which no word has */
      common++;
      break;
    }
  return common;
}

static lk_squad compare(const words *answer, words *right) {
  lk_squad score = {
      answer->size == right->size && !memcmp(answer->bytes, right->bytes, right->size), 0};
  double common = (double)count_common(answer, right);
  if (common > 0) score.f1 = 2 * common / (double)(answer->count + right->count);
  return score;
}

lk_status lk_squad_score(lk_squad *out, const lk_question *question, const char *answer) {
  const char *text = question->answer;
  words given, right = {.bytes = NULL};
  *out = (lk_squad){0, 0};
  assert(text && question->answers > 0);
  lk_status status = split(&given, answer);
  for (size_t i = 0; i < question->answers && status == LK_OK; i++) {
    status = split(&right, text);
    if (status != LK_OK) break;
    lk_squad score = compare(&given, &right);
    if (score.exact > out->exact) out->exact = score.exact;
    if (score.f1 > out->f1) out->f1 = score.f1;
    lk_free(right.bytes);
    text += strlen(text) + 1;
  }
  lk_free(given.bytes);
  return status;
}
