#include "lockstep/synth.h"
#include "data/synth_lists.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(list) (sizeof(list) / sizeof *(list))

enum {
  TEMPLATES = LENGTH(templates),
  FIRST_NAMES = LENGTH(first_names),
  SURNAMES = LENGTH(surnames),
  PLACES = LENGTH(places),
  LEAST_PEOPLE = 4,
  MAX_LINE = 256 /* bytes, far above any template's longest filling */
};

enum { CORPUS, TRAIN, DEV, TEST };
static const char *const files[] = {"wiki.txt", "birth_places_train.tsv", "birth_dev.tsv",
                                    "birth_test_inputs.tsv"};

/* Sites of the random streams: what a draw is for. */
enum { SITE_FIRST_NAMES, SITE_SURNAMES, SITE_PLACES, SITE_JOBS, SITE_ROUNDS };

typedef struct {
  char name[64];
  const char *place, *job;
} person;

static lk_stream stream_of(uint64_t seed, uint32_t site, uint64_t step) {
  return (lk_stream){.seed = seed, .purpose = LK_RANDOM_SYNTH, .step = step, .site = site};
}

static int common_divisor(int a, int b) {
  return b ? common_divisor(b, a % b) : a;
}

/* First names and surnames are dealt like two shuffled decks, so that few people share one.
 * Where both decks end together the second is shifted, and no pair comes twice before all
 * have come. */
static void name_people(person *people, const lk_synth *synth) {
  uint32_t first[FIRST_NAMES], last[SURNAMES];
  int cycle = FIRST_NAMES / common_divisor(FIRST_NAMES, SURNAMES) * SURNAMES;
  lk_stream firsts = stream_of(synth->seed, SITE_FIRST_NAMES, 0);
  lk_stream lasts = stream_of(synth->seed, SITE_SURNAMES, 0);
  lk_random_order(&firsts, FIRST_NAMES, first);
  lk_random_order(&lasts, SURNAMES, last);
  for (int i = 0; i < synth->people; i++)
    snprintf(people[i].name, sizeof people[i].name, "%s %s",
             first_names[first[i % FIRST_NAMES]],
             surnames[last[(i + i / cycle) % SURNAMES]]);
}

/* Every PLACES people in a row have different places, so that in each of train, dev and
 * test no place is much more frequent than another. */
static void describe_person(person *someone, uint64_t seed, int i) {
  uint32_t order[PLACES];
  lk_stream place = stream_of(seed, SITE_PLACES, (uint64_t)i / PLACES);
  lk_stream job = stream_of(seed, SITE_JOBS, 0);
  lk_random_order(&place, PLACES, order);
  someone->place = places[order[i % PLACES]];
  someone->job = jobs[lk_random_below(&job, (uint64_t)i, LENGTH(jobs))];
}

/* What stands for the field of that name, e.g. "place" for "{place}". */
static const char *field_of(const person *someone, const char *field, size_t size) {
  const struct {
    const char *name, *value;
  } fields[] = {{"name", someone->name}, {"place", someone->place}, {"job", someone->job}};
  size_t i = 0;
  while (strlen(fields[i].name) != size || memcmp(fields[i].name, field, size)) {
    i++;
    assert(i < LENGTH(fields));
  }
  return fields[i].value;
}

/* Writes the template with its fields filled in and a newline; returns the bytes. */
static size_t write_line(char out[MAX_LINE], const char *template, const person *someone) {
  size_t used = 0;
  while (*template) {
    const char *piece = template;
    size_t size = strcspn(template, "{");
    template += size;
    if (!size) {
      size_t field = strcspn(template + 1, "}");
      piece = field_of(someone, template + 1, field);
      size = strlen(piece);
      template += field + 2;
    }
    assert(used + size + 1 < MAX_LINE);
    memcpy(out + used, piece, size);
    used += size;
  }
  out[used++] = '\n';
  return used;
}

/* Line k of everyone, in a random order and with mixed wordings: so a person's lines are
 * spread over the text, and all TEMPLATES rounds together give everyone every wording. */
