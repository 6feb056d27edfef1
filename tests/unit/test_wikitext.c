/* Wikitext to text: pairs of what is written and what it says, page kinds, and pages that
 * were made to cost much. */
#include "data_files.h"
#include "lockstep/wikitext.h"

typedef struct {
  const char *page, *text;
} pair;

static lk_wiki_site *site;
static lk_wikitext *parser;
static const char *title = "Title";
static int wrong; /* pairs, of a test */

static void start(const char *language, lk_wiki_options options) {
  assert_int_equal(lk_wiki_site_create(&site, language), LK_OK);
  assert_int_equal(lk_wikitext_create(&parser, site, options), LK_OK);
}

static void stop(void) {
  lk_wikitext_free(parser);
  lk_wiki_site_free(site);
  int failed = wrong;
  wrong = 0;
  assert_int_equal(failed, 0);
  assert_int_equal(lk_allocations_alive(), 0);
}

/* The text of a page without the newline at its end; the caller frees it. */
static char *text_of(const char *page, size_t size, lk_wiki_counts *counts) {
  lk_wiki_text text = {0};
  assert_int_equal(lk_wikitext_parse(parser, title, page, size, &text, counts), LK_OK);
  char *copy;
  assert_int_equal(LK_NEW(copy, text.size + 1), LK_OK);
  if (text.size) memcpy(copy, text.bytes, text.size - 1);
  lk_free(text.bytes);
  return copy;
}

/* Names every pair that is wrong before stop() fails. */
static void check(const char *page, const char *expected) {
  lk_wiki_counts counts = {0};
  char *text = text_of(page, strlen(page), &counts);
  if (strcmp(text, expected)) {
    print_error("%s\n  gives    '%s'\n  expected '%s'\n", page, text, expected);
    wrong++;
  }
  lk_free(text);
}

static void check_all(const char *language, const pair *pairs, size_t count) {
  start(language, lk_wiki_options_default);
  for (size_t i = 0; i < count; i++)
    check(pairs[i].page, pairs[i].text);
  stop();
}

#define CHECK(language, pairs) check_all(language, pairs, sizeof pairs / sizeof *pairs)

static void links_show_their_text(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"a [[cat]]s b", "a cats b"},
      {"[[Cat (animal)|cat]]", "cat"},
      {"[[Cat (animal)|]]", "Cat"},
      {"[[Help:Cat (animal)|]]", "Cat"},
      {"[[a|b|c]]", "c"},
      {"[[Foo{{!}}Bar]], [[Foo|a{{!}}b]] {{!}} [[{{!}}|<nowiki>|</nowiki>]]",
       "Bar, a|b | |"},
      {"[[:Category:Birds]]", "Category:Birds"},
      {"[[wikt:bird]] [[Wikt:bird]] [[W:Bird]] [[WikiVersity:a]] [[X:a]]",
       "bird bird Bird a X:a"},
      {"[[Star Trek: Picard]]", "Star Trek: Picard"},
      {"a[[Category:Birds]]b", "ab"},
      {"a [[File:x.jpg|thumb|A [[cat]] and {{convert|1|m}}]] b", "a b"},
      {"a [[image:x.jpg|[[b|c]]]] b", "a b"},
      {"a\n[[File:x.jpg|thumb|b\n\nc [[d]]\n\ne]]\nf", "a\nf"},
      {"[[File:x.jpg|a\n\nb [[c]] d", "b c d"},
      {"[[File:x.jpg|a [[b\n\nc]] d", "d"},
      {"[[File:x.jpg|a\n\nb\n== c ==\nd]] e", "b\n\nc\n\nd e"},
      {"a [[Datei:x.jpg|mini]] b [[Файл:x.jpg]] c", "a b c"},
      {"[[Fișier:a.JPG|mic|b]][[Imagine:c.svg]] [[Imagine: John Lennon]]",
       "Imagine: John Lennon"},
      {"a[[Thể loại:b]][[श्रेणी:c]][[หมวดหมู่:d]][[תמונה:e.png|ממוזער|f]]g", "ag"},
      {"hear [[Media:x.ogg|a song]], [[Média:y.ogg|an ''air'']]", "hear a song, an air"},
      {"text\n[[de:Katze]]\n[[simple:Cat]]", "text"},
      {"text\n[[Fr:a]]\n[[EN:a]]\n[[ Zh-Min-Nan : a]]\n[[yue:a]]\n[[cz:a]]", "text"},
      {"text\n[[gsw:a]]\n[[Alt:a]]\n[[nr:a]]\n[[bew:a]] [[trv:a]]", "text"},
      {"[[Mad: a]] [[Fat:b]] [[Wikipediawikipedia:d]]",
       "Mad: a Fat:b Wikipediawikipedia:d"},
      {"[[Fre:a]] [[F:a]] [[zh-classical-x:a]] [[en x:a]]",
       "Fre:a F:a zh-classical-x:a en x:a"},
      {"[https://example.org the page], [http://x.org]", "the page,"},
      {"[HTTP://X.org Up], [gopher://x y], [tel:1 c], [urn:isbn:1 d], [ftps://e]",
       "Up, y, c, d,"},
      {"[news: a], [tel:], [sips]", "[news: a], [tel:], [sips]"},
      {"see [//x.org a [[b]] c]", "see a b c"},
      {"[1] and a[0]", "[1] and a[0]"},
      {"[[open\n\nnext]]", "open\n\nnext"},
      {"a]] b", "a b"},
      {"[[a [[b]] c]]", "a b c"}};
  CHECK("en", pairs);
}

static void shapes_are_left_out(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"''a'' '''b''' '''''c'''''", "a b c"},
      {"it's ''the'' dog's", "it's the dog's"},
      {"l'''état'' est '''moi'''", "l'état est moi"},
      {"''''a''''", "'a'"},
      {"''x''<sub>''i''</sub> + ''y''<sup>''n''</sup>; ''c''<span>''d''</span>''e''",
       "xi + yn; cde"},
      {"[[a|''b'']]''c''[[d|''e'']], ''f''[http://x ''g'']''h'', '<b>'i", "bce, fgh, ''i"},
      {"{{nowrap|''a''}}''b''{{nowrap|''c''}} {{nowrap|''d''<b>''e''</b>}}", "abc de"},
      {"''a''{{lc:''b''}} {{gloss|''c''}} ''[[d|'''e''']]''", "ab 'c' e"},
      {"== History ==\ntext\n=== Late ===\nmore", "History\n\ntext\n\nLate\n\nmore"},
      {"text\n== Empty ==\n=== Too ===\n== References ==\n{{reflist}}", "text"},
      {"text\n== A == <!-- x -->\nb", "text\n\nA\n\nb"},
      {"1 = 1", "1 = 1"},
      {"* a\n** b\n# c\n; d : e\n:f", "- a\n- b\n- c\nd : e\nf"},
      {"a\n\n\n\nb", "a\n\nb"},
      {"a\n{{navbox}}\nb", "a\nb"},
      {"a<!-- b\n\n -->c", "ac"},
      {"a  b &nbsp; c\xC2\xA0"
       "d",
       "a b c d"},
      {"a\n----\nb", "a\nb"},
      {"__NOTOC__a__БЕЗ_ОГЛАВЛЕНИЯ__ __init__ __index__", "a __init__ __index__"},
      {"__INDEX__a__KEIN_INHALTSVERZEICHNIS__ __TDC__b__EXPECTUNUSEDTEMPLATE__", "a b"},
      {"__FILE__ and __LINE__, BASE__64__X", "__FILE__ and __LINE__, BASE__64__X"},
      {"a__কোন_বিষয়বস্তু_রূপান্তরকারী_নয়__b", "ab"},
      {"hello ~~~~", "hello"},
      {"a&amp;b &lt;ref&gt; &eacute; &#233; &#xE9; &bogus; &", "a&b <ref> é é é &bogus; &"},
      {"1&hairsp;2&numsp;3&puncsp;4&emsp13;5", "1\u200A2\u20073\u20084\u20045"},
      {"&lsqb;a&rsqb; &cacute;&abreve;&Zcaron; &half;&frac13; &Acy;&zhcy; &varsigma;&lcub;",
       "[a] ćăŽ ½⅓ Аж ς{"},
      {"&lang;a&rang; &ldquor;b&horbar;&ThickSpace;", "⟨a⟩ „b―&ThickSpace;"},
      {"<nowiki>''a'' [[b]] {{c}} &lt;</nowiki>", "''a'' [[b]] {{c}} <"},
      {"<pre>\n* a\n</pre>", "* a"},
      {"১০<sup>৬</sup> ১০{{sup|-৬}} १०<sup>6</sup> কিমি<sup>২</sup>",
       "১০^৬ ১০^-৬ १०^6 কিমি২"},
      {"H<sub>2</sub>O, 10<sup>6</sup>, km<sup>2</sup>, 19<sup>th</sup>",
       "H2O, 10^6, km2, 19th"},
      {"2<sup>''n''</sup> 2<sup>n</sup> 10<sup>{{mvar|n}}</sup> 2{{sup|n}} 2{{sup|''n''}}",
       "2^n 2^n 10^n 2^n 2^n"},
      {"3<sup>k+1</sup> 3<sup>''m''−1</sup> 10<sup>+6</sup> 10<sup>&minus;6</sup> "
       "2<sup>−''n''",
       "3^k+1 3^m−1 10^+6 10^−6 2^−n"},
      {"1<sup>er</sup> 2<sup>e</sup> 3<sup>''a''</sup> 12<sup>h</sup>4<sup>m</sup> "
       "4{{sup|to}} 5<sup>a</sup> 6<sup>†</sup> 7<sup>n 1</sup> NH<sub>4</sub><sup>+</sup> "
       "8<sup>th-rate</sup> 9<sup>[1]</sup>",
       "1er 2e 3a 12h4m 4to 5a 6† 7n 1 NH4+ 8th-rate 9[1]"},
      {"6<sup>&#8224;</sup> 5<sup>&#42;</sup> 10<sup>&#8722;3</sup> "
       "SO<sub>4</sub><sup>2−</sup> "
       "PO4{{sup|3-}} Fe2<sup>3+</sup> 2<sup>10</sup> 2<sup>3-1</sup> 2<sup>&ndash;n</sup>",
       "6† 5* 10^−3 SO42− PO43- Fe23+ 2^10 2^3-1 2^–n"},
      {"a<br/>b", "a\nb"},
      {"<div class=\"x\">a</div>", "a"},
      {"if a < b and c > d", "if a < b and c > d"},
      {"<H1N1>", "<H1N1>"}};
  CHECK("en", pairs);
}

