/* The elements of MediaWiki's export that are read. Versions 0.3 to 0.11 differ in which
 * there are, not in what they mean. */
#include "dump/xml.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DOCUMENT, OTHER, ROOT, SITE, SPACES, SPACE, PAGE, REDIRECT, REVISION, TEXT, LEAF };

/* Which elements inside of which, and where their characters go. */
static const struct {
  unsigned char parent;
  const char *name;
  unsigned char element;
  size_t into; /* 0: nowhere */
} known[] = {
    {DOCUMENT, "mediawiki", ROOT, 0},
    {ROOT, "siteinfo", SITE, 0},
    {SITE, "sitename", LEAF, offsetof(lk_xml, site_name)},
    {SITE, "dbname", LEAF, offsetof(lk_xml, database)},
    {SITE, "base", LEAF, offsetof(lk_xml, base)},
    {SITE, "case", LEAF, offsetof(lk_xml, title_case)},
    {SITE, "namespaces", SPACES, 0},
    {SPACES, "namespace", SPACE, offsetof(lk_xml, space_name)},
    {ROOT, "page", PAGE, 0},
    {PAGE, "title", LEAF, offsetof(lk_xml, title)},
    {PAGE, "ns", LEAF, offsetof(lk_xml, space)},
    {PAGE, "id", LEAF, offsetof(lk_xml, id)},
    {PAGE, "redirect", REDIRECT, 0},
    {PAGE, "revision", REVISION, 0},
    {REVISION, "model", LEAF, offsetof(lk_xml, model)},
    {REVISION, "format", LEAF, offsetof(lk_xml, format)},
    {REVISION, "text", TEXT, offsetof(lk_xml, text)},
};
enum { KNOWN = sizeof known / sizeof *known };

lk_status lk_xml_refuse(const lk_xml *xml, const char *what) {
  const char *title = lk_bytes_text(&xml->title);
  return lk_fail(LK_BAD_DATA, "%s: line %lu%s: %s%s%s%s",
                 lk_text_stream_name(xml->dump->stream), lk_xml_line(xml),
                 lk_text_stream_origin(xml->dump->stream), what, *title ? " (page '" : "",
                 title, *title ? "')" : "");
}

static void stop(lk_xml *xml, lk_status status) {
  if (xml->status != LK_OK) return;
  xml->status = status;
  XML_StopParser(xml->parser, XML_FALSE);
}

void lk_xml_stop(lk_xml *xml, const char *what) {
  if (xml->status == LK_OK) stop(xml, lk_xml_refuse(xml, what));
}

static const char *attribute(const char **attributes, const char *name) {
  for (; *attributes; attributes += 2)
    if (!strcmp(attributes[0], name)) return attributes[1];
  return NULL;
}

static void set(lk_xml *xml, lk_bytes *to, const char *text) {
  to->size = 0;
  if (!text) return;
  if (strlen(text) > LK_XML_NAME_MOST)
    lk_xml_stop(xml, "an attribute is too long");
  else if (lk_bytes_append(to, text, strlen(text)) != LK_OK)
    stop(xml, LK_INTERNAL);
}

static void begin_page(lk_xml *xml) {
  lk_bytes *const parts[] = {&xml->title, &xml->space,  &xml->id,  &xml->redirect,
                             &xml->model, &xml->format, &xml->text};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    lk_bytes_clear(parts[i]);
  xml->is_redirect = 0;
}

/* A namespace without a name that is read yet. */
static lk_status add_space(lk_xml *xml, int32_t key) {
  lk_dump_site *site = &xml->dump->site;
  if (!site->namespaces) LK_TRY(LK_NEW(site->namespaces, LK_XML_SPACES_MOST));
  if (site->namespace_count == LK_XML_SPACES_MOST)
    return lk_xml_refuse(xml, "there are more than 4096 namespaces");
  site->namespaces[site->namespace_count++].key = key;
  return LK_OK;
}

static void begin_space(lk_xml *xml, const char **attributes) {
  const char *key = attribute(attributes, "key");
  lk_status status = add_space(xml, key ? (int32_t)strtol(key, NULL, 10) : 0);
  if (status != LK_OK) stop(xml, status);
}

static void end_space(lk_xml *xml) {
  lk_dump_site *site = &xml->dump->site;
  assert(site->namespace_count);
  lk_dump_namespace *space = &site->namespaces[site->namespace_count - 1];
  if (lk_copy_text(&space->name, lk_bytes_text(&xml->space_name)) != LK_OK)
    stop(xml, LK_INTERNAL);
}

static void begin(lk_xml *xml, int element, const char **attributes) {
  switch (element) {
  case ROOT:
    set(xml, &xml->language, attribute(attributes, "xml:lang"));
    break;
  case PAGE:
    begin_page(xml);
    break;
  case SPACE:
    begin_space(xml, attributes);
    break;
  case REDIRECT:
    xml->is_redirect = 1;
    set(xml, &xml->redirect, attribute(attributes, "title"));
    break;
  default:
    break;
  }
}

static int find(int parent, const char *name) {
  for (int i = 0; i < KNOWN; i++)
    if (known[i].parent == parent && !strcmp(known[i].name, name)) return i;
  return KNOWN;
}

static void refuse_root(lk_xml *xml, const char *name) {
  char what[240];
  snprintf(what, sizeof what,
           "the root element is <%.40s>, so it is no export of MediaWiki, whose is "
           "<mediawiki>; of a wiki's downloads …-pages-articles.xml.bz2 has the texts",
           name);
  lk_xml_stop(xml, what);
}

