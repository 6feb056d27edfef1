/* A table that is kept: a row a line, cells between bars. */
#include "wiki/render.h"

static const char between[] = " | ";

/* style="…" | text */
static lk_piece without_attributes(lk_piece cell) {
  const char *bar = cell.size ? memchr(cell.at, '|', cell.size) : NULL;
  if (bar && (bar == cell.at || bar[-1] != LK_WIKI_LITERAL)) {
    cell.size -= (size_t)(bar + 1 - cell.at);
    cell.at = bar + 1;
  }
  return lk_piece_trim(cell);
}

static lk_status put(lk_wiki_text *to, lk_piece cell, int first) {
  lk_piece text = without_attributes(cell);
  if (!text.size) return LK_OK;
  if (!first) LK_TRY(lk_wiki_append(to, between, 3));
  return lk_wiki_append(to, text.at, text.size);
}

static size_t cell_end(lk_piece line, int heading) {
  size_t at = 0;
  for (; at + 1 < line.size; at++) {
    if (line.at[at] == '|' && line.at[at + 1] == '|') return at;
    if (heading && line.at[at] == '!' && line.at[at + 1] == '!') return at;
  }
  return line.size;
}

static lk_status put_cells(lk_wiki_text *to, lk_piece line, int *first) {
  int heading = *line.at == '!';
  line.at++, line.size--;
  while (1) {
    size_t size = cell_end(line, heading), before = to->size;
    LK_TRY(put(to, (lk_piece){line.at, size}, *first));
    if (to->size > before) *first = 0;
    if (size == line.size) return LK_OK;
    line.at += size + 2, line.size -= size + 2;
  }
}

/* `first`: the row has no cell yet. */
static lk_status put_line(lk_wiki_text *to, lk_piece line, int *first) {
  line = lk_piece_trim(line);
  int mark = line.size && (*line.at == '|' || *line.at == '!');
  int row = mark && line.size > 1 && (line.at[1] == '-' || line.at[1] == '}');
  int caption = mark && line.size > 1 && line.at[1] == '+';
  if (row || caption) {
    if (!*first) LK_TRY(lk_wiki_append_byte(to, '\n'));
    *first = 1;
  }
  if (row || !line.size) return LK_OK;
  if (caption) {
    LK_TRY(put(to, (lk_piece){line.at + 2, line.size - 2}, 1));
    return lk_wiki_append_byte(to, '\n');
  }
  if (mark) return put_cells(to, line, first);
  if (!*first) LK_TRY(lk_wiki_append_byte(to, ' '));
  *first = 0;
  return lk_wiki_append(to, line.at, line.size);
}

lk_status lk_wiki_close_table(lk_wikitext *parser, const lk_wiki_frame *table) {
  lk_wiki_text *out = &parser->rendered, *to = &parser->scratch;
  lk_piece rest = {out->bytes + table->from, out->size - table->from};
  int first = 1, attributes = 1; /* on the line of the {| */
  to->size = 0;
  while (rest.size) {
    const char *end = memchr(rest.at, '\n', rest.size);
    size_t size = end ? (size_t)(end - rest.at) : rest.size;
    if (!attributes) LK_TRY(put_line(to, (lk_piece){rest.at, size}, &first));
    attributes = 0;
    size += end != NULL;
    rest.at += size, rest.size -= size;
  }
  out->size = table->from;
  LK_TRY(lk_wiki_append_byte(out, '\n'));
  LK_TRY(lk_wiki_append(out, to->bytes, to->size));
  return lk_wiki_append_byte(out, '\n');
}
