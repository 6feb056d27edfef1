/* What some heads of a model look at: a square of weights each, and the same in words. */
#include "view/escape.h"
#include "view/page.h"
#include <assert.h>
#include <math.h>

enum {
  MOST_SHOWN = 96, /* tokens */
  LEVELS = 8,      /* of opacity, equal steps of the weight's root */
  LABEL_ROOM = 9   /* cells right of the square */
};

static const double least = 0.01; /* weight that is drawn */

static int level_of(double weight) {
  int level = (int)ceil(sqrt(weight) * LEVELS);
  return weight < least ? 0 : level < LEVELS ? level : LEVELS;
}

/* A cell is one unit of the picture; those of a level are one path. */
static void print_cells(FILE *html, const lk_page_head *head, int length, int shown) {
  for (int level = 1; level <= LEVELS; level++) {
    fprintf(html, "<path fill-opacity=\"%.3f\" d=\"", (double)level / LEVELS);
    for (int row = 0; row < shown; row++)
      for (int column = 0; column <= row; column++)
        if (level_of((double)head->weights[row * length + column]) == level)
          fprintf(html, "M%d %dh1v1h-1z", column, row);
    fputs("\"/>", html);
  }
}

/* Every token stands behind its own cell of the diagonal, which ends its row and its
 * column. */
static lk_status print_picture(FILE *html, const lk_page_attention *a,
                               const lk_page_head *head, int shown) {
  fprintf(html,
          "<svg class=\"heads\" role=\"img\" viewBox=\"0 0 %d %d\" aria-label=\"Weights of "
          "layer %d, head %d: a row looks at its columns\">",
          shown + LABEL_ROOM, shown, head->layer, head->head);
  print_cells(html, head, a->length, shown);
  for (int i = 0; i < shown; i++) {
    fprintf(html, "<text x=\"%.1f\" y=\"%.1f\">", i + 1.3, i + 0.8);
    LK_TRY(lk_page_put(html, "", a->tokens[i], "</text>"));
  }
  fputs("</svg>\n", html);
  return LK_OK;
}

static int most_looked_at(const lk_page_head *head, int length, int row) {
  int most = 0;
  for (int column = 1; column <= row; column++)
    if (head->weights[row * length + column] > head->weights[row * length + most])
      most = column;
  return most;
}

static lk_status print_rows(FILE *html, const lk_page_attention *a,
                            const lk_page_head *head, int shown) {
  fputs("<details><summary>As text</summary>\n<table><thead><tr><th>token</th><th>looks "
        "most at</th><th>weight</th></tr></thead><tbody>\n",
        html);
  for (int row = 0; row < shown; row++) {
    int most = most_looked_at(head, a->length, row);
    fprintf(html, "<tr><td>%d ", row + 1);
    LK_TRY(lk_page_put(html, "", a->tokens[row], "</td>"));
    fprintf(html, "<td>%d ", most + 1);
    LK_TRY(lk_page_put(html, "", a->tokens[most], "</td>"));
    fprintf(html, "<td>%.2f</td></tr>\n", (double)head->weights[row * a->length + most]);
  }
  fputs("</tbody></table></details>\n", html);
  return LK_OK;
}

static lk_status print_head(FILE *html, const lk_page_attention *a,
                            const lk_page_head *head) {
  int shown = a->length < MOST_SHOWN ? a->length : MOST_SHOWN;
  assert(head->layer > 0 && head->head > 0 && a->length > 0);
  fprintf(html, "<figure><figcaption>Layer %d, head %d <small>", head->layer, head->head);
  LK_TRY(lk_page_put(html, "", head->words, "</small></figcaption>\n"));
  LK_TRY(print_picture(html, a, head, shown));
  LK_TRY(print_rows(html, a, head, shown));
  fputs("</figure>\n", html);
  return LK_OK;
}

lk_status lk_page_heads(const lk_page *page) {
  for (int i = 0; page->attention && i < page->count; i++) {
    const lk_page_attention *a = &page->attention[i];
    if (a->count == 0) continue;
    LK_TRY(lk_page_put(page->html, "<h2>What heads of ", page->records[i].name,
                       " look at</h2>\n"));
    fputs("<p>Each token, a row, takes its share from itself and those before it, its "
          "columns; a token stands where its row and its column end.</p>\n"
          "<div class=\"pictures\">\n",
          page->html);
    for (int head = 0; head < a->count; head++)
      LK_TRY(print_head(page->html, a, &a->heads[head]));
    fputs("</div>\n", page->html);
  }
  return LK_OK;
}
