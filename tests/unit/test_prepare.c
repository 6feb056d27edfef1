/* Dumps and texts to corpora, by the command itself: what is kept, what is dropped and
 * said, and the same bytes for any number of threads and parts. */
#include "cli_run.h"
#include "lockstep/prepare.h"
#include "lockstep/store.h"
#include <sys/stat.h>

/* The documents of a corpus, decoded, "\n--\n" behind each: malloc's. */
static char *documents_of(const char *path) {
  lk_corpus *corpus;
  char *all = calloc(1, 1 << 16);
  assert_int_equal(lk_corpus_read(&corpus, path, NULL, (lk_slice){1, 0, 1}), LK_OK);
  for (uint64_t d = 0; d < corpus->documents; d++) {
    size_t length;
    char *text;
    const lk_token *tokens = lk_corpus_document(corpus, d, &length);
    assert_int_equal(lk_tokenizer_decode(corpus->tokenizer, tokens, length, &text), LK_OK);
    strcat(strcat(all, text), "\n--\n");
    lk_free(text);
  }
  lk_corpus_free(corpus);
  return all;
}

static void must_have_documents(const char *path, const char *expected) {
  char *all = documents_of(path);
  if (strcmp(all, expected)) fail_msg("%s holds '%s', not '%s'", path, all, expected);
  free(all);
}

static void must_be_equal(const char *one, const char *other) {
  char *a, *b;
  size_t a_size, b_size;
  assert_int_equal(lk_file_read(one, &a, &a_size), LK_OK);
  assert_int_equal(lk_file_read(other, &b, &b_size), LK_OK);
  assert_int_equal(a_size, b_size);
  assert_memory_equal(a, b, a_size);
  lk_free(a);
  lk_free(b);
}

/* The folder of the parts is gone. */
static void must_leave_nothing(const char *output) {
  char path[64];
  struct stat is;
  snprintf(path, sizeof path, "%s.parts", output);
  assert_int_not_equal(stat(path, &is), 0);
}

#define SITE                                                                               \
  "<mediawiki xml:lang=\"de\"><siteinfo><dbname>dewiki</dbname><namespaces>"               \
  "<namespace key=\"0\" /><namespace key=\"1\">Diskussion</namespace>"                     \
  "<namespace key=\"10\">Vorlage</namespace></namespaces></siteinfo>"
#define PAGE(title, space, more, text)                                                     \
  "<page><title>" title "</title><ns>" space "</ns><id>1</id>" more                        \
  "<revision><model>wikitext</model><text>" text "</text></revision></page>"

static const char dump[] = SITE PAGE("Ulm", "0", "", "'''Ulm''' ist eine [[Stadt]].\n")
    PAGE("Neu-Ulm", "0", "<redirect title=\"Ulm\" />", "#WEITERLEITUNG [[Ulm]]")
        PAGE("Alt-Ulm", "0", "", "#WEITERLEITUNG [[Ulm]]") PAGE("Diskussion:Ulm", "1", "",
                                                                "Schön.")
            PAGE("Bach", "0", "", "Bach ist\n* ein Ort\n{{Begriffsklärung}}")
                PAGE("Leer", "0", "", "{{Infobox}}") PAGE("Kurz", "0", "", "Ja.")
                    PAGE("Kopie", "0", "", "'''Ulm''' ist eine Stadt.") PAGE(
                        "Zürich", "0", "",
                        "Zu\xCC\x88rich\xC2\xA0liegt\xE2\x80\x8B am See □.") "</mediawiki>";

static const char kept[] = "Ulm\n\nUlm ist eine Stadt.\n--\n"
                           "Zürich\n\nZürich liegt am See .\n--\n";

static void a_dump_becomes_its_articles(void **state) {
  (void)state;
  write_file("d.xml", dump);
  MUST_RUN("prepare", "--shortest", "10", "--report", "r.json", "d.xml", "d.h5");
  must_have_documents("d.h5", kept);
  must_have(printed, "in other namespaces than articles': Diskussion:Ulm\n");
  must_have(printed, "redirects: Neu-Ulm, Alt-Ulm\n");
  must_have(printed, "disambiguations: Bach\n");
  must_have(printed, "without text: Leer\n");
  must_have(printed, "shorter than --shortest: Kurz\n");
  must_have(printed, "that say the same as an earlier one: Kopie\n");
  must_have(printed, "kept: Ulm, Zürich\n");
  must_have(printed, "documents brought to NFC: 1\n");
  must_have(printed, "pads and masks (□, ⁇) left out: 1\n");
  must_have(printed, "d.h5: 55 characters, 2 documents, vocabulary ");
  must_hold("r.json", "\"redirect\":");
  must_leave_nothing("d.h5");
}

