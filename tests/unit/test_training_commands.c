/* A small run from pretraining to scores, by the program's commands. timeout: 240 */
#include "cli_run.h"
#include "lockstep/continuation.h"
#include "lockstep/evaluate.h"
#include "lockstep/share.h"
#include "lockstep/store.h"
#include <math.h>
#include <sys/stat.h>

#define SMALL                                                                              \
  "shards=2", "batch_size=4", "model.layers=1", "model.heads=2", "model.channels=16",      \
      "model.block=64", "corpus=data/wiki.txt"

static int make_data(void **state) {
  if (open_world(state)) return 1;
  MUST_RUN("synth", "data", "--people", "40", "--questions", "20");
  MUST_RUN("pretrain", SMALL, "steps=3", "checkpoint_every=2", "keep_last=0", "run=run");
  MUST_RUN("finetune", "shards=2", "batch_size=4", "corpus=data/wiki.txt",
           "questions=data/birth_places_train.tsv", "dev=data/birth_dev.tsv",
           "init=run/checkpoints/latest", "steps=2", "run=fine");
  return 0;
}

static void training_leaves_a_run_behind(void **state) {
  (void)state;
  must_hold("run/metrics.csv", "\n3,");
  must_hold("run/history.txt", " step 0 of 3, 1 rank on ");
  must_hold("run/history.txt", " complete\n");
  must_hold("run/config.yaml", "steps: 3\n");
  must_hold("fine/dev.csv", "\n2,");
  MUST_RUN("inspect", "run/checkpoints/latest");
  must_have(printed, "step: 3\n");
  must_have(printed, "model: 1 layers, 2 heads, 16 channels, block 64\n");
  MUST_RUN("inspect", "run/checkpoints/step-000002.h5");
  must_have(printed, "step: 2\n");
}

/* A hash of parameters is not called one of data. */
static void what_an_imported_model_learned_of_is_not_known(void **state) {
  (void)state;
  MUST_RUN("export", "run/checkpoints/latest", "trained");
  must_hold("trained/README.md", "model trained with Lockstep");
  must_hold("trained/README.md", "| SHA-256 of the data | ");
  MUST_RUN("import", "trained", "imported.h5");
  MUST_RUN("inspect", "imported.h5");
  must_have(printed, "trained on: data that is not known, for the model was imported\nto");
  MUST_RUN("export", "imported.h5", "imported");
  must_hold("imported/README.md", "model imported into Lockstep");
  must_hold("imported/README.md",
            "| trained on | data that is not known: the model was imported |\n| hash ");
}

/* That a text begins otherwise than it ends. */
static void what_an_import_cannot_keep_is_said(void **state) {
  static const char said_1[] = "\"bos_token_id\":\t1";
  char *config;
  size_t size;
  (void)state;
  MUST_RUN("export", "run/checkpoints/latest", "begins");
  MUST_RUN("import", "begins", "begins.h5");
  assert_string_equal(said, "");
  assert_int_equal(lk_file_read("begins/config.json", &config, &size), LK_OK);
  char *at = strstr(config, said_1);
  assert_non_null(at);
  at[strlen(said_1) - 1] = '0';
  write_file("begins/config.json", config);
  lk_free(config);
  MUST_RUN("import", "begins", "begins.h5");
  must_have(said, "begins: bos_token_id is 0; here a text begins with what ends one, 1\n");
}

static void a_run_goes_on_and_comes_to_its_end(void **state) {
  (void)state;
  MUST_RUN("pretrain", SMALL, "steps=3", "checkpoint_every=2", "keep_last=0", "run=run");
  must_have(said, "the run is complete: step 3 of 3");
  MUST_RUN("pretrain", SMALL, "steps=5", "checkpoint_every=2", "keep_last=0", "run=run");
  must_have(said, "going on after step 3 of 5");
  must_hold("run/metrics.csv", "\n5,");
  assert_int_equal(RUN("pretrain", SMALL, "steps=5", "learning_rate=1", "run=run"),
                   LK_USAGE);
  must_have(said, "made with another config (learning_rate");
}

