/* Files that are no text are named; texts that look a little like them are left alone. */
#include "data_files.h"
#include "lockstep/corpus.h"
#include "lockstep/foreign.h"
#include "lockstep/questions.h"

static void refused(const char *bytes, size_t size, const char *kind, const char *fix) {
  assert_int_equal(lk_foreign_check("corpus.bin", bytes, size, "document"), LK_BAD_DATA);
  if (!strstr(lk_message(), kind) || !strstr(lk_message(), fix))
    fail_msg("%s", lk_message());
  assert_non_null(strstr(lk_message(), "not a text with one document a line"));
}

#define REFUSED(bytes, kind, fix) refused(bytes, sizeof(bytes) - 1, kind, fix)

static void accepted(const char *text) {
  if (lk_foreign_check("corpus", text, strlen(text), "document") != LK_OK)
    fail_msg("%s: %s", text, lk_message());
}

static void compressed_files_and_archives_are_named(void **state) {
  (void)state;
  char tar[512] = "wiki.txt";
  memcpy(tar + 257, "ustar", 5);
  REFUSED("\x1F\x8B\x08", "gzip", "zcat FILE > TEXT");
  REFUSED("BZh91AY&SY....", "bzip2", "bzcat FILE > TEXT");
  REFUSED("\xFD"
          "7zXZ\0....",
          "xz", "xzcat FILE > TEXT");
  REFUSED("\x28\xB5\x2F\xFD....", "zstd", "zstdcat FILE > TEXT");
  REFUSED("7z\xBC\xAF\x27\x1C....", "7z", "7z e -so FILE");
  REFUSED("PK\x03\x04....", "zip", "unzip -p FILE");
  refused(tar, sizeof tar, "tar", "tar -xOf FILE");
  REFUSED("%PDF-1.7\n", "PDF", "pdftotext");
  REFUSED("PAR1........PAR1", "Parquet", "column");
  REFUSED("\x89HDF\r\n\x1A\n....", "HDF5", "the text itself");
  REFUSED("\xFF\xFEW\0h\0", "UTF-16", "iconv -f UTF-16 -t UTF-8");
}

static void markup_and_json_are_named(void **state) {
  (void)state;
  REFUSED("<mediawiki xmlns=\"http://x\">\n<page>", "MediaWiki dump",
          "lockstep prepare FILE CORPUS.h5");
  REFUSED("\xEF\xBB\xBF\n  <?xml version=\"1.0\"?>\n<a/>", "XML",
          "lockstep prepare FILE CORPUS.h5");
  REFUSED("<feed>\n<doc>\n", "XML", "lockstep prepare FILE CORPUS.h5");
  REFUSED("<!doctype HTML>\n", "HTML,", "the XML of a dump");
  REFUSED("<html lang=en>\n", "HTML,", "give the text itself");
  REFUSED("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "JSON",
          "lockstep prepare FILE CORPUS.h5");
  REFUSED("\n{ \"te\\\"xt\" : 1 }\r\n\n{\"a\":{\"b\":2}}", "JSON",
          "lockstep prepare FILE CORPUS.h5");
  REFUSED("{\n  \"text\": \"a\",\n  \"n\": [1,\n2]\n}\n", "JSON", "`jq -c .`");
  REFUSED("[\n {\"text\": \"a\"},\n {\"text\": \"b\"}\n]\n", "JSON",
          "`jq -c '.[]' FILE > LINES`");
}

static void tables_of_a_database_are_named(void **state) {
  (void)state;
  static const char fix[] = "-pages-articles.xml.bz2 has the texts";
  REFUSED("-- MySQL dump 10.19  Distrib 10.5\n--\n", "SQL", fix);
  REFUSED("-- MariaDB dump 10.19-11.4\n", "SQL", fix);
  REFUSED("/*M!999999\\- enable the sandbox mode */ \n-- MariaDB", "SQL", fix);
  REFUSED("/*!999999\\- enable the sandbox mode */ \n-- MariaDB", "SQL", fix);
}

static void texts_are_left_alone(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "{",
                                      "[",
                                      "a < b\n<b>bold</b>\n",
                                      "<s> begins a sentence\n",
                                      "{braces} begin this line\n{these} too\n",
                                      "{\"text\": \"a\"}\na line that is none\n",
                                      "{\"x\"} is a set\n",
                                      "[1] A note\n[2] Another [3]\n",
                                      "BZhang was born in Rome.\nBZh91 is a name.\n",
                                      "PAR1 is a gene.\n",
                                      "-- MySQL dumps a table.\n",
                                      "<feeds> are read\n",
                                      "PK is a city.\n",
                                      "ustar\n",
                                      "7z packs files.\n",
                                      "The header is <?xml version=\"1.0\"?> as ever.\n"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    accepted(texts[i]);
}

static void readers_ask(void **state) {
  (void)state;
  const lk_slice whole = {1, 0, 1};
  lk_corpus *corpus;
  lk_questions *list;
  const char *json = temporary_text("{\"text\": \"a\"}\n");
  assert_int_equal(lk_corpus_read_text(&corpus, json, NULL, whole), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "JSON"));
  assert_int_equal(lk_questions_read(&list, json, 0), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "not a text with one question a line"));
}

static void blanks_for_a_tab_are_named(void **state) {
  (void)state;
  lk_questions *list;
  const char *gaps = temporary_text("Where was A born?    Rome\nWhere was B born?  Oslo\n");
  assert_int_equal(lk_questions_read(&list, gaps, 0), LK_BAD_DATA);
  assert_non_null(
      strstr(lk_message(), "no line has a tab, but 2 of 2 have blanks for one"));
  assert_int_equal(lk_questions_read(&list, gaps, 1), LK_BAD_DATA);
  assert_non_null(
      strstr(lk_message(), "line 1: no tab and answer, but blanks for the tab"));
  const char *plain = temporary_text("Where was A  born?\nWhere was B born?  \n  Where?\n");
  assert_int_equal(lk_questions_read(&list, plain, 0), LK_OK);
  lk_questions_free(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compressed_files_and_archives_are_named),
      cmocka_unit_test(markup_and_json_are_named),
      cmocka_unit_test(tables_of_a_database_are_named),
      cmocka_unit_test(texts_are_left_alone),
      cmocka_unit_test(readers_ask),
      cmocka_unit_test(blanks_for_a_tab_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