static void what_is_dropped_can_be_chosen(void **state) {
  (void)state;
  write_file("d.xml", dump);
  MUST_RUN("prepare", "--duplicates", "keep", "--no-titles", "d.xml", "k.h5");
  must_have_documents("k.h5", "Ulm ist eine Stadt.\n--\nJa.\n--\n"
                              "Ulm ist eine Stadt.\n--\nZürich liegt am See .\n--\n");
  MUST_RUN("prepare", "--tokenizer", "bytes", "--shortest", "10", "d.xml", "b.h5");
  must_have_documents("b.h5", kept);
}

/* Near duplicates, and pages of another language. */
static void what_is_alike_or_strange_is_dropped(void **state) {
  static const char words[] = "one two three four five six seven eight nine ten eleven "
                              "twelve thirteen fourteen fifteen sixteen seventeen eighteen";
  char text[1024];
  (void)state;
  snprintf(text, sizeof text, "%s %s.\n%s %s!\nНичего подобного здесь нет совсем\n", words,
           words, words, words);
  write_file("n.txt", text);
  MUST_RUN("prepare", "--near", "0.8", "n.txt", "n.h5");
  must_have(printed, "2 documents");
  MUST_RUN("prepare", "--letters", "0.5", "--language", "en", "n.txt", "n.h5");
  must_have(printed, "2 documents");
  MUST_RUN("prepare", "--letters", "0.5", "--language", "ru", "n.txt", "n.h5");
  must_have(printed, "1 documents");
}

static void a_text_stays_as_it_is(void **state) {
  (void)state;
  write_file("t.txt", "\xEF\xBB\xBFOne.\r\n\nTwo.\nOne.\n");
  MUST_RUN("prepare", "t.txt", "t.h5");
  must_have_documents("t.h5", "One.\n--\nTwo.\n--\nOne.\n--\n");
  must_have(said, "t.txt: a byte order mark, 1 carriage return before line ends left out");
  assert_string_equal(printed, "t.h5: 16 characters, 3 documents, vocabulary 10\n");
  MUST_RUN("prepare", "--duplicates", "drop", "t.txt", "t.h5");
  must_have_documents("t.h5", "One.\n--\nTwo.\n--\n");
  MUST_RUN("prepare", "--documents", "file", "t.txt", "t.h5");
  must_have_documents("t.h5", "One.\n\nTwo.\nOne.\n--\n");
  MUST_RUN("prepare", "--documents", "blank-line", "t.txt", "t.h5");
  must_have_documents("t.h5", "One.\n--\nTwo.\nOne.\n--\n");
}

/* Training on the text and on the corpus is one and the same. */
static void a_text_and_its_corpus_have_one_fingerprint(void **state) {
  lk_corpus *text, *corpus;
  (void)state;
  write_file("t.txt", "\xEF\xBB\xBFZwei Zeilen,\r\n\r\n\nkein Ende");
  MUST_RUN("prepare", "t.txt", "t.h5");
  assert_int_equal(lk_corpus_read(&text, "t.txt", NULL, (lk_slice){1, 0, 1}), LK_OK);
  assert_int_equal(lk_corpus_read(&corpus, "t.h5", NULL, (lk_slice){1, 0, 1}), LK_OK);
  assert_string_equal(text->sha256.hex, corpus->sha256.hex);
  assert_int_equal(text->characters, corpus->characters);
  assert_int_equal(text->documents, corpus->documents);
  assert_true(lk_tokenizer_equal(text->tokenizer, corpus->tokenizer));
  lk_corpus_free(text);
  lk_corpus_free(corpus);
}

/* A dump of some hundred pages, of which some say the same. */
static void write_large(const char *path) {
  char *text = calloc(1, 1 << 20);
  strcpy(text, SITE);
  for (int i = 0; i < 300; i++) {
    size_t used = strlen(text);
    snprintf(text + used, (1 << 20) - used,
             "<page><title>Ort %d</title><ns>0</ns><revision><text>Der '''Ort''' %d liegt "
             "am %cbach.\nZeile %d.</text></revision></page>",
             i, i % 250, 'A' + i % 26, i);
  }
  write_file(path, strcat(text, "</mediawiki>"));
  free(text);
}

