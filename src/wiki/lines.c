#include "wiki/lines.h"
#include "base/block.h"
#include "wiki/entities.h"
#include "wiki/site.h"

enum { LEVELS = 7, MAGIC = 128 };

/* What was written so far. Headings wait for a text to stand below them. */
typedef struct {
  lk_wikitext *parser;
  lk_wiki_text *out;
  size_t start;
  int blank; /* a paragraph has ended */
  int hole;  /* something was left out of the line */
  int row;   /* the line before was of a table */
  int made;  /* a template has begun a table */
  int waiting;
  struct {
    int level;
    size_t at;
  } headings[LEVELS];
} line_writer;

static const char special[256] = {
    ['\''] = 1, ['&'] = 1, [' '] = 1, ['\t'] = 1, ['_'] = 1,  ['~'] = 1,  ['\r'] = 1,
    [1] = 1,    [2] = 1,   [3] = 1,   [4] = 1,    [0xC2] = 1, [0xE2] = 1, [0] = 1};

static lk_status put_blank(lk_wiki_line *line) {
  lk_wiki_text *out = line->out;
  char before = out->size > line->from ? out->bytes[out->size - 1] : ' ';
  if (before == ' ' || before == '(') return LK_OK;
  return lk_wiki_append_byte(out, ' ');
}

/* Marks without a width, of the writing's direction among them (U+200B, 200E, 200F, 202A to
 * 202E, 2060, 2066 to 2069); joiners are part of a spelling. */
static int is_invisible(const char *at) {
  const unsigned char second = (unsigned char)at[1], third = (unsigned char)at[2];
  if (second == 0x80)
    return third == 0x8B || third == 0x8E || third == 0x8F ||
           (third >= 0xAA && third <= 0xAE);
  return second == 0x81 && (third == 0xA0 || (third >= 0xA6 && third <= 0xA9));
}

static lk_status put_character(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  char bytes[4];
  size_t size, length = lk_entity_decode(rest, bytes, &size);
  *skip = length ? length : 1;
  if (!length) return lk_wiki_append_byte(line->out, '&');
  if (size == 1 && lk_is_blank(*bytes)) return put_blank(line);
  if (size == 2 && !memcmp(bytes, "\xC2\xA0", 2)) return put_blank(line);
  if (size == 2 && !memcmp(bytes, "\xC2\xAD", 2)) return LK_OK;
  if (size == 3 && *bytes == '\xE2' && is_invisible(bytes)) return LK_OK;
  return lk_wiki_append(line->out, bytes, size);
}

/* __NOTOC__: a word of the site, or of MediaWiki's; of other scripts than ours, which has
 * __FILE__ in running text, any. */
static size_t magic_size(const lk_wiki_line *line, lk_piece rest) {
  size_t size = 2, most = rest.size < MAGIC ? rest.size : MAGIC;
  int small = 0, other = 0;
  if (most < 5 || rest.at[1] != '_') return 0;
  while (size + 1 < most && !lk_is_blank(rest.at[size]) &&
         !(rest.at[size] == '_' && rest.at[size + 1] == '_')) {
    small |= rest.at[size] >= 'a' && rest.at[size] <= 'z';
    other |= (unsigned char)rest.at[size] >= 0x80;
    size++;
  }
  if (size + 1 >= most || rest.at[size] != '_' || size == 2) return 0;
  size += 2;
  int known =
      lk_wiki_site_find(line->parser->site, LK_WORD_MAGIC, (lk_piece){rest.at, size});
  if (small) known &= ~LK_WIKI_CAPITALS;
  return known || (other && !small) ? size : 0;
}

/* No-break spaces become blanks; marks that have no width are left out. */
static lk_status put_wide(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  if (rest.size >= 2 && !memcmp(rest.at, "\xC2\xA0", 2)) {
    *skip = 2;
    return put_blank(line);
  }
  int mark = rest.size >= 3 && *rest.at == '\xE2' && is_invisible(rest.at);
  *skip = mark ? 3 : 1;
  return mark ? LK_OK : lk_wiki_append_byte(line->out, *rest.at);
}

