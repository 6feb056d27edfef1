#include "lockstep/generate.h"
#include "cli/command.h"
#include "cli/prompts.h"
#include "cli/result.h"
#include "cli/streams.h"
#include "cli/typed.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "lockstep/visible.h"
#include "lockstep/watchdog.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where texts go. */
typedef struct {
  const lk_prompts *prompts;
  int lines;          /* a line each: the prompts are lines */
  int terminal;       /* is shown what it would act on */
  int streams;        /* the only text is printed as it comes */
  int texts;          /* that were begun */
  cJSON *root, *list; /* NULL: no JSON */
  int good;           /* cJSON had memory */
} printer;

static void print(const printer *p, const char *text) {
  if (p->terminal)
    lk_print_visible(text, "\n\t");
  else
    fputs(text, stdout);
}

static void begin_text(printer *p, const char *prompt) {
  if (p->texts++) putchar('\n');
  print(p, prompt);
}

static void print_piece(void *context, const char *text) {
  printer *p = context;
  if (!p->texts) begin_text(p, p->prompts->items[0].text);
  print(p, text);
  lk_streams_flush();
}

/* A text may have lines of its own: one stands apart from the next. */
static void print_text(printer *p, const char *prompt, const char *text) {
  if (!p->streams || !p->texts) begin_text(p, prompt);
  if (!p->streams) print(p, text);
  putchar('\n');
}

static void print_line(const char *prompt, const char *text) {
  lk_print_visible(prompt, "");
  lk_print_line(text);
}

static int add_json(cJSON *list, const char *prompt, const lk_generated *g) {
  static const char *const ends[] = {
      [LK_ENDED_ITSELF] = "end", [LK_ENDED_AT_STOP] = "stop", [LK_ENDED_AT_MOST] = "most"};
  cJSON *entry = cJSON_CreateObject();
  if (!entry || !cJSON_AddItemToArray(list, entry)) return 0;
  return cJSON_AddStringToObject(entry, "prompt", prompt) &&
         cJSON_AddNumberToObject(entry, "attempt", g->attempt) &&
         cJSON_AddStringToObject(entry, "text", g->text) &&
         cJSON_AddNumberToObject(entry, "tokens", g->tokens) &&
         cJSON_AddNumberToObject(entry, "log_probability", g->log_probability) &&
         cJSON_AddStringToObject(entry, "ended", ends[g->ended]);
}

static void take_text(void *context, const lk_generated *generated) {
  printer *p = context;
  const char *prompt = p->prompts->items[generated->prompt].text;
  if (p->lines)
    print_line(prompt, generated->text);
  else
    print_text(p, prompt, generated->text);
  lk_streams_flush();
  if (p->list) p->good = p->good && add_json(p->list, prompt, generated);
}

static lk_status begin_printer(printer *p, int only, const char *json) {
  p->terminal = isatty(STDOUT_FILENO);
  p->streams = only && !p->lines;
  if (!json) return LK_OK;
  p->root = cJSON_CreateObject();
  p->list = p->root ? cJSON_AddArrayToObject(p->root, "texts") : NULL;
  p->good = p->list != NULL;
  return p->good ? LK_OK : lk_fail(LK_INTERNAL, "%s: out of memory", json);
}

/* All ranks. */
static lk_status generate(lk_world *world, const lk_trained *trained,
                          const lk_generation *how, const lk_prompt_list *list,
                          const char *json) {
  printer p = {.prompts = &list->prompts, .lines = list->lines};
  int first = lk_world_rank(world) == 0;
  int only = list->prompts.count == 1 && how->attempts == 1;
  lk_status status = lk_world_agree(world, first ? begin_printer(&p, only, json) : LK_OK);
  const lk_generate_listener listener = {p.streams ? print_piece : NULL, take_text, &p};
  lk_watchdog_phase(lk_world_watchdog(world), 0, "generating texts", LK_COMPUTES);
  if (status == LK_OK) status = lk_generate(world, trained, how, &list->prompts, &listener);
  lk_watchdog_phase(lk_world_watchdog(world), 0, "writing the texts", LK_USES_FILES);
  if (status != LK_OK || !json || !first) {
    cJSON_Delete(p.root);
    return lk_world_agree(world, status);
  }
  return lk_world_agree(world, lk_result_save_json(json, p.root, p.good));
}

/* What was given beside the words. */
typedef struct {
  lk_generation how;
  long most, top_k, attempts, batch, seed;
  lk_option_list stops;
  const char *file, *json;
  int bf16;
} request;

