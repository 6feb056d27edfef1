/* Parts of an export. MediaWiki writes "<" in texts as "&lt;", so that <page> is an element
 * wherever it stands; where others may have put it into a comment or a CDATA section, or
 * inside of another element, the part in which that begins refuses it. */
#include "dump/xml.h"
#include <assert.h>
#include <string.h>

static const char page_tag[] = "<page";
enum { PAGE_TAG = sizeof page_tag - 1 };

/* Of that name, not of a longer one: the byte behind it must be there. */
static int is_page(const char *at, const char *end) {
  if (end - at <= PAGE_TAG || memcmp(at, page_tag, PAGE_TAG)) return 0;
  return at[PAGE_TAG] && strchr(" \t\r\n/>", at[PAGE_TAG]);
}

/* NULL when there is none. */
static const char *find_page(const char *at, const char *end) {
  while ((at = memchr(at, '<', (size_t)(end - at)))) {
    if (is_page(at, end)) return at;
    at++;
  }
  return NULL;
}

static uint64_t count_lines(const char *at, const char *end) {
  uint64_t lines = 0;
  while ((at = memchr(at, '\n', (size_t)(end - at)))) {
    lines++;
    at++;
  }
  return lines;
}

static void leave_out(lk_xml_seek *seek, const char *text, const char *end) {
  assert(text <= end);
  seek->bytes += (uint64_t)(end - text);
  seek->lines += count_lines(text, end);
}

static lk_status begin(lk_xml *xml, char *bytes, const char *text, size_t size) {
  memmove(bytes + LK_XML_ROOT_SIZE, text, size);
  memcpy(bytes, LK_XML_ROOT, LK_XML_ROOT_SIZE);
  xml->seek.is_on = 0;
  return lk_xml_feed(xml, LK_XML_ROOT_SIZE + size);
}

/* Where none begins up to the file's end, the part before has read up to there, and found
 * out whether it is the end. */
lk_status lk_xml_find_first(lk_xml *xml) {
  lk_xml_seek *seek = &xml->seek;
  lk_text_stream *stream = xml->dump->stream;
  char *bytes;
  size_t got;
  LK_TRY(lk_xml_get_room(xml, &bytes));
  char *text = bytes + LK_XML_ROOT_SIZE;
  memcpy(text, seek->kept, seek->kept_size);
  LK_TRY(lk_text_stream_read(stream, text + seek->kept_size, LK_XML_FED, &got));
  xml->is_fed = got < LK_XML_FED;
  const char *end = text + seek->kept_size + got, *page = find_page(text, end);
  seek->kept_size = page || xml->is_fed ? 0 : PAGE_TAG;
  const char *to = page ? page : end - seek->kept_size;
  leave_out(seek, text, to);
  xml->is_final = seek->bytes >= lk_text_stream_owned(stream) || (!page && xml->is_fed);
  if (page && !xml->is_final) return begin(xml, bytes, page, (size_t)(end - page));
  memcpy(seek->kept, to, seek->kept_size);
  return LK_OK;
}

/* The tag's byte of the text, from where the stream begins. */
static uint64_t place(const lk_xml *xml) {
  int64_t parsed = XML_GetCurrentByteIndex64(xml->parser);
  uint64_t put_in = xml->has_root_put_in ? LK_XML_ROOT_SIZE : 0;
  assert(parsed >= 0 && (uint64_t)parsed >= put_in);
  return xml->seek.bytes + (uint64_t)parsed - put_in;
}

int lk_xml_is_beyond(const lk_xml *xml) {
  return xml->dump->whole && place(xml) >= lk_text_stream_owned(xml->dump->stream);
}

static void refuse(lk_xml *xml) {
  lk_xml_stop(xml,
              "a comment or CDATA section has '<page' in it, so that the file cannot be "
              "read in parts; take it out, or pack the file with gzip");
}

static void XMLCALL on_comment(void *user, const char *text) {
  if (strstr(text, page_tag)) refuse(user);
}

static void XMLCALL on_instruction(void *user, const char *target, const char *text) {
  if (strstr(target, page_tag) || strstr(text, page_tag)) refuse(user);
}

static void XMLCALL on_cdata(void *user) {
  lk_xml *xml = user;
  xml->is_cdata = 1;
  xml->matched = 0;
}

static void XMLCALL on_cdata_end(void *user) {
  lk_xml *xml = user;
  xml->is_cdata = 0;
}

/* They come in pieces, cut anywhere. */
void lk_xml_check_cdata(lk_xml *xml, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    xml->matched = bytes[i] == page_tag[xml->matched] ? xml->matched + 1 : bytes[i] == '<';
    if (page_tag[xml->matched]) continue;
    refuse(xml);
    return;
  }
}

void lk_xml_set_part_handlers(lk_xml *xml) {
  XML_SetCommentHandler(xml->parser, on_comment);
  XML_SetProcessingInstructionHandler(xml->parser, on_instruction);
  XML_SetCdataSectionHandler(xml->parser, on_cdata, on_cdata_end);
}