static lk_status put_underscore(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  *skip = magic_size(line, rest);
  if (*skip) return LK_OK;
  *skip = 1;
  return lk_wiki_append_byte(line->out, '_');
}

/* Three to five are a signature. */
static lk_status put_tildes(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  size_t run = 0;
  while (run < rest.size && rest.at[run] == '~')
    run++;
  *skip = run;
  if (run >= 3 && run <= 5) return LK_OK;
  return lk_wiki_append(line->out, rest.at, run);
}

static lk_status put_special(lk_wiki_line *line, lk_piece rest, size_t *skip) {
  *skip = 1;
  switch (*rest.at) {
  case '\'':
    return lk_wiki_quotes(line, rest, skip);
  case '&':
    return put_character(line, rest, skip);
  case '_':
    return put_underscore(line, rest, skip);
  case '~':
    return put_tildes(line, rest, skip);
  case LK_WIKI_HOLE:
    line->hole = LK_WIKI_HOLE;
    return LK_OK;
  case LK_WIKI_NOTE:
    if (!line->hole) line->hole = LK_WIKI_NOTE;
    return LK_OK;
  case LK_WIKI_SEAM:
  case '\0':
    return LK_OK;
  case LK_WIKI_LITERAL:
    *skip = rest.size > 1 ? 2 : 1;
    return lk_wiki_append(line->out, rest.at + 1, *skip - 1);
  case '\xC2':
  case '\xE2':
    return put_wide(line, rest, skip);
  default:
    return put_blank(line);
  }
}

/* A point, comma or bracket by itself belongs to the word before. */
static void join_point(lk_wiki_line *line, lk_piece text) {
  lk_wiki_text *out = line->out;
  int point = *text.at == '.' || *text.at == ',' || *text.at == ')';
  int alone = text.size == 1 || lk_is_blank(text.at[1]);
  if (point && alone && out->size > line->from && out->bytes[out->size - 1] == ' ')
    out->size--;
}

/* A blank that neither put_blank nor join_point would change. */
static int is_between_words(lk_piece text, size_t at) {
  if (text.at[at] != ' ' || at == 0 || at + 1 == text.size) return 0;
  char before = text.at[at - 1], after = text.at[at + 1];
  return before != '(' && after != '.' && after != ',' && after != ')' &&
         !special[(unsigned char)after];
}

/* Where special[] holds. */
static lk_block are_special(lk_block c) {
  return (lk_block)((c == '\'') | (c == '&') | (c == ' ') | (c == '\t') | (c == '_') |
                    (c == '~') | (c == '\r') | (c <= 4) | (c == 0xC2) | (c == 0xE2));
}

/* Where is_between_words does not hold of a blank. */
static lk_block are_at_ends(lk_block before, lk_block after) {
  return (lk_block)((before == '(') | (after == '.') | (after == ',') | (after == ')')) |
         are_special(after);
}

/* What plain_run says of whole blocks. */
static size_t plain_blocks(lk_piece text) {
  size_t size = 1;
  for (; size + sizeof(lk_block) < text.size; size += sizeof(lk_block)) {
    const char *at = text.at + size;
    lk_block c = lk_block_at(at),
             ends = are_at_ends(lk_block_at(at - 1), lk_block_at(at + 1));
    size_t first = lk_block_first(are_special(c) & ((lk_block)(c != ' ') | ends));
    if (first < sizeof c) return size + first;
  }
  return size;
}

/* Bytes that go out as they are, of which the first one is. Behind a hole each word is
 * looked at. */
static size_t plain_run(const lk_wiki_line *line, lk_piece text) {
  size_t size = line->hole ? 1 : plain_blocks(text);
  while (size < text.size && (!special[(unsigned char)text.at[size]] ||
                              (!line->hole && is_between_words(text, size))))
    size++;
  return size;
}