/* A stop after the first step, and the command to go on with. */
static void a_stopped_run_says_how_to_go_on(void **state) {
  (void)state;
  assert_int_equal(RUN("pretrain", SMALL, "steps=1000", "stop_after=0.0001s", "run=it's"),
                   LK_STOPPED);
  must_have(said, "stopped after step 1 of 1000 by stop_after; to resume: ");
  must_have(said, " pretrain shards=2 ");
  must_have(said, " 'run=it'\\''s'");
  must_hold("it's/history.txt", "stopped after step 1 of 1000");
}

static void training_refuses_what_cannot_be_trained(void **state) {
  (void)state;
  MUST_REFUSE(LK_USAGE, "set steps= or epochs=", "pretrain", SMALL, "run=other");
  MUST_REFUSE(LK_USAGE, "set tensorboard=true", "pretrain", SMALL, "steps=2", "run=other",
              "histogram_every=2");
  MUST_REFUSE(LK_USAGE, "no run directory", "pretrain", SMALL, "steps=2");
  MUST_REFUSE(LK_NO_INPUT, "nothing.txt", "pretrain", "corpus=nothing.txt", "steps=2",
              "run=other");
  MUST_REFUSE(LK_USAGE, "questions", "finetune", SMALL, "steps=2", "run=other");
  MUST_REFUSE(LK_NO_INPUT, "nothing.h5", "finetune", SMALL,
              "questions=data/birth_places_train.tsv", "init=nothing.h5", "steps=2",
              "run=other");
}

static void questions_are_answered_and_counted(void **state) {
  (void)state;
  MUST_RUN("evaluate", "fine/checkpoints/latest", "data/birth_dev.tsv", "--json", "a.json",
           "--predictions", "a.txt", "--most", "3");
  must_have(printed, "Correct: ");
  must_have(said, "cut off after 3 characters");
  must_hold("a.json", "\"accuracy\":");
  must_hold("a.json", "\"log_probability\":");
  MUST_REFUSE(LK_USAGE, "--most needs a whole number from 1 up, not '0'", "evaluate",
              "fine/checkpoints/latest", "data/birth_dev.tsv", "--most", "0");
  write_file("open.tsv", "Where was Rosa Fischer born?\n");
  MUST_RUN("evaluate", "fine/checkpoints/latest", "open.tsv");
  assert_true(strlen(printed) > 1 && strchr(printed, '\n')[1] == '\0');
  char *answer = strdup(printed);
  MUST_RUN("ask", "fine/checkpoints/latest", " Where was Rosa Fischer born? ");
  assert_string_equal(printed, answer);
  free(answer);
  MUST_REFUSE(LK_BAD_DATA, "not in the vocabulary", "ask", "fine/checkpoints/latest", "€");
}

/* The log-probability that evaluate --json wrote of its only question. */
static double only_log_probability(const char *path) {
  static const char key[] = "\"log_probability\":";
  char *text = NULL;
  read_back(path, &text);
  const char *found = strstr(text, key);
  assert_non_null(found);
  double value = strtod(found + sizeof key - 1, NULL);
  lk_free(text);
  return value;
}

