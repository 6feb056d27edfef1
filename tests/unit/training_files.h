/* What the tests of training share: a world of one, a folder with a corpus and questions,
 * configs of key=value arguments. */
#ifndef LOCKSTEP_TESTS_TRAINING_FILES_H
#define LOCKSTEP_TESTS_TRAINING_FILES_H

#include "lockstep/config.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/world.h"
#include "temporary_folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static lk_world *world;

/* Sixteen people, each with a line and a question. */
static inline void write_people(void) {
  static const char *const cities[] = {"Rome", "Oslo", "Bonn", "Lima"};
  char corpus[4000] = "Where? There.\n", questions[4000] = "";
  for (int i = 0; i < 16; i++) {
    const char *city = cities[i % 4];
    snprintf(corpus + strlen(corpus), 100, "Ada Bo%c. Ada Bo%c was born in %s in 19%02d.\n",
             'a' + i, 'a' + i, city, 10 + i);
    snprintf(questions + strlen(questions), 100, "Where was Ada Bo%c born?\t%s\n", 'a' + i,
             city);
  }
  assert_int_equal(lk_file_write("wiki.txt", corpus, strlen(corpus)), LK_OK);
  assert_int_equal(lk_file_write("people.tsv", questions, strlen(questions)), LK_OK);
}

static inline int make_data(void **state) {
  if (make_folder(state)) return 1;
  write_people();
  return 0;
}

/* Every test program starts and ends MPI once, without a launcher. */
static inline int run_with_world(int argc, char **argv, int (*tests)(void)) {
  if (lk_world_create(&world, &argc, &argv) != LK_OK) {
    fprintf(stderr, "%s\n", lk_message());
    return 1;
  }
  int failed = tests();
  lk_world_free(world);
  return failed;
}

enum { MOST_ARGUMENTS = 40 };

/* A tiny model of "corpus=wiki.txt", then the space-separated arguments. The caller frees
 * it. */
static inline lk_config *config_with(const char *more) {
  char text[2000], *arguments[MOST_ARGUMENTS], *rest = NULL;
  int count = 0;
  lk_config *config = NULL;
  snprintf(text, sizeof text,
           "corpus=wiki.txt batch_size=8 shards=4 model.layers=2 model.heads=2 "
           "model.channels=16 model.block=48 schedule.warmup_tokens=0 log_seconds=0 %s",
           more);
  for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    assert_in_range(count, 0, MOST_ARGUMENTS - 1);
    arguments[count++] = word;
  }
  if (lk_config_read(&config, NULL, count, arguments) != LK_OK)
    fail_msg("%s", lk_message());
  return config;
}

#endif