static void one_corpus_for_any_threads_and_parts(void **state) {
  static const uint64_t parts[] = {1 << 20, 1009, 7001};
  (void)state;
  write_large("l.xml");
  write_file("t.txt", "Eine Zeile.\nNoch eine.\n");
  MUST_RUN("prepare", "--threads", "1", "l.xml", "t.txt", "l.h5");
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
    for (int threads = 1; threads <= 4; threads += 3) {
      lk_prepare_options options = lk_prepare_defaults();
      lk_prepare_report report;
      lk_inputs inputs = {0};
      options.part = parts[p];
      options.dump.threads = threads;
      assert_int_equal(lk_inputs_add(&inputs, "l.xml"), LK_OK);
      assert_int_equal(lk_inputs_add(&inputs, "t.txt"), LK_OK);
      assert_int_equal(lk_prepare(world, &inputs, "o.h5", &options, &report), LK_OK);
      assert_int_equal(report.documents, 302);
      lk_inputs_free(&inputs);
      must_be_equal("l.h5", "o.h5");
    }
}

enum { LINES = 60000 };

/* More than the threads take at a time, also when their number is small. `bad`: of two
 * lines, from there on, with what cannot be encoded. */
static void write_lines(const char *path, int bad) {
  FILE *to = fopen(path, "w");
  for (int i = 1; i <= LINES; i++) {
    for (int mark = 0; bad && (i == bad || i == bad + 5000) && mark < 1001; mark++)
      fputs("\xCC\xA3", to);
    fprintf(to, "Zeile %d von vielen, ein wenig l\xC3\xA4nger.\n", i);
  }
  assert_int_equal(fclose(to), 0);
}

static void must_hold_the_lines(const char *path) {
  char *all, *text, *at;
  size_t size;
  lk_corpus *corpus;
  assert_int_equal(lk_file_read("many.txt", &all, &size), LK_OK);
  assert_int_equal(lk_corpus_read(&corpus, path, NULL, (lk_slice){1, 0, 1}), LK_OK);
  assert_int_equal(corpus->documents, LINES);
  at = all;
  for (uint64_t d = 0; d < LINES; d++) {
    const lk_token *tokens = lk_corpus_document(corpus, d, &size);
    assert_int_equal(lk_tokenizer_decode(corpus->tokenizer, tokens, size, &text), LK_OK);
    assert_int_equal(strncmp(at, text, strlen(text)), 0);
    at += strlen(text);
    assert_int_equal(*at++, '\n');
    lk_free(text);
  }
  lk_corpus_free(corpus);
  lk_free(all);
}

/* Whoever encodes them: in their order, and the first that fails is told. */
static void many_documents_keep_their_order(void **state) {
  (void)state;
  write_lines("many.txt", 0);
  write_lines("bad.txt", 50001);
  MUST_RUN("tokenizer", "train", "many.txt", "many.json", "--size", "300");
  MUST_RUN("prepare", "--threads", "1", "--tokenizer", "many.json", "many.txt", "m1.h5");
  must_hold_the_lines("m1.h5");
  for (const char *threads = "2248"; *threads; threads++) {
    char count[] = {*threads, '\0'};
    MUST_RUN("prepare", "--threads", count, "--tokenizer", "many.json", "many.txt", "m.h5");
    must_be_equal("m1.h5", "m.h5");
  }
  MUST_REFUSE(LK_BAD_DATA, "bad.txt, line 50001: more than 1000 combining marks", "prepare",
              "--threads", "4", "--nfc", "--tokenizer", "bytes", "bad.txt", "x.h5");
}

static void a_corpus_may_be_packed(void **state) {
  (void)state;
  MUST_RUN("prepare", "--compress", "zstd", "--tokenizer", "bytes", "many.txt", "m.h5");
  must_hold_the_lines("m.h5");
  MUST_RUN("inspect", "--verify", "m.h5");
  MUST_RUN("prepare", "--compress", "6", "--tokenizer", "bytes", "many.txt", "m.h5");
  must_hold_the_lines("m.h5");
  MUST_REFUSE(LK_USAGE, "--compress is zstd or from 0 to 9, not '10'", "prepare",
              "--compress", "10", "many.txt", "x.h5");
}

