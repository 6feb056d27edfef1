/* Words by which infoboxes say that nobody knows, in small letters, bars between. */
#include "cli/questions/wording.h"
#include <string.h>
#include <utf8proc.h>

static const char words[] =
    "unknown|not known|uncertain|unspecified|none|tba|tbd|" /* en */
    "n/a|not available|not applicable|disputed|"            /* en */
    "undisclosed|see text|see below|"                       /* en */
    "unbekannt|nicht bekannt|ungewiss|keine angabe|k. a|"   /* de */
    "inconnu|inconnue|lieu inconnu|"                        /* fr */
    "desconocido|desconocida|se desconoce|sin datos|"       /* es */
    "sconosciuto|sconosciuta|ignoto|non disponibile|"       /* it */
    "desconhecido|desconhecida|não informado|"              /* pt */
    "nieznane|nieznany|nieznana|brak danych|"               /* pl */
    "onbekend|niet bekend|okänd|okänt|ukjent|ukendt|"       /* nl, sv, no, da */
    "tuntematon|ei tiedossa|teadmata|"                      /* fi, et */
    "неизвестно|неизвестен|неизвестна|неизвестное|"         /* ru, bg */
    "нет данных|н/д|"                                       /* ru */
    "невідомо|невідоме|невядома|"                           /* uk, be */
    "непознато|nepoznato|neznano|"                          /* sr, hr, sl */
    "neznámé|neznámo|neznáme|"                              /* cs, sk */
    "ismeretlen|necunoscut|necunoscută|"                    /* hu, ro */
    "άγνωστο|άγνωστος|bilinmiyor|bilinmeyen|naməlum|"       /* el, tr, az */
    "desconegut|descoñecido|ezezaguna|nekonata|"            /* ca, gl, eu, eo */
    "nežinoma|nezināma|անհայտ|უცნობია|белгісіз|"            /* lt, lv, hy, ka, kk */
    "tidak diketahui|không rõ|chưa rõ|ไม่ทราบ|"              /* id, vi, th */
    "غير معروف|مجهول|نامعلوم|ناشناخته|نامشخص|"              /* ar, fa, ur */
    "לא ידוע|अज्ञात|ज्ञात नहीं|অজানা|অজ্ঞাত|தெரியவில்லை|"        /* he, hi, bn, ta */
    "不明|不详|不詳|未知|未詳|未公开|未公開|"               /* zh, ja */
    "非公開|非公表|미상|불명|비공개";                       /* ja, ko */

enum { LONGEST = 64 };

/* In small letters and without marks behind; 0: it is too long for one of the words. */
static size_t small_letters(lk_words_of text, char small[LONGEST + 4]) {
  size_t length = 0;
  while (text.size && strchr(".?!", text.at[text.size - 1]))
    text.size--;
  for (size_t at = 0; at < text.size;) {
    utf8proc_int32_t character;
    utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text.at + at,
                         (utf8proc_ssize_t)(text.size - at), &character);
    if (bytes < 1 || length >= LONGEST) return 0;
    length += (size_t)utf8proc_encode_char(utf8proc_tolower(character),
                                           (utf8proc_uint8_t *)small + length);
    at += (size_t)bytes;
  }
  return length;
}

int lk_wording_is_unknown(lk_words_of text) {
  char small[LONGEST + 4];
  size_t length = small_letters(text, small);
  for (const char *at = words; *at;) {
    size_t size = strcspn(at, "|");
    if (length == size && !memcmp(at, small, size)) return 1;
    at += size + (at[size] == '|');
  }
  return 0;
}