static void rows_of_broken_tables_are_told_from_text(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"!Kung women\n[[!Kung people|!Kung]] hunters\n!!! is another band.\n!!!",
       "!Kung women\n!Kung hunters\n!!! is another band.\n!!!"},
      {"|x| denotes |y|.\n|-5| is 5", "|x| denotes |y|.\n|-5| is 5"},
      {"a\n| b\n|c\n|-\n|}\n|+ d\n|align=left| e\n|f| || g\n||h\ni", "a\ni"},
      {"a\n! b\n! c !! d\n!e !! f\n!scope=col|g\n!! h\ni", "a\ni"},
      {"{{table}}\n|-\n!a\n|b|c\n\n!Kung", "!Kung"},
      {"!a\n{|\n| b\n\n!c\n|d|e\nf", "!a\n\nf"},
      {"a\n{{{!}} class=x\n{{!}}-\n{{!}} b {{!!}} c\n{{!}}d|e|f\n{{!}}}\ng", "a\ng"},
      {"{{#if:x|{{{!}} class=x\n{{!}}-\n! a\n{{!}} b\n{{!}}}}}\nc {{!}} d", "c | d"},
      {"{{(!}} class=x\n{{!-}}\n{{!}} a\n{{!)}}\nb\n{{!}}c{{!}} is d\n<nowiki>|</nowiki> e",
       "b\n|c| is d\n| e"},
      {"{{!}}x&gt; is a state.\n{{!}}{{!}}x{{!}}{{!}} is a norm.\n{{pipe}}y⟩ is, too",
       "|x> is a state.\n||x|| is a norm.\n|y⟩ is, too"},
      {"{{#if:x|{{(!}}\n{{!}}a\n{{!)}}}} b\n{{!}}c>", "b\n|c>"},
      {"<nowiki>{|</nowiki> begins one.\n\n!Kung is\n|x| is",
       "{| begins one.\n\n!Kung is\n|x| is"},
      {"{{(!}} x\n{{!}} a\n!b\n== c ==\n!Kung\n|x| is", "c\n\n!Kung\n|x| is"},
      {"{{col-begin}}\n{{!}} a\n{{!}}-\n{{!}}+ t\n{{!}} b\n{{!}}\n{{!}}c\n{{col-end}}\nz",
       "z"},
      {"{{!}}-5{{!}} is 5,\n{{!}}+⟩ is up,\n{{!}}ψ⟩", "|-5| is 5,\n|+⟩ is up,\n|ψ⟩"},
      {"{|\n| a\n\nb\n<nowiki>|</nowiki>c|\n{{!}}d", "b\n|c|"}};
  CHECK("en", pairs);
}

static void html_makes_lines(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"a\n<ul><li>b</li><li>c</li></ul>\nd", "a\n- b\n- c\nd"},
      {"<ol>\n<li>a\n<li>b\n</ol>", "- a\n- b"},
      {"<dl><dt>a</dt><dd>b</dd></dl>c", "a\nb\nc"},
      {"a<br>\nb<br />c", "a\nb\nc"},
      {"<h2>a</h2>b<h1", "a\nb<h1"},
      {"<poem>\na\nb\n</poem>", "a\nb"},
      {"a<syntaxhighlight lang=c>{{b</syntaxhighlight><section begin=x/>c", "ac"},
      {"a<ref name=x/>b<ref name=y>c</ref >d", "abd"},
      {"<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん)"},
      {"<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>; <ruby>漢<rt>かん<rt>kan</ruby>",
       "漢 (かん)字 (じ); 漢 (かん) (kan)"},
      {"<ruby>漢<rp>（<rt>かん</rt><rp>）</ruby><ruby>字<rt></rt></ruby>", "漢（かん）字"},
      {"a&rlm;&lrm;\xE2\x80\x8F\xE2\x81\xA6"
       "b\xE2\x80\x8C"
       "c",
       "ab\xE2\x80\x8C"
       "c"}};
  CHECK("en", pairs);
}

static void functions_are_called(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"{{#if:|a|b}}{{#if: x | c | d}}{{#if:{{unknown}}|e|f=g}}", "bcf=g"},
      {"{{#ifeq:a|a|b|c}}{{#ifeq:1|1.0|d|e}}{{#ifeq:1|2|f}}", "bd"},
      {"{{#switch:b|a|b=c|d}} {{#switch:x|a=b|c}} {{#switch:x|a=b|#default=d}}", "c c d"},
      {"{{#expr:1+2*(3-1)}} {{#expr:-7/2 round 0}} {{#expr:7 mod 4}}", "5 -4 3"},
      {"{{#expr:1e10}} {{#expr:-2.5e-1*4}} {{#expr:1e2+1e}}", "10000000000 -1"},
      {"{{#expr:2^3^2}} {{#expr:not 0 and 1<2}} {{#expr:0.1+0.2}}", "64 1 0.3"},
      {"a{{#expr:1/0}}{{#expr:(1}}{{#expr:1 2}}{{#expr:}}{{#expr:)}}b", "ab"},
      {"{{#ifexpr:2>1|a|b}} {{plural:1|one|many}} {{#tag:ref|x}}{{#invoke:x|y}}", "a one"}};
  CHECK("en", pairs);
}

static void what_is_no_text_is_left_out(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"a<ref>b {{cite book|x=[[y]]}}</ref>.<ref name=\"x\" /> c", "a. c"},
      {"a<REF NAME=x>b</REF> c", "a c"},
      {"a<ref>b</ref name=x>c</ref\n>d", "ad"},
      {"a<ref>b\nc", "a\nc"},
      {"a <math>x^2 {{</math> b", "a b"},
      {"a\n<gallery>\nFile:x.jpg|b\n</gallery>\nc", "a\nc"},
      {"a\n{| class=\"x\"\n|-\n| b || {{c}}\n{|\n| d\n|}\n|}\ne", "a\ne"},
      {"a\n{{Infobox x\n| b = {{c|d}}\n| e = {|\n|}\n}}\nf", "a\nf"},
      {"a <table><tr><td><table></table>b</td></tr></table> c", "a c"},
      {"{{unknown|a [[b|c]] {{d}}}}e", "e"},
      {"{{{1|a}}}b", "b"},
      {"a\n{{open\n| b\n\nc", "a\n\nc"},
      {"a {{open b\nc", "a\nc"},
      {"a }} b", "a b"},
      {"{{small|a\n{| b }} c", "a c"},
      {"a {{b <nowiki>\n</nowiki> c [[d]] {{e [[f|\ng]]", "a c d"},
      {"a\n{| x\n| b\n\nc\n| d\n|-\ne", "a\n\nc\ne"},
      {"<pages index=\"Hamlet.djvu\" from=5 to=9 />a <languages/>b <quiz>{c}</quiz>",
       "a b"},
      {"a <see name=\"b\">c</see> <listing>d</listing> "
       "<DynamicPageList>e=f</DynamicPageList>",
       "a c d"}};
  CHECK("en", pairs);
}

