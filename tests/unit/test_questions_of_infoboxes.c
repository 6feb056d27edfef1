/* `lockstep questions`: what it makes of infoboxes in several languages, and how people are
 * split. */
#include "cli_run.h"
#include <sys/stat.h>

static char *text; /* of a file, until the next one */

static const char *file_text(const char *path) {
  read_back(path, &text);
  return text;
}

/* An export: the head of a wiki in that language, then pages of "title", "text" pairs. */
static void write_dump(const char *path, const char *language, const char *const *pages) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file,
          "<mediawiki version=\"0.10\" xml:lang=\"%s\"><siteinfo><namespaces>"
          "<namespace key=\"0\" /><namespace key=\"1\">Diskussion</namespace>"
          "</namespaces></siteinfo>\n",
          language);
  for (; *pages; pages += 2)
    fprintf(file,
            "<page><title>%s</title><ns>%d</ns><id>1</id><revision><id>1</id>"
            "<text>%s</text></revision></page>\n",
            pages[0], !strncmp(pages[0], "Diskussion:", 11), pages[1]);
  fprintf(file, "</mediawiki>\n");
  assert_int_equal(fclose(file), 0);
}

static void must_be(const char *path, const char *expected) {
  assert_string_equal(file_text(path), expected);
}

/* Everybody into train. */
#define ALL_TRAIN "--shares", "1,0,0"

static void every_language_gives_its_places(void **state) {
  (void)state;
  static const struct {
    const char *language, *pages[7], *questions;
  } wikis[] = {
      {"en",
       {"Ann Lee (singer)",
        "{{short description|x}}\n{{Infobox person\n| name = [[Ann]]\n| birth_date = "
        "{{birth date|1990|5|2}}\n| birth_place = {{nowrap|[[St. Ives, "
        "Cornwall|St. Ives]]}}, [[England]]&lt;ref&gt;a, b&lt;/ref&gt;\n}}",
        "Bo",
        "{{Infobox officeholder|birthplace=&lt;!-- ? --&gt;[[Queens]]&lt;br&gt;[[New "
        "York]]|module={{Infobox x|birth_place=no}}}}",
        "Cy",
        "{{Infobox person|birth_place={{flagicon|UK}} [[London]] (now [[Ontario]])}}"},
       "Where was Ann Lee born?\tSt. Ives\nWhere was Bo born?\tQueens\n"
       "Where was Cy born?\tLondon\n"},
      {"de",
       {"Ulf (Maler)",
        "text\n{{Personendaten\n|NAME=Ulf\n|GEBURTSDATUM=1. Mai 1900\n|GEBURTSORT=[[Ulm]], "
        "[[Deutschland]]\n}}",
        "Diskussion:Ulf", "{{Personendaten|GEBURTSORT=Bonn}}"},
       "Where was Ulf born?\tUlm\n"},
      {"fr",
       {"Éve", "{{Infobox Biographie2 |lieu de naissance = [[Nîmes]] ([[France]]) }}"},
       "Where was Éve born?\tNîmes\n"},
      {"it",
       {"Ugo", "{{Bio|Nome=Ugo|LuogoNascita=Roma|LuogoNascitaLink=Roma (x)}}"},
       "Where was Ugo born?\tRoma\n"},
      {"ru",
       {"Пушкин, Александр",
        "{{Писатель\n| место рождения = {{МестоРождения|Москва}}, [[Россия]]\n}}"},
       "Where was Пушкин, Александр born?\tМосква\n"},
      {"bg",
       {"Иван Вазов", "{{Писател инфо|роден-място=[[Сопот]], [[Османска империя]]}}"},
       "Where was Иван Вазов born?\tСопот\n"},
      {"zh",
       {"王伟（球员）", "{{足球运动员信息框|出生地={{CHN}}[[上海市]]，[[长宁区]]}}"},
       "Where was 王伟 born?\t上海市\n"},
      {"ja",
       {"山田太郎", "{{基礎情報 俳優\n| 生誕地 = {{JPN}}・[[東京都]][[港区]]\n}}"},
       "Where was 山田太郎 born?\t東京都港区\n"},
      {"ar",
       {"علي", "{{صندوق معلومات شخص\n| مكان الولادة = [[القاهرة]]، [[مصر]]\n}}"},
       "Where was علي born?\tالقاهرة\n"}};
  for (size_t i = 0; i < sizeof wikis / sizeof *wikis; i++) {
    write_dump("dump.xml", wikis[i].language, wikis[i].pages);
    MUST_RUN("questions", ALL_TRAIN, "dump.xml", "out");
    must_be("out/train.tsv", wikis[i].questions);
    must_be("out/test.tsv", "");
    assert_int_equal(system("rm -r out"), 0);
  }
}

