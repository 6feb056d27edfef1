/* How templates of some languages are rendered, where their names mean something else in
 * others, or what they say is words. As template_list.h, whose rows these outrank in a wiki
 * of one of the languages. */
#ifndef LOCKSTEP_WIKI_LANGUAGE_LIST_H
#define LOCKSTEP_WIKI_LANGUAGE_LIST_H

static const struct {
  const char *languages, *rendering, *names;
} language_list[] = {
    /* Dates that begin with the day. */
    {"fr", "@dmy",
     "date|date-|date rapide|jour|date sport|date de naissance-|date de décès-|date "
     "naissance|date décès|naissance|décès"},
    {"es", "@dmy",
     "fecha|fecha de inicio|fecha de nacimiento y edad|fecha de fallecimiento y edad|edad|"
     "nacimiento"},
    {"pt gl", "@dmy",
     "data|dtext|dni|dnibr|dniteria|nascimento|falecimento|morte|dataextenso|data de "
     "nascimento e idade|dataper|falecimento e idade"},
    {"it", "@dmy", "data"},
    {"ru uk be be-tarask bg kk tt ba", "@dmy",
     "дата|дата рождения|дата смерти|др|дс|сс|дн|ДР|ДС|СС|ДН|дата народження|дата "
     "смерті|старый "
     "стиль|дата-|дн2|дс2|ДН2|ДС2|старий стиль|дата на раждане|дата на смърт"},
    {"de", "@dmy", "datum|formatdate|date|datum-"},
    {"nl sv da no nn fi cs sk sl hr sr bs", "@dmy",
     "datum|dato|fødselsdato|født|dødsdato|fødselsdato og alder|syntymäaika|syntymäaika ja "
     "ikä|kuolinaika|datum narození a věk|datum narození|datum úmrtí a věk|datum úmrtí|"
     "dátum narodenia a vek|dátum narodenia|datum rođenja"},
    {"id ms", "@dmy", "tanggal lahir dan umur|tanggal lahir"},
    /* … with the year. */
    {"ja", "@date", "生年月日|没年月日|年月日"},
    {"ja", "@death", "死亡年月日と没年齢"},
    {"ja", "@age", "没年齢"},
    {"ko", "@date", "출생일|출생일과 나이|사망일|출생|시작 날짜|날짜"},
    {"ko", "@death", "사망일과 나이"},
    {"tr az", "@date",
     "doğum tarihi ve yaşı|doğum tarihi|ölüm tarihi ve yaşı|ölüm tarihi|başlangıç tarihi"},
    {"vi", "@date",
     "ngày sinh và tuổi|ngày sinh|ngày mất và tuổi|ngày mất|năm sinh và tuổi|ngày bắt đầu"},
    {"th", "@date", "วันเกิดและอายุ|วันเกิด|วันตายและอายุ|วันตาย|วันเกิด-อายุ"},
    {"ar arz fa ur he", "@date",
     "تاريخ الولادة والعمر|تاريخ الميلاد|تاريخ الوفاة والعمر|تاريخ الوفاة|تاريخ البدء|"
     "تاريخ بداية|تاریخ تولد و سن|تاریخ تولد|تاریخ مرگ|تاریخ آغاز|תאריך לידה|תאריך פטירה"},
    {"hi mr ne", "@date", "जन्म तिथि|जन्म तिथि और आयु|मृत्यु तिथि|मृत्यु तिथि और आयु"},
    {"sv", "@date",
     "datum|födelsedatum|dödsdatum|födelsedatum och ålder|dödsdatum och ålder"},
    {"vi", "@as of", "tính đến"},
    {"hu", "@date", "születési dátum|halálozási dátum|dátum"},
    {"pl", "@date", "data|dataur|wiek"},
    {"ca", "@dmy",
     "data|data naixement|data naixement i edat|data defunció|data defunció i edat"},
    {"el", "@date",
     "ημερομηνία γέννησης|ημερομηνία γέννησης και ηλικία|ημερομηνία θανάτου|ημερομηνία "
     "θανάτου "
     "και ηλικία"},
    {"ro", "@date", "dn|data nașterii|dată|datănaștere"},
    /* Numbers and measures. */
    {"fr", "@quantity", "unité|nombre|nb|unité-|tmp|température|nombre-"},
    {"es pt gl ca it", "@quantity", "unidad|unidade|unitat|unità|fmtn|esd2|num|val"},
    {"it", "$1 ${ul,u}[$2$3]", "m"},
    {"ru uk be be-tarask bg", "@quantity", "число|num|nts|formatnum2|s|единица|од"},
    {"es tr vi th ar fa ru uk he pt", "@convert",
     "convertir|convertor|birim çevir|çevir|dönüştür|chuyển đổi|đổi|แปลงหน่วย|تحويل|حول|"
     "تبدیل|перевести|конвертувати|המרה|converter"},
    {"fr de es it pt nl sv pl fi da no cs hu", "[$1 ]€", "euro|€|euros"},
    {"fr de es it pt nl sv pl fi da no cs hu", "[$1 €]", "eur|EUR"},
    {"ru uk", "[$1 ]€", "евро|євро|euro"},
    {"ru", "[$1 ]₽", "рубль|руб|₽"},
    {"zh ja", "[NT\\$$1]", "nt$|NT$|twd|TWD"},
    {"zh ja", "[HK\\$$1]", "hk$|HK$|hkd|HKD"},
    {"zh", "[¥$1]", "rmb|RMB|cny|CNY"},
    {"ko", "[₩$1]", "krw|KRW|원"},
    /* Centuries, reigns and other words with numbers. */
    {"fr", "$1e siècle", "s|siècle"},
    {"fr", "$1e siècle av. J.-C.", "-s|-siècle"},
    {"fr", "$1e", "s mini|smini"},
    {"fr", "$1e et $2e siècles", "s2"},
    {"fr", "$1e et $2e siècles av. J.-C.", "-s2"},
    {"fr", "$1[$2 $3 $4$5] siècles", "sp"},
    {"fr", "$1$2 siècle", "s-"},
    {"fr", "$1[$2 $3 $4$5]", "sp-"},
    {"fr", "$0",
     "1er|1re|2e|2d|2de|3e|4e|5e|6e|7e|8e|9e|10e|11e|12e|13e|14e|15e|16e|17e|18e|19e|20e|"
     "21e|"
     "ier|ire|iie|iiie|ive|ve|vie|viie|viiie|ixe|xe|xie|xiie|xiiie|xive|xve|xvie|xviie|"
     "xviiie|xixe|xxe|xxie|ier siècle|iie siècle|iiie siècle|ive siècle|ve siècle|vie "
     "siècle|viie siècle|viiie siècle|ixe siècle|xe siècle|xie siècle|xiie siècle|xiiie "
     "siècle|xive siècle|xve siècle|xvie siècle|xviie siècle|xviiie siècle|xixe siècle|xxe "
     "siècle|xxie siècle|CO2|H2O"},
    {"fr", "$0 $1",
     "m.|mme|mlle|MM.|mgr|me|p.|pp.|vol.|t.|chap.|louis|charles|henri|françois|philippe|"
     "napoléon|jean|benoît|pie|léon|paul|grégoire|clément|innocent|urbain|guillaume|"
     "édouard|georges|jacques|robert|hugues|baudouin|thierry|otton|frédéric"},
    {"fr", "$0", "2|3"},
    {"fr", "no $1", "n°|numéro|n"},
    {"fr", "nos $1", "nos|n°s"},
    {"fr", "$1 h[ $2]", "heure|heures"},
    {"fr", "[$1 h ][$2 min ][$3 s]", "durée"},
    {"fr", "$1", "rom|rom-maj|souverain|souverain-|souverain2|souverain3|romain"},
    {"fr", "$1[ $2]", "nom|monnaie"},
    {"fr", "av. J.-C.", "av. jc|av jc|avjc|av. j.-c|-c"},
    {"fr", "apr. J.-C.", "apr. jc|ap. jc|apr jc"},
    {"es", "$0", "a. c.|d. c.|a.c.|d.c.|A.C.|D.C."},
    {"pt gl", "século $1", "séc|sec|século|lsec"},
    {"pt", "$1 $2", "lknb|lkn|LKN"},
    {"pt", "$1[/$2]", "PBPE|PEPB|ao|AO|pb-pe"},
    {"pt it es", "$0", "a.c.|d.c.|A.C.|D.C.|ac|dc|AC|DC"},
    {"ru", "$0",
     "до н. э.|н. э.|до н.э.|н.э.|xix век|xx век|xxi век|xviii век|тыс.|млн|млрд"},
    {"ru", "$1 век", "век"},
    {"uk", "$0", "до н. е.|н. е.|до н.е."},
    {"ru uk be be-tarask bg", "$1[ \\[$3\\]][ $2]", "oldstyledate|старстиль"},
    {"de", "$0 $1", "§|§§|art."},
    {"de", "$1 $2[,$3]", "b|bibel"},
    {"de", "$1", "0|prs|fett|kursiv"},
    {"ar", "$0", "ق.م|ق م|هـ|م|ق هـ"},
    {"ar", "$1 هـ", "هـ2"},
    /* Languages and writings. */
    {"de", "englisch $1", "ens"},
    {"de", "französisch $1", "frs"},
    {"de", "lateinisch $1", "las"},
    {"de", "griechisch $1", "els"},
    {"de", "russisch $1", "rus"},
    {"de", "japanisch $1", "jas"},
    {"de", "arabisch $1", "ars"},
    {"de", "italienisch $1", "its"},
    {"de", "spanisch $1", "ess"},
    {"de", "portugiesisch $1", "pts"},
    {"de", "polnisch $1", "pls"},
    {"de", "tschechisch $1", "css"},
    {"de", "chinesisch $1", "zhs"},
    {"de", "persisch $1", "fas"},
    {"de", "hebräisch $1", "hes"},
    {"de", "ungarisch $1", "hus"},
    {"de", "koreanisch $1", "kos"},
    {"de", "niederländisch $1", "nls"},
    {"de", "schwedisch $1", "svs"},
    {"de", "türkisch $1", "trs"},
    {"de", "ukrainisch $1", "uks"},
    {"de", "dänisch $1", "das"},
    {"de", "finnisch $1", "fis"},
    {"de", "rumänisch $1", "ros"},
    {"de", "bulgarisch $1", "bgs"},
    {"de", "serbisch $1", "srs"},
    {"de", "kroatisch $1", "hrs"},
    {"de", "slowenisch $1", "sls"},
    {"de", "slowakisch $1", "sks"},
    {"de", "$1", "zhb|arf|faf|hef|kof|jaf|zhf|ruf"},
    {"de", "$2", "lang"},
    {"de", "${t,v,c,s,kt}[, ${p}]", "zh"},
    {"fr", "en $0 : $1[ / $2]", "grec ancien"},
    {"fr", "$1",
     "allemand|anglais|latin|espagnol|italien|arabe|hébreu|russe|chinois|en "
     "langue|grec"},
    {"fr", "$1[ ($2)]", "japonais"},
    {"pl", "$2", "w języku|język|jęz"},
    {"pl", "$0 $1", "ang.|niem.|fr.|łac.|ros.|wł.|hiszp.|gr."},
    {"cs sk", "$2", "vjazyce2|v jazyce|vjazyce|cizojazyčně|cj|cudzojazyčne"},
    {"fi", "$1", "k-*|kieli"},
    {"ltg", "$1", "vol-*"},
    {"sr sh", "$1", "јез-*|jez-*"},
    {"tr az", "${2,1}", "dil|dil-*"},
    {"ko", "${2,1}", "llang|언어"},
    {"ko", "$1", "한자|독음|해석|한글"},
    {"ja", "$1（$2）", "読み仮名|ふりがな|ルビ|ruby|rb|読み"},
    {"ja", "$1",
     "旧字体|補助漢字フォント|cp932フォント|jis2004フォント|jis90フォント|拡張漢字|"
     "行内引用|"
     "縦書き|読み仮名 ruby不使用|lang-en-short|by|by2|繁体字|簡体字|縮小|大|和暦"},
    {"ja", "${範囲}", "要出典|要出典2|要説明|要検証|誰|誰範囲2"},
    {"ja", "$1",
     "要出典範囲|独自研究範囲|要検証範囲|要説明範囲|誰範囲|いつ範囲|信頼性要検証範囲"},
    {"zh yue wuu", "$1",
     "僻字|lj|kai|pua|PUA|黑幕|heimu|拼音|ruby-zh-p|wikt|不轉換|noteta-inline"},
    {"en simple", "@ordinal", "ordinal"},
    {"en simple", "b. $1", "b.|born"},
    {"en simple", "d. $1", "d.|died"},
    {"en simple", "[Chinese: ${c,t,s}][; pinyin: ${p}]", "zh"},
    {"zh yue wuu gan", "[${s,c,t}][；拼音：${p}]", "zh"},
    {"zh yue wuu", "$1$2[－$3][$4]", "bd|BD|生卒"},
    {"zh yue wuu", "$1（$2）", "ruby|rb|ruby-py|标音"},
    {"zh yue wuu", "${4,3,2}", "tsl|translink|link-interwiki"},
    {"zh yue wuu", "${d,3,1}",
     "le|lj-en|link-en|link-ja|link-fr|link-de|link-es|link-ru|link-it|link-ko|link-pt|"
     "internal link helper*|ilh|未翻譯|未翻译"},
    {"ar arz", "$1",
     "إنج|إنجليزية|فرن|فرنسية|لات|لاتينية|ألمانية|إسبانية|يونانية|فارسية|"
     "عبرية|تركية|صغير|كبير|بحجم|شبه خفي|تنويه"},
    {"ar arz", "@flag", "علم"},
    {"ar arz", "$2", "لون"},
    {"ar arz", "${نص,عر,1}", "وإو|وصلة إنترويكي"},
    {"he", "$1",
     "אנגלית|גרמנית|צרפתית|רוסית|ערבית|יוונית|לטינית|ספרדית|איטלקית|עברית|יידיש|כתב קטן|"
     "משמאל לימין|מונחון|ניקוד|ספק|דרושה הבהרה|נוסח"},
    {"he", "${3,2}", "קישור שפה"},
    {"he", "\"${תוכן,1}\"", "ציטוטון"},
    {"he", "\n${תוכן,1}\n", "ציטוט"},
    {"he", "\n", "ש"},
    {"fa", "\n", "سخ"},
    {"ar arz", "\n", "سطر جديد"},
    {"fa", "$1", "به انگلیسی|به فرانسوی|به آلمانی|به عربی|پم|چر|کوچک|بزرگ|پک"},
    {"fa ur", "\xE2\x80\x8C", "نیم‌فاصله|zwnj|ZWNJ"},
    /* Doubts about a text, which stays. */
    {"fr", "$1",
     "quoi|qui|quand|où|lequel|laquelle|lesquels|lesquelles|combien|pourquoi|comment|selon "
     "qui|référence nécessaire|refnec|référence souhaitée|référence insuffisante|passage "
     "non neutre|pas clair|précision nécessaire|pertinence|refsou|refins|source "
     "secondaire|évasif|passage évasif|non neutre|citation nécessaire|incise|date à "
     "préciser|qui ?|quoi ?|quand ?"},
    {"es pt gl", "$1",
     "cita requerida|cr|demostrar|quién|carece de fontes2|carece de fontes/bloco"},
    {"it", "$1", "senza fonte|cn|CN|citazione necessaria|chiarire|sf|ta|tutto attaccato"},
    {"nl", "$1", "bron?|bronvermelding gewenst|feit|wie?"},
    {"pl", "$1", "fakt|doprecyzuj|kto|kiedy"},
    {"sv", "$1", "källa behövs|kb"},
    {"ru uk be be-tarask", "$1",
     "нет аи 2|уточнить|кто|что|где|когда|какой|прояснить|стиль|ударение|аббр|нобр|"
     "мн|сомнительно|что?|кто?|nobr|уточнити|хто|abbr"},
    {"ru uk be", "@flag", "флагификация|флагификация/спорт|прапорифікація|прапор2"},
    {"ru uk", "${2,1}",
     "не переведено 1|не переведено 4|не переведено 7|не перекладено|нп1|НП1|"
     "не переведено5"},
    {"cs", "$1", "doplňte zdroj|malé|zkratka"},
    /* Shapes. */
    {"fr", "$1",
     "pc|petites capitales|petite capitale|surligner|abréviation|abréviation "
     "discrète|abrd|abr|abrev|indice|ind|isbn2|formatnum|couleur|texte|barré|terme défini|"
     "terme|petit|nobr romains|nobr romain|romain "
     "nobr|échelle|caché|ancre+|clé|unicode|lang "
     "arabe|romanisation"},
    {"fr ru uk", "@join", "fchim|химия|хим|formule chimique"},
    {"fr", "« $1 »", "citation|guil|\"|guillemets|«"},
    {"fr", "– $1 –", "incise|tiret2"},
    {"fr", "\n$1\n", "colonnes|liste simple|boîte déroulante texte"},
    {"es", "\n$2\n", "lista de columnas"},
    {"es", "«$1»", "cita en línea|comillas"},
    {"es pt it ca gl", "$1",
     "versalita|versal|citar|maiuscoletto|petit|sigla|pequeña|língua|mayor|"
     "menor|nobr|lang2|trad|subst|sic"},
    {"es pt it ca gl", "@flag", "bandera2|bandeira2"},
    {"es ca pt gl", "${2,1}", "ill"},
    {"de", "$1",
     "kapitälchen|hochgestellt|tiefgestellt|unicode|polytonisch|farbe|tooltip|zitat-inline|"
     "anführung|schriftgröße|klein|groß|iast|wort|ruby|name"},
    {"de", "\n${Text,text,1}\n", "zitat|zitat-*|blockzitat"},
    {"de", "„${Text,text,1}“", "\""},
    {"nl", "$1", "afkorting|klein|afk|romeins"},
    {"ru uk be be-tarask bg", "$1", "скрытый-строка|comment|цвет|мелкий|малый|рамка|nobr2"},
    {"ar fa ur", "\n${نص,متن,1}\n", "اقتباس|اقتباس خاص|نقل قول|گفتاورد|اقتباس مضمن"},
    {"tr az", "\n${metin,1}\n", "alıntı|sitat"},
    {"ja ko zh vi th", "\n${内容,1}\n", "quotation|인용문|引文|trích dẫn|คำพูด|引用|인용"},
    {"ja zh ko", "${label,1}", "仮リンク|ill2|임시링크|번역링크"},
    {"pl cs sk hu fi sv da no nl ro", "\n${treść,text,1}\n",
     "cytat|citát|idézet|lainaus|sitaatti|citat|sitat|citaat|citat bloc"},
    {"hu", "$1", "szám|mn"},
    {"tr", "$0 $1", "d.|ö."},
    {"nl", "$1e eeuw", "eeuw"},
    {"ca", "segle $1", "segle|s|sgl"},
    {"ca", "$0", "ac|dc|AC|DC|a.c.|d.c.|A.C.|D.C."},
    {"ca", "$1", "citació necessària|romanes"},
    {"ro", "$0 $1[, $2]", "n.|d."},
    {"ro", "secolul $1", "secolul|sec."},
    {"bg", "@number", "hrf"},
    {"bg", "@flag", "флаг"},
    {"bg", "$1 ([$2][, $3])", "нихонго"},
    {"no nn da", "@flag", "flagglenke|flagland"},
    {"id ms", "Rp$1", "rp|rupiah"},
    {"el", "$1", "αγγλ|γαλλ|γερμ|λατ|ιταλ"},
    {"el bg ca sr sh mk", "\n${цитат,текст,1}\n", "παράθεση|παράθεμα|цитат|citació"},
    {"be be-tarask ka hi bn ta id eo kk eu et", "[\n${text,teksto,teks,1}\n]",
     "цытата|ციტატა|उद्धरण|উক্তি|மேற்கோள்|kutipan|citaĵo|дәйексөз|aipua|tsitaat"},
    {"fa", "\n$1[\n$2]\n", "ب"},
    {"ar arz", "\n$1[\n$2]\n", "بيت"},
    {"id", "[$1, ]$2-$3-$4", "lahir"},
    {"sv", "@flag", "flaggland"},
    {"sv no da", "[$1 kr]", "sek|nok|dkk|SEK|NOK|DKK"},
    {"uk", "$1", "мова-*|наголос"},
    {"uk ru", "${2,1}", "нп|НП"},
    {"ca", "$1", "lang-ca|versaleta|petit"},
    {"id ms", "[$1, ]$2-$3-$4[ – [$5, ]$6-$7-$8]", "lahirmati"},
};

#endif
