/* The program's commands that train nothing: help, what is refused, data, configs, the
 * attention experiments. */
#include "cli_run.h"
#include "lockstep/characters.h"
#include "lockstep/store.h"

static void every_command_is_in_the_overview(void **state) {
  const lk_command *command;
  (void)state;
  MUST_RUN("--help");
  for (int i = 0; (command = lk_command_at(i)); i++) {
    must_have(printed, command->name);
    must_have(printed, command->summary);
    assert_ptr_equal(lk_command_find(command->name), command);
  }
  char *overview = strdup(printed);
  MUST_RUN("help");
  assert_string_equal(printed, overview);
  MUST_RUN("-h");
  assert_string_equal(printed, overview);
  free(overview);
  assert_null(lk_command_find("nothing"));
}

static void every_command_explains_itself(void **state) {
  const lk_command *command;
  (void)state;
  for (int i = 0; (command = lk_command_at(i)); i++) {
    char name[32];
    snprintf(name, sizeof name, "%s", command->name);
    MUST_RUN(name, "--help");
    must_have(printed, command->arguments);
    if (command->more_help) assert_true(strlen(printed) > 400);
    MUST_RUN(name, "-h");
    must_have(printed, command->summary);
  }
}

/* Manual page and completion come from the same tables. */
static void help_has_other_forms(void **state) {
  (void)state;
  MUST_RUN("pretrain", "--help=man");
  must_have(printed, ".SH \"CONFIG KEYS");
  must_have(printed, "batch_size");
  MUST_RUN("pretrain", "--help=words");
  must_have(printed, "\nbatch_size=\n");
  MUST_RUN("attention", "--help=words");
  must_have(printed, "--samples\n");
  MUST_RUN("--help=man");
  must_have(printed, ".SH");
  MUST_RUN("--help=words");
  must_have(printed, "evaluate\n");
  MUST_REFUSE(LK_USAGE, "must be text, man or words", "--help=html");
  MUST_REFUSE(LK_USAGE, "must be text, man or words", "ask", "--help=html");
}

static void the_version_names_the_libraries(void **state) {
  (void)state;
  MUST_RUN("--version");
  must_have(printed, "lockstep " LOCKSTEP_VERSION "\n");
  must_have(printed, "OpenBLAS ");
  must_have(printed, "HDF5 ");
  must_have(printed, "libyaml ");
}

static void what_is_no_command_is_refused(void **state) {
  (void)state;
  MUST_REFUSE(LK_USAGE, "unknown command trian", "trian");
  MUST_REFUSE(LK_USAGE, "no command given", "");
  assert_int_equal(run_words((char *[]){"lockstep", NULL}), LK_USAGE);
  must_have(said, "`lockstep --help` lists the commands");
}

static void options_are_checked(void **state) {
  (void)state;
  MUST_REFUSE(LK_USAGE, "unknown option --sead", "synth", "--sead", "3", "d");
  MUST_REFUSE(LK_USAGE, "unknown option -x", "synth", "-x", "d");
  MUST_REFUSE(LK_USAGE, "--seed needs a value", "synth", "d", "--seed");
  MUST_REFUSE(LK_USAGE, "--seed is given twice, '1' and '2'", "synth", "d", "--seed", "1",
              "--seed", "2");
  MUST_REFUSE(LK_USAGE, "--people", "synth", "d", "--people", "many");
  MUST_REFUSE(LK_USAGE, "--people", "synth", "d", "--people", "1000000001");
  MUST_REFUSE(LK_USAGE, "--m", "attention", "average", "--m", "nan");
  MUST_REFUSE(LK_USAGE, "too few arguments; see", "synth");
  MUST_REFUSE(LK_USAGE, "'e' is one argument too many", "synth", "d", "e");
  MUST_REFUSE(LK_USAGE, "for behind -- nothing is an option", "synth", "d", "--", "-e");
  MUST_REFUSE(LK_USAGE, "write --json FILE", "evaluate", "--json", "a", "b");
  MUST_REFUSE(LK_USAGE, "which answer?", "baseline", "q.tsv");
}

static void data_is_invented_and_prepared(void **state) {
  (void)state;
  MUST_RUN("synth", "data", "--people", "40", "--questions", "20", "--seed", "5");
  assert_int_equal(access("data/wiki.txt", R_OK), 0);
  MUST_RUN("prepare", "data/wiki.txt", "corpus.h5");
  must_have(printed, "corpus.h5: ");
  must_have(printed, " documents, vocabulary ");
  MUST_RUN("inspect", "corpus.h5");
  must_have(printed, "kind: corpus\n");
  MUST_RUN("inspect", "corpus.h5", "--help");
  MUST_REFUSE(LK_NO_INPUT, "nothing.txt", "prepare", "nothing.txt", "corpus.h5");
  MUST_REFUSE(LK_USAGE, "wiki.txt", "prepare", "data/wiki.txt", "data/wiki.txt");
  MUST_REFUSE(LK_BAD_DATA, "wiki.txt", "inspect", "data/wiki.txt");
  MUST_REFUSE(LK_NO_INPUT, "nothing.h5", "inspect", "nothing.h5");
  write_file("model.pt", "PK\x03\x04 and what follows");
  MUST_REFUSE(LK_BAD_DATA, "model.pt: is what torch.save writes", "inspect", "model.pt");
}