static const char *const people[] = {
    "Ann",         "{{Infobox person|birth_place=[[Rome]], Italy&lt;br /&gt;now}}", /* */
    "Bob",         "{{Infobox person|birth_place=}}",
    "Cid",         "#REDIRECT [[Ann]]",
    "Dan",         "{{Infobox person|birth_place=?}}",
    "Ann (queen)", "{{Infobox person|birth_place=Oslo}}",
    "Eve",         "no box",
    "Ge&#9;o",     "{{Infobox person|birth_place=Bern}}",
    "Fay",         "{{Infobox person|rank=[[Major]]|birth_place=Bonn}}",
    NULL};

static void counts_say_what_became_of_pages(void **state) {
  (void)state;
  write_dump("people.xml", "en", people);
  MUST_RUN("questions", ALL_TRAIN, "--answer", "whole", "people.xml", "counted");
  must_be("counted/train.tsv",
          "Where was Ann born?\tRome, Italy, now\nWhere was Fay born?\tBonn\n");
  must_have(printed, "counted: 2 questions: 2 train, 0 dev, 0 test\n");
  must_have(printed, "\npages: 8\nredirects: 1\n");
  must_have(printed, "\narticles without an infobox: 1\narticles with an infobox: 6\n");
  must_have(printed, "Wikidata: 1\n");
  must_have(printed, "\"unknown\": 2\n");
  must_have(printed, "before: 1\n");
  must_hold("counted/report.json", "\"infobox_without_place\":\t1");
  MUST_RUN("questions", ALL_TRAIN, "--field", "x, rank", "--form", "%s's rank?",
           "people.xml", "ranks");
  must_be("ranks/train.tsv", "Fay's rank?\tMajor\n");
}

/* A flag leaves the comma before it, or the point behind it. */
static void whole_answers_end_with_words(void **state) {
  (void)state;
  static const char *const pages[] = {
      "A", "{{Infobox person|birth_place=[[Rome]], {{flag icon|Italy}}}}",
      "B", "{{Infobox person|birth_place={{JPN}}・[[東京都]][[港区]]、}}",
      "C", "{{Infobox person|birth_place=Ulm (Donau);&lt;br&gt;– Bayern/ {{flag icon|x}}}}",
      "D", "{{Infobox person|birth_place=(now Oslo), Norway}}",
      NULL};
  write_dump("ends.xml", "en", pages);
  MUST_RUN("questions", ALL_TRAIN, "--answer", "whole", "ends.xml", "ends");
  must_be("ends/train.tsv", "Where was A born?\tRome\nWhere was B born?\t東京都港区\n"
                            "Where was C born?\tUlm (Donau), Bayern\n"
                            "Where was D born?\t(now Oslo), Norway\n");
}