/* As the prompt of its parts, put together by hand. */
static void a_mask_in_a_question_is_one(void **state) {
  char model[] = "fine/checkpoints/latest", *parts[] = {"Rosa was born in ", ". Rosa"};
  lk_token tokens[64];
  lk_trained trained = {0};
  lk_continuation one = {.tokens = tokens, .capacity = 64};
  (void)state;
  assert_int_equal(lk_trained_load(world, model, &trained), LK_OK);
  lk_token mask = lk_tokenizer_mask(trained.tokenizer);
  for (int i = 0; i < 2; i++) {
    size_t count;
    lk_passage part = lk_passage_of(parts[i], "part", 0);
    assert_int_equal(
        lk_tokenizer_encode(trained.tokenizer, &part, tokens + one.length, 30, &count),
        LK_OK);
    one.length += (int)count;
    tokens[one.length++] = mask;
  }
  assert_int_equal(lk_continue_one(trained.table, trained.values, &one, (int)mask,
                                   (int)lk_most_answer(&trained)),
                   LK_OK);
  lk_trained_clear(&trained);
  write_file("masked.tsv", "Rosa was born in ⁇. Rosa\n");
  MUST_RUN("evaluate", model, "masked.tsv", "--masks", "--json", "masked.json");
  double found = only_log_probability("masked.json");
  assert_true(fabs(found - one.log_probability) < 1e-4 * fabs(found));
  MUST_REFUSE(LK_BAD_DATA, "reserved for masking", "evaluate", model, "masked.tsv");
  write_file("far.tsv", "Rosa⁇€\n");
  MUST_REFUSE(LK_BAD_DATA, "far.tsv behind its ⁇, line 1, character 1", "evaluate", model,
              "far.tsv", "--masks");
}

/* A line of output for each of input, also for one that is refused. */
static void lines_of_standard_input_are_answered(void **state) {
  (void)state;
  write_file("asked", "Where was Rosa Fischer born?\n\n€\n");
  int before = divert(STDIN_FILENO, "asked", O_RDONLY);
  int code = RUN("ask", "fine/checkpoints/latest");
  put_back(STDIN_FILENO, before);
  assert_int_equal(code, LK_BAD_DATA);
  must_have(said, "1 of 3 lines were refused");
  const char *end = printed + strlen(printed);
  assert_true(end - printed > 3 && !strcmp(end - 3, "\n\n\n"));
}

static void texts_are_scored_line_by_line(void **state) {
  (void)state;
  write_file("two.txt", "Rosa is from Rome.\nRosa\n");
  MUST_RUN("score", "run/checkpoints/latest", "two.txt");
  double first, second;
  assert_int_equal(sscanf(printed, "1\t%lf\n2\t%lf\ntotal\t", &first, &second), 2);
  assert_true(first > 2 && first < 6 && second > 2 && second < 6);
  MUST_REFUSE(LK_NO_INPUT, "nothing.txt", "score", "run/checkpoints/latest", "nothing.txt");
  MUST_REFUSE(LK_USAGE, "--stride needs a whole number from 1 to 1000000000, not '-5'",
              "score", "run/checkpoints/latest", "two.txt", "--stride=-5");
  MUST_REFUSE(LK_USAGE, "--stride needs a whole number from 1", "score",
              "run/checkpoints/latest", "two.txt", "--stride", "0");
}

/* U+FFFD has three bytes, and what it stands for one to four; where the text has them, the
 * loss is still that of one character for all. */
static void bytes_of_unknown_characters_are_not_guessed(void **state) {
  (void)state;
  char model[] = "few/checkpoints/latest";
  write_file("few.txt", "ab ab ab\nba ba ba\nab é\n");
  write_file("unknown.txt", "ab山 é\n");
  MUST_RUN("prepare", "--vocabulary-size", "3", "few.txt", "few.h5");
  MUST_RUN("pretrain", SMALL, "corpus=few.h5", "objective.kind=language", "steps=1",
           "validation.file=unknown.txt", "run=few");
  must_have(said, "unknown.txt: U+FFFD stands for characters that the vocabulary lacks");
  must_have(said, ", - bits a byte, ");
  MUST_RUN("score", model, "unknown.txt", "--whole", "--json", "whole.json");
  must_have(printed, "\nword\t-\ncharacter\t");
  must_have(printed, "\tcharacters 6\nbyte\t-\n");
  must_have(said, "unknown.txt: U+FFFD stands for characters that the vocabulary lacks");
  char *json = NULL;
  read_back("whole.json", &json);
  assert_null(strstr(json, "\"byte\":"));
  lk_free(json);
  write_file("known.txt", "ab ab");
  MUST_RUN("score", model, "known.txt", "--whole");
  must_have(printed, "\twords 2\n");
  must_have(printed, "\tbytes 5\n");
  MUST_RUN("score", model, "unknown.txt", "--stride", "4");
  must_have(printed, "\nword\t-\ncharacter\t");
  must_have(printed, "\tcharacters 4\nbyte\t-\n");
  must_have(said, "unknown.txt: U+FFFD stands for characters that the vocabulary lacks");
}