static void brackets_are_mended(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"Rome ({{IPA-it|x}}) is", "Rome is"},
      {"Rome ({{IPA-it|x}}; born 1900) is", "Rome (born 1900) is"},
      {"Rome (born 1900; {{IPA-it|x}}) is", "Rome (born 1900) is"},
      {"Rome ( {{IPA|x}} , {{IPA|y}} ; ) is", "Rome is"},
      {"Rome (pronounced {{IPA|x}}) is", "Rome is"},
      {"Rome (a, {{IPA|x}}, b) is", "Rome (a, b) is"},
      {"(a, pronounced {{IPA|x}}) b", "(a) b"},
      {"(a, pronounced {{IPA|x}}, uttal: {{x}}; listen {{x}}) b (pron. {{x}}, listen "
       "{{x}}) c",
       "(a) b c"},
      {"a, IPA{{x}}, b (c, IPA{{x}})", "a, IPA, b (c, IPA)"},
      {"call f() {{x}}", "call f()"},
      {"an interface (API<ref>a</ref>), ale (IPA{{efn|x}}) b",
       "an interface (API), ale (IPA) b"},
      {"(API <!-- a -->{{Efn-ua|x}}, c) {{#tag:ref|d}} e", "(API, c) e"},
      {"Rome (IPA: {{IPA|x}}<ref>a</ref>) is", "Rome is"},
      {"Rome (IPA<!-- a --> {{x}}, b) is", "Rome (b) is"},
      {"a {{x}} b {{x}}, c {{x}}.", "a b, c."},
      {"({{x}} ({{y}})) a", "a"},
      {"羅馬（{{IPA|x}}）是", "羅馬是"},
      {"羅馬（{{IPA|x}}，1900年）是", "羅馬（1900年）是"},
      {"* {{x}}, a\n* {{x}}.\n* {{x}}. b", "- a\n- b"},
      {"वह आया {{Cn}}। और गया {{Cn}} । इति {{x}}॥", "वह आया। और गया। इति॥"},
      {"وہ آیا {{Cn}}۔ Նա եկավ {{Cn}}։ သူလာ {{Cn}}။ 他来了 {{Cn}}。又",
       "وہ آیا۔ Նա եկավ։ သူလာ။ 他来了。又"},
      {"羅馬（{{IPA|x}}。）是（{{x}}。甲）, a ({{x}}.) b ({{x}} .NET)",
       "羅馬是（甲）, a b (.NET)"},
      {"वह आया । गया", "वह आया । गया"},
      {"Il dit :\n* a", "Il dit :\n- a"}};
  CHECK("en", pairs);
}

/* In a bracket of its own, before what stays, behind what stays. */
static void announced_pronunciations_are_left_out(void **state) {
  (void)state;
  static const char *const words[] = {
      "pronounced", "讀音",     "발음",     "উচ্চারণ",       "उच्चारण",     "อ่านว่า",
      "phát âm",    "telaffuz", "kiejtése", "προφορά",      "הגייה",      "تلفظ",
      "نطق",        "вимова",   "изговор",  "pronunție",    "ääntäminen", "uttale",
      "uttales",    "udtale",   "айтылуы",  "произношение", "ahoskera"};
  start("en", lk_wiki_options_default);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    char page[128];
    snprintf(page, sizeof page, "a (%s: {{IPA|x}}) b (%s {{x}}, c) d (e; %s {{x}})",
             words[i], words[i], words[i]);
    check(page, "a b (c) d (e)");
  }
  stop();
}

static void measures_are_kept(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"{{convert|10|km}}", "10 kilometres"},
      {"{{Convert|1|mi|km|1}}", "1 mile"},
      {"{{convert|10|km|mi|abbr=on}}", "10 km"},
      {"a {{convert|10|km|mi|adj=on}} run", "a 10-kilometre run"},
      {"{{convert|10|to|20|km|mi}}", "10 to 20 kilometres"},
      {"{{convert|10|-|20|km}}", "10–20 kilometres"},
      {"{{convert|3|x|4|by|5|m|ft}}", "3 × 4 by 5 metres"},
      {"{{convert|5|ft|6|in|m}}", "5 feet 6 inches"},
      {"{{convert|10|m|ft|sp=us}}", "10 meters"},
      {"{{convert|20|C|F}}", "20 degrees Celsius"},
      {"{{convert|1,200|/km2|/sqmi|abbr=on}}", "1,200/km2"},
      {"{{convert|7|quux}}", "7 quux"},
      {"{{convert|[[x|8]]|{{nowrap|km}}}}", "8 kilometres"},
      {"{{formatnum:1234567.5}} {{formatnum:12|R}}", "1,234,567.5 12"},
      {"{{val|1.5|0.2|e=6|u=km}}", "1.5±0.2×10^6 km"},
      {"{{val|5|+1|-2}} {{val|1.2|(4)}} {{val|1|-|2|u=m}} {{val|e=9}}",
       "5+1-2 1.2(4) 1–2 m 10^9"},
      {"{{convert|1.5|e6acre}} {{convert|1+1/2|mi}}", "1.5 million acres 1 1/2 miles"},
      {"{{convert|11|MUSgal}} {{convert|2|Mcuft|abbr=on}} {{convert|5|MW}} "
       "{{convert|3|TJ}} "
       "{{convert|2.3|Moilbbl/d}}",
       "11 million US gallons 2 million cu ft 5 megawatts 3 TJ 2.3 million barrels per "
       "day"},
      {"{{Pop density|1,234,567|789|km2|sqmi}}, {{pop density|50|20|sqmi|prec=2}}, "
       "{{pop density|9|20|km2}}; {{Pop density|x|2|km2}}{{Pop density|1|0|km2}}",
       "1,565/km2, 2.50/sq mi, 0.45/km2;"},
      {"A{{Music|flat}}<sub>4</sub> F{{music|sharp}} {{music|natural}} {{music|bb}} "
       "{{music|time|3|4}} {{music|6}}{{music|quaver}}",
       "A♭4 F♯ ♮ 𝄫 3/4 6"},
      {"{{frac|2}} {{frac|1|2}} {{frac|3|1|2}}", "1/2 1/2 3 1/2"}};
  CHECK("en", pairs);
}

/* Numbers in the language's digits and style, and no English words between them. */
static void measures_have_no_english_words(void **state) {
  (void)state;
  static const pair hindi[] = {
      {"{{convert|५|to|१०|km}} {{convert|५|x|१०|m}} {{cvt|५|ft|६|in}} {{convert|५|x}}",
       "५–१० km ५ × १० m ५ ft ६ in ५ x"},
      {"{{convert|5|to|10|km}}, {{convert|5|or|6|km}}, {{convert|12|by|15|m}}",
       "5–10 km, 5, 6 km, 12 × 15 m"},
      {"{{convert|5|e6acre}} {{convert|2|Mcuft}} {{convert|5|to about|6|km}}",
       "5×10^6 acre 2×10^6 cu ft 5–6 km"}};
  static const pair indonesian[] = {
      {"{{convert|1.5|km}} {{convert|0.125|km}} "
       "{{convert|-12345.25|km}} {{convert|1+1/2|km}}",
       "1,5 km 0,125 km -12.345,25 km 1 1/2 km"},
      {"{{convert|1.234|km}} {{convert|1.234.567|km}} "
       "{{convert|1,5|km}} {{formatnum:1.234}}",
       "1.234 km 1.234.567 km 1,5 km 1,234"},
      {"{{convert|1234.567|km}} {{convert|1250.500|m}} {{convert|-0.123|m}} "
       "{{convert|−0.125|to|+2.5|m}} {{convert|+2.125|m}} {{convert|−12.125|m}} "
       "{{formatnum:−1234.5}}",
       "1.234,567 km 1.250,500 m -0,123 m −0,125–+2,5 m +2.125 m −12.125 m −1.234,5"}};
  static const pair french[] = {
      {"{{convert|1.234|km}} {{convert|12345|m}}", "1,234 km 12 345 m"}};
  CHECK("hi", hindi);
  CHECK("id", indonesian);
  CHECK("fr", french);
}

