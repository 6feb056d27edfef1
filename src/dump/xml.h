/* MediaWiki's XML as pages, by expat. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_XML_H
#define LOCKSTEP_DUMP_XML_H

#include "dump/bytes.h"
#include "dump/reader.h"
#include <expat.h>

enum {
  LK_XML_DEPTH = 64,          /* of elements within elements; an export has 6 */
  LK_XML_NAME_MOST = 1 << 16, /* bytes of a title, of a name */
  LK_XML_SPACES_MOST = 4096   /* namespaces; Wikipedia has 40 */
};

typedef struct {
  XML_Parser parser;
  lk_dump *dump;    /* whose state this is */
  lk_status status; /* of a handler that stopped the parser */
  int depth;
  unsigned char elements[LK_XML_DEPTH]; /* around the place that is parsed */
  lk_bytes *into;   /* what the characters there are appended to; NULL: nothing */
  size_t most;      /* bytes of it */
  int has_page;     /* one has ended */
  size_t bare_page; /* where a root element is to be put in, in what is fed first */
  int is_bare;
  uint64_t fed; /* bytes */
  int is_fed, is_final;
  lk_bytes site_name, database, base, title_case, language, space_name;
  lk_bytes title, space, id, redirect, model, format, text;
  int is_redirect;
} lk_xml;

/* Has the parser call what collects pages and the facts of the site, and stop behind each
 * page. A failure of theirs is in xml->status, and the parser then aborted. */
void lk_xml_set_handlers(lk_xml *xml);

/* The page that has ended as dump->page. LK_BAD_DATA when its numbers are none. */
lk_status lk_xml_page(lk_xml *xml);

void lk_xml_free_elements(lk_xml *xml);

/* LK_BAD_DATA, naming the input and the line. */
lk_status lk_xml_refuse(const lk_xml *xml, const char *what);

#endif
