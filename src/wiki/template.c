/* Only templates that have a row are rendered; of the others not even the arguments. */
#include "wiki/call.h"
#include "wiki/render.h"
#include "wiki/site.h"

enum { NAME = 128, ARGUMENTS = 1000, TITLE = 255, WORDS = 128, SIGNS = 8 };

/* What stands between {{ and the first |. */
static lk_piece name_at(const lk_wikitext *parser, const lk_mark *mark) {
  const char *at = parser->page + mark->next;
  size_t length = 0, most = mark->close - mark->next;
  if (most > NAME) most = NAME;
  while (length < most && !strchr("|{}[]<", at[length]))
    length++;
  parser->counts->steps += length;
  return (lk_piece){at, length};
}

/* The longest known beginning: "Infobox" of "Infobox person", "lang" of "lang-de", "#if" of
 * "#if:x". */
static const lk_wiki_name *find_beginning(const lk_wikitext *parser, lk_piece name,
                                          size_t *size) {
  for (*size = name.size; *size; --*size) {
    if (*size < name.size && !strchr(" _-/:\n", name.at[*size])) continue;
    lk_piece beginning = {name.at, *size};
    const lk_wiki_name *row = lk_wiki_names_find(&parser->beginnings, beginning, 1);
    parser->counts->steps += *size;
    if (row) return row;
  }
  return NULL;
}

/* The longest known ending: "infobox" of "Település infobox". */
static const lk_wiki_name *find_ending(const lk_wikitext *parser, lk_piece name) {
  for (size_t at = 1; at < name.size; at++) {
    if (name.at[at - 1] != ' ' && name.at[at - 1] != '_') continue;
    const lk_wiki_name *row =
        lk_wiki_names_find(&parser->endings, (lk_piece){name.at + at, name.size - at}, 1);
    parser->counts->steps += name.size - at;
    if (row) return row;
  }
  return NULL;
}

/* The rendering, and where the name ends: a function's first argument begins at once. A
 * code of a country, {{ESP}}, is alone; {{NOBR|text}} is another spelling.
 */
static const char *find(const lk_wikitext *parser, lk_piece *name, int *function) {
  size_t size;
  int filled = name->at[name->size] == '|';
  *name = lk_wiki_template_name(parser->site, *name);
  const lk_wiki_name *row = lk_wiki_names_find(&parser->templates, *name, filled);
  *function = 0;
  if (row) return row->value;
  row = find_beginning(parser, *name, &size);
  if (!row) row = find_ending(parser, *name);
  if (!row) return NULL;
  *function = size < name->size && name->at[size] == ':';
  if (*function) name->size = size + 1;
  return row->value;
}

static lk_status add_argument(lk_wikitext *parser, const lk_wiki_frame *call) {
  lk_wiki_arguments *list = &parser->arguments;
  if (list->count - call->arguments == ARGUMENTS) return LK_OK;
  LK_TRY(LK_WIKI_ROOM(list));
  list->at[list->count++] = (lk_wiki_argument){parser->rendered.size, 0};
  return LK_OK;
}

static int is_infobox(const char *rendering) {
  return rendering && !strcmp(rendering, "@fields");
}

static int is_note(const char *rendering) {
  return rendering && !strcmp(rendering, "@note");
}

int lk_wiki_is_infobox(lk_wikitext *parser, const lk_mark *mark) {
  int function;
  lk_piece name = name_at(parser, mark);
  return is_infobox(find(parser, &name, &function));
}

lk_status lk_wiki_open_template(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  int function;
  lk_piece name = name_at(parser, mark);
  const char *rendering = find(parser, &name, &function);
  int infobox = is_infobox(rendering);
  parser->counts->infoboxes += infobox;
  int note = is_note(rendering);
  int kept = rendering && *rendering && !note && (!infobox || parser->options.infoboxes);
  lk_wiki_frame *call = kept ? lk_wiki_push(parser, mark) : NULL;
  if (!call) {
    parser->counts->templates_dropped++;
    *next = mark->end;
    return lk_wiki_append_byte(&parser->rendered, note ? LK_WIKI_NOTE : LK_WIKI_HOLE);
  }
  parser->counts->templates_kept++;
  call->rendering = rendering;
  call->name = name;
  *next = (uint32_t)(name.at + name.size - parser->page);
  return function ? add_argument(parser, call) : LK_OK;
}

lk_status lk_wiki_template_piece(lk_wikitext *parser, lk_wiki_frame *call, lk_piece piece) {
  lk_wiki_text *out = &parser->rendered;
  lk_wiki_arguments *list = &parser->arguments;
  LK_TRY(lk_wiki_seam(out, piece));
  for (size_t i = 0; i < piece.size; i++) {
    int inside = list->count > call->arguments;
    if (piece.at[i] == '|') {
      LK_TRY(add_argument(parser, call));
      continue;
    }
    LK_TRY(lk_wiki_append_byte(out, piece.at[i]));
    if (piece.at[i] == '=' && inside && !list->at[list->count - 1].value)
      list->at[list->count - 1].value = out->size;
  }
  return LK_OK;
}

static int in_table(const lk_wikitext *parser) {
  int depth = parser->depth;
  while (depth && parser->frames[depth - 1].kind != LK_MARK_TABLE)
    depth--;
  return depth > 0;
}

/* The bar which {{!}} stands for: it splits a link or begins a cell. Where it begins a line
 * outside tables, a seam tells lines.c, which it may be text for. */
static lk_status put_bar(lk_wikitext *parser) {
  lk_wiki_text *out = &parser->rendered;
  lk_wiki_frame *top = parser->depth ? &parser->frames[parser->depth - 1] : NULL;
  if (top && top->kind == LK_MARK_LINK && !top->piped)
    return lk_wiki_link_piece(parser, top, lk_piece_of("|"));
  int begins = !out->size || out->bytes[out->size - 1] == '\n';
  if (begins && !in_table(parser)) LK_TRY(lk_wiki_append_byte(out, LK_WIKI_SEAM));
  return lk_wiki_append_byte(out, '|');
}

/* How long a call's result may become: what is in it, with a title as long as MediaWiki has
 * them, words and signs between the arguments. What repeats more takes that from the page's
 * store. */
static size_t room_of(const lk_wikitext *parser, const lk_wiki_frame *frame) {
  size_t given = parser->rendered.size - frame->from,
         arguments = parser->arguments.count - frame->arguments;
  return given + strnlen(parser->title, TITLE) + WORDS + SIGNS * arguments;
}

lk_status lk_wiki_close_template(lk_wikitext *parser, const lk_wiki_frame *frame) {
  lk_wiki_text *out = &parser->rendered;
  size_t room = room_of(parser, frame);
  lk_wiki_call call = {.parser = parser,
                       .bytes = out->bytes,
                       .end = out->size,
                       .arguments = parser->arguments.at + frame->arguments,
                       .count = parser->arguments.count - frame->arguments,
                       .most = room + parser->repeats,
                       .name = frame->name,
                       .before = {out->bytes, frame->from},
                       .to = &parser->scratch};
  parser->scratch.size = 0;
  LK_TRY(lk_call_render(&call, frame->rendering));
  if (parser->scratch.size > room) parser->repeats -= parser->scratch.size - room;
  parser->arguments.count = frame->arguments;
  out->size = frame->from;
  parser->counts->steps += parser->scratch.size;
  if (!parser->scratch.size) return lk_wiki_hole(parser);
  if (parser->scratch.size == 1 && *parser->scratch.bytes == '|') return put_bar(parser);
  return lk_wiki_join(out, (lk_piece){parser->scratch.bytes, parser->scratch.size});
}