static void no_argument_is_lost(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"{{gaps|1|234|567}} {{linktext|hippo|potamus}} {{sic|it|was |was}}",
       "1234567 hippopotamus itwas was"},
      {"a{{thinsp}}b {{thinsp|1|234}} {{hair space|c|d}}", "a b 1 234 c d"},
      {"x{{su|p=+|b=2}} y{{su|b=3}} z{{su|p=4}}", "x+/2 y3 z4"},
      {"{{OldStyleDate|1 May|1900|18 April}}, {{OldStyleDate|1 May|1900}}",
       "1 May [O.S. 18 April] 1900, 1 May 1900"},
      {"{{OldStyleDateDY|4 January|1643|25 December 1642}}",
       "4 January 1643 [O.S. 25 December 1642]"},
      {"{{ordinal|1}} {{ordinal|2}} {{ordinal|3}} {{ordinal|5}} {{ordinal|11}} "
       "{{ordinal|12}} {{ordinal|13}} {{ordinal|21}} {{ordinal|111}} {{ordinal|n}}",
       "1st 2nd 3rd 5th 11th 12th 13th 21st 111th n"},
      {"{{cvt|10|km|mi}} {{cvt|10|to|20|sqmi}} {{cvt|1|ft|abbr=off}}",
       "10 km 10 to 20 sq mi 1 foot"},
      {"{{H:title|said on hover|shown}} {{font color|red|blue|words}} {{color|red|too}}",
       "shown words too"},
      {"{{section link|Cat|Diet}}, {{section link||Diet}}", "Cat § Diet, § Diet"},
      {"{{keypress|Ctrl|Alt|Shift|F1}} {{ISBN|1|2}} {{unichar|00A9|copyright sign}}",
       "Ctrl+Alt+Shift+F1 ISBN 1, 2 U+00A9 copyright sign"}};
  CHECK("en", pairs);
}

/* What templates mean, and how numbers are written, depends on the wiki. */
static void languages_have_their_templates(void **state) {
  (void)state;
  static const pair english[] = {
      {"({{zh|s=北京|p=Běijīng}})", "(Chinese: 北京; pinyin: Běijīng)"},
      {"x{{sup|2}}, 10{{sup|6}}", "x2, 10^6"},
      {"{{ordered list|a|b}}", "- a\n- b"}};
  static const pair french[] = {
      {"le {{1er}} {{s|XIX}}, {{s2|XIX|XX}}, {{XVIe siècle}}",
       "le 1er XIXe siècle, XIXe et XXe "
       "siècles, XVIe siècle"},
      {"{{M.|X}} dit {{citation|a}} ({{nb|15000|m}})", "M. X dit « a » (15 000 m)"},
      {"km{{3}} m{{2}} {{petit|a}}", "km3 m2 a"},
      {"{{unité|3|m|2}} {{unité|9|hab|km|-2}} {{tmp|20|°C}}", "3 m2 9 hab⋅km-2 20 °C"},
      {"{{refnec|une phrase}} {{quoi|cela}}", "une phrase cela"},
      {"{{convert|10|km}}", "10 km"}};
  static const pair russian[] = {
      {"({{lang-en|Leo}}; {{ДС|7|11|1910|20}})", "(Leo; 7 ноября 1910)"},
      {"{{s|12 км}} {{число|12345}}", "12 км 12 345"},
      {"{{нп5|Тема|текст|en|Topic}}", "текст"}};
  static const pair german[] = {
      {"Ulm ({{enS|Ulm}}; Aussprache: {{IPA|x}})", "Ulm (englisch Ulm)"},
      {"Ulm (Aussprache: {{IPA|x}}, {{Audio|x}}; a)", "Ulm (a)"},
      {"{{§|5|bgb|juris}} BGB, {{§§|5|bgb}}, {{Art.|1|gg}}, {{B|Gen|1|1}}, {{Bibel|Ex|3}}",
       "§ 5 BGB, §§ 5, Art. 1, Gen 1,1, Ex 3"},
      {"{{\"|Zitat}} {{0}}12", "„Zitat“ 12"}};
  static const pair latgalian[] = {
      {"Aglyuna ({{Vol-lv|Aglona}}, {{vol-de|Aglohn}})", "Aglyuna (Aglona, Aglohn)"}};
  static const pair serbian[] = {{"Рим ({{јез-ит|Roma}})", "Рим (Roma)"}};
  static const pair japanese[] = {
      {"{{読み仮名|漱石|そうせき}}は", "漱石（そうせき）は"},
      {"<ruby>漱石<rt>そうせき</rt></ruby>は", "漱石（そうせき）は"},
      {"{{要出典|範囲=この文|date=x}}、{{要出典|date=x}}", "この文、"},
      {"{{仮リンク|記事|en|A|label=表示}}", "表示"}};
  static const pair chinese[] = {
      {"{{bd|1879年|3月14日|1955年|4月18日}}", "1879年3月14日－1955年4月18日"},
      {"{{tsl|en|A||显示}}，{{le|條目|A}}", "显示，條目"},
      {"甲{{internal link helper/en|乙|Foo}}丙{{Internal link helper|丁}}", "甲乙丙丁"},
      {"{{lang-en|Beijing}}，-{zh-cn:软件;zh-tw:軟體}-", "Beijing，软件"}};
  static const pair indonesian[] = {
      {"({{lahirmati|[[Surabaya]]|6|6|1901|[[Jakarta]]|21|6|1970}})",
       "(Surabaya, 6-6-1901 – Jakarta, 21-6-1970)"}};
  static const pair romanian[] = {{"({{n.|15 ianuarie 1850|[[Botoșani]]}} – {{d.|1889}})",
                                   "(n. 15 ianuarie 1850, Botoșani – d. 1889)"}};
  static const pair catalan[] = {
      {"El 2<sup>n</sup> i el 4<sup>t</sup>, 2<sup>k</sup>, 2{{sup|n}}, 3<sup>r</sup>, "
       "5<sup>ns</sup>",
       "El 2n i el 4t, 2^k, 2n, 3r, 5ns"},
      {"2<sup>''n''</sup> 2<sup>{{mvar|n}}</sup> 2<sup>''t''</sup> 2<sup>n+1</sup> "
       "3<sup>r−1</sup>",
       "2^n 2^n 2^t 2^n+1 3^r−1"},
      {"{{segle|XIX}}, {{data|25|6|1852}}", "segle XIX, 25 de juny de 1852"}};
  static const pair persian[] = {{"شهر است{{سخ}}خط دوم", "شهر است\nخط دوم"}};
  static const pair arabic[] = {{"سطر{{سطر جديد}}سطر", "سطر\nسطر"}};
  CHECK("fa", persian);
  CHECK("ar", arabic);
  CHECK("id", indonesian);
  CHECK("ro", romanian);
  CHECK("ca", catalan);
  CHECK("en", english);
  CHECK("fr", french);
  CHECK("ru", russian);
  CHECK("de", german);
  CHECK("ltg", latgalian);
  CHECK("sr", serbian);
  CHECK("ja", japanese);
  CHECK("zh", chinese);
}

/* Dumps say xml:lang="nb" of nowiki, "gsw" of alswiki, "be-tarask" of be_x_oldwiki. */
static void languages_have_several_codes(void **state) {
  (void)state;
  static const pair norwegian[] = {
      {"a {{Sitat|b}} {{NOK|500}} {{euro|5}} {{flagglenke|Norge}} {{birth date|1980|5|2}}",
       "a\nb\n500 kr 5 € Norge 2. mai 1980"}};
  static const pair belarusian[] = {{"{{дата|2|5|1980}} {{formatnum:1234567.5}} {{s|5 км}}",
                                     "2 траўня 1980 1 234 567,5 5 км"}};
  static const pair flags[] = {{"{{Флагификация|а}}", "а"}};
  static const pair alemannic[] = {
      {"{{birth date|1980|5|2}} {{formatnum:1234.5}}", "2. Mai 1980 1.234,5"}};
  static const pair crimean[] = {{"-{Qırım}-", "Qırım"}};
  static const pair brazilian[] = {
      {"{{data|2|5|1980}} {{formatnum:12345.5}}", "2 de maio de 1980 12 345,5"}};
  static const pair british[] = {{"{{convert|5|km}} {{ordinal|5}}", "5 kilometres 5th"}};
  static const pair cantonese[] = {{"{{birth date|1980|5|2}}", "1980年5月2日"}};
  static const pair minnan[] = {{"-{a}- {{bd|b}}", "-{a}-"}};
  CHECK("nb", norwegian);
  CHECK("no", norwegian);
  CHECK("be-tarask", belarusian);
  CHECK("be-x-old", belarusian);
  CHECK("be_x_old", belarusian);
  CHECK("be", flags);
  CHECK("be-tarask", flags);
  CHECK("gsw", alemannic);
  CHECK("crh-Latn", crimean);
  CHECK("pt-BR", brazilian);
  CHECK("en-GB", british);
  CHECK("zh-yue", cantonese);
  CHECK("yue", cantonese);
  CHECK("zh-min-nan", minnan);
}

