/* Which code points belong to which script: the blocks of Unicode's Scripts.txt whose
 * letters are of one script, and those whose marks are of all; and which languages write
 * them. */
#include "prepare/scripts.h"
#include <assert.h>
#include <string.h>

enum {
  LATIN,
  GREEK,
  CYRILLIC,
  ARMENIAN,
  HEBREW,
  ARABIC,
  SYRIAC,
  THAANA,
  NKO,
  DEVANAGARI,
  BENGALI,
  GURMUKHI,
  GUJARATI,
  ORIYA,
  TAMIL,
  TELUGU,
  KANNADA,
  MALAYALAM,
  SINHALA,
  THAI,
  LAO,
  TIBETAN,
  MYANMAR,
  GEORGIAN,
  HANGUL,
  ETHIOPIC,
  CHEROKEE,
  CANADIAN,
  KHMER,
  MONGOLIAN,
  OL_CHIKI,
  TIFINAGH,
  HIRAGANA,
  KATAKANA,
  BOPOMOFO,
  HAN,
  JAVANESE,
  MEETEI,
  ADLAM
};

#define SET(script) (UINT64_C(1) << (script))

/* Ascending. */
static const lk_script_range ranges[] = {
    {0x0000, 0x02af, SET(LATIN)},
    {0x02b0, 0x036f, LK_SCRIPT_ANY}, /* modifiers, combining marks */
    {0x0370, 0x03ff, SET(GREEK)},
    {0x0400, 0x052f, SET(CYRILLIC)},
    {0x0530, 0x058f, SET(ARMENIAN)},
    {0x0590, 0x05ff, SET(HEBREW)},
    {0x0600, 0x06ff, SET(ARABIC)},
    {0x0700, 0x074f, SET(SYRIAC)},
    {0x0750, 0x077f, SET(ARABIC)},
    {0x0780, 0x07bf, SET(THAANA)},
    {0x07c0, 0x07ff, SET(NKO)},
    {0x0860, 0x086f, SET(SYRIAC)},
    {0x0870, 0x08ff, SET(ARABIC)},
    {0x0900, 0x097f, SET(DEVANAGARI)},
    {0x0980, 0x09ff, SET(BENGALI)},
    {0x0a00, 0x0a7f, SET(GURMUKHI)},
    {0x0a80, 0x0aff, SET(GUJARATI)},
    {0x0b00, 0x0b7f, SET(ORIYA)},
    {0x0b80, 0x0bff, SET(TAMIL)},
    {0x0c00, 0x0c7f, SET(TELUGU)},
    {0x0c80, 0x0cff, SET(KANNADA)},
    {0x0d00, 0x0d7f, SET(MALAYALAM)},
    {0x0d80, 0x0dff, SET(SINHALA)},
    {0x0e00, 0x0e7f, SET(THAI)},
    {0x0e80, 0x0eff, SET(LAO)},
    {0x0f00, 0x0fff, SET(TIBETAN)},
    {0x1000, 0x109f, SET(MYANMAR)},
    {0x10a0, 0x10ff, SET(GEORGIAN)},
    {0x1100, 0x11ff, SET(HANGUL)},
    {0x1200, 0x139f, SET(ETHIOPIC)},
    {0x13a0, 0x13ff, SET(CHEROKEE)},
    {0x1400, 0x167f, SET(CANADIAN)},
    {0x1780, 0x17ff, SET(KHMER)},
    {0x1800, 0x18af, SET(MONGOLIAN)},
    {0x18b0, 0x18ff, SET(CANADIAN)},
    {0x1ab0, 0x1aff, LK_SCRIPT_ANY},
    {0x1c50, 0x1c7f, SET(OL_CHIKI)},
    {0x1c80, 0x1c8f, SET(CYRILLIC)},
    {0x1c90, 0x1cbf, SET(GEORGIAN)},
    {0x1cd0, 0x1cff, LK_SCRIPT_ANY}, /* Vedic signs, of several Indic scripts */
    {0x1d00, 0x1d25, SET(LATIN)},
    {0x1d26, 0x1d2a, SET(GREEK)},
    {0x1d2b, 0x1d2b, SET(CYRILLIC)},
    {0x1d2c, 0x1dbf, SET(LATIN)},
    {0x1dc0, 0x1dff, LK_SCRIPT_ANY},
    {0x1e00, 0x1eff, SET(LATIN)},
    {0x1f00, 0x1fff, SET(GREEK)},
    {0x20d0, 0x20ff, LK_SCRIPT_ANY},
    {0x212a, 0x212b, SET(LATIN)}, /* the signs of kelvin and angstrom */
    {0x2c60, 0x2c7f, SET(LATIN)},
    {0x2d00, 0x2d2f, SET(GEORGIAN)},
    {0x2d30, 0x2d7f, SET(TIFINAGH)},
    {0x2d80, 0x2ddf, SET(ETHIOPIC)},
    {0x2de0, 0x2dff, SET(CYRILLIC)},
    {0x3005, 0x3007, SET(HAN)},
    {0x302a, 0x302f, SET(HAN) | SET(HANGUL)}, /* tone marks */
    {0x3031, 0x3035, SET(HIRAGANA) | SET(KATAKANA)},
    {0x3038, 0x303b, SET(HAN)},
    {0x3040, 0x3098, SET(HIRAGANA)},
    {0x3099, 0x309a, SET(HIRAGANA) | SET(KATAKANA)},
    {0x309b, 0x309f, SET(HIRAGANA)},
    {0x30a0, 0x30fb, SET(KATAKANA)},
    {0x30fc, 0x30fc, SET(HIRAGANA) | SET(KATAKANA)},
    {0x30fd, 0x30ff, SET(KATAKANA)},
    {0x3100, 0x312f, SET(BOPOMOFO)},
    {0x3130, 0x318f, SET(HANGUL)},
    {0x31a0, 0x31bf, SET(BOPOMOFO)},
    {0x31f0, 0x31ff, SET(KATAKANA)},
    {0x3400, 0x4dbf, SET(HAN)},
    {0x4e00, 0x9fff, SET(HAN)},
    {0xa640, 0xa69f, SET(CYRILLIC)},
    {0xa700, 0xa7ff, SET(LATIN)},
    {0xa8e0, 0xa8ff, SET(DEVANAGARI)},
    {0xa960, 0xa97f, SET(HANGUL)},
    {0xa980, 0xa9df, SET(JAVANESE)},
    {0xa9e0, 0xa9ff, SET(MYANMAR)},
    {0xaa60, 0xaa7f, SET(MYANMAR)},
    {0xaae0, 0xaaff, SET(MEETEI)},
    {0xab00, 0xab2f, SET(ETHIOPIC)},
    {0xab30, 0xab6f, SET(LATIN)},
    {0xab70, 0xabbf, SET(CHEROKEE)},
    {0xabc0, 0xabff, SET(MEETEI)},
    {0xac00, 0xd7ff, SET(HANGUL)},
    {0xf900, 0xfaff, SET(HAN)},
    {0xfb00, 0xfb0f, SET(LATIN)},
    {0xfb10, 0xfb1c, SET(ARMENIAN)},
    {0xfb1d, 0xfb4f, SET(HEBREW)},
    {0xfb50, 0xfdff, SET(ARABIC)},
    {0xfe20, 0xfe2f, LK_SCRIPT_ANY},
    {0xfe70, 0xfefe, SET(ARABIC)},
    {0xff21, 0xff5a, SET(LATIN)},
    {0xff66, 0xff9f, SET(KATAKANA)},
    {0xffa0, 0xffdc, SET(HANGUL)},
    {0x1aff0, 0x1b16f, SET(HIRAGANA) | SET(KATAKANA)},
    {0x1df00, 0x1dfff, SET(LATIN)},
    {0x1e7e0, 0x1e7ff, SET(ETHIOPIC)},
    {0x1e900, 0x1e95f, SET(ADLAM)},
    {0x20000, 0x3ffff, SET(HAN)},
};
enum { RANGES = sizeof ranges / sizeof *ranges };

