#include "lockstep/foreign.h"
#include <string.h>
#include <strings.h>

#define SQL                                                                                \
  "SQL, a table of a database",                                                            \
      "of a wiki's downloads …-pages-articles.xml.bz2 has the texts"

/* What a file of another kind has at `offset`, and what makes a text of it. */
static const struct {
  const char *magic;
  size_t length, offset;
  const char *kind, *fix;
} kinds[] = {
    {"\x1F\x8B", 2, 0, "compressed by gzip", "run `zcat FILE > TEXT` first"},
    {"BZh", 3, 0, "compressed by bzip2", "run `bzcat FILE > TEXT` first"},
    {"\xFD"
     "7zXZ\0",
     6, 0, "compressed by xz", "run `xzcat FILE > TEXT` first"},
    {"\x28\xB5\x2F\xFD", 4, 0, "compressed by zstd", "run `zstdcat FILE > TEXT` first"},
    {"\x04\x22\x4D\x18", 4, 0, "compressed by lz4", "run `lz4cat FILE > TEXT` first"},
    {"7z\xBC\xAF\x27\x1C", 6, 0, "a 7z archive", "run `7z e -so FILE > TEXT` first"},
    {"PK\x03\x04", 4, 0, "a zip archive", "run `unzip -p FILE > TEXT` first"},
    {"PK\x05\x06", 4, 0, "an empty zip archive", "it holds no text"},
    {"Rar!\x1A\x07", 6, 0, "a rar archive", "unpack it first"},
    {"ustar", 5, 257, "a tar archive", "run `tar -xOf FILE > TEXT` first"},
    {"%PDF-", 5, 0, "a PDF", "run `pdftotext FILE TEXT` first"},
    {"PAR1", 4, 0, "a Parquet table", "write its column of texts to a file first"},
    {"ARROW1", 6, 0, "an Arrow table", "write its column of texts to a file first"},
    {"\x89HDF\r\n\x1A\n", 8, 0, "an HDF5 file", "give the text itself"},
    {"lockstep 1\nlength ", 18, 0, "a corpus or checkpoint of Lockstep",
     "give the text itself, as `lockstep text` prints it"},
    {"lockstep 2\nlength ", 18, 0, "a corpus or checkpoint of Lockstep",
     "give the text itself, as `lockstep text` prints it"},
    {"-- MySQL dump ", 14, 0, SQL},
    {"-- MariaDB dump ", 16, 0, SQL},
    {"/*M!999999\\- enable the sandbox", 31, 0, SQL},
    {"/*!999999\\- enable the sandbox", 30, 0, SQL},
    {"\xFF\xFE", 2, 0, "UTF-16", "run `iconv -f UTF-16 -t UTF-8 FILE > TEXT` first"},
    {"\xFE\xFF", 2, 0, "UTF-16", "run `iconv -f UTF-16 -t UTF-8 FILE > TEXT` first"}};

/* "BZh" alone may begin a text; a level and the mark of a block follow it. */
static int is_bzip2(const char *bytes, size_t size) {
  return size >= 10 && bytes[3] >= '1' && bytes[3] <= '9' &&
         (!memcmp(bytes + 4, "1AY&SY", 6) || !memcmp(bytes + 4, "\x17rE8P\x90", 6));
}

/* A table ends as it begins. */
static int is_parquet(const char *bytes, size_t size) {
  return size >= 12 && !memcmp(bytes + size - 4, "PAR1", 4);
}

/* Place of the kind in the list, or -1. */
static int kind_of(const char *bytes, size_t size) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const char *magic = kinds[i].magic;
    if (size < kinds[i].offset + kinds[i].length ||
        memcmp(bytes + kinds[i].offset, magic, kinds[i].length))
      continue;
    if (!strcmp(magic, "BZh") && !is_bzip2(bytes, size)) continue;
    if (!strcmp(magic, "PAR1") && !is_parquet(bytes, size)) continue;
    return (int)i;
  }
  return -1;
}

