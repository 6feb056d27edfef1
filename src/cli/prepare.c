/* Dumps and texts to a corpus. */
#include "lockstep/prepare.h"
#include "cli/command.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include "lockstep/tokenizer.h"
#include "lockstep/visible.h"
#include <stdio.h>
#include <string.h>

/* The options as they are given, before they are looked at. */
typedef struct {
  lk_prepare_options prepare;
  const char *documents, *duplicates, *compress, *report;
  int tables, infoboxes, list_markers;
  long shortest, vocabulary_size, threads;
} given;

static lk_status check_share(const char *option, double share) {
  if (share >= 0 && share <= 1) return LK_OK;
  return lk_fail(LK_USAGE, "prepare: --%s is a share from 0 to 1, not %g", option, share);
}

/* "zstd", or deflate's level. */
static lk_status take_compression(const char *text, int *compression) {
  *compression = LK_ZSTD;
  if (!strcmp(text, "zstd")) return LK_OK;
  *compression = *text - '0';
  if (strlen(text) == 1 && *compression >= 0 && *compression <= 9) return LK_OK;
  return lk_fail(LK_USAGE, "prepare: --compress is zstd or from 0 to 9, not '%s'", text);
}

static lk_status take(given *g) {
  static const char *const documents[] = {"line", "blank-line", "file", NULL},
                           *const duplicates[] = {"auto", "keep", "drop", NULL};
  lk_prepare_options *o = &g->prepare;
  int place;
  LK_TRY(lk_arguments_choose("prepare", "documents", g->documents, documents, &place));
  o->dump.documents = (lk_documents)place;
  LK_TRY(lk_arguments_choose("prepare", "duplicates", g->duplicates, duplicates, &place));
  o->duplicates = (lk_duplicates)place;
  LK_TRY(check_share("near", o->near));
  LK_TRY(check_share("letters", o->letters));
  LK_TRY(check_share("held-out-share", o->held_out_share));
  LK_TRY(take_compression(g->compress, &o->compression));
  if (g->vocabulary_size && strcmp(o->tokenizer, "characters"))
    return lk_fail(LK_USAGE, "prepare: --vocabulary-size is for --tokenizer characters; "
                             "other tokenizers have the ids that they have");
  o->wiki.tables = g->tables;
  o->wiki.infoboxes = g->infoboxes;
  o->wiki.list_markers = g->list_markers;
  o->shortest = (uint64_t)g->shortest;
  o->vocabulary_size = (uint64_t)g->vocabulary_size;
  o->dump.threads = (int)g->threads;
  return LK_OK;
}

static lk_status parse(const lk_world *world, int argc, char **argv, given *g,
                       lk_words *words) {
  lk_prepare_options *o = &g->prepare;
  const lk_option options[] = {
      {"tokenizer", 0, LK_OPTION_TEXT, &o->tokenizer, "WHAT",
       "what tokens are: characters, those of the text (the default), bytes, or those of a "
       "file that `lockstep tokenizer` made, of a checkpoint or of a corpus"},
      {"vocabulary-size", 0, LK_OPTION_COUNT, &g->vocabulary_size, "N",
       "the N most frequent characters, U+FFFD for all others (0: all of them)"},
      {"nfc", 0, LK_OPTION_FLAG, &o->composes, "",
       "compose characters (Unicode's NFC), here and in whatever the model is asked; "
       "always "
       "for dumps"},
      {"documents", 0, LK_OPTION_TEXT, &g->documents, "WHAT",
       "of plain text: a document a line (the default), blank-line: between lines without "
       "characters, or file: a file"},
      {"field", 0, LK_OPTION_TEXT, &o->dump.field, "NAME",
       "of JSON lines: the text (text)"},
      {"title", 0, LK_OPTION_TEXT, &o->dump.title, "NAME",
       "of JSON lines: the title (title)"},
      {"no-titles", 0, LK_OPTION_FLAG, &o->no_titles, "",
       "pages do not begin with their title"},
      {"language", 0, LK_OPTION_TEXT, &o->language, "CODE",
       "of pages without a siteinfo, such as de (by the dump's file name)"},
      {"templates", 0, LK_OPTION_TEXT, &o->templates, "FILE",
       "how to write more templates, a line `name = rendering` each"},
      {"tables", 0, LK_OPTION_FLAG, &g->tables, "", "keep tables, a row a line"},
      {"infoboxes", 0, LK_OPTION_FLAG, &g->infoboxes, "", "keep infoboxes, a field a line"},
      {"list-markers", 0, LK_OPTION_FLAG, &g->list_markers, "",
       "list items begin with \"- \""},
      {"shortest", 0, LK_OPTION_COUNT, &g->shortest, "N",
       "leave out documents of fewer characters (0)"},
      {"letters", 0, LK_OPTION_NUMBER, &o->letters, "SHARE",
       "leave out documents with a smaller share of letters of their language (0)"},
      {"duplicates", 0, LK_OPTION_TEXT, &g->duplicates, "WHAT",
       "documents that say the same as an earlier one: keep, drop, or auto: drop those of "
       "dumps"},
      {"near", 0, LK_OPTION_NUMBER, &o->near, "SHARE",
       "leave out documents that have such a share of word sequences in common with an "
       "earlier one, such as 0.8 (0: keep them)"},
      {"held-out", 0, LK_OPTION_TEXT, &o->held_out, "FILE",
       "another corpus, with the same tokenizer, of documents that the corpus is without"},
      {"held-out-share", 0, LK_OPTION_NUMBER, &o->held_out_share, "SHARE",
       "of the documents, chosen by what they say (0.01)"},
      {"compress", 0, LK_OPTION_TEXT, &g->compress, "HOW",
       "compress the corpus: zstd, or 1 to 9: by deflate (0: not)"},
      {"threads", 0, LK_OPTION_COUNT, &g->threads, "N",
       "threads of each rank (its share of the cores)", 1, 1024},
      {"report", 0, LK_OPTION_TEXT, &g->report, "FILE",
       "write what each step took as JSON"}};
  LK_TRY(lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 2,
                            LK_WORDS_MOST, words));
  return words->help ? LK_OK : take(g);
}