/* Encodes the file as standard input. */
static int run_encode(char *tokenizer, const char *path) {
  int before = divert(STDIN_FILENO, path, O_RDONLY);
  int code = RUN("encode", tokenizer);
  put_back(STDIN_FILENO, before);
  return code;
}

/* Of a text of many parts, and of one that is a document. */
static void places_are_lines_of_the_text(void **state) {
  (void)state;
  char model[] = "run/checkpoints/latest", *text;
  size_t lines = 500000, size = 5 * lines;
  assert_int_equal(lk_allocate((void **)&text, size + 3, 1, "a text"), LK_OK);
  for (size_t i = 0; i < size; i++)
    text[i] = "Rosa\n"[i % 5];
  memcpy(text + size, "R\xff", 3);
  write_file("long.txt", text);
  lk_free(text);
  assert_int_equal(run_encode(model, "long.txt"), LK_BAD_DATA);
  must_have(said, "standard input, line 500001, byte 2: invalid UTF-8");
  write_file("far.txt", "Rosa\nRosa €\n");
  MUST_REFUSE(LK_BAD_DATA, "far.txt, line 2, character 6: €", "score", model, "far.txt",
              "--whole");
}

/* Not of what is composed of it. */
static void places_are_those_of_the_input(void **state) {
  (void)state;
  write_file("accents.txt", "é b\n");
  MUST_RUN("prepare", "--nfc", "accents.txt", "accents.h5");
  write_file("apart.txt", "e\u0301\ne\u0301e\u0301e\u0301b\xFF\n");
  assert_int_equal(run_encode("accents.h5", "apart.txt"), LK_BAD_DATA);
  must_have(said, "standard input, line 2, byte 11: invalid UTF-8 (0xFF)");
  write_file("apart.txt", "e\u0301 b\ne\u0301");
  assert_int_equal(run_encode("accents.h5", "apart.txt"), LK_OK);
  assert_string_equal(printed, "5 3 4 2 5\n");
}

/* U+0958 is two characters in NFC, of twice its bytes. */
static void samples_have_room_in_their_composed_form(void **state) {
  (void)state;
  write_file("few.txt", "ab ab ab\nba ba ba\n");
  MUST_RUN("prepare", "--tokenizer", "bytes", "--nfc", "few.txt", "composed.h5");
  MUST_RUN("pretrain", SMALL, "corpus=composed.h5", "objective.kind=language", "steps=1",
           "validation.file=few.txt", "samples=ab \u0958", "run=composed");
  must_hold("composed/samples.txt", "ab \u0915\u093C");
}

/* Of a corpus, or of a checkpoint, as of a file of its own. */
static void a_config_takes_the_tokenizer_of_a_file(void **state) {
  (void)state;
  static char *const files[] = {"tokenizer=composed.h5",
                                "tokenizer=composed/checkpoints/latest"};
  write_file("apart.txt", "e\u0301");
  for (int i = 0; i < 2; i++) {
    MUST_RUN("pretrain", SMALL, "corpus=few.txt", "objective.kind=language", "steps=1",
             files[i], i ? "run=of-model" : "run=of-corpus");
    char *model = i ? "of-model/checkpoints/latest" : "of-corpus/checkpoints/latest";
    assert_int_equal(run_encode(model, "apart.txt"), LK_OK);
    assert_string_equal(printed, "197 171\n");
  }
}

