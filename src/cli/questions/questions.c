/* Questions about people, out of what a Wikipedia's infoboxes say. Rank 0 works, the others
 * learn how it went. */
#include "cli/command.h"
#include "cli/questions/field_list.h"
#include "cli/questions/set.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/prepare.h"
#include "lockstep/visible.h"
#include "lockstep/watchdog.h"
#include <assert.h>
#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What became of the pages, in the order in which they are told apart. */
enum { PAGES, REDIRECTS, OTHERS, PLAIN, BOXES, WITHOUT, NAMELESS, TWICE, COUNTS };

static const struct {
  const char *key, *name; /* in the report, as it is printed */
} count_list[COUNTS] = {
    {"pages", "pages"},
    {"redirects", "redirects"},
    {"no_articles", "other pages that are no articles"},
    {"without_infobox", "articles without an infobox"},
    {"with_infobox", "articles with an infobox"},
    {"infobox_without_place",
     "infoboxes without the field: of other things, or they leave it to Wikidata"},
    {"no_letter", "fields or names that are a date, have no letter, or say \"unknown\""},
    {"name_again", "people of a name that was there before"}};

typedef struct {
  const char *fields, *form, *answer, *shares, *language; /* as they were given */
  lk_dump_options dump;
  lk_question_set set;
  uint64_t counts[COUNTS];
  lk_wiki_site *site; /* of the dump that is read */
  lk_wikitext *parser, *without_flags;
  lk_wiki_fields found;
  lk_wiki_text text, without; /* of a field; and of it without the countries of flags */
} asker;

/* Names with `between` between. */
static lk_status add_names(lk_wiki_site *site, const char *names, char between) {
  const char marks[] = {between, '\0'};
  for (const char *at = names; *at;) {
    char name[128];
    size_t size = strcspn(at, marks);
    snprintf(name, sizeof name, "%.*s", (int)size, at);
    if (size >= sizeof name || lk_wiki_site_add(site, LK_WIKI_FIELD, name) != LK_OK)
      return lk_fail(LK_USAGE,
                     "questions: --field: '%.*s' is no parameter's name; write one or "
                     "more, with commas between",
                     (int)size, at);
    at += size + (at[size] == between);
  }
  return LK_OK;
}

static lk_status add_fields(lk_wiki_site *site, const char *fields) {
  return fields ? add_names(site, fields, ',') : add_names(site, birth_fields, '|');
}

static void close_site(asker *a) {
  lk_wikitext_free(a->parser);
  lk_wikitext_free(a->without_flags);
  lk_wiki_site_free(a->site);
  a->parser = a->without_flags = NULL;
  a->site = NULL;
}

static lk_status open_site(asker *a, const lk_dump *dump, const char *path) {
  lk_wiki_options places = {.lists = 1, .flags = 1};
  char language[LK_PREPARE_LANGUAGE];
  close_site(a);
  lk_prepare_language(dump, path, a->language, language);
  LK_TRY(lk_prepare_site(&a->site, dump, language));
  LK_TRY(add_fields(a->site, a->fields));
  LK_TRY(lk_wikitext_create(&a->parser, a->site, places));
  places.flags = 0;
  return lk_wikitext_create(&a->without_flags, a->site, places);
}

static lk_status parse(lk_wikitext *parser, const char *title, const lk_wiki_field *field,
                       lk_wiki_text *text) {
  lk_wiki_counts counts = {0};
  text->size = 0;
  return lk_wikitext_parse(parser, title, field->value, field->value_size, text, &counts);
}

/* A flag's country beside a place is none: the place alone, where there is one. */
static lk_status pass_flags(asker *a, const char *title, const lk_wiki_field *field,
                            lk_words_of *first) {
  LK_TRY(parse(a->without_flags, title, field, &a->without));
  lk_words_of date,
      place = lk_wording_first(a->site, a->without.bytes, a->without.size, &date);
  if (place.size && !lk_wording_leads_on(place, *first)) *first = place;
  return LK_OK;
}

/* NULL in *out where there is no place in the text. A date alone is none where births are
 * asked for; other fields may be dates. */
static lk_status answer_of(asker *a, const char *title, const lk_wiki_field *field,
                           char **out) {
  lk_words_of date, first = lk_wording_first(a->site, a->text.bytes, a->text.size, &date);
  *out = NULL;
  if (!first.size && date.size && !a->fields) return LK_OK;
  if (!strcmp(a->answer, "whole"))
    return lk_wording_whole(a->text.bytes, a->text.size, out);
  LK_TRY(pass_flags(a, title, field, &first));
  if (!first.size) first = date;
  if (!first.size) return LK_OK;
  LK_TRY(LK_NEW(*out, first.size + 1));
  memcpy(*out, first.at, first.size);
  return LK_OK;
}

/* The first of the fields that has a text; *given counts those that are not empty. */
static lk_status find_answer(asker *a, const char *title, char **answer, int *given) {
  *answer = NULL;
  *given = 0;
  for (size_t i = 0; i < a->found.count && !*answer; i++) {
    const lk_wiki_field *field = &a->found.at[i];
    LK_TRY(parse(a->parser, title, field, &a->text));
    *given += a->text.size > 0;
    if (a->text.size) LK_TRY(answer_of(a, title, field, answer));
  }
  return LK_OK;
}