static void dates_are_kept(void **state) {
  (void)state;
  static const pair english[] = {
      {"{{birth date and age|1990|5|2}}", "May 2, 1990"},
      {"{{Birth date|df=yes|1990|5|2}}", "2 May 1990"},
      {"{{death date and age|2001|12|31|1950|1|1}}", "December 31, 2001"},
      {"{{dts|format=dmy|1990|May|2}}", "2 May 1990"},
      {"{{start date|1990|05}}", "May 1990"},
      {"{{birth date|around 1900}}", "around 1900"},
      {"{{as of|2010|5}}, {{As of|2011|lc=y}}", "As of May 2010, as of 2011"},
      {"{{As of|2015|6|30}}, {{as of|2015|6|30|df=US}}, {{as of|2015-06-30}}",
       "As of 30 June 2015, As of June 30, 2015, As of 30 June 2015"},
      {"{{circa|1900}}", "c. 1900"}};
  static const pair german[] = {{"{{Birth date|1990|5|2}}", "2. Mai 1990"},
                                {"{{formatnum:1234.5}}", "1.234,5"}};
  static const pair french[] = {
      {"{{date de naissance|2|mai|1990}}", "2 mai 1990"},
      {"{{unité|10|km}}", "10 km"},
      {"le {{s-|XIX|e}}", "le XIXe siècle"},
      {"{{date|1|5|1990|en science}}", "1er mai 1990"},
      {"{{date|mai|1990}}, {{date|1990|en science}}", "mai 1990, 1990"},
      {"{{date de naissance|7 novembre 1867}}", "7 novembre 1867"}};
  static const pair spanish[] = {
      {"{{fecha|2|5|1990}}", "2 de mayo de 1990"},
      {"el {{siglo|XIX}}, el {{siglo|V|a}}, {{Siglo|V|d|s}}, {{siglo|II|a|S|1}}",
       "el XIX, el V a. C., siglo V d. C., Siglo II a. C."},
      {"{{formatnum:1234.5}} {{formatnum:12345}}", "1234,5 12 345"}};
  static const pair hindi[] = {
      {"{{formatnum:12345678}} {{formatnum:-123456.789}} {{formatnum:1234}}",
       "1,23,45,678 -1,23,456.789 1,234"},
      {"{{As of|2010}} a {{as of|2010|5|since=y}}, {{as of|2010|alt=b}}",
       "2010 a मई 2010, b"}};
  static const pair persian[] = {
      {"{{تاریخ تولد و سن|۱۹۸۰|۰۵|۲}}, {{birth date|1980|5|02}}", "۲ مهٔ ۱۹۸۰, 2 مهٔ 1980"}};
  static const pair bengali[] = {
      {"{{birth date|১৯৮০|৫|২}}, {{birth date|১৯৮০০|৫}}", "২ মে ১৯৮০, ১৯৮০০"}};
  static const pair portuguese[] = {{"{{As of|2010}}, {{A partir de|2010|5|lc=y}}",
                                     "A partir de 2010, a partir de maio de 2010"}};
  static const pair hungarian[] = {{"{{birth date|1990|05|02}}", "1990. május 2."}};
  static const pair vietnamese[] = {{"{{birth date|1990|5|2}}, {{tính đến|2019|lc=on}}",
                                     "2 tháng 5 năm 1990, tính đến 2019"}};
  static const pair japanese[] = {
      {"{{生年月日と年齢|1990|05|2}}", "1990年5月2日"},
      {"{{死亡年月日と没年齢|1900|1|2|1980|3|4}}", "1980年3月4日"},
      {"（{{没年齢|1900|1|2|1980|3|4}}、{{没年齢|1900|3|5|1980|3|4}}、{{没年齢|1900}}）",
       "（80歳没、79歳没）"}};
  static const pair korean[] = {
      {"{{사망일과 나이|1900|1|2|1980|3|4}} {{사망일과 나이|1980|3|4|1900|1|2}}",
       "1980년 3월 4일 1980년 3월 4일"}};
  CHECK("en", english);
  CHECK("de", german);
  CHECK("fr", french);
  CHECK("es", spanish);
  CHECK("ja", japanese);
  CHECK("ko", korean);
  CHECK("hi", hindi);
  CHECK("fa", persian);
  CHECK("bn", bengali);
  CHECK("pt", portuguese);
  CHECK("hu", hungarian);
  CHECK("vi", vietnamese);
}

static void quotations_and_verses_are_kept(void **state) {
  (void)state;
  static const struct {
    const char *language, *page, *text;
  } rows[] = {{"sr", "a {{цитат|б}}", "a\nб"},
              {"mk", "{{Цитат|цитат=б|автор=в}}", "б"},
              {"be", "a {{цытата|б}} c", "a\nб\nc"},
              {"ka", "{{ციტატა|ა}}", "ა"},
              {"hi", "{{उद्धरण|अ|ब}} {{उद्धरण|title=अ}}क", "अ\nक"},
              {"bn", "{{উক্তি|ক|খ}}", "ক"},
              {"ta", "{{மேற்கோள்|க}}", "க"},
              {"id", "{{kutipan|a|b}}", "a"},
              {"eo", "{{Citaĵo|a}} {{citaĵo|teksto=b}}", "a\n\nb"},
              {"kk", "{{дәйексөз|а}}", "а"},
              {"sk", "{{citát|a}}", "a"},
              {"fa", "{{ب|الف|ب}}\n{{ب|ج|د}}", "الف\nب\n\nج\nد"},
              {"ar", "{{بيت|ا|ب}}", "ا\nب"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const pair pairs[] = {{rows[i].page, rows[i].text}};
    CHECK(rows[i].language, pairs);
  }
}

/* As CLDR has them; where months are not known, in digits. */
static void dates_have_no_english_months(void **state) {
  (void)state;
  static const struct {
    const char *language, *date;
  } rows[] = {{"lt", "1980 m. gegužės 2 d."}, {"lv", "1980. gada 2. maijs"},
              {"kk", "1980 ж. 2 мамыр"},      {"mr", "2 मे 1980"},
              {"ml", "1980 മേയ് 2"},           {"af", "2 Mei 1980"},
              {"uz", "2-may 1980"},           {"ast", "2 de mayu de 1980"},
              {"simple", "May 2, 1980"},      {"zh", "1980年5月2日"},
              {"ko", "1980년 5월 2일"},       {"hu", "1980. május 2."},
              {"scn", "1980-05-02"},          {"eu", "1980-05-02"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const pair pairs[] = {{"{{birth date|1980|05|2}}", rows[i].date}};
    CHECK(rows[i].language, pairs);
  }
  static const pair others[] = {
      {"{{birth date|1980|5}}, {{birth date|1980|Maju|2}}, {{date-|2|5|1980}}, "
       "{{date-|2|5}}",
       "1980-05, 2 Maju 1980, 1980-05-02, 05-02"}};
  CHECK("scn", others);
}

static void words_of_templates_are_kept(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"{{lang|fr|été}} {{lang-de|Haus}} {{langx|la|domus}}", "été Haus domus"},
      {"{{transl|ru|Moskva}}, {{transl|ar|DIN|kitab}}", "Moskva, kitab"},
      {"{{nihongo|Tokyo|東京|Tōkyō}}", "Tokyo (東京, Tōkyō)"},
      {"{{nihongo|Tokyo||Tōkyō}}", "Tokyo (Tōkyō)"},
      {"{{nihongo|Tokyo}} b", "Tokyo b"},
      {"{{ill|Name|de|Other}}", "Name"},
      {"{{nowrap|{{small|a {{abbr|b|c}}}}}}", "a b"},
      {"a{{ndash}}b{{snd}}c{{nbsp}}d", "a–b – c d"},
      {"{{=}}a{{=}} {{!}} {{'}}", "=a= | '"},
      {"{{small|1=a=b}}", "a=b"},
      {"{{template:small|a}} {{Small\n|a\n}}", "a a"},
      {"{{Vorlage:small|a}} {{Şablon:small|b}} {{Bản mẫu:small|c}}", "a b c"},
      {"{{PAGENAME}} {{lc:ABC}}", "Title ABC"},
      {"{{quote|a|b}}", "a"},
      {"{{hlist|a|b|c}}", "a, b, c"},
      {"{{chem|H|2|O}}", "H2O"},
      {"a{{columns-list|colwidth=9em|* b\n* c\n}}d{{columns-list|2|* e}}",
       "a\n- b\n- c\nd\n- e"},
      {"{{citation needed span|text=a b|date=c}} {{cn span|d}}", "a b d"},
      {"a{{nbh}}b 1{{hyphen}}2 {{\"-}}{{-'}}c{{' \"}} {{\" '}}", "a-b 1-2 \"'c'\" \"'"},
      {"{{USS|Cole|DDG-67}}", "USS Cole (DDG-67)"},
      {"{{url|http://x.org|x}}", "x"},
      {"{{{small|a}}", "{a"}};
  CHECK("en", pairs);
}