static size_t write_round(char *out, const person *people, const lk_synth *synth, int k,
                          uint32_t *order) {
  lk_stream stream = stream_of(synth->seed, SITE_ROUNDS, (uint64_t)k);
  size_t used = 0;
  lk_random_order(&stream, (uint32_t)synth->people, order);
  for (int i = 0; i < synth->people; i++) {
    int someone = (int)order[i];
    used += write_line(out + used, templates[(someone + k) % TEMPLATES], &people[someone]);
  }
  return used;
}

static lk_status write_file(const char *folder, const char *name, const char *text,
                            size_t size) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
    return lk_fail(LK_IO, "%s/%s: the path is too long", folder, name);
  return lk_file_write(path, text, size);
}

static lk_status write_biographies(const char *folder, const person *people,
                                   const lk_synth *synth) {
  size_t used = 0;
  char *text = NULL;
  uint32_t *order = NULL;
  lk_status status;
  LK_TRY_OR(done, LK_NEW(text, (size_t)synth->people * TEMPLATES * MAX_LINE));
  LK_TRY_OR(done, LK_NEW(order, (size_t)synth->people));
  for (int k = 0; k < TEMPLATES; k++)
    used += write_round(text + used, people, synth, k, order);
  status = write_file(folder, files[CORPUS], text, used);
done:
  lk_free(text);
  lk_free(order);
  return status;
}

static lk_status write_questions(const char *folder, const char *name, const person *people,
                                 int count, int with_answers) {
  size_t used = 0;
  char *text = NULL;
  LK_TRY(LK_NEW(text, (size_t)count * MAX_LINE));
  for (int i = 0; i < count; i++)
    used += write_line(text + used,
                       with_answers ? "Where was {name} born?\t{place}"
                                    : "Where was {name} born?",
                       &people[i]);
  lk_status status = write_file(folder, name, text, used);
  lk_free(text);
  return status;
}

static lk_status write_data_set(const char *folder, const person *people,
                                const lk_synth *synth) {
  int rest = synth->people - synth->questions, test = rest / 3, dev = rest - test;
  const person *first = people + synth->questions;
  LK_TRY(lk_folder_create(folder));
  LK_TRY(write_biographies(folder, people, synth));
  LK_TRY(write_questions(folder, files[TRAIN], people, synth->questions, 1));
  LK_TRY(write_questions(folder, files[DEV], first, dev, 1));
  return write_questions(folder, files[TEST], first + dev, test, 0);
}

/* Train, dev and test take somebody each; dev is twice test, rounded. */
static lk_status check_counts(const lk_synth *synth) {
  int most = FIRST_NAMES * SURNAMES;
  if (synth->people < LEAST_PEOPLE || synth->people > most)
    return lk_fail(LK_USAGE, "people=%d: there can be %d to %d people with different names",
                   synth->people, LEAST_PEOPLE, most);
  if (synth->questions < 1 || synth->questions > synth->people - 3)
    return lk_fail(LK_USAGE,
                   "questions=%d: of %d people 1 to %d can be asked about in training, the "
                   "others are needed for dev and test",
                   synth->questions, synth->people, synth->people - 3);
  return LK_OK;
}

/* A data set in the folder may be real: it is not written over. */
static lk_status check_folder(const char *folder) {
  for (size_t i = 0; i < LENGTH(files); i++) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, files[i]) < (int)sizeof path &&
        access(path, F_OK) == 0)
      return lk_fail(LK_USAGE, "%s exists already; choose another folder or move it away",
                     path);
  }
  return LK_OK;
}

lk_status lk_synth_write(const char *folder, const lk_synth *synth) {
  person *people = NULL;
  lk_status status;
  LK_TRY(check_counts(synth));
  LK_TRY(check_folder(folder));
  LK_TRY_OR(done, LK_NEW(people, (size_t)synth->people));
  name_people(people, synth);
  for (int i = 0; i < synth->people; i++)
    describe_person(&people[i], synth->seed, i);
  status = write_data_set(folder, people, synth);
done:
  lk_free(people);
  return status;
}
