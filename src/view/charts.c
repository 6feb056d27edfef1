/* Figures: a caption, a place for the picture, its numbers in words; and the same numbers
 * for the script that draws it. */
#include "lockstep/memory.h"
#include "view/curve.h"
#include "view/escape.h"
#include "view/page.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST_CURVES = 6, MEANS = 150 };

typedef struct {
  const char *name, *label; /* label NULL: the end of an interval */
} curve_of;

typedef struct {
  const char *id, *title, *unit;
  const char *kind; /* how page.js draws it */
  curve_of curves[MOST_CURVES + 1];
} chart;

static const chart charts[] = {
    {"loss",
     "Loss",
     "nats a target token",
     "lines",
     {{"loss", "loss"}, {"smooth_loss", "smoothed"}, {"held_out_loss", "held out"}}},
    {"score",
     "Right answers",
     "percent of the dev questions, with 95 % intervals",
     "dots",
     {{"dev", "dev"},
      {"dev_low", NULL},
      {"dev_high", NULL},
      {"probe", "probe"},
      {"probe_low", NULL},
      {"probe_high", NULL}}},
    {"bits",
     "Held-out bits per byte",
     "bits",
     "lines",
     {{"held_out_bits_per_byte", "held out"}}},
    {"rate",
     "Learning rate",
     "of each update",
     "lines",
     {{"learning_rate", "learning rate"}}},
    {"norm",
     "Gradient norm",
     "before clipping, logarithmic",
     "log",
     {{"gradient_norm", "gradient norm"}, {"smooth_gradient_norm", "smoothed"}}},
    {"speed",
     "Speed",
     "target tokens a second",
     "lines",
     {{"tokens_per_second", "tokens a second"}, {"smooth_tokens_per_second", "smoothed"}}},
    {"parts",
     "Where a step's time goes",
     "seconds a step on rank 0, means",
     "stack",
     {{"compute_seconds", "computing"},
      {"communication_seconds", "sending, and waiting for slower ranks"},
      {"data_seconds", "making examples"},
      {"replica_check_seconds", "comparing replicas"}}},
    {"memory",
     "Memory",
     "MB, the most so far, of rank 0",
     "lines",
     {{"peak_memory_mb", "memory"}}}};

/* The curves of a chart, run by run. */
typedef struct {
  const chart *of;
  lk_curve *curves; /* (runs, MOST_CURVES), owned */
  size_t points;
} figure;

/* So that the page stays small with many runs. */
static size_t buckets_for(int runs) {
  return runs < 8 ? 500 : runs < 40 ? 4000 / (size_t)runs : 100;
}

/* The curves of one run, small. Those that stand on each other keep what all have. */
static lk_status make_curves(const chart *of, const lk_record *record, size_t buckets,
                             lk_curve *curves) {
  int stacked = !strcmp(of->kind, "stack"), count = 0;
  for (; of->curves[count].name; count++)
    LK_TRY(lk_curve_make(&curves[count], record, of->curves[count].name));
  assert(count <= MOST_CURVES);
  if (stacked) lk_curve_align(curves, count);
  for (int i = 0; i < count; i++)
    if (stacked)
      lk_curve_average(&curves[i], MEANS);
    else
      lk_curve_thin(&curves[i], buckets);
  return LK_OK;
}

static lk_status make_figure(const lk_page *page, figure *out) {
  LK_TRY(LK_NEW(out->curves, (size_t)page->count * MOST_CURVES));
  for (int run = 0; run < page->count; run++)
    LK_TRY(make_curves(out->of, &page->records[run], buckets_for(page->count),
                       &out->curves[run * MOST_CURVES]));
  for (int i = 0; i < page->count * MOST_CURVES; i++)
    out->points += out->curves[i].count;
  return LK_OK;
}

static void clear_figure(const lk_page *page, figure *f) {
  for (int i = 0; f->curves && i < page->count * MOST_CURVES; i++)
    lk_curve_clear(&f->curves[i]);
  lk_free(f->curves);
}

static void print_point(FILE *html, const lk_curve *curve, size_t i) {
  fprintf(html, "<td>%.6g <small>at %.0f</small></td>", curve->value[i], curve->at[i]);
}