static void what_is_no_place_is_passed_over(void **state) {
  (void)state;
  static const char *const unknown[] = {
      "A", "{{Infobox person|birth_place=unknown}}",
      "B", "{{Infobox person|birth_place=Desconocido.}}",
      "C", "{{Infobox person|birth_place=&lt;i&gt;Неизвестно&lt;/i&gt;}}",
      "D", "{{Infobox person|birth_place=不明}}",
      "E", "{{Infobox person|birth_place=Unknown (perhaps [[Rome]])}}",
      "F", "{{Infobox person|birth_place=[[Unknown Township]], Ohio}}",
      "G", "{{Infobox person|birth_place=N/A}}",
      "H", "{{Infobox person|birth_place=n/a (see text)}}",
      "I", "{{Infobox person|birth_place=Not available}}",
      "J", "{{Infobox person|birth_place=Disputed}}",
      "K", "{{Infobox person|birth_place=н/д}}",
      "L", "{{Infobox person|birth_place=نامشخص}}",
      "M", "{{Infobox person|birth_place=ज्ञात नहीं}}",
      "N", "{{Infobox person|birth_place=অজ্ঞাত}}",
      "O", "{{Infobox person|birth_place=非公開}}",
      "P", "{{Infobox person|birth_place=[[Bonn]]/N/A}}",
      "Q", "{{Infobox person|birth_place=Y/[[Somme]]}}",
      NULL};
  static const char *const dated[] = {
      "A", "{{Infobox person|birth_place={{birth date|1950|1|1}}, [[Rome]]}}",
      "B", "{{Infobox person|birth_place=1 May 1900&lt;br&gt;[[Oslo]], Norway}}",
      "C", "{{Infobox person|birth_place=(present-day [[Gdańsk]]), Poland}}",
      "D", "{{Infobox person|birth_place=1950年1月1日、[[東京]]}}",
      "E", "{{Infobox person|birth_place=01.05.1900; Ulm}}",
      "F", "{{Infobox person|birth_place=District 9, Wien}}",
      "G", "{{Infobox person|birth_place={{birth date|1950|1|1}}}}",
      "H", "{{Infobox person|birth_place={{birth date|1990|1|2}} [[London]], England}}",
      "I", "{{Infobox person|birth_place=District 9, 19900 Wien}}",
      "J", "{{Infobox person|birth_place=1 января 1950 года, Москва}}",
      "K", "{{Infobox person|birth_place=۱۲ آبان ۱۳۴۰، [[تهران]]}}",
      "L", "{{Infobox person|birth_place=٢ مايو ١٩٨٠، [[القاهرة]]}}",
      "M", "{{Infobox person|birth_place=মে ২, ১৯৮০ [[ঢাকা]]}}",
      "N", "{{Infobox person|birth_place=मई २, १९८०, [[मुंबई]]}}",
      "O", "{{Infobox person|birth_place=เมษายน ๒, ๒๕๐๐ [[กรุงเทพ]]}}",
      "P", "{{Infobox person|birth_place=၁၉၅၀, [[ရန်ကုန်]]}}",
      "Q", "{{Infobox person|birth_place=জেলা ৯, ১৯৯০০ ঢাকা}}",
      "R", "{{Infobox person|birth_place={{OldStyleDate|4 May|1643|25 April}}, Ulm}}",
      "S", "{{Infobox person|birth_place=2 May, 1980 [[Rome]]}}",
      "T", "{{Infobox person|birth_place=12 Main Street, 1010 Wien}}",
      "U", "{{Infobox person|birth_place=12th arrondissement, Paris}}",
      "V", "{{Infobox person|birth_place=ca. 1500}}",
      "W", "{{Infobox person|birth_place=9 Bezirk, 19900, Wien}}",
      NULL};
  write_dump("unknown.xml", "en", unknown);
  MUST_RUN("questions", ALL_TRAIN, "unknown.xml", "unknown");
  must_be("unknown/train.tsv", "Where was F born?\tUnknown Township\n"
                               "Where was P born?\tBonn\nWhere was Q born?\tY\n");
  must_have(printed, "\"unknown\": 14\n");
  MUST_RUN("questions", ALL_TRAIN, "--answer", "whole", "unknown.xml", "whole");
  must_be("whole/train.tsv", "Where was E born?\tUnknown (perhaps Rome)\n"
                             "Where was F born?\tUnknown Township, Ohio\n"
                             "Where was H born?\tn/a (see text)\n"
                             "Where was P born?\tBonn/N/A\nWhere was Q born?\tY/Somme\n");
  write_dump("dated.xml", "en", dated);
  MUST_RUN("questions", ALL_TRAIN, "--form", "%s?", "dated.xml", "dated");
  must_be("dated/train.tsv", "A?\tRome\nB?\tOslo\nC?\tPoland\nD?\t東京\nE?\tUlm\n"
                             "F?\tDistrict 9\nH?\tLondon\n"
                             "I?\tDistrict 9\nJ?\tМосква\nK?\tتهران\n"
                             "L?\tالقاهرة\nM?\tঢাকা\nN?\tमुंबई\nO?\tกรุงเทพ\n"
                             "P?\tရန်ကုန်\nQ?\tজেলা ৯\n"
                             "R?\tUlm\nS?\tRome\nT?\t12 Main Street\n"
                             "U?\t12th arrondissement\nW?\t9 Bezirk\n");
  must_have(printed, "\"unknown\": 2\n");
  MUST_RUN("questions", ALL_TRAIN, "--answer", "whole", "dated.xml", "entire");
  must_have(printed, "\"unknown\": 2\n");
  MUST_RUN("questions", ALL_TRAIN, "--field", "birth_place", "--form", "%s?", "dated.xml",
           "dates");
  must_have(file_text("dates/train.tsv"), "\nG?\tJanuary 1\nH?\tLondon\n");
}