/* What a passage loses more than all before the white space in front of its last word. */
static void white_space_in_front_of_a_last_word_is_its_own(void **state) {
  (void)state;
  char model[] = "composed/checkpoints/latest";
  double whole, context, perplexity;
  write_file("two.txt", "ab ab\u00A0\t ba\nab ab\n");
  MUST_RUN("score", model, "two.txt");
  assert_int_equal(sscanf(printed, "1\t%lf\n2\t%lf\n", &whole, &context), 2);
  write_file("passage.txt", "ab ab\u00A0\t ba\n");
  MUST_RUN("lambada", model, "passage.txt");
  assert_int_equal(
      sscanf(printed, "accuracy\t%*f\tright %*d\tpassages 1\nperplexity\t%lf", &perplexity),
      1);
  assert_true(fabs(log(perplexity) - (10 * whole - 4 * context)) < 1e-4);
}

static void the_mean_of_models_is_one(void **state) {
  static const char *const paths[] = {"run/checkpoints/step-000002.h5",
                                      "run/checkpoints/step-000003.h5",
                                      "fine/checkpoints/latest", "mean.h5"};
  lk_trained models[4];
  (void)state;
  MUST_RUN("average", (char *)paths[0], (char *)paths[1], (char *)paths[2], "mean.h5");
  must_have(printed, "the mean of 3 models\n");
  for (int i = 0; i < 4; i++)
    assert_int_equal(lk_trained_read(&models[i], paths[i]), LK_OK);
  for (uint64_t i = 0; i < models[0].table->count; i++) {
    double sum = 0;
    for (int model = 0; model < 3; model++)
      sum += models[model].values[i];
    assert_true(models[3].values[i] == (float)(sum / 3));
  }
  assert_memory_not_equal(models[0].values, models[2].values, 400);
  for (int i = 0; i < 4; i++)
    lk_trained_clear(&models[i]);
  MUST_RUN("evaluate", "mean.h5", "data/birth_dev.tsv");
  must_have(printed, "Correct: ");
  MUST_RUN("pretrain", SMALL, "steps=1", "model.mlp=8", "run=narrow");
  MUST_REFUSE(LK_BAD_DATA, "latest: has another shape or vocabulary", "average", "mean.h5",
              "narrow/checkpoints/latest", "none.h5");
  MUST_REFUSE(LK_NO_INPUT, "nothing.h5", "average", "mean.h5", "nothing.h5", "none.h5");
}

/* The numbers of a step by the names of metrics.csv. */
static void steps_are_timed(void **state) {
  (void)state;
  MUST_RUN("bench", SMALL, "--steps", "2", "--json", "bench.json", "--trace", "trace.json");
  must_have(printed, "\nloss               4.");
  must_have(printed, "  products ");
  for (const char **name =
           (const char *[]){"step_seconds", "compute_seconds", "communication_seconds",
                            "data_seconds", "peak_memory_mb", "loss", "precision", NULL};
       *name; name++) {
    char key[48];
    snprintf(key, sizeof key, "\"%s\":", *name);
    must_hold("bench.json", key);
  }
  must_hold("bench.json", "\"allocations\":\t0,");
  must_hold("trace.json", "\"attention\"");
  MUST_REFUSE(LK_USAGE, "give a CONFIG.yaml", "bench");
  MUST_REFUSE(LK_USAGE, "from 1 to", "bench", SMALL, "--steps", "0");
  MUST_REFUSE(LK_USAGE, "takes no config", "bench", "--reduce", "a=b");
  MUST_REFUSE(LK_USAGE, "--trace", "bench", "--reduce", "--trace", "t.json");
  MUST_REFUSE(LK_USAGE, "one of --reduce", "bench", SMALL, "--decode", "--trace", "t.json");
}