static int is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(const char *bytes, size_t size, size_t at) {
  while (at < size && is_blank(bytes[at]))
    at++;
  return at;
}

static int begins(const char *bytes, size_t size, const char *with) {
  size_t length = strlen(with);
  return size >= length && !strncasecmp(bytes, with, length);
}

static int is_xml(const char *bytes, size_t size) {
  return begins(bytes, size, "<?xml") || begins(bytes, size, "<mediawiki") ||
         begins(bytes, size, "<feed>");
}

static int is_html(const char *bytes, size_t size) {
  return begins(bytes, size, "<!DOCTYPE html") ||
         (begins(bytes, size, "<html") && size > 5 &&
          (bytes[5] == '>' || is_blank(bytes[5])));
}

/* `{ "name" :`, as every object begins that has a member. */
static int begins_object(const char *bytes, size_t size) {
  if (size == 0 || *bytes != '{') return 0;
  size_t at = skip_blanks(bytes, size, 1);
  if (at == size || bytes[at] != '"') return 0;
  for (at++; at < size && bytes[at] != '"'; at++) {
    if (bytes[at] == '\\') at++;
    if (at < size && bytes[at] == '\n') return 0;
  }
  at = skip_blanks(bytes, size, at + 1);
  return at < size && bytes[at] == ':';
}

/* The first lines, some or as many as there are, are an object each. */
static int is_json_lines(const char *bytes, size_t size) {
  enum { ENOUGH = 5 };
  int objects = 0;
  for (size_t at = 0; at < size && objects < ENOUGH;) {
    const char *newline = memchr(bytes + at, '\n', size - at);
    size_t next = newline ? (size_t)(newline - bytes) + 1 : size, end = next;
    while (end > at && is_blank(bytes[end - 1]))
      end--;
    at = skip_blanks(bytes, end, at);
    if (at < end && (bytes[end - 1] != '}' || !begins_object(bytes + at, end - at)))
      return 0;
    objects += at < end;
    at = next;
  }
  return objects > 0;
}

/* One object or list of objects over many lines, from the first byte to the last. */
static int is_json(const char *bytes, size_t size) {
  while (size > 0 && is_blank(bytes[size - 1]))
    size--;
  if (size == 0) return 0;
  char last = bytes[size - 1];
  if (*bytes == '{') return last == '}' && begins_object(bytes, size);
  if (*bytes != '[' || last != ']') return 0;
  size_t at = skip_blanks(bytes, size, 1);
  return begins_object(bytes + at, size - at);
}

static lk_status refuse(const char *name, const char *kind, const char *fix,
                        const char *what) {
  return lk_fail(LK_BAD_DATA, "%s: %s, not a text with one %s a line; %s", name, kind, what,
                 fix);
}

lk_status lk_foreign_check(const char *name, const char *bytes, size_t size,
                           const char *what) {
  int kind = kind_of(bytes, size);
  if (kind >= 0) return refuse(name, kinds[kind].kind, kinds[kind].fix, what);
  size_t mark = size >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3) ? 3 : 0;
  size_t start = skip_blanks(bytes, size, mark);
  bytes += start;
  size -= start;
  if (is_html(bytes, size))
    return refuse(name, "HTML",
                  "give the text itself; of a wiki `lockstep prepare FILE CORPUS.h5` reads "
                  "the XML of a dump or of Special:Export",
                  what);
  if (is_xml(bytes, size))
    return refuse(name, "XML, such as a MediaWiki dump",
                  "of a dump `lockstep prepare FILE CORPUS.h5` makes a corpus", what);
  if (is_json_lines(bytes, size))
    return refuse(name, "JSON lines",
                  "of JSON lines `lockstep prepare FILE CORPUS.h5` makes a corpus, "
                  "--field names the text",
                  what);
  if (is_json(bytes, size))
    return refuse(name, "JSON over several lines or a list",
                  "make a line of each object (`jq -c '.[]' FILE > LINES` of a list, else "
                  "`jq -c .`), of which `lockstep prepare LINES CORPUS.h5` makes a corpus",
                  what);
  return LK_OK;
}