lk_script_range lk_scripts_at(uint32_t code_point) {
  int low = 0, high = RANGES;
  while (low < high) {
    int middle = (low + high) / 2;
    if (ranges[middle].last < code_point)
      low = middle + 1;
    else
      high = middle;
  }
  assert(low == RANGES || ranges[low].first <= ranges[low].last);
  uint32_t first = low ? ranges[low - 1].last + 1 : 0;
  if (low == RANGES) return (lk_script_range){first, UINT32_MAX, 0};
  if (ranges[low].first <= code_point) return ranges[low];
  return (lk_script_range){first, ranges[low].first - 1, 0};
}

/* Codes of Wikipedias; each is between blanks. */
static const struct {
  const char *languages;
  uint64_t scripts;
} written[] = {
    {" af als an ast bar br bs ca ceb co cs csb cy da de diq en eo es et eu fi fo fr frr "
     "fy ga "
     "gd gl gsw gv ha haw hr ht hu ia id ig io is it jv la lb li lmo lt ltg lv map-bms mg "
     "mi "
     "min "
     "ms mt nah nan nap nb nds nds-nl nl nn no nov oc pl pms pt qu rm ro scn sco se simple "
     "sk "
     "sl "
     "sn so sq st su sv sw szl tk tl tn tr vec vi vls vo wa war wo xh yo zh-min-nan zu ",
     SET(LATIN)},
    {" ab av ba be be-tarask be-x-old bg bxr ce crh-cyrl cv kbd koi kv ky lez mhr mk mrj "
     "myv os "
     "ru rue sah tg tyv udm uk ",
     SET(CYRILLIC)},
    {" az crh sh sr tt uz ", SET(LATIN) | SET(CYRILLIC)},
    {" kk ", SET(CYRILLIC) | SET(LATIN) | SET(ARABIC)},
    {" mn ", SET(CYRILLIC) | SET(MONGOLIAN)},
    {" ar arz ary azb ckb fa glk ks lrc mzn pnb ps sd skr ug ur ", SET(ARABIC)},
    {" ku ", SET(LATIN) | SET(ARABIC)},
    {" el pnt ", SET(GREEK)},
    {" hy hyw ", SET(ARMENIAN)},
    {" he lad yi ", SET(HEBREW)},
    {" awa bh bho dty gom hi mai mr ne new pi sa ", SET(DEVANAGARI)},
    {" as bn bpy ", SET(BENGALI)},
    {" pa ", SET(GURMUKHI)},
    {" gu ", SET(GUJARATI)},
    {" or ", SET(ORIYA)},
    {" ta ", SET(TAMIL)},
    {" te ", SET(TELUGU)},
    {" kn tcy ", SET(KANNADA)},
    {" ml ", SET(MALAYALAM)},
    {" si ", SET(SINHALA)},
    {" th ", SET(THAI)},
    {" lo ", SET(LAO)},
    {" bo dz ", SET(TIBETAN)},
    {" my mnw shn ", SET(MYANMAR)},
    {" ka xmf ", SET(GEORGIAN)},
    {" ko ", SET(HANGUL) | SET(HAN)},
    {" ja ", SET(HAN) | SET(HIRAGANA) | SET(KATAKANA)},
    {" cdo gan hak lzh wuu yue zh zh-classical zh-yue ", SET(HAN) | SET(BOPOMOFO)},
    {" am ti ", SET(ETHIOPIC)},
    {" arc ", SET(SYRIAC)},
    {" dv ", SET(THAANA)},
    {" nqo ", SET(NKO)},
    {" chr ", SET(CHEROKEE)},
    {" iu ", SET(CANADIAN) | SET(LATIN)},
    {" km ", SET(KHMER)},
    {" sat ", SET(OL_CHIKI)},
    {" zgh ", SET(TIFINAGH)},
    {" mni ", SET(MEETEI)},
    {" ff ", SET(LATIN) | SET(ADLAM)},
};

/* By the first `length` bytes of a code. */
static uint64_t find(const char *language, size_t length) {
  char code[16] = " ";
  if (!length || length > sizeof code - 3) return LK_SCRIPT_ANY;
  memcpy(code + 1, language, length);
  memcpy(code + 1 + length, " ", 2);
  for (size_t i = 0; i < sizeof written / sizeof *written; i++)
    if (strstr(written[i].languages, code)) return written[i].scripts;
  return LK_SCRIPT_ANY;
}

/* "zh-yue" is one by itself, "pt-br" is as "pt". */
uint64_t lk_scripts_of_language(const char *language) {
  uint64_t scripts = find(language, strlen(language));
  return scripts == LK_SCRIPT_ANY ? find(language, strcspn(language, "-_")) : scripts;
}