/* As corpora have it: composed characters. */
static lk_status compose(char **text) {
  char *composed;
  size_t size;
  LK_TRY(lk_normal_line(*text, strlen(*text), "an infobox", 0, &composed, &size));
  lk_free(*text);
  *text = NULL;
  lk_status status = LK_NEW(*text, size + 1);
  if (status == LK_OK) memcpy(*text, composed, size);
  lk_free(composed);
  return status;
}

static lk_status ask_about(asker *a, char **name, char **answer) {
  char *question = NULL;
  int is_new;
  LK_TRY(compose(name));
  LK_TRY(compose(answer));
  assert(**answer && !strpbrk(*answer, "\t\n"));
  const lk_words_of person = {*name, strlen(*name)};
  LK_TRY(lk_set_is_new(&a->set, person, &is_new));
  a->counts[TWICE] += !is_new;
  if (!is_new) return LK_OK;
  LK_TRY(lk_wording_ask(a->form, person, &question));
  lk_set_add(&a->set, person, question, (lk_words_of){*answer, strlen(*answer)});
  lk_free(question);
  return LK_OK;
}

static lk_status ask_article(asker *a, const lk_dump_page *page) {
  lk_wiki_counts counts = {0};
  char *answer = NULL, *name = NULL;
  int given;
  LK_TRY(lk_wikitext_fields(a->parser, page->text, page->size, &a->found, &counts));
  int box = a->found.infoboxes || a->found.count;
  lk_status status = find_answer(a, page->title, &answer, &given);
  lk_words_of person = lk_wording_name(page->title);
  a->counts[box ? BOXES : PLAIN]++;
  a->counts[WITHOUT] += box && !given;
  a->counts[NAMELESS] += given && (!answer || !person.size);
  if (status == LK_OK && answer && person.size) {
    status = LK_NEW(name, person.size + 1);
    if (status == LK_OK) memcpy(name, person.at, person.size);
    if (status == LK_OK) status = ask_about(a, &name, &answer);
  }
  if (status == LK_BAD_DATA) { /* it has no NFC: too many marks in a row */
    a->counts[NAMELESS]++;
    status = LK_OK;
  }
  lk_free(name);
  lk_free(answer);
  return status;
}

static lk_status ask_page(asker *a, const lk_dump_page *page) {
  const char *target;
  size_t size;
  int redirect = page->is_redirect ||
                 lk_wiki_is_redirect(a->site, page->text, page->size, &target, &size);
  int other = page->space || (*page->model && strcmp(page->model, "wikitext"));
  a->counts[PAGES]++;
  a->counts[REDIRECTS] += redirect;
  a->counts[OTHERS] += !redirect && other;
  return redirect || other ? LK_OK : ask_article(a, page);
}

static lk_status ask_dump(asker *a, lk_dump *dump, const char *path) {
  const lk_dump_page *page;
  LK_TRY(lk_dump_next(dump, &page));
  if (page) LK_TRY(open_site(a, dump, path));
  while (page) {
    LK_TRY(ask_page(a, page));
    LK_TRY(lk_dump_next(dump, &page));
  }
  return LK_OK;
}

static lk_status ask_inputs(asker *a, char **words, int count) {
  lk_inputs inputs = {0};
  lk_status status = LK_OK;
  for (int i = 0; i < count && status == LK_OK; i++)
    status = lk_inputs_add(&inputs, words[i]);
  for (size_t i = 0; i < inputs.count && status == LK_OK; i++) {
    lk_dump *dump = NULL;
    status = lk_inputs_open(&inputs, i, &a->dump, &dump);
    if (status == LK_OK) status = ask_dump(a, dump, inputs.paths[i]);
    lk_dump_close(dump);
  }
  lk_inputs_free(&inputs);
  return status;
}

static uint64_t asked(const asker *a) {
  const uint64_t *counts = a->set.counts;
  return counts[LK_PART_TRAIN] + counts[LK_PART_DEV] + counts[LK_PART_TEST];
}

/* Every page is one of these. */
static int adds_up(const asker *a) {
  const uint64_t *counts = a->counts;
  return counts[PAGES] ==
             counts[REDIRECTS] + counts[OTHERS] + counts[PLAIN] + counts[BOXES] &&
         asked(a) + counts[TWICE] + counts[NAMELESS] + counts[WITHOUT] == counts[BOXES];
}

static void print_report(const asker *a, const char *folder) {
  const uint64_t *parts = a->set.counts;
  lk_print_visible(folder, "");
  printf(": %llu questions: %llu train, %llu dev, %llu test\n",
         (unsigned long long)asked(a), (unsigned long long)parts[LK_PART_TRAIN],
         (unsigned long long)parts[LK_PART_DEV], (unsigned long long)parts[LK_PART_TEST]);
  for (int i = 0; i < COUNTS; i++)
    printf("%s: %llu\n", count_list[i].name, (unsigned long long)a->counts[i]);
}