/* A number with a word is a day where it may be one and the word may be a month. */
static void days_are_told_from_names(void **state) {
  (void)state;
  static const struct {
    const char *language, *value, *place;
  } rows[] = {{"en", "29 Palms, 1950", "29 Palms"},
              {"en", "29 Palms, 1950, California", "29 Palms"},
              {"en", "32 May, 1950, Rome", "32 May"},
              {"en", "4 Jan., 1950, Rome", "Rome"},
              {"en", "4-5 may, 1950, Rome", "Rome"},
              {"de", "4 Mai, 1950, Ulm", "Ulm"},
              {"de", "4 January, 1950, Ulm", "Ulm"},
              {"de", "9 Bezirk, 1950, Wien", "9 Bezirk"},
              {"ru", "4 январь, 1950, Москва", "Москва"},
              {"ca", "4 abril, 1950, Reus", "Reus"},
              {"ca", "4 d'abril, 1950, Reus", "Reus"},
              {"fa", "۱۲ آبان، ۱۳۴۰، تهران", "تهران"},
              {"scn", "4 Maju, 1950, Catania", "Catania"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char page[128], expected[64];
    snprintf(page, sizeof page, "{{Infobox person|birth_place=%s}}", rows[i].value);
    snprintf(expected, sizeof expected, "A?\t%s\n", rows[i].place);
    write_dump("day.xml", rows[i].language, (const char *const[]){"A", page, NULL});
    MUST_RUN("questions", ALL_TRAIN, "--form", "%s?", "day.xml", "day");
    must_be("day/train.tsv", expected);
    assert_int_equal(system("rm -r day"), 0);
  }
}

/* Were the rest read for each part, these would take hours. */
static void long_fields_take_linear_time(void **state) {
  (void)state;
  enum { REPEATS = 500000 };
  static const char head[] = "{{Infobox person|birth_place=";
  static const struct {
    const char *part, *last, *questions;
  } fields[] = {{"1/", "Rome}}", "A?\tRome\nB?\tOslo\n"},
                {"1,", "n/a}}", "B?\tOslo\n"},
                {"a/", "b}}", "A?\ta\nB?\tOslo\n"}};
  static char page[sizeof head + 2 * REPEATS + 16];
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    strcpy(page, head);
    for (int times = 0; times < REPEATS; times++)
      memcpy(page + sizeof head - 1 + 2 * times, fields[i].part, 2);
    strcpy(page + sizeof head - 1 + 2 * REPEATS, fields[i].last);
    write_dump(
        "long.xml", "en",
        (const char *const[]){"A", page, "B", "{{Infobox person|birth_place=Oslo}}", NULL});
    MUST_RUN("questions", ALL_TRAIN, "--form", "%s?", "long.xml", "long");
    must_be("long/train.tsv", fields[i].questions);
    assert_int_equal(system("rm -r long"), 0);
  }
}

