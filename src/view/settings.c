/* What a run was told: keys that are not at their defaults, or, of several runs, keys that
 * differ between them; and each whole config. */
#include "lockstep/memory.h"
#include "view/page.h"
#include <string.h>

/* The value's text, the caller's; "" where there is no config to be read. */
static lk_status value_of(const lk_config *config, const char *key, char **text) {
  return config ? lk_config_value(config, key, text) : lk_copy_text(text, "");
}

/* Of one run against the defaults, of several against each other. */
static lk_status differs(const lk_page *page, const lk_config *defaults, const char *key,
                         int *out) {
  char *first = NULL, *other = NULL;
  lk_status status =
      value_of(page->count > 1 ? page->records[0].config : defaults, key, &first);
  *out = 0;
  for (int i = page->count > 1; i < page->count && status == LK_OK && !*out; i++) {
    status = value_of(page->records[i].config, key, &other);
    if (status == LK_OK) *out = strcmp(first, other) != 0;
    lk_free(other);
  }
  lk_free(first);
  return status;
}

static lk_status print_row(const lk_page *page, const char *key) {
  lk_status status = lk_page_put(page->html, "<tr><th scope=\"row\">", key, "</th>");
  for (int i = 0; i < page->count && status == LK_OK; i++) {
    char *text;
    status = value_of(page->records[i].config, key, &text);
    if (status != LK_OK) break;
    status = lk_page_put(page->html, "<td>", text, "</td>");
    lk_free(text);
  }
  fputs("</tr>\n", page->html);
  return status;
}

static lk_status print_rows(const lk_page *page, const lk_config *defaults) {
  char help[1];
  const char *key;
  int rows = 0;
  for (int i = 0; (key = lk_config_describe_key(i, help, sizeof help)); i++) {
    int shown = 0;
    if (strcmp(key, "run")) LK_TRY(differs(page, defaults, key, &shown));
    if (shown) LK_TRY(print_row(page, key));
    rows += shown != 0;
  }
  if (!rows)
    fprintf(page->html, "<tr><td colspan=\"%d\">none</td></tr>\n", page->count + 1);
  return LK_OK;
}

static lk_status print_table(const lk_page *page) {
  lk_config *defaults = NULL;
  fputs("<table><thead><tr><th>key</th>", page->html);
  for (int i = 0; i < page->count; i++)
    LK_TRY(lk_page_put(page->html, "<th>", page->records[i].name, "</th>"));
  fputs("</tr></thead><tbody>\n", page->html);
  LK_TRY(lk_config_read(&defaults, NULL, 0, NULL));
  lk_status status = print_rows(page, defaults);
  lk_config_free(defaults);
  fputs("</tbody></table>\n", page->html);
  return status;
}

static lk_status print_whole(FILE *html, const lk_record *record) {
  if (!*record->config_text) return LK_OK;
  LK_TRY(lk_page_put(html, "<details><summary>config.yaml of ", record->name,
                     "</summary>\n<pre>"));
  return lk_page_put(html, "", record->config_text, "</pre></details>\n");
}

/* Nothing where no config can be read. */
lk_status lk_page_settings(const lk_page *page) {
  int known = 0;
  for (int i = 0; i < page->count; i++)
    known |= page->records[i].config != NULL;
  fprintf(page->html, "<h2>Settings</h2>\n<p>%s</p>\n",
          !known            ? "There is no config."
          : page->count > 1 ? "The keys that differ."
                            : "The keys that are not at their defaults.");
  if (known) LK_TRY(print_table(page));
  for (int i = 0; i < page->count; i++)
    LK_TRY(print_whole(page->html, &page->records[i]));
  return LK_OK;
}
