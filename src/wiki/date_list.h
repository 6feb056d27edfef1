/* How languages write dates. */
#ifndef LOCKSTEP_WIKI_DATE_LIST_H
#define LOCKSTEP_WIKI_DATE_LIST_H

/* What stands behind the day's number, between day and month, between month and year; the
 * months as in a date (MediaWiki's january-gen …). Others are written as in English. */
static const struct {
  const char *codes, *ordinal, *of, *of_year, *months;
} languages[] = {
    {"de als", ".", " ", " ",
     "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"},
    {"fr", "", " ", " ",
     "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|"
     "décembre"},
    {"es", "", " de ", " de ",
     "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
     "diciembre"},
    {"pt", "", " de ", " de ",
     "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|"
     "dezembro"},
    {"it", "", " ", " ",
     "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|"
     "dicembre"},
    {"nl", "", " ", " ",
     "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|"
     "december"},
    {"sv", "", " ", " ",
     "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|"
     "december"},
    {"pl", "", " ", " ",
     "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|"
     "listopada|grudnia"},
    {"ru", "", " ", " ",
     "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"},
    {"uk", "", " ", " ",
     "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|"
     "грудня"},
    {"bg", "", " ", " ",
     "януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"},
    {"be", "", " ", " ",
     "студзеня|лютага|сакавіка|красавіка|мая|чэрвеня|ліпеня|жніўня|верасня|кастрычніка|"
     "лістапада|снежня"},
    {"be-tarask", "", " ", " ",
     "студзеня|лютага|сакавіка|красавіка|траўня|чэрвеня|ліпеня|жніўня|верасьня|кастрычніка|"
     "лістапада|сьнежня"},
    {"cs", ".", " ", " ",
     "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"},
    {"sk", ".", " ", " ",
     "januára|februára|marca|apríla|mája|júna|júla|augusta|septembra|októbra|novembra|"
     "decembra"},
    {"sl", ".", " ", " ",
     "januarja|februarja|marca|aprila|maja|junija|julija|avgusta|septembra|oktobra|"
     "novembra|decembra"},
    {"hr", ".", " ", " ",
     "siječnja|veljače|ožujka|travnja|svibnja|lipnja|srpnja|kolovoza|rujna|listopada|"
     "studenoga|prosinca"},
    {"sr", ".", " ", " ",
     "јануара|фебруара|марта|априла|маја|јуна|јула|августа|септембра|октобра|новембра|"
     "децембра"},
    {"bs sh", ".", " ", " ",
     "januara|februara|marta|aprila|maja|juna|jula|augusta|septembra|oktobra|novembra|"
     "decembra"},
    {"mk", "", " ", " ",
     "јануари|февруари|март|април|мај|јуни|јули|август|септември|октомври|ноември|"
     "декември"},
    {"fi", ".", " ", " ",
     "tammikuuta|helmikuuta|maaliskuuta|huhtikuuta|toukokuuta|kesäkuuta|heinäkuuta|"
     "elokuuta|syyskuuta|lokakuuta|marraskuuta|joulukuuta"},
    {"et", ".", " ", " ",
     "jaanuari|veebruari|märtsi|aprilli|mai|juuni|juuli|augusti|septembri|oktoobri|"
     "novembri|detsembri"},
    {"da", ".", " ", " ",
     "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"},
    {"no nn", ".", " ", " ",
     "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"},
    {"is", ".", " ", " ",
     "janúar|febrúar|mars|apríl|maí|júní|júlí|ágúst|september|október|nóvember|desember"},
    {"ro", "", " ", " ",
     "ianuarie|februarie|martie|aprilie|mai|iunie|iulie|august|septembrie|octombrie|"
     "noiembrie|decembrie"},
    {"ca", "", " ", " de ",
     "de gener|de febrer|de març|d'abril|de maig|de juny|de juliol|d'agost|de "
     "setembre|d'octubre|de novembre|de desembre"},
    {"gl", "", " de ", " de ",
     "xaneiro|febreiro|marzo|abril|maio|xuño|xullo|agosto|setembro|outubro|novembro|"
     "decembro"},
    {"el", "", " ", " ",
     "Ιανουαρίου|Φεβρουαρίου|Μαρτίου|Απριλίου|Μαΐου|Ιουνίου|Ιουλίου|Αυγούστου|Σεπτεμβρίου|"
     "Οκτωβρίου|Νοεμβρίου|Δεκεμβρίου"},
    {"tr", "", " ", " ",
     "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık"},
    {"az", "", " ", " ",
     "yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr"},
    {"vi", "", " ", " năm ",
     "tháng 1|tháng 2|tháng 3|tháng 4|tháng 5|tháng 6|tháng 7|tháng 8|tháng 9|tháng "
     "10|tháng 11|tháng 12"},
    {"id", "", " ", " ",
     "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|"
     "Desember"},
    {"ms", "", " ", " ",
     "Januari|Februari|Mac|April|Mei|Jun|Julai|Ogos|September|Oktober|November|Disember"},
    {"th", "", " ", " ",
     "มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|"
     "ธันวาคม"},
    {"hi", "", " ", " ", "जनवरी|फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितम्बर|अक्टूबर|नवम्बर|दिसम्बर"},
    {"bn", "", " ", " ",
     "জানুয়ারি|ফেব্রুয়ারি|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর"},
    {"ta", "", " ", " ",
     "சனவரி|பெப்பிரவரி|மார்ச்சு|ஏப்பிரல்|மே|சூன்|சூலை|ஆகத்து|செப்டெம்பர்|அக்டோபர்|நவம்பர்|திசம்பர்"},
    {"te", "", " ", " ",
     "జనవరి|ఫిబ్రవరి|మార్చి|ఏప్రిల్|మే|జూన్|జూలై|ఆగస్టు|సెప్టెంబరు|అక్టోబరు|నవంబరు|డిసెంబరు"},
    {"ur", "", " ", " ",
     "جنوری|فروری|مارچ|اپريل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر"},
    {"he", "", " ", " ",
     "בינואר|בפברואר|במרץ|באפריל|במאי|ביוני|ביולי|באוגוסט|בספטמבר|באוקטובר|בנובמבר|בדצמבר"},
    {"ar", "", " ", " ",
     "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر"},
    {"fa", "", " ", " ",
     "ژانویهٔ|فوریهٔ|مارس|آوریل|مهٔ|ژوئن|ژوئیهٔ|اوت|سپتامبر|اکتبر|نوامبر|دسامبر"},
    {"hy", "", " ", " ",
     "հունվարի|փետրվարի|մարտի|ապրիլի|մայիսի|հունիսի|հուլիսի|օգոստոսի|սեպտեմբերի|հոկտեմբերի|"
     "նոյեմբերի|դեկտեմբերի"},
    {"ka", "", " ", " ",
     "იანვარი|თებერვალი|მარტი|აპრილი|მაისი|ივნისი|ივლისი|აგვისტო|სექტემბერი|ოქტომბერი|"
     "ნოემბერი|დეკემბერი"},
    {"eo", "-a", " de ", " ",
     "januaro|februaro|marto|aprilo|majo|junio|julio|aŭgusto|septembro|oktobro|novembro|"
     "decembro"},
    {"sq", "", " ", " ",
     "janar|shkurt|mars|prill|maj|qershor|korrik|gusht|shtator|tetor|nëntor|dhjetor"},
    {"hu", "", " ", " ",
     "január|február|március|április|május|június|július|augusztus|szeptember|október|"
     "november|december"},
    {"la", "", " ", " ",
     "Ianuarii|Februarii|Martii|Aprilis|Maii|Iunii|Iulii|Augusti|Septembris|Octobris|"
     "Novembris|Decembris"},
    {"en", "", " ", " ",
     "January|February|March|April|May|June|July|August|September|October|November|"
     "December"}};

/* Languages that begin with the year: what stands behind each part. Of the others the
 * month is a name. */
static const struct {
  const char *codes, *year, *month, *day;
  int named;
} year_first[] = {{"ja zh yue wuu", "年", "月", "日", 0},
                  {"ko", "년", "월", "일", 0},
                  {"hu", ".", "", ".", 1}};

/* What stands before a date that something is told as of, or since, each with a capital and
 * without. Other languages have the date alone. */
static const struct {
  const char *codes, *words[4];
} as_of[] = {{"en simple", {"As of ", "as of ", "Since ", "since "}},
             {"pt", {"A partir de ", "a partir de ", "Desde ", "desde "}},
             {"vi", {"Tính đến ", "tính đến ", "Từ ", "từ "}}};

#endif