static lk_status parse(lk_world *world, int argc, char **argv, request *r,
                       lk_words *words) {
  lk_sampling *s = &r->how.sampling;
  const lk_option options[] = {
      {"most", 0, LK_OPTION_INT, &r->most, "N", "most tokens of a continuation (256)"},
      {"temperature", 0, LK_OPTION_NUMBER, &s->temperature, "T",
       "logits are divided by it; 0: always the most probable token (1)"},
      {"top-k", 0, LK_OPTION_INT, &r->top_k, "K",
       "draw from the K most probable tokens; 0: from all (0)"},
      {"top-p", 0, LK_OPTION_NUMBER, &s->top_p, "P",
       "draw from the most probable tokens whose probabilities reach P together (1)"},
      {"min-p", 0, LK_OPTION_NUMBER, &s->min_p, "P",
       "draw from tokens with at least P times the largest probability (0)"},
      {"repetition-penalty", 0, LK_OPTION_NUMBER, &s->repetition_penalty, "R",
       "make tokens that the text has less probable (1: do not)"},
      {"number", 'n', LK_OPTION_INT, &r->attempts, "N", "texts for each prompt (1)", 1,
       LK_MOST_ATTEMPTS},
      {"seed", 0, LK_OPTION_COUNT, &r->seed, "N",
       "of the random numbers; the same gives the same texts (1)"},
      {"stop", 0, LK_OPTION_LIST, &r->stops, "TEXT",
       "end in front of this text; may be given again"},
      {"file", 0, LK_OPTION_TEXT, &r->file, "PROMPTS",
       "a prompt a line; -: standard input"},
      {"batch", 0, LK_OPTION_INT, &r->batch, "N",
       "texts side by side on a rank, which the texts do not depend on (32)", 1,
       LK_MOST_BATCH},
      {"bf16", 0, LK_OPTION_FLAG, &r->bf16, "",
       "round the operands of products to bf16: half the memory to read"},
      {"json", 0, LK_OPTION_TEXT, &r->json, "FILE",
       "write each text with its log-probability and why it ended"}};
  LK_TRY(lk_arguments_parse(world, argc, argv, options, sizeof options / sizeof *options, 1,
                            LK_WORDS_MOST, words));
  s->top_k = r->top_k;
  s->seed = (uint64_t)r->seed;
  r->how.most = (int)r->most;
  r->how.attempts = (int)r->attempts;
  r->how.batch = (int)r->batch;
  r->how.stops = r->stops.texts;
  r->how.stop_count = r->stops.count;
  r->how.precision = r->bf16 ? LK_BF16 : LK_FP32;
  return LK_OK;
}

/* All ranks: a prompt that a person typed. One that is refused can be typed again. */
static lk_status generate_typed(lk_world *world, const lk_trained *trained,
                                const lk_generation *how, char *line) {
  lk_prompt_list list;
  lk_status status = lk_world_agree(world, lk_prompts_of_words(&list, &line, 1));
  if (status == LK_OK) status = generate(world, trained, how, &list, NULL);
  lk_prompts_release(&list);
  if (status == LK_BAD_DATA && lk_world_rank(world) == 0) lk_say("%s", lk_message());
  lk_streams_flush();
  return status == LK_BAD_DATA ? LK_OK : status;
}

/* All ranks. */
static lk_status chat(lk_world *world, const lk_trained *trained,
                      const lk_generation *how) {
  lk_status status = LK_OK;
  while (status == LK_OK) {
    char *line = NULL;
    status = lk_typed_line(world, &line);
    if (status == LK_OK && !line) break;
    if (status == LK_OK && *line) status = generate_typed(world, trained, how, line);
    lk_free(line);
  }
  return status;
}

/* All ranks: the prompts that were given, or those of the file or standard input. */
static lk_status read_prompts(lk_world *world, const request *r, const lk_words *words,
                              lk_prompt_list *list) {
  if (words->count > 1 && r->file)
    return lk_fail(LK_USAGE, "generate: prompts are given, and --file %s; keep one",
                   r->file);
  if (words->count > 1)
    return lk_prompts_of_words(list, words->words + 1, (size_t)words->count - 1);
  const char *path = r->file ? r->file : "-";
  LK_TRY(lk_world_agree(world, lk_file_check_apart(words->words[0], path)));
  return lk_prompts_share(world, path, list);
}

lk_status lk_cli_generate(lk_world *world, int argc, char **argv) {
  request r = {.how.sampling = {.temperature = 1, .top_p = 1, .repetition_penalty = 1},
               .most = 256,
               .attempts = 1,
               .batch = 32,
               .seed = 1};
  lk_words words;
  lk_trained trained = {0};
  lk_prompt_list list = {.text = NULL};
  LK_TRY(parse(world, argc, argv, &r, &words));
  if (words.help) return LK_OK;
  LK_TRY(lk_generation_check(&r.how));
  const char *const inputs[] = {words.words[0], r.file ? r.file : "-"};
  LK_TRY(lk_arguments_outputs(world, r.json, NULL, inputs, 2));
  int typed = 0;
  if (words.count == 1 && !r.file && !r.json) LK_TRY(lk_typed_begin(world, &typed));
  lk_status status = typed ? LK_OK : read_prompts(world, &r, &words, &list);
  if (status == LK_OK) status = lk_trained_load(world, words.words[0], &trained);
  if (status == LK_OK)
    status = typed ? chat(world, &trained, &r.how)
                   : generate(world, &trained, &r.how, &list, r.json);
  lk_prompts_release(&list);
  lk_trained_clear(&trained);
  return status;
}