/* Short names in capitals are codes of countries, unless a row has them so. */
static void acronyms_keep_their_case(void **state) {
  (void)state;
  static const pair english[] = {
      {"a {{ESP}} {{ER}} {{ESP|1939}} b {{MV}} {{CAD}} {{JPN|1947}} d", "a b d"},
      {"{{jpn|a}} {{Jpn|b}}", "a b"},
      {"{{EM|a}} {{CVT|5|km}} {{LANG|fr|mot}} 5{{SUP|2}} {{LANG DE|x}}",
       "a 5 km mot 5^2 x"},
      {"5{{e|6}} 5{{E|7}} 5{{Esp|8}}", "5×10^6 5×10^7 5×10^8"},
      {"{{CAD|5}} {{US$|6}} {{us$|7}} {{ISBN|1}}", "C$5 US$6 US$7 ISBN 1"},
      {"{{MV|Sea}} {{SS|Sun}} {{Ss|Sun}}", "MV Sea SS Sun SS Sun"},
      {"{{NoWrap|a}} {{NOWRAP|b}} {{Birth Date|1990|5|2}} {{LC:C}} {{#IF:x|d}} {{as Of|1}}",
       "a b May 2, 1990 C d As of 1"}};
  static const pair spanish[] = {
      {"a {{ESP}} {{ARG}} {{JPN|1870}} b 5{{esp|6}}", "a b 5×10^6"}};
  static const pair french[] = {
      {"{{MM.|A}} {{CO2}} {{IIe}} {{XXe siècle}} 5 {{euro}} {{ER}}",
       "MM. A CO2 IIe XXe siècle 5 €"},
      {"a {{IND|#}} {{VIE|b}} {{ROM|fra}} {{rom|XIV}} {{Ind|2}}", "a XIV 2"}};
  static const pair german[] = {
      {"{{enS|a}} {{EnS|b}} a {{ENS}} {{EUR|5}}", "englisch a englisch b a 5 €"},
      {"a {{RUS|#}} {{KOS|#}} {{ruS|b}} {{RuS|c}}", "a russisch b russisch c"}};
  CHECK("en", english);
  static const pair italian[] = {
      {"lungo {{TA|27 km}} e {{ta|28 km}}", "lungo 27 km e 28 km"}};
  CHECK("es", spanish);
  CHECK("fr", french);
  CHECK("de", german);
  CHECK("it", italian);
}

static void variants_show_the_first(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"a -{zh-hans:汉; zh-hant:漢}- -{b}- -{H|zh:c}-", "a 汉 b"},
      {"-{Star Trek: Discovery}- -{CPU: 甲}- -{http://foo.org/a}-",
       "Star Trek: Discovery CPU: 甲 http://foo.org/a"},
      {"-{zh-cn:5&nbsp;公里;zh-tw:6}-, -{ zh-Hant : a; b ;\nzh-hans:c; }-", "5 公里, a; b"},
      {"-{sr-ec:а&amp;б;}- -{ban-x-palmleaf:c}- -{a; b}-", "а&б c a; b"},
      {"-{zh;zh-hans;zh-hant|文字}- -{zh-hans|软件}- -{A|zh-cn:a;zh-tw:b}-", "文字 软件 a"},
      {"-{R|zh-cn:a;zh-tw:b}- -{D|zh-cn:a}- -{|b}-", "zh-cn:a;zh-tw:b a b"},
      {"a-{A; H |zh:b}--{-|zh:b}--{T|b}--{N|zh-cn}-c", "ac"}};
  static const pair serbian[] = {{"-{CPU}- и -{sr-ec:а; sr-el:a}-", "CPU и а"}};
  static const pair others[] = {
      {"A N-{4-[methyl]phenyl}-acetamide b, and 2-{x}-y. {{small|-{}} {-{a",
       "A N-{4-[methyl]phenyl}-acetamide b, and 2-{x}-y. -{ {-{a"}};
  CHECK("zh", pairs);
  CHECK("sr", serbian);
  CHECK("en", others);
}

static void options_keep_more(void **state) {
  (void)state;
  start("en", (lk_wiki_options){.tables = 1, .infoboxes = 1});
  check("== A ==\n* b\nc", "c");
  check("{|\n| style=x {{!}} a {{!!}} b\n|}", "a | b");
  check("{|\n|+ T\n! a !! b\n|-\n| style=\"x\" | [[c|1]] || 2\n|}", "T\na | b\n1 | 2");
  check("{{Infobox x\n| name = [[Ann]]\n| born = {{birth date|1990|5|2}}\n| none =\n}}",
        "name: Ann\nborn: May 2, 1990");
  stop();
}

static void infoboxes_of_all_languages_are_known(void **state) {
  (void)state;
  static const char *const names[] = {"Infobox - osoba",
                                      "Település infobox",
                                      "Kişi_bilgi_kutusu",
                                      "인물 정보",
                                      "Personas infokaste",
                                      "ज्ञानसन्दूक व्यक्ति",
                                      "กล่องข้อมูล บุคคล",
                                      "Thông tin nhân vật",
                                      "Infoboks biografi",
                                      "Infocaseta Oraș",
                                      "Infotaula persona",
                                      "جعبه اطلاعات شخص",
                                      "صندوق معلومات شخص",
                                      "אישיות",
                                      "Инфокутија за личност",
                                      "Κουτί πληροφοριών προσώπου",
                                      "ინფოდაფა პიროვნება",
                                      "Տեղեկաքարտ Մարդ",
                                      "Особа",
                                      "藝人"};
  static const char *const others[] = {"Megainfobox", "infobox2", "정보"};
  for (int infoboxes = 0; infoboxes < 2; infoboxes++) {
    start("en", (lk_wiki_options){.infoboxes = infoboxes});
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      char page[128];
      snprintf(page, sizeof page, "{{%s\n| a = b\n}}\nc", names[i]);
      check(page, infoboxes ? "a: b\n\nc" : "c");
    }
    stop();
  }
  start("en", (lk_wiki_options){.infoboxes = 1});
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    char page[128];
    snprintf(page, sizeof page, "{{%s| a = b}}c", others[i]);
    check(page, "c");
  }
  stop();
}

static void a_file_adds_templates(void **state) {
  (void)state;
  static const char rows[] = "# mine\n\nfoo, bar = <$1[; $2]> \\[${x,1}\\]\nbaz =\n"
                             "small =\nlg-* = *$1*\nday = @date\n"
                             "infobox person* = [$1 ]got ${a}\n* box = <$1>\n";
  start("en", lk_wiki_options_default);
  assert_int_equal(lk_wikitext_add_templates(parser, rows, strlen(rows), "rows"), LK_OK);
  check("{{foo|a}}", "<a> [a]");
  check("{{Bar|a|b|x=c}}", "<a; b> [c]");
  check("d {{baz|a}}{{small|b}}", "d");
  check("{{Infobox_person of_x|d|a=b}}, {{infobox person/e|a=c}}; {{infobox|a=f}}",
        "d got b, got c;");
  check("d {{lg-xy|a}} {{day|1990|5}} {{my_box|e}}", "d *a* May 1990 <e>");
  assert_int_equal(lk_wikitext_add_templates(parser, "a = b\nc", 7, "rows"), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "rows, line 2"));
  assert_int_equal(lk_wikitext_add_templates(parser, "a = @b", 6, "rows"), LK_BAD_DATA);
  stop();
}

static void sites_add_names(void **state) {
  (void)state;
  start("xx", lk_wiki_options_default);
  check("a [[Pilds:x.jpg|b]]", "a b");
  assert_int_equal(lk_wiki_site_add(site, LK_WIKI_FILE, "Pilds"), LK_OK);
  assert_int_equal(lk_wiki_site_add(site, LK_WIKI_CATEGORY, "Ühik_x"), LK_OK);
  assert_int_equal(lk_wiki_site_add(site, 2, "User"), LK_OK);
  assert_int_equal(lk_wiki_site_add(site, LK_WIKI_MAGIC, "__notoc__"), LK_OK);
  check("a [[pilds:x.jpg|b]][[ühik x:c]] __notoc__", "a");
  check("[[User:a|b]]", "b");
  stop();
}

/* "name=value" of all fields, ends of lines between. */
static void check_fields(const char *page, const char *expected) {
  lk_wiki_fields fields = {0};
  lk_wiki_counts counts = {0};
  char got[512] = "";
  assert_int_equal(lk_wikitext_fields(parser, page, strlen(page), &fields, &counts), LK_OK);
  for (size_t i = 0; i < fields.count; i++)
    snprintf(got + strlen(got), sizeof got - strlen(got), "%u %.*s=%.*s\n",
             fields.at[i].call, (int)fields.at[i].name_size, fields.at[i].name,
             (int)fields.at[i].value_size, fields.at[i].value);
  assert_string_equal(got, expected);
  lk_free(fields.at);
}