/* First, last, lowest, highest. */
static void print_numbers(FILE *html, const lk_curve *curve) {
  size_t low = 0, high = 0;
  assert(curve->count > 0);
  for (size_t i = 1; i < curve->count; i++) {
    if (curve->value[i] < curve->value[low]) low = i;
    if (curve->value[i] > curve->value[high]) high = i;
  }
  print_point(html, curve, 0);
  print_point(html, curve, curve->count - 1);
  print_point(html, curve, low);
  print_point(html, curve, high);
  fputs("</tr>\n", html);
}

/* What the picture shows, for those who cannot see it. */
static lk_status print_table(const lk_page *page, const figure *f) {
  fputs("<details><summary>In numbers</summary><table><thead><tr><th>curve</th>"
        "<th>first</th><th>last</th><th>lowest</th><th>highest</th></tr></thead><tbody>\n",
        page->html);
  for (int run = 0; run < page->count; run++)
    for (int i = 0; f->of->curves[i].name; i++) {
      const lk_curve *curve = &f->curves[run * MOST_CURVES + i];
      if (!curve->count || !f->of->curves[i].label) continue;
      fputs("<tr><th scope=\"row\">", page->html);
      if (page->count > 1)
        LK_TRY(lk_page_put(page->html, "", page->records[run].name, ": "));
      fputs(f->of->curves[i].label, page->html);
      fputs("</th>", page->html);
      print_numbers(page->html, curve);
    }
  fputs("</tbody></table></details>\n", page->html);
  return LK_OK;
}

static void print_list(FILE *data, const double *numbers, size_t count, int digits) {
  fputc('[', data);
  for (size_t i = 0; i < count; i++) {
    if (i) fputc(',', data);
    lk_print_number(data, numbers[i], digits);
  }
  fputc(']', data);
}

static void print_curve(FILE *data, const char *name, const lk_curve *curve) {
  fprintf(data, "\"%s\":[", name);
  print_list(data, curve->at, curve->count, 15);
  fputc(',', data);
  print_list(data, curve->value, curve->count, 6);
  fputc(']', data);
}

static void print_data(const lk_page *page, const figure *f) {
  fprintf(page->data, "{\"id\":\"%s\",\"kind\":\"%s\",\"labels\":{", f->of->id,
          f->of->kind);
  for (int i = 0; f->of->curves[i].name; i++)
    fprintf(page->data, "%s\"%s\":\"%s\"", i ? "," : "", f->of->curves[i].name,
            f->of->curves[i].label ? f->of->curves[i].label : "");
  fputs("},\"runs\":[", page->data);
  for (int run = 0; run < page->count; run++) {
    fputs(run ? ",{" : "{", page->data);
    for (int i = 0; f->of->curves[i].name; i++) {
      if (i) fputc(',', page->data);
      print_curve(page->data, f->of->curves[i].name, &f->curves[run * MOST_CURVES + i]);
    }
    fputc('}', page->data);
  }
  fputs("]}", page->data);
}

static lk_status print_figure(const lk_page *page, const figure *f, int first) {
  fprintf(page->html,
          "<figure id=\"%s\" tabindex=\"0\" aria-labelledby=\"%s-title\">\n<figcaption "
          "id=\"%s-title\"><b>%s</b> <small>%s</small></figcaption>\n<div "
          "class=\"plot\"></div>\n",
          f->of->id, f->of->id, f->of->id, f->of->title, f->of->unit);
  LK_TRY(print_table(page, f));
  fputs("</figure>\n", page->html);
  if (!first) fputs(",\n", page->data);
  print_data(page, f);
  return LK_OK;
}

lk_status lk_page_charts(const lk_page *page) {
  int printed = 0;
  for (size_t i = 0; i < sizeof charts / sizeof *charts; i++) {
    figure f = {.of = &charts[i]};
    lk_status status = make_figure(page, &f);
    if (status == LK_OK && f.points) status = print_figure(page, &f, !printed++);
    clear_figure(page, &f);
    LK_TRY(status);
  }
  if (!printed) fputs("<p>There are no numbers yet.</p>\n", page->html);
  return LK_OK;
}