/* Both together are all of it, whichever way it is cut. */
static void documents_are_held_out(void **state) {
  lk_corpus *held, *rest;
  (void)state;
  write_large("l.xml");
  MUST_RUN("prepare", "--held-out", "h.h5", "--held-out-share", "0.2", "l.xml", "r.h5");
  must_have(printed, "documents held out: ");
  assert_int_equal(lk_corpus_read(&held, "h.h5", NULL, (lk_slice){1, 0, 1}), LK_OK);
  assert_int_equal(lk_corpus_read(&rest, "r.h5", held->tokenizer, (lk_slice){1, 0, 1}),
                   LK_OK);
  assert_int_equal(held->documents + rest->documents, 300);
  assert_in_range(held->documents, 30, 90);
  lk_corpus_free(held);
  lk_corpus_free(rest);
  MUST_REFUSE(LK_BAD_DATA, "no document falls to it", "prepare", "--held-out", "n.h5",
              "--held-out-share", "0", "l.xml", "n2.h5");
}

static void the_most_frequent_characters_suffice(void **state) {
  (void)state;
  write_file("t.txt", "aaab\nabc\nxyz\n");
  MUST_RUN("prepare", "--vocabulary-size", "3", "t.txt", "v.h5");
  must_have_documents("v.h5", "aaab\n--\nab�\n--\n���\n--\n");
  must_have(printed, "are unknown ones");
  must_have(printed, "4 are unknown ones");
  MUST_RUN("prepare", "--vocabulary-size", "100", "t.txt", "v.h5"); /* it has U+FFFD, too */
  must_have(printed, "vocabulary 10\n");
}

static void json_lines_become_documents(void **state) {
  (void)state;
  write_file(
      "j.jsonl",
      "{\"id\": 7, \"name\": \"Ulm\", \"body\": \"An der Donau.\"}\n"
      "{\"id\": 8, \"name\": \"Rom\", \"body\": \"Am\\u00A0\\u200BTi\\u0007ber.\"}\n");
  MUST_RUN("prepare", "--field", "body", "--title", "name", "j.jsonl", "j.h5");
  must_have_documents("j.h5", "Ulm\n\nAn der Donau.\n--\nRom\n\nAm Tiber.\n--\n");
  must_have(printed, "characters without meaning left out: 1\n");
  must_have(printed, "invisible characters left out: 1\n");
  must_have(printed, "blanks of other kinds made plain ones: 1\n");
  MUST_REFUSE(LK_BAD_DATA, "j.jsonl", "prepare", "j.jsonl", "j2.h5");
  must_leave_nothing("j2.h5");
}

/* CirrusSearch's lines have no wikitext: what its templates are called tells. A module of
 * that name finds out whether others are disambiguations. */
static void json_lines_of_disambiguations_are_left_out(void **state) {
  (void)state;
  write_file("c.jsonl",
             "{\"title\": \"Ulm\", \"text\": \"An der Donau.\", \"template\": "
             "[\"Template:Infobox\", \"Module:Disambiguation\", 7]}\n"
             "{\"title\": \"Bach\", \"text\": \"Bach may be\", \"template\": "
             "[\"Template:Hatnote\", \"Template:Disambiguation\"]}\n"
             "{\"title\": \"Rom\", \"text\": \"Am Tiber.\", \"template\": []}\n");
  MUST_RUN("prepare", "c.jsonl", "c.h5");
  must_have(printed, "disambiguations: Bach\n");
  must_have_documents("c.h5", "Ulm\n\nAn der Donau.\n--\nRom\n\nAm Tiber.\n--\n");
  write_file("d.jsonl", "{\"title\": \"Ulm\", \"text\": \"An der Donau.\", \"template\": "
                        "[\"Modul:Begriffsklärung\"]}\n"
                        "{\"title\": \"Bach\", \"text\": \"Bach steht für\", \"template\": "
                        "[\"Vorlage:Begriffsklärung\"]}\n");
  MUST_RUN("prepare", "--language", "de", "d.jsonl", "d.h5");
  must_have(printed, "disambiguations: Bach\n");
}

