#include "lockstep/synth.h"
#include "data/synth_lists.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(list) (sizeof(list) / sizeof *(list))

enum {
  TEMPLATES = LENGTH(templates),
  PLACES = LENGTH(places),
  MIN_LINES = 4, /* a person */
  MAX_LINES = 6,
  MAX_LINE = 256, /* bytes, far above any template's longest filling */
  FIRST_YEAR = 1850,
  YEARS = 140
};

/* Sites of the random streams: what a draw is for. */
enum { SITE_NAMES, SITE_PLACES, SITE_TEMPLATES, SITE_PERSON, SITE_ROUNDS };

/* Elements of a person's stream. */
enum { DRAW_JOB, DRAW_PASTIME, DRAW_YEAR, DRAW_LINES };

typedef struct {
  char name[64];
  char year[12];
  const char *place, *job, *pastime;
  int lines;                   /* biographical lines written about the person */
  int first_template;          /* the line's number is added to it, modulo TEMPLATES */
  uint32_t wording[TEMPLATES]; /* order of the templates */
} person;

static lk_stream stream_of(uint64_t seed, uint32_t site, uint64_t step) {
  return (lk_stream){.seed = seed, .purpose = LK_RANDOM_SYNTH, .step = step, .site = site};
}

/* Names are a random choice among all pairs of first and last name. */
static lk_status name_people(person *people, const lk_synth *synth) {
  uint32_t pairs = LENGTH(first_names) * LENGTH(surnames), *order = NULL;
  lk_stream stream = stream_of(synth->seed, SITE_NAMES, 0);
  LK_TRY(LK_NEW(order, pairs));
  lk_random_order(&stream, pairs, order);
  for (int i = 0; i < synth->people; i++)
    snprintf(people[i].name, sizeof people[i].name, "%s %s",
             first_names[order[i] / LENGTH(surnames)],
             surnames[order[i] % LENGTH(surnames)]);
  lk_free(order);
  return LK_OK;
}

/* Every PLACES people in a row have different places, and every TEMPLATES people in a row
 * start with different wordings: so in each of train, dev and test no place is much more
 * frequent than another, and each wording is used as often. */
static void describe_person(person *someone, uint64_t seed, int i) {
  uint32_t order[PLACES];
  lk_stream place = stream_of(seed, SITE_PLACES, (uint64_t)i / PLACES);
  lk_stream wording = stream_of(seed, SITE_TEMPLATES, (uint64_t)i / TEMPLATES);
  lk_stream draw = stream_of(seed, SITE_PERSON, (uint64_t)i);
  lk_random_order(&place, PLACES, order);
  someone->place = places[order[i % PLACES]];
  lk_random_order(&wording, TEMPLATES, someone->wording);
  someone->first_template = i % TEMPLATES;
  someone->job = jobs[lk_random_below(&draw, DRAW_JOB, LENGTH(jobs))];
  someone->pastime = pastimes[lk_random_below(&draw, DRAW_PASTIME, LENGTH(pastimes))];
  snprintf(someone->year, sizeof someone->year, "%d",
           FIRST_YEAR + (int)lk_random_below(&draw, DRAW_YEAR, YEARS));
  someone->lines =
      MIN_LINES + (int)lk_random_below(&draw, DRAW_LINES, MAX_LINES - MIN_LINES + 1);
}

/* What stands for the field of that name, e.g. "place" for "{place}". */
static const char *field_of(const person *someone, const char *field, size_t size) {
  const struct {
    const char *name, *value;
  } fields[] = {{"name", someone->name},
                {"place", someone->place},
                {"job", someone->job},
                {"pastime", someone->pastime},
                {"year", someone->year}};
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

/* Line k of everyone who has one, in a random order: so a person's lines are spread over
 * the text. */
static size_t write_round(char *out, const person *people, const lk_synth *synth, int k,
                          uint32_t *order) {
  lk_stream stream = stream_of(synth->seed, SITE_ROUNDS, (uint64_t)k);
  size_t used = 0;
  lk_random_order(&stream, (uint32_t)synth->people, order);
  for (int i = 0; i < synth->people; i++) {
    const person *someone = &people[order[i]];
    uint32_t template = someone->wording[(someone->first_template + k) % TEMPLATES];
    if (k < someone->lines) used += write_line(out + used, templates[template], someone);
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
  LK_TRY_OR(done, LK_NEW(text, (size_t)synth->people * MAX_LINES * MAX_LINE));
  LK_TRY_OR(done, LK_NEW(order, (size_t)synth->people));
  for (int k = 0; k < MAX_LINES; k++)
    used += write_round(text + used, people, synth, k, order);
  status = write_file(folder, "wiki.txt", text, used);
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
  LK_TRY(write_questions(folder, "birth_places_train.tsv", people, synth->questions, 1));
  LK_TRY(write_questions(folder, "birth_dev.tsv", first, dev, 1));
  return write_questions(folder, "birth_test_inputs.tsv", first + dev, test, 0);
}

/* Fewer people than wordings would leave out characters that the questions have. */
static lk_status check_counts(const lk_synth *synth) {
  int most = (int)(LENGTH(first_names) * LENGTH(surnames));
  if (synth->people < TEMPLATES || synth->people > most)
    return lk_fail(LK_USAGE, "people=%d: there can be %d to %d people with different names",
                   synth->people, TEMPLATES, most);
  if (synth->questions < 1 || synth->questions > synth->people - 3)
    return lk_fail(LK_USAGE,
                   "questions=%d: of %d people 1 to %d can be asked about in training, the "
                   "others are needed for dev and test",
                   synth->questions, synth->people, synth->people - 3);
  return LK_OK;
}

lk_status lk_synth_write(const char *folder, const lk_synth *synth) {
  person *people = NULL;
  lk_status status;
  LK_TRY(check_counts(synth));
  LK_TRY_OR(done, LK_NEW(people, (size_t)synth->people));
  LK_TRY_OR(done, name_people(people, synth));
  for (int i = 0; i < synth->people; i++)
    describe_person(&people[i], synth->seed, i);
  status = write_data_set(folder, people, synth);
done:
  lk_free(people);
  return status;
}
