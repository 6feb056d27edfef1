/* How templates are rendered: the one table. The renderings are those that
 * lk_wikitext_add_templates takes from a file; names, of several languages, have bars
 * between; acronyms keep their case (names.h). A later row wins. What has no row is left
 * out, with all that is in it: notes, navigation, maintenance, pronunciation. */
#ifndef LOCKSTEP_WIKI_TEMPLATE_LIST_H
#define LOCKSTEP_WIKI_TEMPLATE_LIST_H

static const struct {
  const char *rendering, *names;
} template_list[] = {
    /* Measures and numbers. */
    {"@convert", "convert"},
    {"@abbreviated", "cvt"},
    {"@density", "pop density|popdens"},
    {"@number", "formatnum:*|formatnum|fmtn|num|число|nombre|zahl|bignum"},
    {"@value", "val"},
    {"@fraction", "frac|fraction|sfrac|tfrac|bruch"},
    {"[$1 ][$2]", "unité|unidad|unit|m|единица"},
    {"$1", "nts|railgauge|track gauge|rail gauge|number|ordinal"},
    {"@join", "gaps"},
    {"[${m} m][${cm} cm][${ft} ft][ ${in} in]", "height"},
    {"[×10^$1]", "e|esp"},
    {"", "ESP|JPN|RUS|KOS|IND|ROM|VIE"}, /* countries, also of a year; esp is none */
    {"[10^$1]", "10^|pow10"},
    {"@power", "sup|pow|exposant|exp|^|apice|sup2"},
    {"[$1 m]", "höhe"},
    {"[US\\$$1]", "us$|US$|usd|USD"},
    {"[A\\$$1]", "au$|AU$|aud|AUD|a$"},
    {"[C\\$$1]", "ca$|CA$|cad|CAD|c$"},
    {"£$1", "pound sterling|£"},
    {"[£$1]", "gbp|GBP"},
    {"€$1", "euro|€"},
    {"[€$1]", "eur|EUR"},
    {"¥$1", "yen|¥"},
    {"[¥$1]", "jpy|JPY|cny|CNY"},
    {"[₹$1][ $2]", "inr|INR|inrconvert|indian rupee"},
    /* Dates. */
    {"@date", "birth date|birth date and age|birth-date|birth-date and age|bda|dob|death "
              "date|death date and age|death-date|death-date and age|dda|birth year and "
              "age|death year and age|start date|start date and age|end date|film "
              "date|dts|DTS|date table sorting|release date|launch "
              "date|date|start-date|end-date|生年月日と年齢|"
              "出生日期|出生日期和年龄|birth"},
    {"@dmy", "fecha|fecha de nacimiento|fecha de fallecimiento|fecha de "
             "inicio|dtlink|dni|nascimento|data de nascimento|morte|falecimento|date de "
             "naissance|date de décès|naissance|décès|date-|дата|дата рождения|дата "
             "смерти|datum|geburtsdatum|data|data urodzenia|julgregdatum|юлдата|datum och "
             "ålder|nascita e morte"},
    {"@as of", "as of|asof|a partir de"},
    {"$1[ \\[O.S. $3\\]][ $2]", "oldstyledate|old style date"},
    {"$1[ $2][ \\[O.S. $3\\]]", "oldstyledatedy"},
    {"c. $1[–$2]", "circa|c.|ca.|circ"},
    {"fl. $1[–$2]", "floruit|fl."},
    {"r. $1[–$2]", "reign|r."},
    {"[$1 ]BCE", "bce|BCE"},
    {"$1[ ($2–$3)]", "marriage|married"},
    {"@century", "siglo"},
    /* Languages. */
    {"${text,2}", "lang|langue|script|rtl-lang|native name|nativename|wikt-lang|native "
                  "phrase|citation étrangère"},
    {"${text,3,2}", "transl|transliteration|translit|xlit"},
    {"$1", "lang-*|nastaliq|hebrew|unicode|polytonic|iast|IAST|arabic|script/arabic|script/"
           "hebrew|greek|ar|pinyin|nihongo2|nihongo core|jpn|jp|esd"},
    {"${text,2}", "langx"},
    {"$1 ([$2][, $3][, $4])", "nihongo|nihongo4"},
    {"$3 ([$2])", "nihongo3|nihongo krt"},
    {"$1 ([$2][, $3])", "japonais|korean name|読み仮名"},
    {"[${c,t,s}][; ${p}]", "zh"},
    {"[${hangul,1}][; ${hanja,2}][; RR: ${rr,3}]", "ko-hhrm|korean"},
    {"⟨$1⟩", "angle bracket|angbr|grapheme|angbr ipa"},
    {"lit. \\'$1\\'", "literally|lit|literal translation|lit."},
    {"\\'$1\\'", "gloss|gcl"},
    /* Links to other wikis and pages. */
    {"${lt,1}",
     "ill|interlanguage link|interlanguage link "
     "multi|ILL|illm|link-interwiki|ill2|仮リンク|le|link-en|link-de|link-fr|link-"
     "ja|interwiki"},
    {"${texte,fr,trad,1}", "lien"},
    {"${3,2}", "tsl"},
    {"${2,1}",
     "нп5|нп3|не переведено|не переведено 5|не переведено 2|нп4|нп2|НП5|НП3|НП4|НП2|iw"},
    {"${2,1}",
     "url|URL|official url|sort|sorted|resize|font|fontsize|bg|h:title|hover title"},
    {"[$1 ][§ $2][, $3][, $4]", "section link|slink"},
    {"$1 $2", "sortname|sort name"},
    {"$1", "место рождения|месторождения|мр|МР|место смерти|местосмерти|мс|МС|місце "
           "народження|місце смерті"},
    /* Text in another shape. */
    {"$1",
     "nowrap|nobr|nobreak|no wrap|nowr|nb|avoid "
     "wrap|j|small|smaller|large|larger|big|sub|sc|smallcaps|small "
     "caps|sc2|nobold|normal|noitalic|no "
     "italic|bold|italic|em|strong|code|tt|mono|kbd|key|var|samp|mvar|math|bigmath|"
     "vanchor|visible "
     "anchor|longitem|abbr|tooltip|abbrv|abbreviation|hint|comment|"
     "plainlist|plain "
     "list|plainlist2|chem2|center|centered|overline|underline|u|strike|del|ins|nowiki|"
     "allow wrap|bo|cjk|CJK|pedice|midsize|resize2|nwr|nobreak2|lang-sub|screen "
     "reader-only|highlight|dfn"},
    {"@flag", "flag|flagcountry|flagu|flag+icon"},
    {"${text,3,2}", "font color|fontcolor|color|fgcolor|colour|font colour|farbe"},
    {"$1[+$2][+$3][+$4][+$5]", "keypress|key press"},
    {"@over", "su"},
    {"@join", "chem|ce|chem/disp|linktext|not a typo|sic|SIC|typo|proper name|pname"},
    {"$1-$2", "simplenuclide2|simplenuclide|nuclide2|nuclide"},
    {"@list", "hlist|unbulleted list|ubl|UBL|flatlist|vunblist|ublist|cslist|collapsible "
              "list|comma separated entries|bulleted list|blist|flat list|enum"},
    {"$1",
     "stn|rws|stnlnk|station link|char|sc1|yes|no|won|lost|currency|formatprice|ubl2"},
    {"$1[ $2][ $3]", "harvtxt|harvs"},
    {"née $1", "née|nee"},
    {"né $1", "né"},
    {"@items", "ordered list|olist|numbered list|unordered list|elenco|liste|lista"},
    {"$1[ ($2)]", "rb|ruby"},
    {"[USS $1][ ($2)]", "uss|USS"},
    {"[HMS $1][ ($2)]", "hms|HMS"},
    {"[HMAS $1][ ($2)]", "hmas|HMAS"},
    {"[HMCS $1][ ($2)]", "hmcs|HMCS"},
    {"[RMS $1][ ($2)]", "rms|RMS"},
    {"[SS $1][ ($2)]", "ss|SS"},
    {"[MV $1][ ($2)]", "mv|MV"},
    {"[SMS $1][ ($2)]", "sms|SMS"},
    {"[$1 ]$2[ ($3)]", "ship"},
    {"$1[-class $2]", "sclass|sclass2|sclass-"},
    {"♭", "flat"},
    {"@music", "music"},
    {"[ISBN $1][, $2][, $3]", "isbn|ISBN|isbnt"},
    {"$0 $1", "vol.|pp.|p."},
    /* Quotations. */
    {"\n${text,quote,zitat,texto,testo,1}\n",
     "quote|blockquote|bquote|cquote|quotation|poemquote|poem "
     "quote|zitat|cita|citação|citação2|citazione|bloc citation|centered pull quote|pull "
     "quote|citat|цитата|verse translation|citation bloc"},
    {"\n${2,1}\n", "columns-list|columnslist|col-list"},
    {"${text,1}", "citation needed span|cn span|cn-span|fact span"},
    {"$1", "«|guillemets|\""},
    /* Signs. */
    {"–", "ndash|en dash|endash|–|tiret"},
    {"—", "mdash|em dash|emdash|—"},
    {" – ", "snd|spnd|spaced ndash|spaced en dash|sndash|spndash|snds|dash|spaced endash"},
    {" — ", "mdashb|spaced mdash|spaced em dash|smd"},
    {" · ", "·|dot|middot|bullet|•"},
    {" ", "nbsp|NBSP|space|spaces|pad|0ws|indent|nnbsp|espace"},
    {"@spaced", "thinsp|thin space|hair space|hairsp"},
    {"|", "!|pipe"},
    {"||", "!!"},
    {"{|", "(!"},
    {"|-", "!-"},
    {"|}", "!)"},
    {"\\=", "="},
    {"\\*", "*|asterisk"},
    {"\\[[$1\\]]", "bracket|("},
    {"\\{", "lbrace"},
    {"\\}", "rbrace"},
    {"\\-", "hyphen|nbh|nbhyph|non-breaking hyphen"},
    {"\\'", "'|apos|-'|'-"},
    {"\"", "-\"|\"-"},
    {"\\'s", "'s|’s"},
    {"\\'\"", "'\"|' \""},
    {"\"\\'", "\"'|\" '"},
    {"…", "ellipsis|..."},
    {"π", "pi"},
    {"√$1", "radic|sqrt"},
    {"U+$1[ $2]", "unichar"},
    {"\n", "br|break|pb|paragraph break"},
    {"−", "minus|mínus|−"},
    {"±", "±|plusminus"},
    {"†", "dagger|†"},
    {"‡", "double-dagger|double dagger"},
    {"♯", "sharp"},
    {"№", "numero|n°|no."},
    {"er", "er"},
    {"ʻ", "okina|ʻ"},
    {"av. J.-C.", "av jc|av. j.-c.|-jc|-JC"},
    {"apr. J.-C.", "ap jc|apr jc"},
    /* Words of MediaWiki. */
    {"@page", "pagename|fullpagename|basepagename|subpagename|pagenamee"},
    {"@if", "#if:*|#IF:*"},
    {"@ifeq", "#ifeq:*"},
    {"@ifexpr", "#ifexpr:*"},
    {"@expr", "#expr:*"},
    {"@switch", "#switch:*"},
    {"@plural", "plural:*"},
    {"$1", "lc:*|uc:*|LC:*|UC:*|lcfirst:*|ucfirst:*|padleft:*|padright:*"},
    /* Left out, and announced by no word before. */
    {"@note",
     "efn|efn-*|refn|refnest|sfn|sfnp|sfnm|sfnmp|sfn0|harv|harvnb|notetag|note|ref|"
     "ref+|r|rp|#tag:*|cn|fact|citation needed|clarify|прим|прим.|odn|uwaga|nre"},
    /* Left out unless infoboxes are kept. */
    {"@fields",
     "infobox*|taxobox*|taxobox|automatic "
     "taxobox|speciesbox|subspeciesbox|chembox|drugbox|geobox|geobox*|ficha*|info/"
     "*|карточка*|картка*|faktamall*|bio|基礎情報*|planetbox*|инфокутия*|tassobox|carica "
     "pubblica|sportivo|artista musicale|divisione amministrativa|personendaten|* "
     "infobox|* bilgi kutusu|* 정보|* infokaste|* "
     "infoqutusu|ज्ञानसन्दूक*|তথ্যছক*|தகவற்சட்டம்*|กล่องข้อมูล*|thông tin*|hộp thông "
     "tin*|tietolaatikko*|henkilö|πληροφορίες*|κουτί πληροφοριών*|אישיות|جعبه "
     "اطلاعات*|جعبه زندگینامه|صندوق معلومات*|معلومات*|خانہ "
     "معلومات*|персона|особа|асоба|тұлға|личност|биография "
     "инфо|infocaseta*|casetă*|инфокутија*|infookvir*|infopolje*|infoboks*|infokast*|"
     "infotaula*|informkesto*|kotak "
     "info*|ინფოდაფა*|տեղեկաքարտ*|माहितीचौकट*|సమాచారపెట్టె*|ജ്ഞാനസന്ദൂകം*|藝人|艺人"},
};

#endif
