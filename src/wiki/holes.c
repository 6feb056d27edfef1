/* What was left out leaves brackets, commas and blanks behind: "(; born 1900)", "( )". */
#include "wiki/lines.h"

/* Of several bytes each; the first list's members open, those of the second close. */
static const char *const openers[] = {"(", "[", "（", "［", "〈", "«"};
static const char *const closers[] = {")", "]", "）", "］", "〉", "»"};
static const char *const separators[] = {",", ";", ":", "，", "；", "：", "、", "،", "؛"};
static const char *const stops[] = {".", "。", "।", "॥", "۔", "։", "။", "។", "።"};

enum {
  BRACKETS = sizeof openers / sizeof *openers,
  SEPARATORS = sizeof separators / sizeof *separators,
  STOPS = sizeof stops / sizeof *stops
};

/* The member that the text begins with, -1: none. */
static int begins_with(lk_piece text, const char *const list[], int count) {
  for (int i = 0; i < count; i++) {
    size_t size = strlen(list[i]);
    if (text.size >= size && !memcmp(text.at, list[i], size)) return i;
  }
  return -1;
}

static int ends_with(lk_piece text, const char *const list[], int count) {
  for (int i = 0; i < count; i++) {
    size_t size = strlen(list[i]);
    if (text.size >= size && !memcmp(text.at + text.size - size, list[i], size)) return i;
  }
  return -1;
}

static lk_piece written(const lk_wiki_line *line) {
  return (lk_piece){line->out->bytes + line->from, line->out->size - line->from};
}

static lk_piece without_blanks(lk_piece text) {
  while (text.size && text.at[text.size - 1] == ' ')
    text.size--;
  return text;
}

static lk_piece without_separators(lk_piece text) {
  int found;
  text = without_blanks(text);
  while ((found = ends_with(text, separators, SEPARATORS)) >= 0) {
    text.size -= strlen(separators[found]);
    text = without_blanks(text);
  }
  return text;
}

static void cut_blanks(lk_wiki_line *line) {
  line->out->size = line->from + without_blanks(written(line)).size;
}

static void cut_separators(lk_wiki_line *line) {
  line->out->size = line->from + without_separators(written(line)).size;
}

/* How long the stop is that the text begins with, 0: none. A point that something follows
 * is none: it begins words too. */
static size_t stop_size(lk_piece text) {
  int found = begins_with(text, stops, STOPS);
  if (found < 0) return 0;
  lk_piece behind = {text.at + strlen(stops[found]), text.size - strlen(stops[found])};
  int ends = behind.size &&
             (lk_is_blank(*behind.at) || begins_with(behind, closers, BRACKETS) >= 0);
  return found || ends ? strlen(stops[found]) : 0;
}

/* Blanks, holes, separators and stops in front of the rest. */
static size_t leading(lk_piece rest) {
  size_t skip = 0;
  while (skip < rest.size) {
    lk_piece here = {rest.at + skip, rest.size - skip};
    int found = begins_with(here, separators, SEPARATORS);
    size_t size = found >= 0 ? strlen(separators[found]) : stop_size(here);
    if (!size && !lk_is_blank(*here.at)) break;
    skip += size ? size : 1;
  }
  return skip;
}

/* Cuts words that only announce a pronunciation, if they stand alone in a bracket; in one
 * that ends here, also those behind a separator, but for names of alphabets. These before a
 * note are other words: an interface (API). Nonzero: it did. */
static int cut_announcement(lk_wiki_line *line, int ends, int note) {
  enum { ALPHABETS = 4 };
  static const char *const words[] = {
      "IPA",           "API",           "AFI",           "МФА",          "pronounced",
      "pronunciation", "pronounced as", "pron.",         "listen",       "Aussprache",
      "prononcé",      "prononcée",     "prononciation", "pronunciado",  "pronunciada",
      "pronunciación", "pronúncia",     "pronuncia",     "uitspraak",    "wymowa",
      "произносится",  "výslovnost",    "uttal",         "okunuşu",      "発音",
      "发音",          "發音",          "讀音",          "粵拼",         "발음",
      "উচ্চারণ",        "उच्चारण",        "อ่านว่า",         "phát âm",      "telaffuz",
      "kiejtése",      "ääntäminen",    "προφορά",       "הגייה",        "تلفظ",
      "نطق",           "вимова",        "произношение",  "изговор",      "izgovor",
      "айтылуы",       "pronunție",     "pronunțat",     "pronunciació", "pelafalan",
      "diucapkan",     "ahoskera",      "prononco",      "uttale",       "uttales",
      "udtale",        "udtales"};
  lk_piece text = without_separators(written(line));
  int found = ends_with(text, words, sizeof words / sizeof *words);
  if (found < 0 || (note && found < ALPHABETS)) return 0;
  text.size -= strlen(words[found]);
  text = without_blanks(text);
  if (ends_with(text, openers, BRACKETS) < 0) {
    size_t before = text.size;
    text = without_separators(text);
    if (!ends || found < ALPHABETS || text.size == before) return 0;
  }
  line->out->size = line->from + text.size;
  return 1;
}

/* What is left of a bracket that the rest closes. */
static size_t close_bracket(lk_wiki_line *line, int closer, int note) {
  cut_separators(line);
  while (cut_announcement(line, 1, note))
    continue;
  int opener = ends_with(written(line), openers, BRACKETS);
  if (opener != closer) return 0;
  line->out->size -= strlen(openers[opener]);
  cut_blanks(line);
  line->parser->counts->brackets++;
  line->hole = LK_WIKI_HOLE; /* for what is around the bracket */
  return strlen(closers[closer]);
}

size_t lk_wiki_mend(lk_wiki_line *line, lk_piece rest) {
  int note = line->hole == LK_WIKI_NOTE;
  line->hole = 0;
  if (!rest.size) return 0;
  int closer = begins_with(rest, closers, BRACKETS);
  if (closer >= 0) return close_bracket(line, closer, note);
  if (begins_with(rest, separators, SEPARATORS) >= 0) cut_announcement(line, 0, note);
  lk_piece before = written(line);
  while (before.size && before.at[before.size - 1] == ' ')
    before.size--;
  if (!before.size || ends_with(before, openers, BRACKETS) >= 0) {
    cut_blanks(line);
    size_t skip = leading(rest);
    line->hole = skip ? LK_WIKI_HOLE : 0;
    line->parser->counts->steps += skip;
    return skip;
  }
  int separator = begins_with(rest, separators, SEPARATORS);
  if (separator >= 0 && ends_with(before, separators, SEPARATORS) >= 0)
    cut_separators(line);
  if (separator >= 0 || begins_with(rest, stops, STOPS) >= 0) cut_blanks(line);
  return 0;
}

void lk_wiki_mend_end(lk_wiki_line *line) {
  lk_piece text = written(line);
  if (lk_piece_is(text, ".")) line->out->size--;
  int found = ends_with(text, separators, SEPARATORS);
  if (found < 0) return;
  size_t size = strlen(separators[found]);
  if (text.size == size || text.at[text.size - size - 1] == ' ') cut_separators(line);
}