static void fields_of_templates_are_found(void **state) {
  (void)state;
  static const char page[] =
      "{{other|1|x=y}}{{Infobox person\n| name = [[A|b]]\n| Birth_Place<!-- ''c'' --> = "
      "<!-- d -->[[London|L]], {{nowrap|a=b|c}}<ref name=x>|=</ref>\n|<!--e-->none=\n"
      "| e = {{Infobox f|g=h}}\n}} [[i|j=k]]";
  start("en", lk_wiki_options_default);
  check_fields(page, "0 x=y\n1 name=[[A|b]]\n1 Birth_Place=<!-- d -->[[London|L]], "
                     "{{nowrap|a=b|c}}<ref name=x>|=</ref>\n1 none=\n"
                     "1 e={{Infobox f|g=h}}\n");
  assert_int_equal(lk_wiki_site_add(site, LK_WIKI_FIELD, "birth place"), LK_OK);
  check_fields(page, "1 Birth_Place=<!-- d -->[[London|L]], {{nowrap|a=b|c}}<ref "
                     "name=x>|=</ref>\n");
  check_fields("{{a|birth place=b", "");
  check_fields("{{a|birth place}} {{birth place=b}} {{a|b=birth place=c}}", "");
  check_fields("{|\n{{a|birth place=b|[[c|birth place = {{d}}\n}}\n|}",
               "0 birth place=b\n0 birth place={{d}}\n");
  stop();
}

static void kinds_of_pages_are_told(void **state) {
  (void)state;
  static const char *const redirects[] = {"#REDIRECT [[A b]]",
                                          "\n#redirect:[[A b#c]]",
                                          "#WEITERLEITUNG [[A b|x]] y",
                                          "#yönlendirme [[A b]]",
                                          "#ΑΝΑΚΑΤΕΥΘΥΝΣΗ [[A b]]",
                                          "#تحويل [[A b]]",
                                          "#đổi [[A b]]",
                                          "#перенаправление [[A b]]",
                                          "#重定向 [[A b]]",
                                          "＃転送 [[A b]]",
                                          "＃リダイレクト[[A b]]",
                                          "#REDIRECT\n[[A b]]",
                                          "#REDIRECT\r\n\n : [[A b|x]]",
                                          "#redirect to [[A b]]"};
  static const char *const others[] = {"",
                                       "#",
                                       "# [[A]]",
                                       "#REDIRECT",
                                       "a #REDIRECT [[A]]",
                                       "#REDIRECTED [[A]]",
                                       "#REDIRECT\nto [[A]]",
                                       "＃",
                                       "＃ [[A]]",
                                       "#REDIRECT\n\n",
                                       "#転送\n["};
  const char *target;
  size_t size;
  start("en", lk_wiki_options_default);
  for (size_t i = 0; i < sizeof redirects / sizeof *redirects; i++) {
    assert_true(
        lk_wiki_is_redirect(site, redirects[i], strlen(redirects[i]), &target, &size));
    assert_int_equal(size, 3);
    assert_memory_equal(target, "A b", 3);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(lk_wiki_is_redirect(site, others[i], strlen(others[i]), &target, &size));
  static const char page[] = "'''A''' is:\n* [[b]]\n{{Begriffsklärung}}";
  assert_true(lk_wiki_is_disambiguation(site, page, sizeof page - 1));
  assert_false(lk_wiki_is_disambiguation(site, page, sizeof page - 4));
  static const char *const apart[] = {"{{동명이인}}",
                                      "{{DisambigG}}",
                                      "{{แก้กำกวม}}",
                                      "{{地名の曖昧さ回避}}",
                                      "{{人名消歧義}}",
                                      "{{地名消歧义|a}}",
                                      "{{Disambig-cleanup}}",
                                      "{{Homonymie de communes}}",
                                      "{{homonymie}}",
                                      "{{Rozcestník - příjmení}}",
                                      "{{Rozcestník-kostel}}",
                                      "{{Razločitev osebnih imen}}",
                                      "{{Täsmennyssivu/sukunimi}}",
                                      "{{Förgreningssida}}",
                                      "{{Egyértelműsítő lap}}",
                                      "{{동음이의어}}",
                                      "{{Неоднозначність}}",
                                      "{{Dezamb}}",
                                      "{{Disambig nama}}",
                                      "{{Disambig-ship}}",
                                      "{{Kişi adları (anlam ayrımı)}}",
                                      "{{Trebokstavsforkortelse}}",
                                      "{{Personnes homonymes|a}}",
                                      "{{Αποσαφ}}",
                                      "{{คำกำกวม}}",
                                      "{{Пояснителна страница}}",
                                      "{{ابهام زدایی}}",
                                      "{{Pekerside}}",
                                      "a {{DisambigN\n}}",
                                      "{{Template:Disambig}}",
                                      "{{Vorlage: Begriffsklärung}}",
                                      "__DISAMBIG__",
                                      "__BEGRIFFSKLÄRUNG__",
                                      "a __HOMONYMIE__ b",
                                      "__ضد_ابہام__",
                                      "____ __曖昧さ回避__"};
  static const char *const none[] = {"{{Disambiguation needed}}",
                                     "{{Disambig needed}}",
                                     "{{Egyért-redir|a}}",
                                     "{{Rozcestníky}}",
                                     "{{Homonymies}}",
                                     "__disambig__",
                                     "__DISAMBIG_",
                                     "__DIS AMBIG__",
                                     "__",
                                     "{{User:Disambig}}"};
  for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
    if (!lk_wiki_is_disambiguation(site, apart[i], strlen(apart[i])))
      fail_msg("%s", apart[i]);
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    if (lk_wiki_is_disambiguation(site, none[i], strlen(none[i]))) fail_msg("%s", none[i]);
  stop();
}

static void counts_say_what_was_left_out(void **state) {
  (void)state;
  static const char page[] = "[[a]] [[File:b]] [[Category:c]] [[de:d]] {{x}} {{small|y}} "
                             "<ref>z</ref><!-- --> <math>1</math> ({{x}})\n{|\n|}\n[[";
  lk_wiki_counts counts = {0};
  start("en", lk_wiki_options_default);
  lk_free(text_of(page, strlen(page), &counts));
  assert_int_equal(counts.links, 1);
  assert_int_equal(counts.files, 1);
  assert_int_equal(counts.categories, 1);
  assert_int_equal(counts.languages, 1);
  assert_int_equal(counts.templates_dropped, 2);
  assert_int_equal(counts.templates_kept, 1);
  assert_int_equal(counts.references, 1);
  assert_int_equal(counts.comments, 1);
  assert_int_equal(counts.formulas, 1);
  assert_int_equal(counts.tables, 1);
  assert_int_equal(counts.brackets, 1);
  assert_int_equal(counts.unclosed, 1);
  stop();
}

/* Steps for a page of `size` bytes that repeats `what`, then `end` as often. */
static uint64_t steps_of(const char *what, const char *end, size_t size) {
  lk_wiki_counts counts = {0};
  size_t each = strlen(what), other = strlen(end), times = size / (each + other);
  char *page;
  assert_int_equal(LK_NEW(page, times * (each + other) + 1), LK_OK);
  for (size_t i = 0; i < times; i++) {
    memcpy(page + i * each, what, each);
    memcpy(page + times * each + i * other, end, other);
  }
  lk_wiki_text text = {0};
  assert_int_equal(
      lk_wikitext_parse(parser, "T", page, times * (each + other), &text, &counts), LK_OK);
  assert_true(text.size <= 16 * size + 64);
  lk_wiki_fields fields = {0};
  assert_int_equal(
      lk_wikitext_fields(parser, page, times * (each + other), &fields, &counts), LK_OK);
  lk_free(fields.at);
  lk_free(text.bytes);
  lk_free(page);
  return counts.steps;
}

/* Ten times the page takes ten times the steps, and not many for each byte. */
static void hostile_pages_take_linear_time(void **state) {
  (void)state;
  static const pair nasty[] = {{"{{", ""},
                               {"{{", "}}"},
                               {"{{small|", "}}"},
                               {"{{small|a|", ""},
                               {"{{small|", "a}}"},
                               {"{{{", "}}}"},
                               {"{{a-b c/d e_f:g h i j k-l-m-n-o", ""},
                               {"{{- - - - - - - - - - - - - - - - - - - - -", "}}"},
                               {"{", "}"},
                               {"}}", ""},
                               {"[[", ""},
                               {"[[", "]]"},
                               {"[[a|", "]]"},
                               {"[[a", "b|]]"},
                               {"[[File:", "]]"},
                               {"]]", ""},
                               {"[http://", ""},
                               {"[http://a ", "]"},
                               {"<ref", ""},
                               {"<ref>", ""},
                               {"<ref>", "</ref>"},
                               {"<ref/>", ""},
                               {"</ref", ""},
                               {"<nowiki>", ""},
                               {"<math><pre><gallery>", ""},
                               {"<", ">"},
                               {"<table>", ""},
                               {"<table>", "</table>"},
                               {"\n{|", ""},
                               {"\n{|", "\n|}"},
                               {"\n{|\n|a||b", "\n|}"},
                               {"{|", "|}"},
                               {"'''", ""},
                               {"''", "'''"},
                               {"a'''b\n", ""},
                               {"'", "a"},
                               {"<!--", ""},
                               {"<!--", "-->"},
                               {"-{", ""},
                               {"-{", "}-"},
                               {"-{a|", "}-"},
                               {"-{zh:; zh", " :;}-"},
                               {"(", ")"},
                               {"({{x}}", ")"},
                               {"({{x}},", ";)"},
                               {",{{x}}", ""},
                               {"{{x}} ", ";"},
                               {"&", ""},
                               {"&#1", ";"},
                               {"__A", ""},
                               {"____", ""},
                               {"~", ""},
                               {"=", ""},
                               {"\n=a=", ""},
                               {"\n======a======", "\n==b=="},
                               {"*", "\n"},
                               {"|", "="},
                               {"{{small|a=", "|b}}"},
                               {"{{[[", "]]}}"},
                               {"{{[[", ""},
                               {"[[{{", "}}]]"},
                               {"\n{|{{[[<ref>", ""},
                               {"#REDIRECT", ""},
                               {"\xE2\x80", "\xC2"},
                               {"{{#if:", "}}"},
                               {"{{#if:a|", "}}"},
                               {"{{#ifeq:1|1|", "}}"},
                               {"{{#switch:a|", "}}"},
                               {"{{#switch:1|2|", "=3}}"},
                               {"{{#expr:(1+", ")}}"},
                               {"{{sup|", "}}"},
                               {"{{formatnum:1", "}}"},
                               {"{{ordered list|a|", "}}"},
                               {"<li>", "</li>"},
                               {"<br>", "\n"},
                               {"<h2>a", "</h2>"},
                               {"[[Datei:a.b", ""},
                               {"[[Datei:a.png", "\n\n"},
                               {"[[File:a\n\n", "]]"},
                               {"[[File:a\n\n[[b\n\n", "\n="},
                               {"[[Datei:a.png|", "]]"},
                               {"{{a|b=<!--", "-->c"},
                               {"\xE2\x80\x8F", ""},
                               {"(IPA{{x}},", ""},
                               {"\n\n{{a\n", ""}};
  for (int kept = 0; kept < 2; kept++) {
    start(kept ? "zh" : "en", (lk_wiki_options){kept, kept, 1, 1, 1, 1});
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
      uint64_t small = steps_of(nasty[i].page, nasty[i].text, 100000),
               large = steps_of(nasty[i].page, nasty[i].text, 1000000);
      if (large > 11 * small || large > 32 * 1000000)
        fail_msg("'%s' with '%s': %llu steps, then %llu", nasty[i].page, nasty[i].text,
                 (unsigned long long)small, (unsigned long long)large);
    }
    stop();
  }
}

