/* Pages of XML, JSON lines and plain text, in every form that they come in; what is wrong
 * with one is said in a message that names the line. */
#include "dump/utf8.h"
#include "dump_files.h"
#include "lockstep/dump.h"
#include "lockstep/text.h"

#define HEAD                                                                               \
  "<mediawiki xmlns=\"http://www.mediawiki.org/xml/export-0.11/\" version=\"0.11\" "       \
  "xml:lang=\"de\">\n<siteinfo><sitename>Wikipedia</sitename><dbname>dewiki</dbname>"      \
  "<base>https://de</base><case>first-letter</case><namespaces>"                           \
  "<namespace key=\"-1\" case=\"first-letter\">Spezial</namespace>"                        \
  "<namespace key=\"0\" case=\"first-letter\" />"                                          \
  "<namespace key=\"14\" case=\"first-letter\">Kategorie</namespace>"                      \
  "</namespaces></siteinfo>\n"
#define PAGE(title, text)                                                                  \
  "<page><title>" title "</title><ns>0</ns><id>7</id><revision><id>99</id>"                \
  "<contributor><username>U</username><id>5</id></contributor><comment>c</comment>"        \
  "<model>wikitext</model><format>text/x-wiki</format><text bytes=\"3\">" text             \
  "</text><sha1>x</sha1></revision></page>\n"
#define END "</mediawiki>\n"

/* Opens what is packed so; the message fails the test. */
static lk_dump *open_packed(int form, const char *bytes, size_t size,
                            const lk_dump_options *options) {
  lk_dump *dump;
  packed file = pack(form, bytes, size);
  lk_status status = lk_dump_open(&dump, temporary_file(file.bytes, file.size), options);
  free(file.bytes);
  if (status != LK_OK) fail_msg("%s", lk_message());
  return dump;
}

static lk_dump *open_text(const char *text) {
  lk_dump_options options = lk_dump_defaults();
  return open_packed(PLAIN, text, strlen(text), &options);
}

static const lk_dump_page *next_page(lk_dump *dump) {
  const lk_dump_page *page;
  if (lk_dump_next(dump, &page) != LK_OK) fail_msg("%s", lk_message());
  return page;
}

static void assert_end(lk_dump *dump) {
  assert_null(next_page(dump));
  lk_dump_close(dump);
}

/* Reads to the end; the failure, if there is one. */
static lk_status read_pages(const char *path, const lk_dump_options *options, int *pages) {
  lk_dump *dump;
  const lk_dump_page *page = NULL;
  lk_status status = lk_dump_open(&dump, path, options);
  *pages = 0;
  if (status != LK_OK) return status;
  while ((status = lk_dump_next(dump, &page)) == LK_OK && page) {
    assert_int_equal(strlen(page->text), page->size);
    ++*pages;
  }
  lk_dump_close(dump);
  return status;
}

/* The bytes are refused with a message of these signs; returns the pages before. */
static int refused(const char *bytes, size_t size, const lk_dump_options *options,
                   const char *sign, const char *other) {
  int pages;
  lk_dump_options defaults = lk_dump_defaults();
  const char *path = temporary_file(bytes, size);
  assert_int_equal(read_pages(path, options ? options : &defaults, &pages), LK_BAD_DATA);
  assert_message(temporary_path, sign, other, NULL);
  return pages;
}

static int refused_text(const char *text, const char *sign, const char *other) {
  return refused(text, strlen(text), NULL, sign, other);
}

static void an_export_gives_its_pages_and_its_site(void **state) {
  (void)state;
  lk_dump *dump =
      open_text(HEAD PAGE("A &amp; B", "one\n&lt;b&gt; &#233;") PAGE("C", "") END);
  const lk_dump_page *page = next_page(dump);
  assert_int_equal(lk_dump_kind_of(dump), LK_DUMP_XML);
  assert_string_equal(page->title, "A & B");
  assert_string_equal(page->text, "one\n<b> \xc3\xa9");
  assert_int_equal(page->size, strlen(page->text));
  assert_int_equal(page->id, 7);
  assert_int_equal(page->space, 0);
  assert_int_equal(page->line, 4);
  assert_string_equal(page->model, "wikitext");
  assert_string_equal(page->format, "text/x-wiki");
  assert_false(page->is_redirect);
  page = next_page(dump);
  assert_string_equal(page->title, "C");
  assert_string_equal(page->text, "");
  assert_end(dump);
}

