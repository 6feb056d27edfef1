/* The invented data set: its files fit together, the answers cannot be guessed, and the
 * same seed gives the same bytes. */
#include "data/synth_lists.h"
#include "data_files.h"
#include "lockstep/characters.h"
#include "lockstep/corpus.h"
#include "lockstep/file.h"
#include "lockstep/questions.h"
#include "lockstep/synth.h"
#include "temporary_folder.h"

#define LENGTH(list) (sizeof(list) / sizeof *(list))

enum { PEOPLE = 600, QUESTIONS = 300, LINES = 8 * PEOPLE };

static const char *const files[] = {"wiki.txt", "birth_places_train.tsv", "birth_dev.tsv",
                                    "birth_test_inputs.tsv"};

static const char *path_of(const char *below, const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s/%s", folder, below, name);
  return path;
}

static void write_set(const char *below, int people, int questions, uint64_t seed) {
  const lk_synth synth = {people, questions, seed};
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, below);
  if (lk_synth_write(path, &synth) != LK_OK) fail_msg("%s", lk_message());
}

static lk_questions *read_questions(const char *below, const char *name, int answers) {
  lk_questions *list;
  if (lk_questions_read(&list, path_of(below, name), answers) != LK_OK)
    fail_msg("%s", lk_message());
  return list;
}

static void remove_set(const char *below) {
  for (size_t f = 0; f < 4; f++)
    unlink(path_of(below, files[f]));
  rmdir(path_of(below, ""));
}

/* Everyone in the order train, dev, test; the names stand in the questions. */
typedef struct {
  lk_questions *train, *dev, *test;
  char names[PEOPLE][64];
  const char *places[PEOPLE]; /* NULL for test people, whose answers are in no file */
} population;

static population *read_population(void) {
  static population all;
  size_t n = 0;
  all.train = read_questions("main", "birth_places_train.tsv", 1);
  all.dev = read_questions("main", "birth_dev.tsv", 1);
  all.test = read_questions("main", "birth_test_inputs.tsv", 0);
  const lk_questions *lists[] = {all.train, all.dev, all.test};
  assert_int_equal(all.train->count, QUESTIONS);
  assert_int_equal(all.dev->count, 200);
  assert_int_equal(all.test->count, 100);
  assert_false(all.test->has_answers);
  for (size_t l = 0; l < 3; l++)
    for (size_t i = 0; i < lists[l]->count; i++, n++) {
      const char *question = lists[l]->items[i].question;
      size_t size = strlen(question) - strlen("Where was  born?");
      assert_memory_equal(question, "Where was ", 10);
      assert_string_equal(question + 10 + size, " born?");
      snprintf(all.names[n], sizeof all.names[n], "%.*s", (int)size, question + 10);
      all.places[n] = lists[l]->items[i].answer;
    }
  return &all;
}

static void free_population(population *all) {
  lk_questions_free(all->train);
  lk_questions_free(all->dev);
  lk_questions_free(all->test);
}

/* The lines of wiki.txt, cut in place. */
static size_t read_lines(char **text, char *lines[LINES]) {
  size_t size, count = 0;
  assert_int_equal(lk_file_read(path_of("main", "wiki.txt"), text, &size), LK_OK);
  for (char *line = strtok(*text, "\n"); line; line = strtok(NULL, "\n")) {
    assert_in_range(count, 0, LINES - 1);
    lines[count++] = line;
  }
  return count;
}

static size_t find_person(const population *all, const char *line) {
  size_t found = PEOPLE;
  for (size_t i = 0; i < PEOPLE; i++) {
    if (!strstr(line, all->names[i])) continue;
    if (found < PEOPLE) fail_msg("two people in: %s", line);
    found = i;
  }
  if (found == PEOPLE) fail_msg("nobody's full name in: %s", line);
  return found;
}

static void names_are_different(void **state) {
  (void)state;
  population *all = read_population();
  for (size_t i = 0; i < PEOPLE; i++)
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(all->names[i], all->names[j]);
  free_population(all);
}

static void everyone_has_every_wording_with_the_place(void **state) {
  (void)state;
  population *all = read_population();
  char *text, *lines[LINES];
  static int of_person[PEOPLE], with_place[PEOPLE];
  size_t count = read_lines(&text, lines);
  for (size_t i = 0; i < count; i++) {
    size_t who = find_person(all, lines[i]);
    of_person[who]++;
    with_place[who] += all->places[who] && strstr(lines[i], all->places[who]);
  }
  for (size_t i = 0; i < PEOPLE; i++) {
    assert_int_equal(of_person[i], LENGTH(templates));
    if (all->places[i]) assert_int_equal(with_place[i], of_person[i]);
  }
  lk_free(text);
  free_population(all);
}