lk_status lk_wiki_inline(lk_wiki_line *line, lk_piece text) {
  line->text = text.at;
  while (text.size) {
    size_t skip = 0;
    int blank = lk_is_blank(*text.at);
    if (line->hole && !blank) skip = lk_wiki_mend(line, text);
    if (!skip && special[(unsigned char)*text.at]) LK_TRY(put_special(line, text, &skip));
    if (!skip) {
      join_point(line, text);
      skip = plain_run(line, text);
      LK_TRY(lk_wiki_append(line->out, text.at, skip));
    }
    assert(skip > 0 && skip <= text.size);
    text.at += skip, text.size -= skip;
  }
  return LK_OK;
}

/* Appends the text of a line; without one, nothing: *empty. */
static lk_status put_text(line_writer *writer, lk_piece text, const char *mark,
                          int *empty) {
  lk_wiki_text *out = writer->out;
  size_t before = out->size;
  if (writer->blank && before > writer->start) LK_TRY(lk_wiki_append_byte(out, '\n'));
  LK_TRY(lk_wiki_append(out, mark, strlen(mark)));
  lk_wiki_line line = {
      .parser = writer->parser, .out = out, .from = out->size, .hole = writer->hole};
  LK_TRY(lk_wiki_inline(&line, text));
  while (out->size > line.from && out->bytes[out->size - 1] == ' ')
    out->size--;
  if (writer->hole) lk_wiki_mend_end(&line);
  *empty = out->size == line.from;
  writer->parser->counts->steps += text.size;
  if (*empty) {
    out->size = before;
    return LK_OK;
  }
  writer->blank = 0;
  return lk_wiki_append_byte(out, '\n');
}

/* The headings of this level and below have no text. */
static void cut_headings(line_writer *writer, int level) {
  while (writer->waiting && writer->headings[writer->waiting - 1].level >= level) {
    writer->out->size = writer->headings[--writer->waiting].at;
    writer->parser->counts->empty_sections++;
    writer->blank = 1;
  }
}

static lk_status put_heading(line_writer *writer, lk_piece text, int level) {
  int empty;
  cut_headings(writer, level);
  writer->blank = 1;
  if (!writer->parser->options.headings) return LK_OK;
  size_t at = writer->out->size;
  LK_TRY(put_text(writer, text, "", &empty));
  if (empty) return LK_OK;
  assert(writer->waiting < LEVELS);
  writer->headings[writer->waiting].level = level;
  writer->headings[writer->waiting++].at = at;
  writer->blank = 1;
  return LK_OK;
}

/* How many = stand at both ends, up to 6. */
static int heading_level(lk_piece line) {
  int level = 0;
  while (level < 6 && (size_t)level * 2 + 2 < line.size && line.at[level] == '=' &&
         line.at[line.size - 1 - (size_t)level] == '=')
    level++;
  return level;
}

static lk_status put_item(line_writer *writer, lk_piece line, int *empty) {
  int item = 0;
  while (line.size && strchr("*#:;", *line.at)) {
    item |= *line.at == '*' || *line.at == '#';
    line.at++, line.size--;
  }
  *empty = 1;
  if (item && !writer->parser->options.lists) return LK_OK;
  return put_text(writer, lk_piece_trim(line),
                  item && writer->parser->options.list_markers ? "- " : "", empty);
}

/* "!Kung women", "!!! is a band"; cells have a blank, attributes or other cells. */
static int is_exclamation(lk_piece line) {
  size_t run = 0;
  while (run < line.size && line.at[run] == '!')
    run++;
  line.at += run, line.size -= run;
  int word = run > 2 || (run && line.size && !lk_is_blank(*line.at));
  return word && (!line.size || (!memchr(line.at, '|', line.size) &&
                                 !memmem(line.at, line.size, "!!", 2)));
}