static void attention_is_timed_alone(void **state) {
  (void)state;
  MUST_RUN("bench", SMALL, "kernels=reference", "--attention", "--steps", "2");
  must_have(printed, "\nboth      ");
  MUST_REFUSE(LK_USAGE, "--attention needs a CONFIG.yaml", "bench", "--attention");
}

static void learning_rates_are_tried(void **state) {
  (void)state;
  int code = RUN("lr", SMALL, "--steps", "5", "--out", "rates");
  if (code == LK_NO_INPUT) skip(); /* no gnuplot */
  assert_int_equal(code, LK_OK);
  must_hold("rates/lr.csv", "learning_rate,loss,smoothed\n1e-06,");
  must_hold("rates/lr.svg", "</svg>");
  MUST_REFUSE(LK_USAGE, "from 2 to", "lr", SMALL, "--steps", "1");
  MUST_REFUSE(LK_USAGE, "below --highest 1", "lr", SMALL, "--lowest", "2");
}

static void sums_are_timed(void **state) {
  (void)state;
  MUST_RUN("bench", "--reduce", "--steps", "1", "--json", "sums.json");
  must_have(printed, "67108864");
  must_hold("sums.json", "67108864");
}

static void a_trained_head_is_drawn(void **state) {
  (void)state;
  int code = RUN("attention", "trained", "fine/checkpoints/latest",
                 "Where was Rosa Fischer born?", "--out", "pictures");
  if (code == LK_NO_INPUT) skip(); /* no gnuplot */
  assert_int_equal(code, LK_OK);
  must_have(printed, "pictures/\n");
  assert_int_equal(
      RUN("attention", "trained", "fine/checkpoints/latest", "€", "--out", "pictures"),
      LK_BAD_DATA);
}

/* By the run's own questions, or a text; of one layer with two heads both are shown. */
static void heads_are_on_the_page(void **state) {
  (void)state;
  MUST_RUN("report", "fine", "--heads", "auto", "--out", "fine.html");
  must_hold("fine.html", "<h2>What heads of fine look at</h2>");
  must_hold("fine.html", "Layer 1, head 1 <small>0.");
  must_hold("fine.html", "Layer 1, head 2 <small>0.");
  MUST_RUN("report", "run", "--heads", "1:2", "--text", "Rosa⁇", "--out", "run.html");
  must_hold("run.html", "<tr><td>5 ⁇</td>");
  must_hold("run.html", "Layer 1, head 2 <small>0.");
  assert_int_equal(mkdir("unrelated", 0777), 0);
  MUST_REFUSE(LK_NO_INPUT, "unrelated: is no run directory", "report", "unrelated");
  assert_int_equal(rmdir("unrelated"), 0);
  MUST_REFUSE(LK_USAGE, "no 2:1", "report", "run", "--heads", "2:1", "--text", "Rosa⁇");
  MUST_REFUSE(LK_USAGE, "not '1:1;'", "report", "fine", "--heads", "1:1;");
  MUST_REFUSE(LK_USAGE, "give --text", "report", "run", "--heads", "auto");
  MUST_REFUSE(LK_USAGE, "give both", "report", "run", "--text", "Rosa");
}

/* From the heading of a page's first head to the end of its words. */
static char *words_of_head(const char *path) {
  char *text = NULL;
  read_back(path, &text);
  char *start = strstr(text, "<figcaption>Layer "), *end;
  if (!start) fail_msg("%s shows no head", path);
  end = strstr(start, "</figcaption>");
  assert_non_null(end);
  memmove(text, start, (size_t)(end - start));
  text[end - start] = '\0';
  return text;
}

/* The page that a run writes itself has what the command finds in its checkpoint, and the
 * run is the same as one that looks at nothing. */