static void lines_are_short_and_differ(void **state) {
  (void)state;
  char *text, *lines[LINES];
  size_t count = read_lines(&text, lines), short_ones = 0;
  for (size_t i = 0; i < count; i++) {
    size_t characters = 0;
    for (const char *c = lines[i]; *c; c++)
      characters += (*c & 0xC0) != 0x80;
    assert_in_range(characters, 10, 99);
    assert_null(strpbrk(lines[i], "{}\t\r"));
    short_ones += characters < 60;
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(lines[i], lines[j]);
  }
  assert_true(short_ones * 10 > count * 8);
  lk_free(text);
}

static void the_name_comes_first_in_most_lines(void **state) {
  (void)state;
  population *all = read_population();
  char *text, *lines[LINES];
  size_t count = read_lines(&text, lines), name_first = 0, place_first = 0;
  for (size_t i = 0; i < count; i++) {
    size_t who = find_person(all, lines[i]);
    const char *place = all->places[who] ? strstr(lines[i], all->places[who]) : NULL;
    if (!place) continue;
    if (place < strstr(lines[i], all->names[who]))
      place_first++;
    else
      name_first++;
  }
  assert_true(name_first > 2 * place_first);
  assert_true(place_first * 10 > count);
  lk_free(text);
  free_population(all);
}

static void lines_of_a_person_are_spread(void **state) {
  (void)state;
  population *all = read_population();
  char *text, *lines[LINES];
  size_t count = read_lines(&text, lines), before = PEOPLE;
  int neighbours = 0;
  for (size_t i = 0; i < count; i++) {
    size_t who = find_person(all, lines[i]);
    neighbours += who == before;
    before = who;
  }
  assert_in_range(neighbours, 0, 5); /* only where one round ends and the next begins */
  lk_free(text);
  free_population(all);
}

static void no_constant_answer_scores_above_five_percent(void **state) {
  (void)state;
  population *all = read_population();
  const lk_questions *lists[] = {all->train, all->dev};
  for (size_t l = 0; l < 2; l++) {
    size_t sum = 0;
    for (size_t p = 0; p < LENGTH(places); p++) {
      size_t right = 0;
      for (size_t i = 0; i < lists[l]->count; i++)
        right += !strcmp(lists[l]->items[i].answer, places[p]);
      assert_true(right * 20 <= lists[l]->count);
      sum += right;
    }
    assert_int_equal(sum, lists[l]->count); /* every answer is a place of the list */
  }
  free_population(all);
}

/* Of the fewest people too, whatever the seed. */
static void the_corpus_has_every_character_of_the_questions(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 20; seed++) {
    lk_corpus *corpus;
    write_set("small", 4, 1, seed);
    assert_int_equal(lk_corpus_read_text(&corpus, path_of("small", "wiki.txt"), NULL,
                                         (lk_slice){8, 0, 8}),
                     LK_OK);
    for (size_t f = 1; f < 4; f++) {
      lk_questions *list = read_questions("small", files[f], f < 3);
      for (size_t i = 0; i < list->count; i++) {
        const lk_question *item = &list->items[i];
        lk_token tokens[128];
        size_t count;
        lk_status status = lk_tokenizer_encode(
            corpus->tokenizer,
            (lk_passage[]){lk_passage_of(item->question, files[f], item->line)}, tokens,
            128, &count);
        if (status == LK_OK && item->answer)
          status = lk_tokenizer_encode(
              corpus->tokenizer,
              (lk_passage[]){lk_passage_of(item->answer, files[f], item->line)}, tokens,
              128, &count);
        if (status != LK_OK) fail_msg("%s", lk_message());
      }
      lk_questions_free(list);
    }
    lk_corpus_free(corpus);
    remove_set("small");
  }
}

static void some_letters_are_not_ascii(void **state) {
  (void)state;
  lk_corpus *corpus;
  int beyond = 0;
  assert_int_equal(
      lk_corpus_read_text(&corpus, path_of("main", "wiki.txt"), NULL, (lk_slice){1, 0, 1}),
      LK_OK);
  for (int id = 2; id < lk_tokenizer_size(corpus->tokenizer); id++)
    beyond += lk_characters_table(corpus->tokenizer)[id] > 0x7F;
  assert_in_range(beyond, 5, 40);
  assert_int_equal(corpus->documents, LENGTH(templates) * PEOPLE);
  lk_corpus_free(corpus);
}

