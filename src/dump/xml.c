#include "dump/xml.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { TAG_MOST = 4 << 20 }; /* bytes of a tag or comment, which the parser keeps whole */

static const char root_end[] = "</mediawiki>";

static void find_root(lk_xml *xml) {
  const lk_dump *dump = xml->dump, *first = dump->whole ? dump->whole : dump;
  size_t size;
  const char *head = lk_text_stream_head(first->stream, &size);
  xml->bare_page = lk_head_bare_page(head, size);
  xml->is_bare = xml->bare_page < size;
  xml->seek.is_on = lk_text_stream_begins_within(dump->stream);
  xml->has_root_put_in = xml->is_bare || xml->seek.is_on;
}

static lk_status open_parser(lk_dump *dump) {
  lk_xml *xml;
  LK_TRY(LK_NEW(xml, 1));
  dump->state = xml;
  xml->dump = dump;
  find_root(xml);
  /* the stream has become UTF-8, whatever it says */
  xml->parser = XML_ParserCreate(lk_text_stream_was_utf16(dump->stream) ? "UTF-8" : NULL);
  if (!xml->parser) return lk_fail(LK_INTERNAL, "out of memory for a parser of XML");
  lk_xml_set_handlers(xml);
  if (dump->whole) lk_xml_set_part_handlers(xml);
  return LK_OK;
}

unsigned long lk_xml_line(const lk_xml *xml) {
  return xml->seek.lines + XML_GetCurrentLineNumber64(xml->parser);
}

static lk_status refuse_cut(const lk_xml *xml) {
  const char *title = lk_bytes_text(&xml->title);
  int is_inside = xml->depth > 1 && *title;
  return lk_fail(LK_BAD_DATA, "%s: is cut short: it ends at line %lu%s, %s%s%s",
                 lk_text_stream_name(xml->dump->stream), lk_xml_line(xml),
                 lk_text_stream_origin(xml->dump->stream),
                 is_inside ? "within the page '" : "before </mediawiki>",
                 is_inside ? title : "", is_inside ? "'" : "");
}

/* At the end of the input: within an element, a tag, a character, or before all. */
static int is_cut(const lk_xml *xml, enum XML_Error error) {
  return xml->is_final &&
         (xml->depth > 0 || error == XML_ERROR_NO_ELEMENTS ||
          error == XML_ERROR_UNCLOSED_TOKEN || error == XML_ERROR_PARTIAL_CHAR);
}

static lk_status refuse(const lk_xml *xml) {
  enum XML_Error error = XML_GetErrorCode(xml->parser);
  char what[128];
  if (xml->status != LK_OK) return xml->status;
  if (is_cut(xml, error)) return refuse_cut(xml);
  if (error == XML_ERROR_NO_MEMORY)
    return lk_fail(LK_INTERNAL, "%s: out of memory for its XML",
                   lk_text_stream_name(xml->dump->stream));
  const char *encoding =
      error == XML_ERROR_INVALID_TOKEN ? ", or is not in its encoding" : "";
  snprintf(what, sizeof what, "the XML is wrong: %s%s", XML_ErrorString(error), encoding);
  return lk_xml_refuse(xml, what);
}

/* <page> elements without a root get one, before the first. */
static size_t put_root(lk_xml *xml, char *bytes) {
  if (!xml->is_bare || xml->fed) return 0;
  memmove(bytes, bytes + LK_XML_ROOT_SIZE, xml->bare_page);
  memcpy(bytes + xml->bare_page, LK_XML_ROOT, LK_XML_ROOT_SIZE);
  return LK_XML_ROOT_SIZE;
}

static lk_status check_tag(const lk_xml *xml) {
  int64_t parsed = XML_GetCurrentByteIndex64(xml->parser);
  assert(parsed <= (int64_t)xml->fed);
  if (parsed < 0 || xml->fed - (uint64_t)parsed <= TAG_MOST) return LK_OK;
  return lk_xml_refuse(xml, "a tag or comment is longer than 4 MiB");
}

static lk_status judge(lk_xml *xml, enum XML_Status parsed) {
  xml->is_final |= xml->is_beyond;
  if (xml->is_beyond) return LK_OK;
  if (parsed == XML_STATUS_ERROR) return refuse(xml);
  return check_tag(xml);
}

/* The end, with that of the root where it was put in and did not come. */
static lk_status feed_end(lk_xml *xml) {
  int size = xml->is_bare && xml->depth == 1 ? (int)strlen(root_end) : 0;
  xml->is_final = 1;
  xml->fed += (uint64_t)size;
  return judge(xml, XML_Parse(xml->parser, root_end, size, 1));
}

lk_status lk_xml_get_room(lk_xml *xml, char **bytes) {
  int room = LK_XML_FED + LK_XML_ROOT_SIZE + (int)sizeof xml->seek.kept;
  *bytes = XML_GetBuffer(xml->parser, room);
  if (*bytes) return LK_OK;
  return lk_fail(LK_INTERNAL, "%s: out of memory for its XML",
                 lk_text_stream_name(xml->dump->stream));
}

lk_status lk_xml_feed(lk_xml *xml, size_t size) {
  xml->fed += size;
  return judge(xml, XML_ParseBuffer(xml->parser, (int)size, 0));
}

static lk_status feed(lk_xml *xml) {
  size_t got, before = xml->is_bare && !xml->fed ? LK_XML_ROOT_SIZE : 0;
  char *bytes;
  if (xml->seek.is_on) return lk_xml_find_first(xml);
  if (xml->is_fed) return feed_end(xml);
  LK_TRY(lk_xml_get_room(xml, &bytes));
  LK_TRY(lk_text_stream_read(xml->dump->stream, bytes + before, LK_XML_FED, &got));
  xml->is_fed = got < LK_XML_FED;
  return lk_xml_feed(xml, got + put_root(xml, bytes));
}

static lk_status go_on(lk_xml *xml) {
  XML_ParsingStatus at;
  XML_GetParsingStatus(xml->parser, &at);
  if (at.parsing == XML_SUSPENDED) return judge(xml, XML_ResumeParser(xml->parser));
  return feed(xml);
}

static void tell_site(lk_xml *xml) {
  lk_dump_site *site = &xml->dump->site;
  site->name = lk_bytes_text(&xml->site_name);
  site->database = lk_bytes_text(&xml->database);
  site->base = lk_bytes_text(&xml->base);
  site->title_case = lk_bytes_text(&xml->title_case);
  site->language = lk_bytes_text(&xml->language);
}

static lk_status next(lk_dump *dump, int *there) {
  lk_xml *xml = dump->state;
  xml->has_page = 0;
  while (!xml->has_page && !xml->is_final)
    LK_TRY(go_on(xml));
  tell_site(xml);
  *there = xml->has_page;
  return *there ? lk_xml_page(xml) : LK_OK;
}

static void close_parser(lk_dump *dump) {
  lk_xml *xml = dump->state;
  if (!xml) return;
  if (xml->parser) XML_ParserFree(xml->parser);
  lk_xml_free_elements(xml);
  lk_free(xml);
}

static int has_parts(const lk_dump *dump) {
  const lk_xml *xml = dump->state;
  return !xml->has_encoding;
}

const lk_reader lk_reader_xml = {LK_DUMP_XML, open_parser, next, close_parser, has_parts};
