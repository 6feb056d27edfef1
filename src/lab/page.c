#include "lockstep/file.h"
#include "lockstep/report.h"
#include <limits.h>
#include <stdlib.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<title>What one attention head can and cannot do</title>\n<style>\n"
    "body { font: 16px/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 "
    "1rem;\n  color: #222; background: #fff; }\n"
    "img { max-width: 100%; }\n"
    "p.formula { font-family: serif; font-size: 1.15rem; background: #f4f4f4; padding: "
    ".6rem 1rem; }\n"
    "p.seen { border-left: 4px solid #0072b2; padding-left: 1rem; }\n"
    "table { border-collapse: collapse; font-size: .8rem; margin: 1rem 0; display: block;\n"
    "  overflow-x: auto; }\n"
    "caption { text-align: left; font-weight: bold; padding-bottom: .3rem; }\n"
    "th, td { text-align: right; padding: .1rem .6rem; border-bottom: 1px solid #ddd;\n"
    "  font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
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
  fputs(head, memory);
  for (int i = 0; i < count; i++)
    print_report(&reports[i], memory);
  fputs("</body>\n</html>\n", memory);
  lk_status status = fclose(memory) ? lk_fail(LK_INTERNAL, "%s: out of memory", path)
                                    : lk_file_write(path, text, size);
  free(text);
  return status;
}