static int same_file(const char *a, const char *b, const char *name) {
  char *of_a, *of_b;
  size_t size_a, size_b;
  assert_int_equal(lk_file_read(path_of(a, name), &of_a, &size_a), LK_OK);
  assert_int_equal(lk_file_read(path_of(b, name), &of_b, &size_b), LK_OK);
  int same = size_a == size_b && !memcmp(of_a, of_b, size_a);
  lk_free(of_a);
  lk_free(of_b);
  return same;
}

static void the_seed_alone_decides(void **state) {
  (void)state;
  write_set("again", PEOPLE, QUESTIONS, 1);
  write_set("other", PEOPLE, QUESTIONS, 2);
  for (size_t f = 0; f < 4; f++) {
    assert_true(same_file("main", "again", files[f]));
    assert_false(same_file("main", "other", files[f]));
  }
}

static void a_data_set_is_not_written_over(void **state) {
  (void)state;
  const lk_synth synth = {PEOPLE, QUESTIONS, 2};
  unlink(path_of("again", files[0]));
  assert_int_equal(lk_synth_write(path_of("again", ""), &synth), LK_USAGE);
  assert_message("birth_places_train.tsv exists already", NULL);
  assert_true(same_file("main", "again", files[1]));
}

static void assert_unique(const char *const *list, size_t length) {
  for (size_t i = 0; i < length; i++)
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(list[i], list[j]);
}

static void lists_have_no_repeats(void **state) {
  (void)state;
  assert_unique(first_names, LENGTH(first_names));
  assert_unique(surnames, LENGTH(surnames));
  assert_unique(places, LENGTH(places));
  assert_unique(jobs, LENGTH(jobs));
  assert_unique(templates, LENGTH(templates));
}

static void counts_that_cannot_be_met_are_refused(void **state) {
  (void)state;
  const int most = (int)(LENGTH(first_names) * LENGTH(surnames));
  const struct {
    int people, questions;
    const char *message;
  } bad[] = {
      {0, 0, "people=0"},         {3, 1, "people="},
      {most + 1, 100, "people="}, {100, 0, "questions=0: of 100 people 1 to 97"},
      {100, 98, "questions=98"},  {100, -5, "questions=-5"},
  };
  for (size_t i = 0; i < LENGTH(bad); i++) {
    const lk_synth synth = {bad[i].people, bad[i].questions, 1};
    assert_int_equal(lk_synth_write(folder, &synth), LK_USAGE);
    assert_message(bad[i].message, NULL);
  }
  write_set("edge", 100, 97, 1);
}

static void a_folder_that_cannot_be_made_is_an_io_error(void **state) {
  (void)state;
  const lk_synth synth = {PEOPLE, QUESTIONS, 1};
  char path[4096];
  snprintf(path, sizeof path, "%s/main/wiki.txt/below", folder);
  assert_int_equal(lk_synth_write(path, &synth), LK_IO);
  assert_message("wiki.txt", NULL);
}

static int make_sets(void **state) {
  if (make_folder(state)) return -1;
  write_set("main", PEOPLE, QUESTIONS, 1);
  return 0;
}

static int remove_sets(void **state) {
  return remove_folder(state) || remove_temporary(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_different),
      cmocka_unit_test(everyone_has_every_wording_with_the_place),
      cmocka_unit_test(lines_are_short_and_differ),
      cmocka_unit_test(the_name_comes_first_in_most_lines),
      cmocka_unit_test(lines_of_a_person_are_spread),
      cmocka_unit_test(no_constant_answer_scores_above_five_percent),
      cmocka_unit_test(the_corpus_has_every_character_of_the_questions),
      cmocka_unit_test(some_letters_are_not_ascii),
      cmocka_unit_test(the_seed_alone_decides),
      cmocka_unit_test(a_data_set_is_not_written_over),
      cmocka_unit_test(lists_have_no_repeats),
      cmocka_unit_test(counts_that_cannot_be_met_are_refused),
      cmocka_unit_test(a_folder_that_cannot_be_made_is_an_io_error),
  };
  return cmocka_run_group_tests(tests, make_sets, remove_sets);
}