/* The caller's (free); NULL for lack of memory, cJSON's only failure. */
static char *json_report(const asker *a) {
  static const char *const part_keys[LK_PARTS] = {"train", "dev", "test"};
  cJSON *root = cJSON_CreateObject();
  int good = root && cJSON_AddNumberToObject(root, "seed", (double)a->set.seed) &&
             cJSON_AddStringToObject(root, "shares", a->shares) &&
             cJSON_AddStringToObject(root, "form", a->form) &&
             cJSON_AddStringToObject(root, "answer", a->answer);
  for (int i = 0; i < LK_PARTS && good; i++)
    good = cJSON_AddNumberToObject(root, part_keys[i], (double)a->set.counts[i]) != NULL;
  for (int i = 0; i < COUNTS && good; i++)
    good = cJSON_AddNumberToObject(root, count_list[i].key, (double)a->counts[i]) != NULL;
  char *text = good ? cJSON_Print(root) : NULL;
  cJSON_Delete(root);
  return text;
}

static lk_status refuse_none(const asker *a) {
  return lk_fail(LK_BAD_DATA,
                 "no question: %llu pages, %llu articles with an infobox, %llu of these "
                 "without the field; name its parameter by --field, and of JSON lines what "
                 "has the wikitext by --text (CirrusSearch: source_text)",
                 (unsigned long long)a->counts[PAGES], (unsigned long long)a->counts[BOXES],
                 (unsigned long long)a->counts[WITHOUT]);
}

static lk_status make_set(asker *a, char **inputs, int count, const char *folder) {
  LK_TRY(lk_set_check(folder));
  LK_TRY(lk_set_begin(&a->set));
  LK_TRY(ask_inputs(a, inputs, count));
  assert(adds_up(a));
  if (!asked(a)) return refuse_none(a);
  char *report = json_report(a);
  if (!report) return lk_fail(LK_INTERNAL, "out of memory for the report");
  lk_status status = lk_set_write(&a->set, folder, report);
  free(report);
  if (status == LK_OK) print_report(a, folder);
  return status;
}

static lk_status check(asker *a) {
  lk_wiki_site *site = NULL;
  if (strcmp(a->answer, "first") && strcmp(a->answer, "whole"))
    return lk_fail(LK_USAGE, "questions: --answer must be first or whole, not '%s'",
                   a->answer);
  LK_TRY(lk_wording_check(a->form));
  LK_TRY(lk_set_shares(&a->set, a->shares));
  LK_TRY(lk_wiki_site_create(&site, "en"));
  lk_status status = add_fields(site, a->fields);
  lk_wiki_site_free(site);
  return status;
}

static lk_status questions(lk_world *world, asker *a, const lk_words *words) {
  lk_status status = LK_OK;
  int inputs = words->count - 1;
  lk_watchdog_phase(lk_world_watchdog(world), 0, "reading dumps", LK_USES_FILES);
  if (lk_world_rank(world) == 0)
    status = make_set(a, words->words, inputs, words->words[inputs]);
  close_site(a);
  lk_set_free(&a->set);
  lk_free(a->found.at);
  lk_free(a->text.bytes);
  lk_free(a->without.bytes);
  return lk_world_agree(world, status);
}

lk_status lk_cli_questions(lk_world *world, int argc, char **argv) {
  asker a = {.form = "Where was %s born?",
             .answer = "first",
             .shares = "80,10,10",
             .dump = lk_dump_defaults()};
  long seed = 1, threads = 1;
  const lk_option options[] = {
      {"field", 0, LK_OPTION_TEXT, &a.fields, "NAME[,NAME …]",
       "the infoboxes' parameter (that of the place of birth, in about 50 languages, of "
       "which a date alone is no answer)"},
      {"form", 0, LK_OPTION_TEXT, &a.form, "TEXT",
       "the question, %s standing for the name (\"Where was %s born?\")"},
      {"answer", 0, LK_OPTION_TEXT, &a.answer, "first|whole",
       "the first of several places, without brackets (the default: the experiment's "
       "answers are single places), or all of the text"},
      {"shares", 0, LK_OPTION_TEXT, &a.shares, "TRAIN,DEV,TEST",
       "how people are split (80,10,10), each by the name, whoever else is there"},
      {"seed", 0, LK_OPTION_COUNT, &seed, "N", "another seed, another split (1)"},
      {"language", 0, LK_OPTION_TEXT, &a.language, "CODE",
       "the wiki's, where the dump does not say it, or says it wrongly"},
      {"text", 0, LK_OPTION_TEXT, &a.dump.field, "NAME",
       "of JSON lines: what has the wikitext (text); in CirrusSearch's, source_text"},
      {"threads", 0, LK_OPTION_INT, &threads, "N", "that unpack bz2 (1)", 1}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 2,
                            INT_MAX, &words));
  if (words.help) return LK_OK;
  LK_TRY(check(&a));
  a.set.seed = (uint64_t)seed;
  a.dump.threads = (int)threads;
  return questions(world, &a, &words);
}