/* Many bytes are looked at together: where a text begins in them must not matter. */
static void what_is_far_in_a_line_is_found(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"b c  d (  e ) , f . g", "b c d (e), f. g"},
      {"b&amp;c'd ''e'' &nbsp;f", "b&c'd e f"},
      {"b_c __TOC__d\tf~~~~g", "b_c d fg"},
      {"b\xC2\xA0 c\xE2\x80\x8B\xE2\x80\x93 d", "b c\xE2\x80\x93 d"},
      {"b [[c|d]] {{unknown}}f <b>g</b>\nh", "b d f g\nh"}};
  start("en", lk_wiki_options_default);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    for (int length = 1; length < 40; length++) {
      static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
      char page[128], text[128];
      snprintf(page, sizeof page, "%.*s%s", length, letters, pairs[i].page);
      snprintf(text, sizeof text, "%.*s%s", length, letters, pairs[i].text);
      check(page, text);
    }
  stop();
}

/* A rendering that repeats its argument cannot double a page with each level. */
static void growth_is_bounded(void **state) {
  (void)state;
  static const char row[] = "times = $1$1$1$1\ntwice = $1$1";
  start("en", lk_wiki_options_default);
  assert_int_equal(lk_wikitext_add_templates(parser, row, strlen(row), "rows"), LK_OK);
  steps_of("{{times|a", "}}", 400);
  steps_of("{{times|a}}", "", 100000);
  char page[512] = "{{twice|", text[1024] = "";
  memset(page + 8, 'b', 220);
  for (int i = 0; i < 2; i++)
    strcat(text, page + 8);
  check(strcat(page, "}}"), text);
  stop();
}

static void a_title_of_a_book_is_not_said_again_and_again(void **state) {
  (void)state;
  enum { LONG = 60000, CALLS = 1000 };
  static char name[LONG + 1];
  static const char call[] = "{{PAGENAME}} ";
  char *page;
  size_t size = 0;
  lk_wiki_counts counts = {0};
  assert_int_equal(LK_NEW(page, CALLS * strlen(call) + 1), LK_OK);
  for (; size < CALLS * strlen(call); size += strlen(call))
    memcpy(page + size, call, strlen(call));
  title = memset(name, 'b', LONG);
  start("en", lk_wiki_options_default);
  char *text = text_of(page, size, &counts);
  assert_true(strlen(text) <= size);
  assert_true(counts.too_long > 0);
  lk_free(text);
  lk_free(page);
  title = "Title";
  stop();
}

/* A result that is longer than its wikitext is cut nowhere. */
static void long_titles_and_many_arguments_are_kept(void **state) {
  (void)state;
  char page[2048] = "{{hlist", text[2048] = "", name[201] = "";
  lk_wiki_counts counts = {0};
  for (int i = 0; i < 200; i++) {
    strcat(page, "|a");
    strcat(text, i ? ", a" : "a");
    name[i] = 'b';
  }
  title = name;
  start("en", lk_wiki_options_default);
  check(strcat(page, "}}"), text);
  snprintf(text, sizeof text, "%s %s%s %s c %s%s", name, name, name, name, name, name);
  check("'''{{PAGENAME}}''' {{nowrap|{{PAGENAME}}{{PAGENAME}}}} {{#if:x|{{PAGENAME}} c}} "
        "{{tt|{{code|{{PAGENAME}}{{PAGENAME}}}}}}",
        text);
  lk_free(text_of(page, strlen(page), &counts));
  assert_int_equal(counts.too_long, 0);
  title = "Title";
  stop();
}

static void odd_bytes_and_cut_marks_do_no_harm(void **state) {
  (void)state;
  static const char bytes[] = {'a', '\0', 1, 2, '{', 1, 2, '\xFF', '[', '\0'};
  start("en", lk_wiki_options_default);
  lk_wiki_counts counts = {0};
  for (size_t size = 0; size <= sizeof bytes; size++)
    lk_free(text_of(bytes, size, &counts));
  check("", "");
  check("{{small|", "");
  check("<", "<");
  check("<ref", "<ref");
  check("[[File:a", "");
  check("[[File:a.jpg|b [[c]] d\ne", "e");
  stop();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(links_show_their_text),
      cmocka_unit_test(shapes_are_left_out),
      cmocka_unit_test(rows_of_broken_tables_are_told_from_text),
      cmocka_unit_test(html_makes_lines),
      cmocka_unit_test(functions_are_called),
      cmocka_unit_test(what_is_no_text_is_left_out),
      cmocka_unit_test(brackets_are_mended),
      cmocka_unit_test(announced_pronunciations_are_left_out),
      cmocka_unit_test(measures_are_kept),
      cmocka_unit_test(measures_have_no_english_words),
      cmocka_unit_test(no_argument_is_lost),
      cmocka_unit_test(languages_have_their_templates),
      cmocka_unit_test(languages_have_several_codes),
      cmocka_unit_test(dates_are_kept),
      cmocka_unit_test(quotations_and_verses_are_kept),
      cmocka_unit_test(dates_have_no_english_months),
      cmocka_unit_test(words_of_templates_are_kept),
      cmocka_unit_test(acronyms_keep_their_case),
      cmocka_unit_test(variants_show_the_first),
      cmocka_unit_test(options_keep_more),
      cmocka_unit_test(infoboxes_of_all_languages_are_known),
      cmocka_unit_test(a_file_adds_templates),
      cmocka_unit_test(sites_add_names),
      cmocka_unit_test(fields_of_templates_are_found),
      cmocka_unit_test(kinds_of_pages_are_told),
      cmocka_unit_test(counts_say_what_was_left_out),
      cmocka_unit_test(hostile_pages_take_linear_time),
      cmocka_unit_test(what_is_far_in_a_line_is_found),
      cmocka_unit_test(growth_is_bounded),
      cmocka_unit_test(a_title_of_a_book_is_not_said_again_and_again),
      cmocka_unit_test(long_titles_and_many_arguments_are_kept),
      cmocka_unit_test(odd_bytes_and_cut_marks_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
