/* How languages write dates. */
#ifndef LOCKSTEP_WIKI_DATE_LIST_H
#define LOCKSTEP_WIKI_DATE_LIST_H

/* What stands behind the day's number, between day and month, between month and year; the
 * months as in a date (MediaWiki's january-gen …, and CLDR's). Others are written in
 * digits. */
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
    {"id jv", "", " ", " ",
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
    {"af", "", " ", " ",
     "Januarie|Februarie|Maart|April|Mei|Junie|Julie|Augustus|September|Oktober|November|"
     "Desember"},
    {"ast", "", " ", " de ",
     "de xineru|de febreru|de marzu|d'abril|de mayu|de xunu|de xunetu|d'agostu|de "
     "setiembre|d'ochobre|de payares|d'avientu"},
    {"br", "", " a viz ", " ",
     "Genver|C'hwevrer|Meurzh|Ebrel|Mae|Mezheven|Gouere|Eost|Gwengolo|Here|Du|Kerzu"},
    {"cy", "", " ", " ",
     "Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|"
     "Rhagfyr"},
    {"ga", "", " ", " ",
     "Eanáir|Feabhra|Márta|Aibreán|Bealtaine|Meitheamh|Iúil|Lúnasa|Meán Fómhair|Deireadh "
     "Fómhair|Samhain|Nollaig"},
    {"fy", "", " ", " ",
     "jannewaris|febrewaris|maart|april|maaie|juny|july|augustus|septimber|oktober|"
     "novimber|desimber"},
    {"lb", ".", " ", " ",
     "Januar|Februar|Mäerz|Abrëll|Mee|Juni|Juli|August|September|Oktober|November|"
     "Dezember"},
    {"fo", ".", " ", " ",
     "januar|februar|mars|apríl|mai|juni|juli|august|september|oktober|november|desember"},
    {"sw", "", " ", " ",
     "Januari|Februari|Machi|Aprili|Mei|Juni|Julai|Agosti|Septemba|Oktoba|Novemba|Desemba"},
    {"hsb", ".", " ", " ",
     "januara|februara|měrca|apryla|meje|junija|julija|awgusta|septembra|oktobra|nowembra|"
     "decembra"},
    {"dsb", ".", " ", " ",
     "januara|februara|měrca|apryla|maja|junija|julija|awgusta|septembra|oktobra|nowembra|"
     "decembra"},
    {"mr", "", " ", " ",
     "जानेवारी|फेब्रुवारी|मार्च|एप्रिल|मे|जून|जुलै|ऑगस्ट|सप्टेंबर|ऑक्टोबर|नोव्हेंबर|डिसेंबर"},
    {"gu", "", " ", " ",
     "જાન્યુઆરી|ફેબ્રુઆરી|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ|સપ્ટેમ્બર|ઑક્ટોબર|નવેમ્બર|ડિસેમ્બર"},
    {"pa", "", " ", " ", "ਜਨਵਰੀ|ਫ਼ਰਵਰੀ|ਮਾਰਚ|ਅਪ੍ਰੈਲ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ|ਅਗਸਤ|ਸਤੰਬਰ|ਅਕਤੂਬਰ|ਨਵੰਬਰ|ਦਸੰਬਰ"},
    {"kn", "", " ", " ", "ಜನವರಿ|ಫೆಬ್ರವರಿ|ಮಾರ್ಚ್|ಏಪ್ರಿಲ್|ಮೇ|ಜೂನ್|ಜುಲೈ|ಆಗಸ್ಟ್|ಸೆಪ್ಟೆಂಬರ್|ಅಕ್ಟೋಬರ್|ನವೆಂಬರ್|ಡಿಸೆಂಬರ್"},
    {"or", "", " ", " ",
     "ଜାନୁଆରୀ|ଫେବୃଆରୀ|ମାର୍ଚ୍ଚ|ଅପ୍ରେଲ|ମଇ|ଜୁନ|ଜୁଲାଇ|ଅଗଷ୍ଟ|ସେପ୍ଟେମ୍ବର|ଅକ୍ଟୋବର|ନଭେମ୍ବର|ଡିସେମ୍ବର"},
    {"as", "", " ", " ",
     "জানুৱাৰী|ফেব্ৰুৱাৰী|মাৰ্চ|এপ্ৰিল|মে'|জুন|জুলাই|আগষ্ট|ছেপ্তেম্বৰ|অক্টোবৰ|নৱেম্বৰ|ডিচেম্বৰ"},
    {"ne", "", " ", " ",
     "जनवरी|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर"},
    {"ml", "", " ", " ",
     "ജനുവരി|ഫെബ്രുവരി|മാർച്ച്|ഏപ്രിൽ|മേയ്|ജൂൺ|ജൂലൈ|ഓഗസ്റ്റ്|സെപ്റ്റംബർ|"
     "ഒക്‌ടോബർ|"
     "നവംബർ|"
     "ഡിസംബർ"},
    {"my", "", " ", " ", "ဇန်နဝါရီ|ဖေဖော်ဝါရီ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်|ဩဂုတ်|စက်တင်ဘာ|အောက်တိုဘာ|နိုဝင်ဘာ|ဒီဇင်ဘာ"},
    {"km", "", " ", " ", "មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ"},
    {"lt", "", " ", " ",
     "sausio|vasario|kovo|balandžio|gegužės|birželio|liepos|rugpjūčio|rugsėjo|spalio|"
     "lapkričio|gruodžio"},
    {"lv", ".", " ", " ",
     "janvāris|februāris|marts|aprīlis|maijs|jūnijs|jūlijs|augusts|septembris|oktobris|"
     "novembris|decembris"},
    {"kk", "", " ", " ",
     "қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан"},
    {"tt", "", " ", " ",
     "гыйнвар|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь"},
    {"ba", "", " ", " ",
     "ғинуар|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь"},
    {"ky", "-", "", " ",
     "январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь"},
    {"uz", "-", "", " ",
     "yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr"},
    {"oc", "", " ", " de ",
     "de genièr|de febrièr|de març|d'abril|de mai|de junh|de julhet|d'agost|de "
     "setembre|d'octòbre|de novembre|de decembre"},
    {"ia", "", " de ", " de ",
     "januario|februario|martio|april|maio|junio|julio|augusto|septembre|octobre|novembre|"
     "decembre"},
    {"en simple", "", " ", " ",
     "January|February|March|April|May|June|July|August|September|October|November|"
     "December"}};