/* Where nothing else tells the language, and no word before "wiki" but one. */
static void names_of_files_tell_languages(void **state) {
  (void)state;
  static const struct {
    char *name, *date;
  } rows[] = {{"full-wiki.xml", "May 2, 1990"},     {"testwiki.xml", "May 2, 1990"},
              {"old-enwiki.xml", "May 2, 1990"},    {"wiki.xml", "May 2, 1990"},
              {"en-wiki.xml", "May 2, 1990"},       {"simplewiki-1.xml", "May 2, 1990"},
              {"dewiki-latest.xml", "2. Mai 1990"}, {"De_wiki.xml", "2. Mai 1990"},
              {"scn-wiki.xml", "1990-05-02"},       {"zh_yuewiki.xml", "1990年5月2日"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char expected[64];
    snprintf(expected, sizeof expected, "A\n\n%s\n--\n", rows[i].date);
    write_file(rows[i].name,
               "<mediawiki>" PAGE("A", "0", "", "{{birth date|1990|5|2}}") "</mediawiki>");
    MUST_RUN("prepare", rows[i].name, "l.h5");
    must_have_documents("l.h5", expected);
    assert_int_equal(unlink("l.h5"), 0);
  }
}

/* Marks without end: cut in a dump, refused in a text, by its line. */
static void marks_without_end_end(void **state) {
  char text[8192] = "{\"text\": \"e", line[8192] = "good\ne";
  (void)state;
  for (int i = 0; i < 1500; i++)
    strcat(text, "\xCC\xA3"), strcat(line, "\xCC\xA3");
  write_file("m.jsonl", strcat(text, " end\"}\n"));
  write_file("m.txt", line);
  MUST_RUN("prepare", "m.jsonl", "m.h5");
  must_have(printed, "m.h5: 35 characters, 1 documents");
  MUST_REFUSE(LK_BAD_DATA, "m.txt, line 2: more than 1000 combining marks", "prepare",
              "--nfc", "m.txt", "m2.h5");
}

static void what_cannot_be_is_refused(void **state) {
  (void)state;
  write_file("cut.xml", SITE "<page><title>A</title><revision><text>Begi");
  write_file("empty.txt", "\n\n");
  write_file("book.pdf", "%PDF-1.7\n");
  write_file("page.html", "<!DOCTYPE html><p>");
  MUST_REFUSE(LK_BAD_DATA, "cut.xml: is cut short", "prepare", "cut.xml", "x.h5");
  MUST_REFUSE(LK_BAD_DATA, "empty.txt: no documents", "prepare", "empty.txt", "x.h5");
  MUST_REFUSE(LK_BAD_DATA, "book.pdf: a PDF", "prepare", "book.pdf", "x.h5");
  MUST_REFUSE(LK_BAD_DATA, "page.html", "prepare", "page.html", "x.h5");
  MUST_REFUSE(LK_BAD_DATA, "k.h5: a corpus or checkpoint of Lockstep", "prepare", "k.h5",
              "x.h5");
  MUST_REFUSE(LK_NO_INPUT, "missing", "prepare", "missing", "x.h5");
  MUST_REFUSE(LK_USAGE, "--near is a share", "prepare", "--near", "2", "d.xml", "x.h5");
  MUST_REFUSE(LK_USAGE, "one of line, blank-line, file", "prepare", "--documents", "page",
              "d.xml", "x.h5");
  MUST_REFUSE(LK_USAGE, "which is read", "prepare", "d.xml", "d.xml");
  MUST_REFUSE(LK_NO_INPUT, "t.tpl", "prepare", "--templates", "t.tpl", "d.xml", "x.h5");
  must_leave_nothing("x.h5");
}

/* Other files of the folder that a wiki's dumps are fetched from. */
static void what_has_no_texts_is_refused(void **state) {
  (void)state;
  write_file("page.sql", "-- MySQL dump 10.19\nINSERT INTO `page` VALUES (1,'Ulm');\n");
  write_file("abstract.xml", "<feed>\n<doc>\n<title>Wikipedia: Ulm</title>\n</doc></feed>");
  write_file("stub.xml",
             SITE PAGE("Ulm", "0", "", "") PAGE("Bach", "1", "", "") "</mediawiki>");
  write_file("talk.xml", SITE PAGE("Diskussion:Ulm", "1", "", "Text.") "</mediawiki>");
  MUST_REFUSE(LK_BAD_DATA, "page.sql: SQL, a table of a database", "prepare", "page.sql",
              "x.h5");
  MUST_REFUSE(LK_BAD_DATA,
              "<feed>, so it is no export of MediaWiki, whose is <mediawiki>; "
              "of a wiki's downloads …-pages-articles.xml.bz2 has the texts",
              "prepare", "abstract.xml", "x.h5");
  MUST_REFUSE(LK_BAD_DATA, "of a wiki's downloads …-pages-articles.xml.bz2 has the texts",
              "prepare", "stub.xml", "x.h5");
  write_file("empty.jsonl", "{\"title\":\"A\",\"text\":\"\",\"body\":\"One two.\"}\n");
  MUST_REFUSE(LK_BAD_DATA,
              "empty.jsonl: no documents; no page has a text; of JSON lines it is in the "
              "field that --field names",
              "prepare", "empty.jsonl", "x.h5");
  MUST_RUN("prepare", "--field", "body", "empty.jsonl", "body.h5");
  MUST_REFUSE(LK_BAD_DATA, "talk.xml: no documents; no page of an article is left",
              "prepare", "talk.xml", "x.h5");
}

/* What a command that was killed left is taken, unless it is of something else. */
static void what_is_done_is_not_done_again(void **state) {
  (void)state;
  write_large("l.xml");
  MUST_RUN("prepare", "l.xml", "l.h5");
  assert_int_equal(mkdir("r.h5.parts", 0777), 0);
  write_file("r.h5.parts/plan", "program of another");
  write_file("r.h5.parts/part-00000000", "of it");
  MUST_RUN("prepare", "l.xml", "r.h5");
  must_have(said, "r.h5.parts: is of other inputs or options; begins anew");
  must_be_equal("l.h5", "r.h5");
  must_leave_nothing("r.h5");
}

/* Of a folder that is there only what a prepare called so goes; others' files stay. */
static void what_is_anothers_is_left(void **state) {
  (void)state;
  write_large("l.xml");
  assert_int_equal(mkdir("a.h5.parts", 0777), 0);
  write_file("a.h5.parts/plan", "of a book");
  write_file("a.h5.parts/part-of-my-book.txt", "my text");
  MUST_REFUSE(LK_USAGE, "a.h5.parts: is there, and no folder that a stopped command left",
              "prepare", "l.xml", "a.h5");
  assert_int_equal(rename("a.h5.parts", "a.json.parts"), 0);
  MUST_REFUSE(LK_USAGE, "a.json.parts: is there", "tokenizer", "train", "l.xml", "a.json");
  must_hold("a.json.parts/plan", "of a book");
  write_file("a.json.parts/plan", "program of another");
  assert_int_equal(symlink("a.json.parts", "l.h5.parts"), 0);
  MUST_REFUSE(LK_USAGE, "l.h5.parts: is there", "prepare", "l.xml", "l.h5");
  must_hold("l.h5.parts/plan", "program of another");
  write_file("a.json.parts/part-00000007.tmp-0123456789abcdef", "half a part");
  MUST_RUN("tokenizer", "train", "l.xml", "a.json", "--size", "300");
  must_hold("a.json.parts/part-of-my-book.txt", "my text");
  assert_int_equal(unlink("a.json.parts/part-of-my-book.txt"), 0);
  assert_int_equal(rmdir("a.json.parts"), 0);
}

/* A command that was killed before it had its plan leaves no more than this. */
static void an_empty_folder_is_taken(void **state) {
  (void)state;
  assert_int_equal(mkdir("e.h5.parts", 0777), 0);
  write_file("e.h5.parts/plan.tmp-0123456789abcdef", "prog");
  MUST_RUN("prepare", "l.xml", "e.h5");
  must_leave_nothing("e.h5");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_dump_becomes_its_articles),
      cmocka_unit_test(what_is_dropped_can_be_chosen),
      cmocka_unit_test(what_is_alike_or_strange_is_dropped),
      cmocka_unit_test(a_text_stays_as_it_is),
      cmocka_unit_test(a_text_and_its_corpus_have_one_fingerprint),
      cmocka_unit_test(one_corpus_for_any_threads_and_parts),
      cmocka_unit_test(many_documents_keep_their_order),
      cmocka_unit_test(a_corpus_may_be_packed),
      cmocka_unit_test(documents_are_held_out),
      cmocka_unit_test(the_most_frequent_characters_suffice),
      cmocka_unit_test(json_lines_become_documents),
      cmocka_unit_test(json_lines_of_disambiguations_are_left_out),
      cmocka_unit_test(names_of_files_tell_languages),
      cmocka_unit_test(marks_without_end_end),
      cmocka_unit_test(what_cannot_be_is_refused),
      cmocka_unit_test(what_has_no_texts_is_refused),
      cmocka_unit_test(what_is_done_is_not_done_again),
      cmocka_unit_test(what_is_anothers_is_left),
      cmocka_unit_test(an_empty_folder_is_taken)};
  return cmocka_run_group_tests(tests, open_world, close_world);
}