static void the_site_is_told(void **state) {
  (void)state;
  lk_dump *dump = open_text(HEAD PAGE("A", "") END);
  next_page(dump);
  const lk_dump_site *site = lk_dump_site_of(dump);
  assert_string_equal(site->name, "Wikipedia");
  assert_string_equal(site->database, "dewiki");
  assert_string_equal(site->base, "https://de");
  assert_string_equal(site->title_case, "first-letter");
  assert_string_equal(site->language, "de");
  assert_int_equal(site->namespace_count, 3);
  assert_int_equal(site->namespaces[0].key, -1);
  assert_string_equal(site->namespaces[0].name, "Spezial");
  assert_string_equal(site->namespaces[1].name, "");
  assert_int_equal(lk_dump_space_of(site, "Kategorie:X"), 14);
  assert_int_equal(lk_dump_space_of(site, "2001: X"), 0);
  assert_end(dump);
}

/* Version 0.3: no <ns>, no <model>, <redirect/> without a title, several revisions. */
static void old_exports_are_read(void **state) {
  (void)state;
  lk_dump *dump = open_text(
      "<mediawiki version=\"0.3\" xml:lang=\"en\"><page><title>Category:A</title><id>1</id>"
      "<redirect /><revision><text xml:space=\"preserve\">old</text></revision>"
      "<revision><text xml:space=\"preserve\">new</text></revision></page></mediawiki>");
  const lk_dump_page *page = next_page(dump);
  assert_int_equal(page->space, 14);
  assert_true(page->is_redirect);
  assert_string_equal(page->redirect, "");
  assert_string_equal(page->text, "new");
  assert_string_equal(page->model, "wikitext");
  assert_end(dump);
}

/* Version 0.11: the redirect's target, and more slots of a revision than its text. */
static void new_exports_are_read(void **state) {
  (void)state;
  lk_dump *dump = open_text(
      "<?xml version=\"1.0\"?>\n<!-- a --><mediawiki version=\"0.11\"><page>"
      "<title>A</title><ns>2</ns><id>1</id><redirect title=\"B &lt; C\" /><revision>"
      "<origin>1</origin><model>json</model><text>main</text><content><role>r</role>"
      "<model>m</model><text>slot</text></content></revision></page></mediawiki>");
  const lk_dump_page *page = next_page(dump);
  assert_string_equal(page->redirect, "B < C");
  assert_string_equal(page->text, "main");
  assert_string_equal(page->model, "json");
  assert_int_equal(page->space, 2);
  assert_end(dump);
}

static void pages_need_no_root(void **state) {
  (void)state;
  static const char *const inputs[] = {
      PAGE("A", "a") PAGE("B", "b"), "\n  " PAGE("A", "a") PAGE("B", "b") "\n",
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- c -->\n" PAGE("A", "a")
          PAGE("B", "b"),
      PAGE("A", "a") PAGE("B", "b") END};
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    lk_dump *dump = open_text(inputs[i]);
    assert_string_equal(next_page(dump)->title, "A");
    assert_string_equal(next_page(dump)->text, "b");
    assert_end(dump);
  }
}

static void a_packed_export_of_utf16_is_read(void **state) {
  (void)state;
  static const char text[] =
      "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" HEAD PAGE("A", "&#8364;z") END;
  char wide[2 * sizeof text];
  lk_dump_options options = lk_dump_defaults();
  for (size_t i = 0; i < sizeof text - 1; i++) {
    wide[2 * i] = text[i];
    wide[2 * i + 1] = 0;
  }
  for (int form = 0; form < FORMS; form++) {
    lk_dump *dump = open_packed(form, wide, 2 * (sizeof text - 1), &options);
    assert_string_equal(next_page(dump)->text, "\xe2\x82\xacz");
    assert_end(dump);
  }
}