/* A flag's country is an answer where the field has no other place. */
static void flags_are_passed_over(void **state) {
  (void)state;
  static const struct {
    const char *language, *pages[25], *questions;
  } wikis[] = {
      {"en",
       {"A", "{{Infobox person|birth_place={{flag|Soviet Union}}, [[Moscow]]}}",
        "B", "{{Infobox person|birth_place={{flagu|Italy}}&lt;br&gt;[[Rome]]}}",
        "C", "{{Infobox person|birth_place={{flagcountry|India}} [[Mumbai]]}}",
        "D", "{{Infobox person|birth_place=[[Lima]] {{flag|Peru}}}}",
        "E", "{{Infobox person|birth_place={{flag|Peru}} ([[Lima]]), 1950}}",
        "F", "{{Infobox person|birth_place=in {{flag|Peru}}}}",
        "G", "{{Infobox person|birth_place={{flagicon|Peru}} [[Lima]], [[Peru]]}}",
        "H", "{{Infobox person|birth_place=Unknown, {{flag|Peru}}}}",
        "I", "{{Infobox person|birth_place=al-Khobar {{flag|Saudi Arabia}}}}",
        "J", "{{Infobox person|birth_place=eThekwini {{flag|South Africa}}}}",
        "K", "{{Infobox person|birth_place=Cox's bazar {{flag|Bangladesh}}}}",
        "L", "{{Infobox person|birth_place=near {{flag|Peru}}}}"},
       "A?\tMoscow\nB?\tRome\nC?\tMumbai\nD?\tLima\nE?\tPeru\nF?\tin Peru\nG?\tLima\n"
       "I?\tal-Khobar\nJ?\teThekwini\nK?\tCox's bazar\nL?\tnear Peru\n"},
      {"ka",
       {"ა", "{{ინფოდაფა პიროვნება|დაბადების ადგილი=თბილისი {{flag|საქართველო}}}}"},
       "ა?\tთბილისი\n"},
      {"ru",
       {"А", "{{Персона|место рождения={{флагификация|СССР}}, [[Москва]]}}", "Б",
        "{{Персона|место рождения={{Флагификация|СССР}}}}"},
       "А?\tМосква\nБ?\tСССР\n"},
      {"es",
       {"A", "{{Ficha de persona|lugar de nacimiento={{Bandera2|Argentina}}, Rosario}}",
        "B", "{{Ficha de persona|lugar de nacimiento=Estado de {{bandera2|México}}}}"},
       "A?\tRosario\nB?\tEstado de México\n"},
      {"bg",
       {"А", "{{Биография|роден-място={{флаг|България}}, [[Варна]]}}"},
       "А?\tВарна\n"},
      {"da", {"A", "{{Person|fødested={{flagland|Danmark}} Aarhus}}"}, "A?\tAarhus\n"},
      {"sv", {"A", "{{Person|födelseplats={{flaggland|Sverige}} Lund}}"}, "A?\tLund\n"},
      {"ar", {"ا", "{{شخص|مكان الولادة={{علم|مصر}} [[القاهرة]]}}"}, "ا?\tالقاهرة\n"},
      {"zh", {"王", "{{人物|出生地={{flagcountry|中华民国}}[[上海]]}}"}, "王?\t上海\n"}};
  for (size_t i = 0; i < sizeof wikis / sizeof *wikis; i++) {
    write_dump("flags.xml", wikis[i].language, wikis[i].pages);
    MUST_RUN("questions", ALL_TRAIN, "--form", "%s?", "flags.xml", "flags");
    must_be("flags/train.tsv", wikis[i].questions);
    assert_int_equal(system("rm -r flags"), 0);
  }
}

enum { MANY = 300 };

/* People 0 to `count`, each born in a place of the same number. */
static void write_many(const char *path, int count) {
  static char words[2 * MANY][64];
  const char *pages[2 * MANY + 1] = {NULL};
  for (int i = 0; i < count; i++) {
    snprintf(words[2 * i], 64, "Person %d", i);
    snprintf(words[2 * i + 1], 64, "{{Infobox person|birth_place=Place %d, A}}", i);
    pages[2 * i] = words[2 * i];
    pages[2 * i + 1] = words[2 * i + 1];
  }
  write_dump(path, "en", pages);
}

static int lines_of(const char *path) {
  int lines = 0;
  for (const char *at = file_text(path); *at; at++)
    lines += *at == '\n';
  return lines;
}