/* The page is not the part's, which ends before it. */
static void pass(lk_xml *xml) {
  xml->is_beyond = 1;
  XML_StopParser(xml->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes) {
  lk_xml *xml = user;
  int parent = xml->depth ? xml->elements[xml->depth - 1] : DOCUMENT;
  int row = find(parent, name), element = row < KNOWN ? known[row].element : OTHER;
  if (xml->depth == LK_XML_DEPTH) {
    lk_xml_stop(xml, "elements are nested more than 64 deep");
    return;
  }
  if (!xml->depth && element != ROOT) refuse_root(xml, name);
  if (xml->into) lk_xml_stop(xml, "an element stands inside of a text");
  if (element == OTHER && xml->dump->whole && !strcmp(name, "page"))
    lk_xml_stop(xml, "a <page> stands inside of another element");
  if (element == PAGE && lk_xml_is_beyond(xml)) pass(xml);
  if (xml->status != LK_OK || xml->is_beyond) return;
  xml->elements[xml->depth++] = (unsigned char)element;
  begin(xml, element, attributes);
  if (row == KNOWN || !known[row].into) return;
  xml->into = (lk_bytes *)((char *)xml + known[row].into);
  xml->most = element == TEXT ? xml->dump->options.longest : LK_XML_NAME_MOST;
  lk_bytes_clear(xml->into);
}

static void XMLCALL on_end(void *user, const char *name) {
  lk_xml *xml = user;
  (void)name;
  if (xml->status != LK_OK || xml->is_beyond) return;
  assert(xml->depth > 0);
  int element = xml->elements[--xml->depth];
  xml->into = NULL;
  if (element == SPACE) end_space(xml);
  if (element != PAGE) return;
  xml->has_page = 1;
  XML_StopParser(xml->parser, XML_TRUE);
}

static void refuse_length(lk_xml *xml) {
  char what[128];
  snprintf(what, sizeof what, "the text is longer than %zu bytes, which is the limit",
           xml->most);
  lk_xml_stop(xml, what);
}

static void XMLCALL on_characters(void *user, const char *bytes, int size) {
  lk_xml *xml = user;
  assert(size >= 0);
  if (xml->is_cdata) lk_xml_check_cdata(xml, bytes, (size_t)size);
  if (!xml->into || xml->status != LK_OK) return;
  if ((size_t)size > xml->most - xml->into->size)
    refuse_length(xml);
  else if (lk_bytes_append(xml->into, bytes, (size_t)size) != LK_OK)
    stop(xml, LK_INTERNAL);
}

/* Entities that stand for one another are how a small file becomes a large one. */
static void XMLCALL on_document_type(void *user, const char *name, const char *system,
                                     const char *public, int has_subset) {
  (void)name;
  (void)system;
  (void)public;
  (void)has_subset;
  lk_xml_stop(
      user, "there is a document type, which may declare entities; an export of MediaWiki "
            "has none");
}

static void XMLCALL on_declaration(void *user, const char *version, const char *encoding,
                                   int standalone) {
  lk_xml *xml = user;
  (void)version;
  (void)standalone;
  xml->has_encoding = encoding && strcasecmp(encoding, "UTF-8");
}

void lk_xml_set_handlers(lk_xml *xml) {
  XML_SetUserData(xml->parser, xml);
  XML_SetElementHandler(xml->parser, on_start, on_end);
  XML_SetCharacterDataHandler(xml->parser, on_characters);
  XML_SetStartDoctypeDeclHandler(xml->parser, on_document_type);
  XML_SetXmlDeclHandler(xml->parser, on_declaration);
}

static lk_status read_number(const lk_xml *xml, const lk_bytes *text, int64_t *number) {
  char *end;
  if (!text->size) return LK_OK;
  *number = strtoll(text->bytes, &end, 10);
  return *end ? lk_xml_refuse(xml, "<id> or <ns> of the page is no number") : LK_OK;
}

lk_status lk_xml_page(lk_xml *xml) {
  lk_dump_page *page = &xml->dump->page;
  const char *title = lk_bytes_text(&xml->title), *model = lk_bytes_text(&xml->model);
  int64_t id = -1, space = lk_dump_space_of(lk_dump_site_of(xml->dump), title);
  LK_TRY(read_number(xml, &xml->id, &id));
  LK_TRY(read_number(xml, &xml->space, &space));
  *page = (lk_dump_page){.title = title,
                         .text = lk_bytes_text(&xml->text),
                         .size = xml->text.size,
                         .id = id,
                         .space = (int32_t)space,
                         .is_redirect = xml->is_redirect,
                         .redirect = lk_bytes_text(&xml->redirect),
                         .model = *model ? model : "wikitext",
                         .format = lk_bytes_text(&xml->format),
                         .calls = "",
                         .line = lk_xml_line(xml)};
  return LK_OK;
}

void lk_xml_free_elements(lk_xml *xml) {
  lk_bytes *const all[] = {&xml->site_name, &xml->database,   &xml->base,  &xml->title_case,
                           &xml->language,  &xml->space_name, &xml->title, &xml->space,
                           &xml->id,        &xml->redirect,   &xml->model, &xml->format,
                           &xml->text};
  lk_dump_site *site = &xml->dump->site;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    lk_bytes_free(all[i]);
  for (size_t i = 0; i < site->namespace_count; i++)
    lk_free(site->namespaces[i].name);
  lk_free(site->namespaces);
}