static void an_export_cut_short_is_refused_everywhere(void **state) {
  (void)state;
  static const char whole[] = HEAD PAGE("A", "one &amp; two") PAGE("B", "b") END;
  size_t end = strlen(whole) - strlen("\n");
  for (size_t size = strlen("<mediawiki "); size < end; size++)
    assert_true(refused(whole, size, NULL, "is cut short", "line") <= 2);
  assert_int_equal(
      refused(whole, end - strlen("</mediawiki>"), NULL, "before </mediawiki>", ""), 2);
  assert_int_equal(refused(whole, end - strlen("</text></page></mediawiki>") - 20, NULL,
                           "within the page 'B'", "line 4"),
                   1);
}

static void a_bare_page_cut_short_is_refused(void **state) {
  (void)state;
  static const char whole[] = PAGE("A", "one") PAGE("B", "b");
  size_t end = strlen(whole) - strlen("\n");
  for (size_t size = end - 60; size < end; size++)
    assert_int_equal(refused(whole, size, NULL, "is cut short", "page 'B'"), 1);
}

static void broken_exports_are_refused(void **state) {
  (void)state;
  refused_text("<?xml version=\"1.0\"?><feed><doc/></feed>", "<feed>",
               "no export of MediaWiki");
  refused_text(HEAD "<page><title>A</page></mediawiki>", "line 3", "mismatched tag");
  refused_text(HEAD PAGE("A", "&nbsp;") END, "undefined entity", "page 'A'");
  refused_text(HEAD PAGE("A", "\xff\xfe") END, "line 3", "not in its encoding");
  refused_text("<?xml version=\"1.0\" encoding=\"koi8-r\"?>" HEAD END, "unknown encoding",
               "");
  refused_text(HEAD PAGE("A", "x<b>y</b>z") END, "an element stands inside of a text", "");
  refused_text(HEAD "<page><title>A</title><id>x</id></page>" END, "is no number",
               "page 'A'");
  refused_text(HEAD END "rubbish", "line 4", "junk after document element");
}

static void a_billion_laughs_are_refused(void **state) {
  (void)state;
  refused_text("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b "
               "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><mediawiki><page><title>&b;</title>"
               "</page></mediawiki>",
               "document type", "entities");
}

static void deep_elements_are_refused(void **state) {
  (void)state;
  enum { DEEP = 100000 };
  char *text = malloc(11 + 3 * DEEP + 1);
  memcpy(text, "<mediawiki>", 11);
  for (size_t i = 0; i < DEEP; i++)
    memcpy(text + 11 + 3 * i, "<a>", 3);
  refused(text, 11 + 3 * DEEP, NULL, "nested more than 64 deep", "");
  free(text);
}

/* `times` the piece between a beginning and an end, as gzip. */
static packed make_long(const char *head, const char *piece, size_t times,
                        const char *end) {
  size_t length = strlen(piece), at = strlen(head),
         size = at + times * length + strlen(end);
  char *text = malloc(size + 1);
  assert_non_null(text);
  memcpy(text, head, at);
  for (size_t i = 0; i < times; i++, at += length)
    memcpy(text + at, piece, length);
  strcpy(text + at, end);
  packed file = pack(GZIP, text, size);
  free(text);
  return file;
}

#ifdef __SANITIZE_ADDRESS__
enum { KEPT_BACK = 256 << 20 }; /* what was freed is not used again at once */
#else
enum { KEPT_BACK = 0 };
#endif

