#include "lab/own.h"
#include "lockstep/page_style.h"
#include "lockstep/report.h"
#include <limits.h>
#include <stdlib.h>

#define TITLE "<title>What one attention head can and cannot do</title>"

static const char before_style[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
    "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" TITLE
    "\n<style>\n";

/* What no page of runs has: formulas, and pictures that are drawn on white. */
static const char behind_style[] =
    "img { max-width: 100%; background: #fff; border-radius: .5rem; }\n"
    ".formula { font-family: serif; font-size: 1.15rem; background: var(--panel);\n"
    "  border-radius: .5rem; padding: .6rem 1rem; }\n"
    ".seen { border-left: 4px solid var(--c0); padding-left: 1rem; }\n"
    "caption { display: block; position: sticky; left: 0; text-align: left;\n"
    "  font-weight: 600; white-space: normal; }\n"
    "table { font-size: .8rem; margin: 1rem 0; }\n"
    "th, td { text-align: right; white-space: nowrap; }\n"
    "@media print { table { font-size: .55rem; } th, td { padding-right: .4rem; }\n"
    "  th { white-space: normal; overflow-wrap: anywhere; }\n"
    "  caption { display: table-caption; } }\n"
    "</style>\n</head>\n<body>\n<h1>What one attention head can and cannot do</h1>\n"
    "<p>Every number comes from the attention core that trains the model, by its single "
    "query. Unless an experiment says otherwise, the keys k<sub>1</sub> … "
    "k<sub>n</sub> are orthonormal, the values v<sub>i</sub> are arbitrary, m is a large "
    "number, and</p>\n<p class=\"formula\">α = softmax(K q), &emsp; "
    "c = Σ<sub>i</sub> α<sub>i</sub> v<sub>i</sub></p>\n";

static void print_escaped(const char *text, FILE *to) {
  for (; *text; text++)
    switch (*text) {
    case '&':
      fputs("&amp;", to);
      break;
    case '<':
      fputs("&lt;", to);
      break;
    case '>':
      fputs("&gt;", to);
      break;
    default:
      fputc(*text, to);
    }
}

static void print_report(const lk_report *report, FILE *to) {
  fprintf(to, "<h2 id=\"%s\">%s</h2>\n<p class=\"formula\">%s</p>\n<p class=\"seen\">",
          report->name, report->title, report->formulas);
  print_escaped(report->sentence, to);
  fputs("</p>\n", to);
  for (int i = 0; i < report->picture_count; i++) {
    const char *name = report->pictures[i].name;
    fprintf(to, "<p><a href=\"%s.svg\"><img src=\"%s.svg\" alt=\"%s\"></a></p>\n", name,
            name, report->title);
  }
  for (int i = 0; i < report->table_count; i++)
    if (report->tables[i]->shown) lk_table_print_html(report->tables[i], to);
}

lk_status lk_report_page(const lk_report *reports, int count, const char *folder) {
  char path[PATH_MAX], *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  snprintf(path, sizeof path, "%s/index.html", folder);
  if (!memory) return lk_fail(LK_INTERNAL, "%s: out of memory", path);
  fprintf(memory, "%s%s%s", before_style, lk_page_style, behind_style);
  for (int i = 0; i < count; i++)
    print_report(&reports[i], memory);
  fputs("</body>\n</html>\n", memory);
  lk_status status = fclose(memory) ? lk_fail(LK_INTERNAL, "%s: out of memory", path)
                                    : lk_lab_write(path, TITLE, text, size);
  free(text);
  return status;
}