/* "|x| is the length of x". */
static int is_length(lk_piece line) {
  if (line.size < 2 || *line.at != '|' || strchr(" \t|}", line.at[1])) return 0;
  const char *end = memchr(line.at + 1, '|', line.size - 1);
  return end && !memchr(line.at, '=', (size_t)(end - line.at)) &&
         !memmem(end, line.size - (size_t)(end - line.at), "||", 2);
}

/* "|", "| a", "|-", "|+ a", "|}"; but "|a⟩", "|-a|" and "|+⟩". */
static int begins_row(lk_piece line) {
  if (line.size < 2 || lk_is_blank(line.at[1]) || line.at[1] == '}') return 1;
  int sign = line.at[1] == '-' || line.at[1] == '+';
  return sign && (line.size == 2 || lk_is_blank(line.at[2]) || line.at[2] == '-');
}

/* Of the seam that a bar of {{!}} has before it. */
static size_t seam_size(lk_piece line) {
  return line.size > 1 && *line.at == LK_WIKI_SEAM && line.at[1] == '|';
}

/* Whether it is of a table that nothing closes, or whose beginning a template makes. A bar
 * of {{!}} may be text, too. */
static int is_row(const line_writer *writer, lk_piece line) {
  const lk_wikitext *parser = writer->parser;
  int table = writer->made || writer->row ||
              (size_t)(line.at - parser->rendered.bytes) >= parser->rows;
  size_t seam = seam_size(line);
  line.at += seam, line.size -= seam;
  if (seam) return table || begins_row(line);
  if (*line.at != '|' && *line.at != '!') return 0;
  return table || (!is_exclamation(line) && !is_length(line));
}

/* Passes over what is of a table; leaves what stands behind its end. */
static lk_piece pass_table(line_writer *writer, lk_piece line) {
  size_t seam = seam_size(line);
  if (line.size > 1 && !memcmp(line.at, "{|", 2)) {
    writer->row = writer->made = 1;
    return (lk_piece){line.at, 0};
  }
  writer->row = is_row(writer, line);
  if (!writer->row) return line;
  if (line.size < seam + 2 || line.at[seam + 1] != '}') return (lk_piece){line.at, 0};
  writer->row = writer->made = 0;
  line.at += seam + 2, line.size -= seam + 2;
  return lk_piece_trim(line);
}

static int is_rule(lk_piece line) {
  return line.size >= 4 && !memcmp(line.at, "----", 4);
}

static lk_status put_line(line_writer *writer, lk_piece whole) {
  lk_piece line = lk_piece_trim(whole);
  int empty = 1;
  writer->hole = whole.size && (memchr(whole.at, LK_WIKI_HOLE, whole.size) ||
                                memchr(whole.at, LK_WIKI_NOTE, whole.size));
  if (!line.size) {
    writer->blank |= !writer->hole;
    writer->row &= writer->hole;
    return LK_OK;
  }
  int level = *line.at == '=' ? heading_level(line) : 0;
  if (level) {
    writer->row = writer->made = 0;
    return put_heading(writer, (lk_piece){line.at + level, line.size - 2 * (size_t)level},
                       level);
  }
  line = pass_table(writer, line);
  if (!line.size || is_rule(line)) return LK_OK;
  if (strchr("*#:;", *line.at))
    LK_TRY(put_item(writer, line, &empty));
  else
    LK_TRY(put_text(writer, line, "", &empty));
  if (!empty) writer->waiting = 0;
  return LK_OK;
}

lk_status lk_wiki_lines(lk_wikitext *parser, lk_wiki_text *text) {
  line_writer writer = {.parser = parser, .out = text, .start = text->size};
  lk_piece rest = {parser->rendered.bytes, parser->rendered.size};
  while (rest.size) {
    const char *end = memchr(rest.at, '\n', rest.size);
    size_t size = end ? (size_t)(end - rest.at) : rest.size;
    LK_TRY(put_line(&writer, (lk_piece){rest.at, size}));
    size += end != NULL;
    rest.at += size, rest.size -= size;
  }
  cut_headings(&writer, 0);
  return LK_OK;
}
