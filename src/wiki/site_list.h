/* Names that need no siteinfo: single pages come without one, and texts move from wiki to
 * wiki with names of another language. Bars stand between. */
#ifndef LOCKSTEP_WIKI_SITE_LIST_H
#define LOCKSTEP_WIKI_SITE_LIST_H

static const char file_names[] =
    "File|Image|Media|Datei|Bild|Fichier|Archivo|Imagen|Ficheiro|Imagem|Immagine|Файл|"
    "Изображение|Картинка|Зображення|Plik|Grafika|Bestand|Afbeelding|Fil|Billede|文件|档案|"
    "檔案|图像|圖像|ファイル|画像|파일|그림|ملف|صورة|پرونده|קובץ|תמונה|ไฟล์|ภาพ|Слика|"
    "Датотека|"
    "Dosya|Resim|Tập tin|Hình|Fájl|Kép|Soubor|Súbor|Attēls|Vaizdas|Tiedosto|Kuva|Αρχείο|"
    "Εικόνα|Slika|Datoteka|Fail|Pilt|Fitxer|Imatge|Berkas|Gambar|चित्र|Fișier|Imagine|"
    "Fitxategi|Irudi|Dosiero|Dôsîe|Выява|Şəkil|Fayl|Պատկեր|სურათი|ფაილი|படிமம்|చిత్రం|"
    "চিত্র|Mynd|Skeedar|Delwedd|Íomhá|Restr|Imago|Fasciculus|Tipoil|Talaksan|Fails";

static const char category_names[] =
    "Category|Kategorie|Catégorie|Categoría|Categoria|Категория|Категорія|Kategoria|"
    "Categorie|Kategori|分类|分類|カテゴリ|분류|تصنيف|رده|קטגוריה|หมวดหมู่|Категорија|"
    "Kategorija|"
    "Thể loại|Kategória|Luokka|Κατηγορία|Kategooria|श्रेणी|Kategoriya|Kateqoriya|Կատեգորիա|"
    "კატეგორია|பகுப்பு|వర్గం|বিষয়শ্রেণী|Flokkur|Categori|Catagóir|Rummad|Kategorio|"
    "Катэгорыя|Санат|Төркем|Kategoreja";

static const char redirect_words[] =
    "#REDIRECT|#WEITERLEITUNG|#REDIRECTION|#REDIRECCIÓN|#REDIRECIONAMENTO|#RINVIA|#RINVIO|"
    "#ПЕРЕНАПРАВЛЕНИЕ|#ПЕРЕНАПР|#ПЕРЕНАПРАВЛЕННЯ|#PATRZ|#PRZEKIERUJ|#TAM|#DOORVERWIJZING|"
    "#OMDIRIGERING|#OMDIRIGER|#重定向|#転送|#リダイレクト|#넘겨주기|#تحويل|#تغییر_مسیر|#"
    "הפניה|"
    "#เปลี่ยนทาง|#ПРЕУСМЈЕРИ|#Преусмери|#YÖNLENDİRME|#YÖNLENDİR|#đổi|#ÁTIRÁNYÍTÁS|"
    "#PŘESMĚRUJ|#PRESMERUJ|#UUDELLEENOHJAUS|#OHJAUS|#ΑΝΑΚΑΤΕΥΘΥΝΣΗ|#suuna|#REDIRECCIÓ|"
    "#ALIH|#अनुप्रेषित|#пренасочване|#виж|#PERADRESACIJA|#PĀRADRESĀCIJA|#PREUSMJERI|"
    "#PREUSMERITEV|#REDIRECTEAZA|#BIRZUZENDU|#ALIDIREKTU|#АЙДАУ|#İSTİQAMƏTLƏNDİRMƏ|"
    "#გადამისამართება|#ՎԵՐԱՀՂՈՒՄ|#перанакіраванне";

static const char disambiguation_words[] =
    "disambiguation|disambig|dab|disamb|dismbig|hndis|geodis|human name disambiguation|"
    "place name disambiguation|disambiguation page|letter-numbercombdisambig|numberdis|"
    "mathdab|schooldis|roaddis|hospitaldis|airport disambiguation|begriffsklärung|"
    "homonymie|paronymie|patronyme|toponymie|desambiguación|desambiguação|desambig|"
    "disambigua|doorverwijspagina|dp|неоднозначность|многозначность|"
    "曖昧さ回避|aimai|人名の曖昧さ回避|消歧义|消歧義|消歧义页|消歧義頁|ujednoznacznienie|"
    "förgrening|"
    "gren|flertydig|flertydig side|توضيح|صفحة "
    "توضيح|ابهام‌زدایی|동음이의|rozcestník|egyért|"
    "anlam ayrımı|täsmennyssivu|пояснение|багатозначність|פירושונים|แก้ความกำกวม|"
    "trang định hướng|định hướng|αποσαφήνιση|dezambiguizare|višeznačna odrednica|"
    "вишезначна одредница|nuorodinis straipsnis|nozīmju atdalīšana|täpsustuslehekülg|"
    "desambiguació|argipen|apartigilo|шматзначнасць|rozlišovacia "
    "stránka";

/* Codes of Wikipedias that are no two letters, or are of other projects. */
static const char language_codes[] =
    "ace|ady|als|ang|arc|arz|ast|atj|avk|azb|ban|bar|bat-smg|bcl|be-tarask|be-x-old|bjn|"
    "bpy|"
    "bug|bxr|cbk-zam|cdo|ceb|cho|chr|chy|ckb|crh|csb|diq|dsb|dty|eml|ext|fiu-vro|frp|frr|"
    "fur|gag|gan|glk|gom|gor|got|hak|haw|hif|hsb|hyw|ilo|inh|jam|jbo|kaa|kab|kbd|kbp|koi|"
    "krc|ksh|lad|lbe|lez|lfn|lij|lld|lmo|lrc|ltg|map-bms|mdf|mhr|min|mrj|mus|mwl|myv|mzn|"
    "nah|nap|nds|nds-nl|nov|nrm|nso|nqo|olo|pag|pam|pap|pcd|pdc|pfl|pih|pms|pnb|pnt|rmy|"
    "roa-rup|roa-tara|rue|sah|sat|scn|sco|shn|simple|skr|srn|stq|szl|szy|tcy|tet|tpi|tum|"
    "tyv|udm|vec|vep|vls|war|wuu|xal|xmf|zea|zh-classical|zh-min-nan|zh-yue";

static const char two_letters[] = "aa ab af ak am an ar as av ay az ba be bg bh bi bm bn "
                                  "bo br bs ca ce ch co cr cs cu cv "
                                  "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr "
                                  "fy ga gd gl gn gu gv ha he hi ho "
                                  "hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
                                  "kg ki kj kk kl km kn ko kr ks ku "
                                  "kv kw ky la lb lg li ln lo lt lv mg mh mi mk ml mn mo "
                                  "mr ms mt my na nb ne ng nl nn no "
                                  "nv ny oc om or os pa pi pl ps pt qu rm rn ro ru rw sa "
                                  "sc sd se sg sh si sk sl sm sn so "
                                  "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts "
                                  "tt tw ty ug uk ur uz ve vi vo wa "
                                  "wo xh yi yo za zh zu";

static const char project_prefixes[] =
    "w|wikipedia|wikt|wiktionary|s|wikisource|b|wikibooks|n|wikinews|q|wikiquote|v|"
    "wikiversity|voy|wikivoyage|species|commons|c|m|meta|d|wikidata|mw";

#endif