/* Languages that begin with the year: what stands behind each part, and between them; and
 * how the month is written. */
static const struct {
  const char *codes, *year, *month, *day, *between;
  enum { MONTH_IS_NUMBER, MONTH_IS_NAME, MONTH_IS_LAST } order;
} year_first[] = {{"ja zh yue wuu gan", "年", "月", "日", "", MONTH_IS_NUMBER},
                  {"ko", "년", "월", "일", " ", MONTH_IS_NUMBER},
                  {"hu", ".", "", ".", " ", MONTH_IS_NAME},
                  {"lt", " m.", "", " d.", " ", MONTH_IS_NAME},
                  {"ml", "", "", "", " ", MONTH_IS_NAME},
                  {"lv", ". gada", "", ".", " ", MONTH_IS_LAST},
                  {"kk", " ж.", "", "", " ", MONTH_IS_LAST}};

/* What stands before a date that something is told as of, or since, each with a capital and
 * without. Other languages have the date alone. */
static const struct {
  const char *codes, *words[4];
} as_of[] = {{"en simple", {"As of ", "as of ", "Since ", "since "}},
             {"pt", {"A partir de ", "a partir de ", "Desde ", "desde "}},
             {"vi", {"Tính đến ", "tính đến ", "Từ ", "từ "}}};

#endif
