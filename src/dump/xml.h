/* MediaWiki's XML as pages, by expat. Private to src/dump. */
#ifndef LOCKSTEP_DUMP_XML_H
#define LOCKSTEP_DUMP_XML_H

#include "dump/bytes.h"
#include "dump/reader.h"
#include <expat.h>

/* Newer versions of expat call them so, and warn of the old names. */
#if XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION < 9
#define XML_GetCurrentLineNumber64 XML_GetCurrentLineNumber
#define XML_GetCurrentByteIndex64  XML_GetCurrentByteIndex
#endif

enum {
  LK_XML_DEPTH = 64,          /* of elements within elements; an export has 6 */
  LK_XML_NAME_MOST = 1 << 16, /* bytes of a title, of a name */
  LK_XML_SPACES_MOST = 4096,  /* namespaces; Wikipedia has 40 */
  LK_XML_FED = 1 << 17        /* bytes at a time */
};

/* Put in where the text has none. */
#define LK_XML_ROOT "<mediawiki>"
enum { LK_XML_ROOT_SIZE = sizeof LK_XML_ROOT - 1 };

/* The beginning of a part, up to its first page. */
typedef struct {
  int is_on;    /* the parser was fed nothing yet */
  char kept[8]; /* may be the first bytes of its tag */
  size_t kept_size;
  uint64_t bytes, lines; /* left out before it */
} lk_xml_seek;

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
  int has_encoding; /* other than UTF-8 */
  lk_xml_seek seek;
  int has_root_put_in;
  int is_beyond;  /* the part: the page that begins is another's */
  int is_cdata;   /* the characters are a CDATA section's, */
  size_t matched; /* which may be in the middle of "<page" */
  uint64_t fed;   /* bytes */
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

/* Looks in what is read next for the first page of a part, and feeds the parser from there
 * on, a root before it. Sets is_final when none begins in the part. */
lk_status lk_xml_find_first(lk_xml *xml);

/* For a part: has the parser refuse "<page" in comments, processing instructions and CDATA
 * sections. */
void lk_xml_set_part_handlers(lk_xml *xml);

/* Some of the characters of a CDATA section. */
void lk_xml_check_cdata(lk_xml *xml, const char *bytes, size_t size);

/* Nonzero when a page whose tag is parsed begins behind the part. */
int lk_xml_is_beyond(const lk_xml *xml);

/* Room for LK_XML_FED bytes of text, LK_XML_ROOT_SIZE and what is kept in the parser.
 * LK_INTERNAL. */
lk_status lk_xml_get_room(lk_xml *xml, char **bytes);

/* Has the parser parse what was put there. */
lk_status lk_xml_feed(lk_xml *xml, size_t size);

/* The line that is parsed. */
unsigned long lk_xml_line(const lk_xml *xml);

/* LK_BAD_DATA, naming the input and the line. */
lk_status lk_xml_refuse(const lk_xml *xml, const char *what);

/* The same of a handler, whose parser stops. */
void lk_xml_stop(lk_xml *xml, const char *what);

#endif
