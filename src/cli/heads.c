#include "cli/heads.h"
#include "lockstep/heads.h"
#include "lockstep/run.h"
#include <stdlib.h>
#include <string.h>

static const lk_column head_columns[] = {{"layer", "%.0f"},   {"head", "%.0f"},
                                         {"entropy", "%.4f"}, {"copy", "%.4f"},
                                         {"key", "%.0f"},     {"key_weight", "%.4f"},
                                         {"back", "%.0f"},    {"back_weight", "%.4f"}};
static const lk_column weight_columns[] = {
    {"head", "%.0f"}, {"query", "%.0f"}, {"key", "%.0f"}, {"weight", "%.7g"}};

/* One hue from white to dark, stretched where most weights are. */
static const char palette[] =
    "set palette defined (0 '#ffffff', 0.05 '#d6e6f4', 0.2 '#6baed6', 0.5 '#2171b5', "
    "1 '#08306b')\n"
    "set cbrange [0:1]\n"
    "set xrange [0.5:T + 0.5]\n"
    "set yrange [T + 0.5:0.5]\n"
    "set tics scale 0\n"
    "unset grid\n"
    "unset key\n"
    "panel(h) = (h - 1) * T * T\n"
    "seen(key, query, weight) = key <= query ? weight : NaN\n";

/* All heads, small: rows are layers, columns heads. */
static const char overview_commands[] =
    "unset tics\n"
    "unset colorbox\n"
    "set multiplot layout L,H margins 10.0/W,1-10.0/W,10.0/Y,1-60.0/Y spacing 8.0/W,26.0/Y "
    "title 'layer.head: who (row) looks at whom (column)'\n"
    "do for [l=1:L] { do for [h=1:H] {\n"
    "  set title sprintf('%d.%d', l, h) offset 0,-0.8\n"
    "  plot sprintf('trained-layer-%d.csv', l) every ::panel(h)::panel(h + 1) - 1 "
    "using 'key':'query':'weight' with image\n"
    "} }\n"
    "unset multiplot";

/* The heads of one layer, large enough to read the characters. One rectangle a weight, for
 * viewers blur images that they enlarge. */
static const char layer_commands[] =
    "set colorbox user origin 1-60.0/W,0.2 size 10.0/W,0.6\n"
    "set multiplot layout rows,columns margins 30.0/W,1-80.0/W,30.0/Y,1-65.0/Y "
    "spacing 50.0/W,60.0/Y "
    "title sprintf('layer %d: what each character (row) looks at (column)', l)\n"
    "do for [h=1:H] {\n"
    "  set title sprintf('head %d', h) offset 0,-0.5\n"
    "  plot sprintf('trained-layer-%d.csv', l) every ::panel(h)::panel(h + 1) - 1 "
    "using 'key':'query':(seen(column('key'), column('query'), column('weight'))) "
    "with image pixels\n"
    "}\n"
    "unset multiplot";

static lk_status add_heads(lk_report *report, const lk_heads *heads) {
  lk_table *table;
  LK_TRY(lk_report_add_table(
      report, &table, "trained",
      "Every head, means over the characters: entropy in nats, the largest weight on one "
      "earlier character (copy), the character and the distance back with most weight",
      head_columns, sizeof head_columns / sizeof *head_columns));
  for (int l = 0; l < heads->layers; l++)
    for (int h = 0; h < heads->heads; h++) {
      lk_head_facts facts = lk_heads_describe(heads, l, h);
      LK_TRY(LK_TABLE_ADD(table, l + 1, h + 1, facts.entropy, facts.copy, facts.key + 1,
                          facts.key_weight, facts.back, facts.back_weight));
    }
  return LK_OK;
}

/* The weights of one layer, zeros included, as the heat maps need them. */
static lk_status add_weights(lk_report *report, const lk_heads *heads, int layer) {
  int T = heads->length;
  char name[32];
  lk_table *table;
  const lk_real *weight =
      heads->weights + (size_t)layer * (size_t)heads->heads * (size_t)T * (size_t)T;
  snprintf(name, sizeof name, "trained-layer-%d", layer + 1);
  LK_TRY(lk_report_add_table(report, &table, name, "Data of the picture", weight_columns,
                             sizeof weight_columns / sizeof *weight_columns));
  table->shown = 0;
  for (int h = 0; h < heads->heads; h++)
    for (int t = 0; t < T; t++)
      for (int j = 0; j < T; j++)
        LK_TRY(LK_TABLE_ADD(table, h + 1, t + 1, j + 1, (double)*weight++));
  return LK_OK;
}

/* gnuplot's list of labelled tics, the text's characters, quotes doubled. The caller frees
 * it. */
static char *tics_of(const lk_heads *heads, const lk_tokenizer *tokenizer) {
  char *text = NULL, name[LK_TOKEN_LABEL];
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return NULL;
  for (int t = 0; t < heads->length; t++) {
    lk_token_label(tokenizer, heads->tokens[t], name);
    fputs(t ? ", '" : "('", memory);
    for (const char *at = name; *at; at++)
      fputs(*at == '\'' ? "''" : (char[]){*at, '\0'}, memory);
    fprintf(memory, "' %d", t + 1);
  }
  fputc(')', memory);
  fclose(memory);
  return text;
}