static void a_run_shows_its_heads(void **state) {
  (void)state;
  MUST_RUN("pretrain", SMALL, "steps=4", "checkpoint_every=2", "run=shown", "report=true",
           "report_heads=1:2", "samples=Rosa");
  must_hold("shown/report.html", "<h2>What heads of shown look at</h2>");
  MUST_RUN("report", "shown", "--heads", "1:2", "--out", "again.html");
  char *own = words_of_head("shown/report.html"), *again = words_of_head("again.html");
  must_have(own, "Layer 1, head 2 <small>0.");
  assert_string_equal(own, again);
  lk_free(own);
  lk_free(again);
  MUST_RUN("pretrain", SMALL, "steps=4", "checkpoint_every=2", "run=unseen");
  MUST_RUN("inspect", "shown/checkpoints/latest");
  char *hash = strstr(printed, "parameter hash: ");
  assert_non_null(hash);
  char line[80];
  snprintf(line, sizeof line, "%.48s", hash);
  MUST_RUN("inspect", "unseen/checkpoints/latest");
  must_have(printed, line);
  MUST_REFUSE(LK_USAGE, "set report=true", "pretrain", SMALL, "steps=4", "run=no",
              "report_heads=1:2", "samples=Rosa");
  MUST_REFUSE(LK_USAGE, "there is no 2:1", "pretrain", SMALL, "steps=4", "run=no",
              "report=true", "report_heads=2:1", "samples=Rosa");
  MUST_REFUSE(LK_USAGE, "no samples and no questions", "pretrain", SMALL, "steps=4",
              "run=no", "report=true", "report_heads=auto");
}

/* A page that is made up for at a start shows heads of the running mean, as the one before
 * did and as the command does. */
static void a_page_made_up_for_shows_the_mean(void **state) {
  char *pages[3];
  (void)state;
  for (int i = 0; i < 2; i++) {
    MUST_RUN("pretrain", SMALL, "steps=8", "run=mean", "ema=0.95", "learning_rate=0.05",
             "schedule.warmup_tokens=0", "report=true", "report_heads=1:2", "samples=Rosa");
    pages[i] = words_of_head("mean/report.html");
    assert_int_equal(remove("mean/report.html"), 0);
  }
  MUST_RUN("report", "mean", "--heads", "1:2");
  pages[2] = words_of_head("mean/report.html");
  for (int i = 1; i < 3; i++)
    assert_string_equal(pages[0], pages[i]);
  for (int i = 0; i < 3; i++)
    lk_free(pages[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(training_leaves_a_run_behind),
      cmocka_unit_test(what_an_imported_model_learned_of_is_not_known),
      cmocka_unit_test(what_an_import_cannot_keep_is_said),
      cmocka_unit_test(a_run_goes_on_and_comes_to_its_end),
      cmocka_unit_test(a_stopped_run_says_how_to_go_on),
      cmocka_unit_test(training_refuses_what_cannot_be_trained),
      cmocka_unit_test(questions_are_answered_and_counted),
      cmocka_unit_test(a_mask_in_a_question_is_one),
      cmocka_unit_test(lines_of_standard_input_are_answered),
      cmocka_unit_test(texts_are_scored_line_by_line),
      cmocka_unit_test(bytes_of_unknown_characters_are_not_guessed),
      cmocka_unit_test(places_are_lines_of_the_text),
      cmocka_unit_test(places_are_those_of_the_input),
      cmocka_unit_test(samples_have_room_in_their_composed_form),
      cmocka_unit_test(a_config_takes_the_tokenizer_of_a_file),
      cmocka_unit_test(white_space_in_front_of_a_last_word_is_its_own),
      cmocka_unit_test(the_mean_of_models_is_one),
      cmocka_unit_test(steps_are_timed),
      cmocka_unit_test(attention_is_timed_alone),
      cmocka_unit_test(learning_rates_are_tried),
      cmocka_unit_test(sums_are_timed),
      cmocka_unit_test(a_trained_head_is_drawn),
      cmocka_unit_test(heads_are_on_the_page),
      cmocka_unit_test(a_run_shows_its_heads),
      cmocka_unit_test(a_page_made_up_for_shows_the_mean),
  };
  return cmocka_run_group_tests(tests, make_data, close_world);
}