/* What has 300 MB in one page, attribute or line is refused long before. */
static void what_is_too_long_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *head, *sign;
  } inputs[] = {
      {"<mediawiki><page><title>A</title><revision><text>", "longer than 67108864"},
      {"<mediawiki><page><title>", "longer than 65536"},
      {"<mediawiki><page><redirect title=\"", "longer than 4 MiB"},
      {"<mediawiki><!--", "longer than 4 MiB"},
      {"{\"text\": \"", "line 1: is longer than 67108864"},
      {"", "line 1: is longer than 67108864"}};
  char piece[1001];
  uint64_t before = lk_peak_memory();
  memset(piece, 'x', 1000);
  piece[1000] = '\0';
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    packed once = make_long(inputs[i].head, piece, 1000, ""), file = {NULL, 0};
    packed more = make_long("", piece, 30000, "");
    file = once;
    for (int j = 0; j < 10; j++) {
      packed copy = {malloc(more.size), more.size};
      memcpy(copy.bytes, more.bytes, more.size);
      file = join(file, copy);
    }
    free(more.bytes);
    refused(file.bytes, file.size, NULL, inputs[i].sign, "");
    free(file.bytes);
  }
  assert_true(lk_peak_memory() - before < (300u << 20) + KEPT_BACK);
}

static void the_limit_is_what_was_asked_for(void **state) {
  (void)state;
  lk_dump_options options = lk_dump_defaults();
  int pages;
  options.longest = 10;
  static const char fits[] = "<mediawiki>" PAGE("A", "0123456789") END;
  static const char not [] = "<mediawiki>" PAGE("A", "0123456789a") END;
  assert_int_equal(read_pages(temporary_text(fits), &options, &pages), LK_OK);
  assert_int_equal(pages, 1);
  refused(not, strlen(not ), &options, "longer than 10", "page 'A'");
  refused("0123456789\n0123456789a\n", 22, &options, "line 2", "longer than 10");
}

static void lines_of_json_are_pages(void **state) {
  (void)state;
  lk_dump *dump =
      open_text("{\"docid\": \"7#0\", \"title\": \"\\u00c4\", \"text\": \"a\\nb\"}\r\n"
                "\n{\"id\": \"12\", \"text\": \"\", \"namespace\": 4}");
  const lk_dump_page *page = next_page(dump);
  assert_int_equal(lk_dump_kind_of(dump), LK_DUMP_JSON);
  assert_string_equal(page->title, "\xc3\x84");
  assert_string_equal(page->text, "a\nb");
  assert_int_equal(page->id, -1);
  assert_int_equal(page->line, 1);
  page = next_page(dump);
  assert_int_equal(page->id, 12);
  assert_int_equal(page->space, 4);
  assert_string_equal(page->title, "");
  assert_end(dump);
}

static void pairs_of_cirrus_search_are_pages(void **state) {
  (void)state;
  lk_dump *dump = open_text("{\"index\":{\"_type\":\"_doc\",\"_id\":\"42\"}}\n"
                            "{\"wiki\":\"dewiki\",\"language\":\"de\",\"namespace\":0,"
                            "\"title\":\"A\",\"text\":\"t\",\"template\":[\"Template:P\","
                            "\"Vorlage:Q\"]}\n"
                            "{\"index\":{\"_type\":\"_doc\",\"_id\":\"43\"}}\n{\"title\":"
                            "\"B\",\"text\":\"u\"}\n");
  const lk_dump_page *page = next_page(dump);
  assert_int_equal(page->id, 42);
  assert_string_equal(lk_dump_site_of(dump)->database, "dewiki");
  assert_string_equal(lk_dump_site_of(dump)->language, "de");
  assert_string_equal(page->calls, "{{Template:P}}{{Vorlage:Q}}");
  page = next_page(dump);
  assert_int_equal(page->id, 43);
  assert_string_equal(page->calls, "");
  assert_string_equal(page->text, "u");
  assert_end(dump);
}

static void fields_of_json_can_be_chosen(void **state) {
  (void)state;
  static const char text[] = "{\"contents\": \"c\", \"name\": \"n\", \"text\": 3}\n";
  lk_dump_options options = lk_dump_defaults();
  options.field = "contents";
  options.title = "name";
  lk_dump *dump = open_packed(XZ, text, strlen(text), &options);
  const lk_dump_page *page = next_page(dump);
  assert_string_equal(page->text, "c");
  assert_string_equal(page->title, "n");
  assert_end(dump);
}

