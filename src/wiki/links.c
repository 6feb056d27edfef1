#include "wiki/render.h"
#include "wiki/site.h"

enum { PREFIX = 64, FILE_NAME = 256 };

/* What stands before the colon of a link's target, nothing if there is none. */
static lk_piece prefix_of(const char *target, size_t size) {
  size_t length = 0, most = size < PREFIX ? size : PREFIX;
  if (!memchr(target, ':', most)) return (lk_piece){target, 0}; /* as of most links */
  while (length < most && !strchr(":|[]{}\n", target[length]))
    length++;
  if (length == most || target[length] != ':') length = 0;
  return (lk_piece){target, length};
}

/* Whether what stands before the | ends as names of files do. */
static int is_file_name(lk_wikitext *parser, lk_piece target) {
  static const char endings[] =
      " jpg jpeg png svg gif tif tiff webp bmp xcf stl ogg oga ogv "
      "opus mp3 mp4 mpg webm mid flac wav pdf djvu ";
  size_t size = 0, most = target.size < FILE_NAME ? target.size : FILE_NAME, dot = 0;
  char ending[8] = " ";
  for (; size < most && target.at[size] != '|'; size++)
    if (target.at[size] == '.') dot = size + 1;
  parser->counts->steps += size;
  lk_piece found = lk_piece_trim((lk_piece){target.at + dot, size - dot});
  if (!dot || !found.size || found.size > 5) return 0;
  for (size_t i = 0; i < found.size; i++)
    ending[i + 1] = found.at[i] | 0x20;
  ending[found.size + 1] = ' ';
  return strstr(endings, ending) != NULL;
}

static int namespace_of(lk_wikitext *parser, lk_piece target, lk_piece prefix) {
  int number = lk_wiki_site_find(parser->site, LK_WORD_NAMESPACE, prefix);
  int elsewhere = number == LK_WIKI_FILE_ELSEWHERE && is_file_name(parser, target);
  return elsewhere ? LK_WIKI_FILE : number;
}

int lk_wiki_begins_file(lk_wikitext *parser, const lk_mark *mark) {
  lk_piece target = {parser->page + mark->next, parser->size - mark->next};
  lk_piece prefix = prefix_of(target.at, target.size);
  parser->counts->steps += prefix.size + 1;
  return prefix.size && namespace_of(parser, target, prefix) == LK_WIKI_FILE;
}

static int is_left_out(lk_wikitext *parser, lk_piece target) {
  lk_piece prefix = prefix_of(target.at, target.size);
  if (!prefix.size) return 0;
  int number = namespace_of(parser, target, prefix);
  parser->counts->files += number == LK_WIKI_FILE;
  parser->counts->categories += number == LK_WIKI_CATEGORY;
  if (number == LK_WIKI_FILE || number == LK_WIKI_CATEGORY) return 1;
  prefix = lk_piece_trim(prefix);
  int language = lk_wiki_is_language(prefix.at, prefix.size);
  parser->counts->languages += language != 0;
  return language;
}

lk_status lk_wiki_open_link(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  lk_piece target = {parser->page + mark->next, mark->close - mark->next};
  while (target.size && lk_is_blank(*target.at))
    target.at++, target.size--;
  parser->counts->steps += PREFIX;
  if (is_left_out(parser, target) || !lk_wiki_push(parser, mark)) {
    *next = mark->end;
    return lk_wiki_hole(parser);
  }
  parser->counts->links++;
  return LK_OK;
}

/* Only what stands behind the last | shows. */
lk_status lk_wiki_link_piece(lk_wikitext *parser, lk_wiki_frame *link, lk_piece piece) {
  const char *bar = memrchr(piece.at, '|', piece.size);
  if (bar) {
    link->piped = 1;
    parser->rendered.size = link->from;
    piece.size -= (size_t)(bar + 1 - piece.at);
    piece.at = bar + 1;
  }
  return lk_wiki_join(&parser->rendered, piece);
}

/* [[Help:Town (city)|]] shows as Town. */
static lk_status trick(lk_wikitext *parser, const lk_wiki_frame *link) {
  const char *target = parser->page + link->at + 2;
  const char *bar = memchr(target, '|', link->end - 2 - (link->at + 2));
  size_t size = bar ? (size_t)(bar - target) : 0;
  lk_piece prefix = prefix_of(target, size);
  if (prefix.size) target += prefix.size + 1, size -= prefix.size + 1;
  const char *bracket = memchr(target, '(', size);
  if (bracket) size = (size_t)(bracket - target);
  lk_piece shown = lk_piece_trim((lk_piece){target, size});
  if (memchr(shown.at, '[', shown.size) || memchr(shown.at, '{', shown.size)) return LK_OK;
  return lk_wiki_append(&parser->rendered, shown.at, shown.size);
}

/* [[:Category:Birds]] and [[wikt:bird]] show what stands behind; so does an address in two
 * brackets. */
static void show_target(lk_wiki_text *out, size_t from) {
  char *shown = out->bytes + from;
  size_t size = out->size - from, skip = size && *shown == ':';
  size_t most = size < PREFIX ? size : PREFIX, letters = skip;
  while (letters < most && lk_is_letter(shown[letters]))
    letters++;
  if (letters + 2 < most && !memcmp(shown + letters, "://", 3)) {
    char *blank = memchr(shown, ' ', size);
    skip = blank ? (size_t)(blank + 1 - shown) : size;
  } else if (letters && letters < 12 && letters + 1 < most && shown[letters] == ':' &&
             shown[letters + 1] != ' ' && lk_wiki_is_project((lk_piece){shown, letters})) {
    skip = letters + 1;
  }
  memmove(shown, shown + skip, size - skip);
  out->size -= skip;
}

lk_status lk_wiki_close_link(lk_wikitext *parser, const lk_wiki_frame *link) {
  assert(link->from <= parser->rendered.size);
  if (link->piped && parser->rendered.size == link->from) return trick(parser, link);
  if (!link->piped && parser->rendered.size > link->from)
    show_target(&parser->rendered, link->from);
  return LK_OK;
}

/* Without a text MediaWiki shows a number only. */
lk_status lk_wiki_open_address(lk_wikitext *parser, const lk_mark *mark, uint32_t *next) {
  uint32_t at = mark->next;
  while (at < mark->close && !strchr(" \t[{<\"", parser->page[at]))
    at++;
  while (at < mark->close && lk_is_blank(parser->page[at]))
    at++;
  parser->counts->addresses++;
  parser->counts->steps += at - mark->next;
  *next = at;
  if (at < mark->close) return LK_OK;
  *next = mark->end;
  return lk_wiki_hole(parser);
}