enum { MOST_PANELS = 4, CELL = 10, FRAME = 50, LEAST = 200, THUMB = 150 };

static lk_status add_layer_picture(lk_report *report, const lk_heads *heads, int layer,
                                   const char *tics) {
  int columns = heads->heads < MOST_PANELS ? heads->heads : MOST_PANELS;
  int rows = (heads->heads + columns - 1) / columns;
  int panel = (CELL * heads->length > LEAST ? CELL * heads->length : LEAST) + FRAME;
  int width = columns * panel + 60, height = rows * (panel + 10) + 35;
  char name[32], *variables = NULL;
  size_t size;
  FILE *memory = open_memstream(&variables, &size);
  if (!memory) return lk_fail(LK_INTERNAL, "trained: out of memory");
  fprintf(memory, "T = %d; H = %d; l = %d; rows = %d; columns = %d; W = %d; Y = %d\n%s",
          heads->length, heads->heads, layer + 1, rows, columns, width, height, palette);
  fprintf(memory, "set xtics font ',7' %s\nset ytics font ',7' %s\n", tics, tics);
  fclose(memory);
  snprintf(name, sizeof name, "trained-layer-%d", layer + 1);
  lk_status status =
      lk_report_add_picture(report, name, width, height, variables, layer_commands);
  free(variables);
  return status;
}

static lk_status add_overview(lk_report *report, const lk_heads *heads) {
  char variables[sizeof palette + 96];
  int width = heads->heads * (THUMB + 8) + 20, height = heads->layers * (THUMB + 26) + 50;
  if (width < 360) width = 360; /* for the title */
  snprintf(variables, sizeof variables, "T = %d; L = %d; H = %d; W = %d; Y = %d\n%s",
           heads->length, heads->layers, heads->heads, width, height, palette);
  return lk_report_add_picture(report, "trained", width, height, variables,
                               overview_commands);
}

static lk_status add_pictures(lk_report *report, const lk_heads *heads,
                              const lk_tokenizer *tokenizer) {
  LK_TRY(add_overview(report, heads));
  char *tics = tics_of(heads, tokenizer);
  if (!tics) return lk_fail(LK_INTERNAL, "trained: out of memory");
  lk_status status = LK_OK;
  for (int l = 0; l < heads->layers && status == LK_OK; l++)
    status = add_layer_picture(report, heads, l, tics);
  free(tics);
  return status;
}

static void say(lk_report *report, const lk_heads *heads, const lk_tokenizer *tokenizer) {
  const lk_table *table = report->tables[0];
  int copier = 0, sharpest = 0;
  char key[LK_TOKEN_LABEL];
  for (int row = 1; row < table->rows; row++) {
    if (lk_table_at(table, row, "copy") > lk_table_at(table, copier, "copy")) copier = row;
    if (lk_table_at(table, row, "entropy") < lk_table_at(table, sharpest, "entropy"))
      sharpest = row;
  }
  int position = (int)lk_table_at(table, copier, "key");
  lk_token_label(tokenizer, heads->tokens[position - 1], key);
  snprintf(
      report->sentence, sizeof report->sentence,
      "Head %.0f of layer %.0f copies most: on average a character gives %.2f of its "
      "weight "
      "to one earlier character (most of all to character %d, %s). Head %.0f of layer %.0f "
      "is the sharpest, with an entropy of %.2f nats; even weights have %.2f.",
      lk_table_at(table, copier, "head"), lk_table_at(table, copier, "layer"),
      lk_table_at(table, copier, "copy"), position, key,
      lk_table_at(table, sharpest, "head"), lk_table_at(table, sharpest, "layer"),
      lk_table_at(table, sharpest, "entropy"), lk_heads_even_entropy(heads));
}

static lk_status fill(lk_report *report, const lk_heads *heads,
                      const lk_tokenizer *tokenizer) {
  LK_TRY(add_heads(report, heads));
  for (int l = 0; l < heads->layers; l++)
    LK_TRY(add_weights(report, heads, l));
  LK_TRY(add_pictures(report, heads, tokenizer));
  say(report, heads, tokenizer);
  return LK_OK;
}

lk_status lk_heads_report(const char *checkpoint, const char *text, const char *without,
                          lk_report *report) {
  lk_trained trained = {0};
  lk_heads heads = {0};
  *report = (lk_report){
      .name = "trained",
      .title = "What the heads of a trained model look at",
      .formulas = "α = softmax(K q / √D) for every character of the text, over itself and "
                  "the earlier ones; &emsp; entropy = −Σ<sub>i</sub> α<sub>i</sub> ln "
                  "α<sub>i</sub>"};
  LK_TRY(lk_run_explain(lk_trained_read(&trained, checkpoint), checkpoint));
  lk_status status = without ? lk_heads_switch_off(&trained, without) : LK_OK;
  if (status == LK_OK) status = lk_heads_read(&heads, &trained, text);
  if (status == LK_OK) status = fill(report, &heads, trained.tokenizer);
  lk_heads_clear(&heads);
  lk_trained_clear(&trained);
  return status;
}