static lk_status write_report(const lk_prepare_report *report, const char *path) {
  char *json;
  LK_TRY(lk_prepare_json(report, &json));
  lk_status status = lk_file_write(path, json, strlen(json));
  lk_free(json);
  return status;
}

/* A text that became a corpus line by line needs no table. */
static int says_more(const lk_prepare_report *report) {
  int taken = 0;
  for (int s = 0; s < LK_PREPARE_KEPT; s++)
    taken |= report->steps[s].pages > 0;
  return taken || report->unknown || report->held_out;
}

static lk_status tell(const lk_prepare_report *report, const char *output,
                      const char *path) {
  if (report->is_dump || says_more(report)) lk_prepare_print(report, stdout);
  lk_print_visible(output, "");
  printf(": %llu characters, %llu documents, vocabulary %d\n",
         (unsigned long long)report->characters, (unsigned long long)report->documents,
         report->vocabulary);
  return path ? write_report(report, path) : LK_OK;
}

static lk_status find_inputs(lk_inputs *inputs, const lk_words *words) {
  for (int i = 0; i + 1 < words->count; i++)
    LK_TRY(lk_inputs_add(inputs, words->words[i]));
  return LK_OK;
}

/* Each output is apart from the others and from all that is read. */
static lk_status check_outputs(lk_world *world, const lk_inputs *inputs, const char *output,
                               const given *g) {
  const lk_prepare_options *o = &g->prepare;
  const char *const *paths = (const char *const *)inputs->paths;
  const char *const also[] = {o->tokenizer, o->templates ? o->templates : ""};
  const char *const outputs[] = {output, g->report, o->held_out};
  for (int i = 0; i < 3; i++) {
    const char *one = outputs[i], *other = outputs[(i + 1) % 3];
    LK_TRY(lk_arguments_outputs(world, one, other, paths, (int)inputs->count));
    LK_TRY(lk_arguments_outputs(world, one, other, also, 2));
  }
  return LK_OK;
}

/* Before any work. What the tokenizer composes is composed from the start. */
static lk_status check_tokenizer(lk_prepare_options *o) {
  lk_tokenizer *tokenizer;
  if (!strcmp(o->tokenizer, "characters")) return LK_OK;
  LK_TRY(lk_tokenizer_read_any(&tokenizer, o->tokenizer, 0));
  o->composes |= lk_tokenizer_composes(tokenizer);
  lk_tokenizer_free(tokenizer);
  return LK_OK;
}

static lk_status prepare(lk_world *world, const lk_words *words, given *g) {
  const char *output = words->words[words->count - 1];
  lk_prepare_report report;
  lk_inputs inputs = {0};
  lk_status status = lk_world_agree(world, check_tokenizer(&g->prepare));
  if (status == LK_OK) status = lk_world_agree(world, find_inputs(&inputs, words));
  if (status == LK_OK) status = check_outputs(world, &inputs, output, g);
  if (status == LK_OK) status = lk_prepare(world, &inputs, output, &g->prepare, &report);
  if (status == LK_OK && lk_world_rank(world) == 0)
    status = tell(&report, output, g->report);
  lk_inputs_free(&inputs);
  return lk_world_agree(world, status);
}

lk_status lk_cli_prepare(lk_world *world, int argc, char **argv) {
  given g = {.prepare = lk_prepare_defaults(),
             .documents = "line",
             .duplicates = "auto",
             .compress = "0"};
  lk_words words;
  g.threads = lk_arguments_cores(world);
  LK_TRY(parse(world, argc, argv, &g, &words));
  return words.help ? LK_OK : prepare(world, &words, &g);
}