/* Whoever was in a part of the smaller dump is in the same of the larger. */
static void added_pages_move_nobody(void **state) {
  static const char *const parts[] = {"train.tsv", "dev.tsv", "test.tsv"};
  (void)state;
  write_many("few.xml", MANY / 3);
  write_many("many.xml", MANY);
  MUST_RUN("questions", "few.xml", "few");
  MUST_RUN("questions", "--threads", "2", "many.xml", "few.xml", "many.xml", "many");
  must_have(printed, "before: 400\n");
  int sum = 0;
  for (int i = 0; i < 3; i++) {
    char one[32], command[128];
    snprintf(one, sizeof one, "many/%s", parts[i]);
    sum += lines_of(one);
    snprintf(command, sizeof command, "grep -vqxFf many/%s few/%s", parts[i], parts[i]);
    assert_int_equal(WEXITSTATUS(system(command)), 1); /* none is missing */
  }
  assert_int_equal(sum, MANY);
  assert_int_equal(
      system("test -z \"$(cat many/*.tsv | grep Place | cut -f 1 | sort | "
             "uniq -d)\" && cut -f 1 many/test.tsv | cmp - many/test_inputs.tsv"),
      0);
  assert_in_range(lines_of("many/train.tsv"), MANY * 7 / 10, MANY * 9 / 10);
  assert_in_range(lines_of("many/dev.tsv"), MANY / 20, MANY * 3 / 20);
  MUST_RUN("questions", "--seed", "2", "many.xml", "other");
  assert_int_not_equal(system("cmp -s many/dev.tsv other/dev.tsv"), 0);
}

static void what_cannot_be_is_refused(void **state) {
  (void)state;
  write_dump("plain.xml", "en", (const char *const[]){"A", "text", NULL});
  write_dump("people.xml", "en", people);
  MUST_REFUSE(LK_BAD_DATA, "no question: 1 pages", "questions", "plain.xml", "none");
  assert_int_equal(access("none", F_OK), -1);
  MUST_REFUSE(LK_NO_INPUT, "missing.xml", "questions", "missing.xml", "none");
  MUST_REFUSE(LK_USAGE, "--form", "questions", "--form", "Where?", "people.xml", "none");
  MUST_REFUSE(LK_USAGE, "--form", "questions", "--form", "%s %s", "people.xml", "none");
  MUST_REFUSE(LK_USAGE, "--answer", "questions", "--answer", "last", "people.xml", "none");
  MUST_REFUSE(LK_USAGE, "--shares", "questions", "--shares", "1,2", "people.xml", "none");
  MUST_REFUSE(LK_USAGE, "--shares", "questions", "--shares", "0,0,0", "people.xml", "none");
  MUST_REFUSE(LK_USAGE, "--field", "questions", "--field", "a,,b", "people.xml", "none");
  assert_int_equal(mkdir("full", 0700), 0);
  write_file("full/mine", "x");
  MUST_REFUSE(LK_USAGE, "is there already", "questions", "people.xml", "full/");
  must_hold("full/mine", "x");
  MUST_REFUSE(LK_IO, "cannot be made", "questions", "people.xml", "no/such");
  assert_int_equal(mkdir("empty", 0700), 0);
  MUST_RUN("questions", "people.xml", "empty/");
  assert_int_equal(system("test -z \"$(ls -d -- *.tmp-* full/*.tmp-* 2> /dev/null)\""), 0);
}

static int close_all(void **state) {
  lk_free(text);
  return close_world(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_language_gives_its_places),
      cmocka_unit_test(counts_say_what_became_of_pages),
      cmocka_unit_test(whole_answers_end_with_words),
      cmocka_unit_test(what_is_no_place_is_passed_over),
      cmocka_unit_test(days_are_told_from_names),
      cmocka_unit_test(long_fields_take_linear_time),
      cmocka_unit_test(flags_are_passed_over),
      cmocka_unit_test(added_pages_move_nobody),
      cmocka_unit_test(what_cannot_be_is_refused),
  };
  return cmocka_run_group_tests(tests, open_world, close_all);
}