/* Bytes of a file that must be there. */
static void flip_byte(const char *path, long at) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, at, SEEK_SET), 0);
  int byte = fgetc(file);
  assert_int_equal(fseek(file, at, SEEK_SET), 0);
  assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
  assert_int_equal(fclose(file), 0);
}

static void a_corpus_is_verified(void **state) {
  (void)state;
  write_file("few.txt", "one\ntwo\nthree four\n");
  MUST_RUN("prepare", "few.txt", "few.h5");
  MUST_RUN("inspect", "--verify", "few.h5");
  must_have(printed, "documents: 3\ntokens: 16\nlongest: 10 tokens\nmedian: 3 tokens\n");
  must_have(printed, "verified: every byte");
  flip_byte("few.h5", 2000);
  MUST_REFUSE(LK_BAD_DATA, "few.h5: damaged (bytes 512 to ", "inspect", "--verify",
              "few.h5");
  assert_string_equal(printed, "");
}

static void documents_are_printed(void **state) {
  (void)state;
  write_file("few.txt", "\n\xE2\x82\xAC one\r\n\ntwo\033[2J\nthree");
  MUST_RUN("prepare", "few.txt", "few.h5");
  for (int i = 0; i < 2; i++) {
    char *corpus = i ? "few.txt" : "few.h5";
    MUST_RUN("text", corpus);
    assert_string_equal(printed, "\xE2\x82\xAC one\ntwo\033[2J\nthree\n");
    MUST_RUN("text", corpus, "2");
    assert_string_equal(printed, "two\033[2J\nthree\n");
    MUST_RUN("text", corpus, "1", "1");
    assert_string_equal(printed, "\xE2\x82\xAC one\n");
    MUST_REFUSE(LK_USAGE, "has 3 documents, so none is number 4", "text", corpus, "4");
    MUST_REFUSE(LK_USAGE, "FIRST must be a whole number from 1 up, not '0'", "text", corpus,
                "0");
    MUST_REFUSE(LK_USAGE, "COUNT must be a whole number", "text", corpus, "1", "1x");
  }
  MUST_REFUSE(LK_NO_INPUT, "nothing.h5", "text", "nothing.h5");
}

/* Those with lines of their own stand apart. */
static void documents_of_several_lines_are_told_apart(void **state) {
  (void)state;
  static const uint32_t letters[] = {'\n', 'a'};
  static const lk_token tokens[] = {3, 2, 3};
  const lk_corpus_facts facts = {.characters = 9};
  lk_corpus_form form = {0};
  lk_tokenizer *tokenizer;
  lk_corpus_writer *w;
  assert_int_equal(lk_characters_create(&tokenizer, letters, 2, 0), LK_OK);
  form.tokenizer = tokenizer;
  assert_int_equal(lk_corpus_writer_create(&w, "articles.h5", &form), LK_OK);
  for (int i = 0; i < 5; i++) /* a, a, two lines, two lines, a */
    assert_int_equal(lk_corpus_writer_add(w, tokens, i == 2 || i == 3 ? 3 : 1, 0), LK_OK);
  assert_int_equal(lk_corpus_writer_finish(w, &facts), LK_OK);
  lk_tokenizer_free(tokenizer);
  MUST_RUN("text", "articles.h5");
  assert_string_equal(printed, "a\na\n\na\na\n\na\na\n\na\n");
}

/* e and a combining acute accent are one character of the composed corpus. */
static void a_corpus_can_be_composed(void **state) {
  (void)state;
  write_file("accents.txt", "cafe\xCC\x81\r\ncaf\n");
  MUST_RUN("prepare", "accents.txt", "apart.h5");
  must_have(printed, ": 10 characters, 2 documents");
  must_have(said, "carriage return");
  MUST_RUN("prepare", "--nfc", "accents.txt", "composed.h5");
  must_have(printed, ": 9 characters, 2 documents");
  MUST_RUN("inspect", "composed.h5");
  must_have(printed, "normal form: NFC\n");
}

/* Also where a file has the name: ./bytes is that. */
static void a_tokenizer_is_known_by_its_name(void **state) {
  (void)state;
  write_file("letters.txt", "ab\n");
  MUST_RUN("prepare", "letters.txt", "bytes");
  MUST_RUN("prepare", "--tokenizer", "bytes", "letters.txt", "letters.h5");
  must_have(printed, "vocabulary 258");
  MUST_RUN("prepare", "--tokenizer", "./bytes", "letters.txt", "letters.h5");
  must_have(printed, "vocabulary 5");
  MUST_RUN("prepare", "letters.txt", "characters");
  MUST_REFUSE(LK_USAGE, "characters are those of a text", "encode", "characters");
}

