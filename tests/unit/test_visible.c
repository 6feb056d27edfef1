/* Nothing in a file, a name or a message reaches a terminal as a command. */
#include "lockstep/visible.h"
#include "store_files.h"

static void must_show(const char *text, const char *kept, const char *expected) {
  char out[256];
  assert_string_equal(lk_visible(out, sizeof out, text, kept), expected);
}

static void plain_text_stays(void **state) {
  (void)state;
  must_show("Zoë Müller, 山 – 🜚 \"x\"\\", "", "Zoë Müller, 山 – 🜚 \"x\"\\");
  must_show("नमस्ते می‌خواهم", "",
            "नमस्ते می‌خواهم"); /* joiners are letters' business */
  must_show("", "", "");
}

static void controls_become_pictures(void **state) {
  (void)state;
  must_show("\033]0;owned\a", "", "␛]0;owned␇");
  must_show("a\tb\nc\r\x7f", "", "a␉b␊c␍␡");
  must_show("a\tb\nc\r", "\n\t", "a\tb\nc␍");
  must_show("\xC2\x9B"
            "31m",
            "", "<U+009B>31m");
  must_show("\xE2\x80\xAE"
            "abc\xE2\x81\xA6",
            "", "<U+202E>abc<U+2066>");
  must_show("\x9B"
            "31m \xFF\xC3",
            "", "\\x9B31m \\xFF\\xC3");
}

static void no_byte_becomes_more_than_said(void **state) {
  char text[2] = "", out[64];
  (void)state;
  for (int byte = 1; byte < 256; byte++) {
    text[0] = (char)byte;
    assert_true(strlen(lk_visible(out, sizeof out, text, "")) <= LK_VISIBLE_MOST);
  }
}

/* A text that is too long ends with a whole character. */
static void the_room_is_kept_to(void **state) {
  char out[16];
  (void)state;
  for (size_t room = 1; room <= sizeof out; room++) {
    memset(out, 'x', sizeof out);
    lk_visible(out, room, "é\033山é\033山", "");
    assert_true(strlen(out) < room);
    assert_false(strstr(out, "x"));
  }
}

static void put_build(hid_t file) {
  static const char build[] = "\033]0;owned\a\xC2\x9B"
                              "2J\n";
  hid_t type = H5Tcopy(H5T_C_S1);
  assert_true(H5Tset_size(type, sizeof build) >= 0 &&
              H5Tset_cset(type, H5T_CSET_UTF8) >= 0 && H5Adelete(file, "build") >= 0);
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(file, "build", type, space, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Awrite(attribute, type, build) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

/* What a command prints, both outputs together; owned by the caller. */
static char *output_of(const char *arguments) {
  char command[2048];
  size_t room = 1 << 20;
  char *text = calloc(room, 1);
  snprintf(command, sizeof command, "'%s' %s 2>&1", getenv("LOCKSTEP"), arguments);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  assert_true(fread(text, 1, room - 1, pipe) > 0);
  pclose(pipe);
  return text;
}

static void must_print(const char *arguments, const char *expected) {
  char *text = output_of(arguments);
  if (strpbrk(text, "\033\a\r") || strstr(text, "\xC2\x9B") || !strstr(text, expected))
    fail_msg("%s: '%s'", arguments, text);
  free(text);
}

static void commands_show_what_files_hold(void **state) {
  (void)state;
  if (!getenv("LOCKSTEP")) skip();
  free(output_of("synth data --people 60 --questions 30; echo made"));
  free(output_of("pretrain '" LK_SOURCE_DIR
                 "/configs/tiny.yaml' corpus=data/wiki.txt run=run "
                 "steps=1"));
  forge("run/checkpoints/latest", "forged.h5", put_build);
  must_print("inspect forged.h5", "build: ␛]0;owned␇<U+009B>2J␊");
  write_text("odd.tsv", "Where was \033[2J born?\tRome\n");
  must_print("evaluate forged.h5 odd.tsv", "odd.tsv, line 1");
  must_print("inspect '\033[2J.h5'", "␛[2J.h5: ");
  must_print("'\033[2J'", "unknown command ␛[2J");
  must_print("evaluate '--\033[2J' forged.h5 odd.tsv", "␛[2J");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(plain_text_stays),
                                     cmocka_unit_test(controls_become_pictures),
                                     cmocka_unit_test(no_byte_becomes_more_than_said),
                                     cmocka_unit_test(the_room_is_kept_to),
                                     cmocka_unit_test(commands_show_what_files_hold)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