static void a_nul_in_json_does_not_end_a_text(void **state) {
  (void)state;
  lk_dump *dump = open_text("{\"text\": \"a\\u0000b \\\\u0000 \\\\\\u0000\"}\n");
  assert_string_equal(next_page(dump)->text, "a\xef\xbf\xbd"
                                             "b \\u0000 \\\xef\xbf\xbd");
  assert_end(dump);
}

/* Python's json.dumps writes them of a text that is cut in the middle of an emoji. */
static void half_a_pair_in_json_stands_for_no_character(void **state) {
  (void)state;
  lk_dump *dump =
      open_text("{\"text\": \"\\ud83d, \\ude00\\ud83d\\ude00 \\ud83d\\ud83D\\uDE00 "
                "\\\\ud83d \\ud83d\"}\n");
  assert_string_equal(next_page(dump)->text, "�, �😀 �😀 \\ud83d �");
  assert_end(dump);
}

static void broken_json_is_refused(void **state) {
  (void)state;
  assert_int_equal(refused_text("{\"text\": \"a\"}\n{\"title\": \"b\"}\n", "line 2",
                                "has no field 'text'; --field"),
                   1);
  refused_text("{\"text\": 5}\n", "line 1", "'text' is no text");
  refused_text("{\n\"text\": 5\n}\n", "line 1", "`jq -c`");
  refused_text("[\n{\"text\": 5}\n]\n", "JSON over several lines", "jq -c '.[]'");
  refused_text("<!doctype html>\n<p>", "HTML", "the XML of a dump");
  refused_text("{\"text\": \"a\"}\n{\"text\": \"b", "line 2", "no object of JSON");
  refused_text("{\"text\": \"a\"}\n[1]\n", "line 2", "no object of JSON");
  refused_text("{\"text\": \"a\"} x\n", "line 1", "wrong at byte 15");
  refused_text("{\"text\": \"\xff\"}\n", "line 1", "no UTF-8");
  refused_text("{\"text\": \"\\u12x4\"}\n", "line 1", "no object of JSON");
  refused_text("{\"index\": {\"_id\": \"1\"}}\n", "line 1", "cut short");
}

/* Two bytes of JSON are 64 of memory. */
static void many_values_of_json_are_refused(void **state) {
  (void)state;
  packed file = make_long("{\"text\": \"a\", \"x\": [1", ",1", 20000000, "]}\n");
  refused(file.bytes, file.size, NULL, "line 1", "too many values");
  free(file.bytes);
}

static void assert_documents(lk_documents documents, const char *text,
                             const char *const *expected) {
  lk_dump_options options = lk_dump_defaults();
  options.documents = documents;
  lk_dump *dump = open_packed(PLAIN, text, strlen(text), &options);
  assert_int_equal(lk_dump_kind_of(dump), LK_DUMP_TEXT);
  for (; *expected; expected++) {
    const lk_dump_page *page = next_page(dump);
    assert_non_null(page);
    assert_string_equal(page->text, *expected);
  }
  assert_end(dump);
}

static void plain_text_has_documents(void **state) {
  (void)state;
  static const char text[] = "\none\r\ntwo\n \n\nthree";
  assert_documents(LK_DOCUMENTS_LINE, text,
                   (const char *const[]){"one", "two", " ", "three", NULL});
  assert_documents(LK_DOCUMENTS_BLANK_LINE, text,
                   (const char *const[]){"one\ntwo", "three", NULL});
  assert_documents(LK_DOCUMENTS_FILE, text,
                   (const char *const[]){"one\ntwo\n \n\nthree", NULL});
  assert_documents(LK_DOCUMENTS_BLANK_LINE, "\n\n", (const char *const[]){NULL});
}

/* As it is of a text in memory. */
static void what_text_loses_is_counted(void **state) {
  (void)state;
  static const char *const texts[] = {"a\r\nb\r\r\n\r\nc\r",
                                      ("\xef\xbb\xbf"
                                       "a\rb\n\r"),
                                      "a\n\nb"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    lk_dump *dump = open_text(texts[i]);
    lk_left_out expected = {0};
    char clean[64];
    size_t size = strlen(strcpy(clean, texts[i])), lines = 0;
    lk_clean_text(clean, &size, &expected);
    for (size_t at = 0; at < size; at++)
      lines += clean[at] == '\n' || at == size - 1;
    while (next_page(dump)) {
    }
    assert_int_equal(lk_dump_left_out(dump).returns, expected.returns);
    assert_int_equal(lk_dump_left_out(dump).marks, expected.marks);
    assert_int_equal(lk_dump_lines(dump), lines);
    assert_int_equal(lk_dump_ended_line(dump), clean[size - 1] == '\n');
    lk_dump_close(dump);
  }
}