static void a_config_is_checked_and_printed(void **state) {
  (void)state;
  write_file("tiny.yaml", "steps: 3\nmodel: {layers: 2}\n");
  MUST_RUN("config", "tiny.yaml", "batch_size=16", "shards=4");
  must_have(printed, "steps: 3\n");
  must_have(printed, "batch_size: 16\n");
  MUST_RUN("config", "tiny.yaml", "run=r", "shards=4", "--keys", "run,shards");
  assert_string_equal(printed, "r\n4\n");
  MUST_RUN("config", "tiny.yaml", "run=r", "-k", "steps", "-0");
  assert_string_equal(printed, "3");
  MUST_REFUSE(LK_USAGE, "--null does nothing", "config", "tiny.yaml", "--null");
  MUST_REFUSE(LK_USAGE, "batch_size", "config", "tiny.yaml", "--keys", "batchsize");
  MUST_REFUSE(LK_USAGE, "did you mean", "config", "tiny.yaml", "batchsize=3");
  MUST_REFUSE(LK_USAGE, "key=value is needed", "config", "tiny.yaml", "other.yaml");
  MUST_REFUSE(LK_NO_INPUT, "nothing.yaml", "config", "nothing.yaml");
}

static void examples_show_input_over_target(void **state) {
  (void)state;
  write_file("lines.txt", "Anna is from Rome.\nBen is from Paris.\n");
  MUST_RUN("examples", "corpus=lines.txt", "shards=1", "batch_size=2", "model.block=32",
           "-n", "3");
  int inputs = 0;
  for (const char *at = printed; (at = strstr(at, "input  ")); at++)
    inputs++;
  assert_int_equal(inputs, 3);
  must_have(printed, "\ntarget ");
  write_file("ask.tsv", "Is Anna from Rome\tRome\n");
  assert_int_equal(RUN("examples", "corpus=lines.txt", "questions=ask.tsv", "shards=1",
                       "batch_size=1", "model.block=32", "-n", "1"),
                   LK_BAD_DATA);
  must_have(said, "ask.tsv, line 1, character 1: I (U+0049) is not in the vocabulary");
}

static void a_constant_answer_is_scored(void **state) {
  (void)state;
  write_file("four.tsv", "a?\tRome\nb?\tParis\nc?\tRome\nd?\tOslo\n");
  MUST_RUN("baseline", "four.tsv", "--answer", "Rome");
  assert_string_equal(printed, "Correct: 2.0 out of 4.0: 50.0%\n");
  write_file("open.tsv", "a?\n");
  MUST_REFUSE(LK_BAD_DATA, "open.tsv", "baseline", "open.tsv", "--answer", "Rome");
}

static void an_experiment_is_run_and_drawn(void **state) {
  (void)state;
  int code = RUN("attention", "average", "--n", "3", "--m", "10", "--samples", "2",
                 "--seed", "2", "--out", "pictures");
  if (code == LK_NO_INPUT) skip(); /* no gnuplot */
  assert_int_equal(code, LK_OK);
  must_have(printed, "A query between two keys averages their values");
  must_have(printed, "pictures/\n");
  assert_int_equal(access("pictures/average.svg", R_OK), 0);
}

static void experiments_refuse_what_does_not_go_with_them(void **state) {
  (void)state;
  MUST_REFUSE(LK_USAGE, "unknown experiment avarage", "attention", "avarage");
  MUST_REFUSE(LK_USAGE, "usage: lockstep attention average", "attention", "average", "b");
  MUST_REFUSE(LK_USAGE, "CHECKPOINT TEXT", "attention", "trained");
  MUST_REFUSE(LK_USAGE, "only --out", "attention", "trained", "c", "t", "--n", "3");
  MUST_REFUSE(LK_USAGE, "there is no m in it", "attention", "weights", "--m", "3");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_command_is_in_the_overview),
      cmocka_unit_test(every_command_explains_itself),
      cmocka_unit_test(help_has_other_forms),
      cmocka_unit_test(the_version_names_the_libraries),
      cmocka_unit_test(what_is_no_command_is_refused),
      cmocka_unit_test(options_are_checked),
      cmocka_unit_test(data_is_invented_and_prepared),
      cmocka_unit_test(a_corpus_is_verified),
      cmocka_unit_test(documents_are_printed),
      cmocka_unit_test(documents_of_several_lines_are_told_apart),
      cmocka_unit_test(a_corpus_can_be_composed),
      cmocka_unit_test(a_tokenizer_is_known_by_its_name),
      cmocka_unit_test(a_config_is_checked_and_printed),
      cmocka_unit_test(examples_show_input_over_target),
      cmocka_unit_test(a_constant_answer_is_scored),
      cmocka_unit_test(an_experiment_is_run_and_drawn),
      cmocka_unit_test(experiments_refuse_what_does_not_go_with_them),
  };
  return cmocka_run_group_tests(tests, open_world, close_world);
}
