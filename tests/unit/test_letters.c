/* Letters: sentences of many languages are written in theirs, and in no other's. */
#include "data_files.h"
#include "lockstep/text.h"
#include "prepare/letters.h"
#include "prepare/scripts.h"

static const struct {
  const char *language, *other, *sentence;
} sentences[] = {{"en", "ru", "The moon is the only natural satellite of the earth."},
                 {"vi", "zh", "Mặt Trăng là vệ tinh tự nhiên duy nhất của Trái Đất."},
                 {"ru", "en", "Луна — единственный естественный спутник Земли."},
                 {"el", "en", "Η Σελήνη είναι ο μοναδικός φυσικός δορυφόρος της Γης."},
                 {"he", "ar", "הירח הוא הלוויין הטבעי היחיד של כדור הארץ."},
                 {"ar", "he", "القمر هو القمر الطبيعي الوحيد للأرض."},
                 {"hi", "bn", "चन्द्रमा पृथ्वी का एकमात्र प्राकृतिक उपग्रह है।"},
                 {"th", "my", "ดวงจันทร์เป็นดาวบริวารตามธรรมชาติเพียงดวงเดียวของโลก"},
                 {"ka", "hy", "მთვარე დედამიწის ერთადერთი ბუნებრივი თანამგზავრია."},
                 {"ko", "zh", "달은 지구의 유일한 자연 위성이다."},
                 {"ja", "ko", "つきは、ちきゅうのまわりをまわるエイセイである。"},
                 {"zh-yue", "th", "月球係地球唯一嘅天然衛星。"},
                 {"am", "en", "ጨረቃ የመሬት ብቸኛ ተፈጥሯዊ ሳተላይት ናት።"}};

static double share(const char *text, const char *language) {
  return lk_letters_share(text, strlen(text), language);
}

static void a_sentence_is_written_in_its_language(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
    const char *text = sentences[i].sentence;
    double own = share(text, sentences[i].language),
           other = share(text, sentences[i].other);
    if (own < 0.9 || other > 0.3)
      fail_msg("%s: %g of it, %g of %s", text, own, other, sentences[i].other);
    assert_true(share(text, "unknown") == own);
  }
}

static void languages_have_several_scripts(void **state) {
  (void)state;
  assert_true(share("月", "ja") == 1 && share("つ", "ja") == 1 && share("ツ", "ja") == 1);
  assert_true(share("Мjесец", "sr") == 1 && share("Мј", "ru") == 1);
  assert_true(share("ай айы اي", "kk") == 1);
  assert_true(share("漢字한글", "ko") == 1 && share("漢字한글", "zh") == 0.5);
}

static void codes_are_told_from_their_beginnings(void **state) {
  (void)state;
  assert_true(share("a", "pt-br") == 1 && share("月", "pt_BR") == 0);
  assert_true(share("月a", "gsw") == 0.5 && share("月a", "nan") == 0.5);
  assert_true(share("月a", "bho") == 0);
  assert_true(share("a", "zh-min-nan") == 1 && share("a", "zh-hans") == 0);
  assert_true(share("月a", "") == 1 && share("月a", "e") == 1);
  assert_true(share("月a", "a code that is far too long") == 1);
}

static void what_is_no_letter_does_not_count(void **state) {
  (void)state;
  assert_true(share("", "en") == 0 && share(" \n\t\xc2\xa0\xe3\x80\x80", "en") == 0);
  assert_true(share("a1!\xe2\x82\xac", "en") == 0.25);
  assert_true(share("e\xcc\x81", "en") == 1);
  assert_true(share("a  b\n\n1 2", "en") == 0.5);
}

static void ranges_are_in_order(void **state) {
  (void)state;
  for (uint32_t at = 0, end; at < 0x110000; at = end + 1) {
    lk_script_range range = lk_scripts_at(at);
    end = range.last;
    assert_int_equal(range.first, at);
    assert_true(range.first <= range.last);
    lk_script_range last = lk_scripts_at(range.last);
    assert_int_equal(last.first, at);
    if (end == UINT32_MAX) return;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sentence_is_written_in_its_language),
      cmocka_unit_test(languages_have_several_scripts),
      cmocka_unit_test(codes_are_told_from_their_beginnings),
      cmocka_unit_test(what_is_no_letter_does_not_count),
      cmocka_unit_test(ranges_are_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