static void what_is_no_text_is_refused(void **state) {
  (void)state;
  refused("ab\ncd\xff\n", 7, NULL, "line 2", "no UTF-8");
  refused("ab\nc\0d\n", 7, NULL, "line 2", "a NUL");
  refused("", 0, NULL, "has no text", "");
}

/* As src/text decides it a character at a time: every beginning of a character, and what
 * may follow, behind 0 to 8 letters. */
static void utf8_is_what_text_takes_for_it(void **state) {
  (void)state;
  static const unsigned char next[] = {0x00, 'a',  0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                       0xa0, 0xbf, 0xc0, 0xc2, 0xed, 0xff};
  enum { NEXT = sizeof next };
  for (unsigned i = 0; i < 256 * NEXT * NEXT * NEXT; i++) {
    char text[16] = "aaaaaaaaaaaaaaa";
    uint32_t code_point;
    size_t at = i % 9, expected = at;
    text[at] = (char)(i / (NEXT * NEXT * NEXT));
    text[at + 1] = (char)next[i / (NEXT * NEXT) % NEXT];
    text[at + 2] = (char)next[i / NEXT % NEXT];
    text[at + 3] = (char)next[i % NEXT];
    for (int length = 1; length && expected < at + 4; expected += (size_t)length)
      length = lk_text_next(text + expected, at + 4 - expected, &code_point);
    assert_int_equal(lk_utf8_span(text, at + 4), expected);
  }
}

static void long_lines_are_read_whole(void **state) {
  (void)state;
  packed file = make_long("first\n", "0123456789", 100000, "\nlast\n");
  lk_dump_options options = lk_dump_defaults();
  lk_dump *dump;
  assert_int_equal(lk_dump_open(&dump, temporary_file(file.bytes, file.size), &options),
                   LK_OK);
  assert_string_equal(next_page(dump)->text, "first");
  assert_int_equal(next_page(dump)->size, 1000000);
  assert_string_equal(next_page(dump)->text, "last");
  assert_end(dump);
  free(file.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_export_gives_its_pages_and_its_site),
      cmocka_unit_test(the_site_is_told),
      cmocka_unit_test(old_exports_are_read),
      cmocka_unit_test(new_exports_are_read),
      cmocka_unit_test(pages_need_no_root),
      cmocka_unit_test(a_packed_export_of_utf16_is_read),
      cmocka_unit_test(an_export_cut_short_is_refused_everywhere),
      cmocka_unit_test(a_bare_page_cut_short_is_refused),
      cmocka_unit_test(broken_exports_are_refused),
      cmocka_unit_test(a_billion_laughs_are_refused),
      cmocka_unit_test(deep_elements_are_refused),
      cmocka_unit_test(what_is_too_long_is_refused),
      cmocka_unit_test(the_limit_is_what_was_asked_for),
      cmocka_unit_test(lines_of_json_are_pages),
      cmocka_unit_test(pairs_of_cirrus_search_are_pages),
      cmocka_unit_test(fields_of_json_can_be_chosen),
      cmocka_unit_test(a_nul_in_json_does_not_end_a_text),
      cmocka_unit_test(half_a_pair_in_json_stands_for_no_character),
      cmocka_unit_test(broken_json_is_refused),
      cmocka_unit_test(many_values_of_json_are_refused),
      cmocka_unit_test(plain_text_has_documents),
      cmocka_unit_test(what_text_loses_is_counted),
      cmocka_unit_test(what_is_no_text_is_refused),
      cmocka_unit_test(utf8_is_what_text_takes_for_it),
      cmocka_unit_test(long_lines_are_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
