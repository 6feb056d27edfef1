/* Runs as a table, as JSON, and two runs against each other. */
#include "lockstep/listing.h"
#include "lockstep/memory.h"
#include "lockstep/visible.h"
#include "view/escape.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Behind "step N of M, K ranks on": the hosts of the newest start; NULL: not said. */
static const char *hosts_of(const lk_record *record) {
  const char *start = lk_record_fact(record, "step");
  const char *on = start ? strstr(start, " on ") : NULL;
  return on ? on + 4 : NULL;
}

enum { CELL = 32 };

static const char *number(char cell[CELL], const char *format, double value) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (isfinite(value))
    snprintf(cell, CELL, format, value);
  else
    snprintf(cell, CELL, "-");
#pragma GCC diagnostic pop
  return cell;
}

static const char *step_of(char cell[CELL], const lk_record *record) {
  if (record->steps > 0)
    snprintf(cell, CELL, "%.0f/%.0f", record->step, record->steps);
  else
    snprintf(cell, CELL, "%.0f", record->step);
  return cell;
}

static lk_status print_text(FILE *to, const char *text) {
  char *shown;
  size_t room = LK_VISIBLE_MOST * strlen(text) + 1;
  LK_TRY(LK_NEW(shown, room));
  fputs(lk_visible(shown, room, text, ""), to);
  lk_free(shown);
  return LK_OK;
}

static const char *or_else(const char *text, const char *otherwise) {
  return text ? text : otherwise;
}

static lk_status print_row(FILE *to, const lk_record *r) {
  char step[CELL], loss[CELL], held_out[CELL], best[CELL], size[CELL];
  fprintf(to, "%-17s  %15s  %8s  %8s  %6s  %-20s  %8s  ", lk_record_state_name(r->state),
          step_of(step, r), number(loss, "%.4f", lk_columns_newest(&r->metrics, "loss")),
          number(held_out, "%.4f", lk_columns_newest(&r->metrics, "held_out_loss")),
          number(best, "%.1f%%", lk_record_best(r)), or_else(lk_record_started(r), "-"),
          number(size, "%.1f MB", (double)lk_listing_bytes(r->folder) / 1e6));
  LK_TRY(print_text(to, r->folder));
  fputs("  on ", to);
  LK_TRY(print_text(to, or_else(hosts_of(r), "hosts that it does not say")));
  fputc('\n', to);
  return LK_OK;
}

lk_status lk_listing_print(FILE *to, const lk_record *records, size_t count) {
  fprintf(to, "%-17s  %15s  %8s  %8s  %6s  %-20s  %8s  %s\n", "state", "step", "loss",
          "held out", "best", "started", "on disk", "run");
  for (size_t i = 0; i < count; i++)
    LK_TRY(print_row(to, &records[i]));
  return LK_OK;
}

static lk_status print_member(FILE *to, const char *name, const char *text) {
  fprintf(to, ", \"%s\": ", name);
  if (text) return lk_print_json(to, text);
  fputs("null", to);
  return LK_OK;
}

static void print_value(FILE *to, const char *name, double value) {
  fprintf(to, ", \"%s\": ", name);
  lk_print_number(to, value, 17);
}

static lk_status print_object(FILE *to, const lk_record *r) {
  fputs("{\"run\": ", to);
  LK_TRY(lk_print_json(to, r->folder));
  LK_TRY(print_member(to, "state", lk_record_state_name(r->state)));
  print_value(to, "step", r->step);
  print_value(to, "steps", r->steps > 0 ? r->steps : NAN);
  print_value(to, "loss", lk_columns_newest(&r->metrics, "loss"));
  print_value(to, "held_out_loss", lk_columns_newest(&r->metrics, "held_out_loss"));
  print_value(to, "best_percent", lk_record_best(r));
  LK_TRY(print_member(to, "started", lk_record_started(r)));
  LK_TRY(print_member(to, "hosts", hosts_of(r)));
  print_value(to, "bytes", (double)lk_listing_bytes(r->folder));
  fputc('}', to);
  return LK_OK;
}

lk_status lk_listing_print_json(FILE *to, const lk_record *records, size_t count) {
  fputc('[', to);
  for (size_t i = 0; i < count; i++) {
    if (i) fputs(",\n ", to);
    LK_TRY(print_object(to, &records[i]));
  }
  fputs("]\n", to);
  return LK_OK;
}

static lk_status compare(FILE *to, const char *name, const char *one, const char *other) {
  one = or_else(one, "-");
  other = or_else(other, "-");
  if (!strcmp(one, other)) return LK_OK;
  fprintf(to, "%s: ", name);
  LK_TRY(print_text(to, one));
  fputs("  |  ", to);
  LK_TRY(print_text(to, other));
  fputc('\n', to);
  return LK_OK;
}

static lk_status compare_key(FILE *to, const char *key, const lk_config *one,
                             const lk_config *other) {
  char *here = NULL, *there = NULL;
  lk_status status = lk_config_value(one, key, &here);
  if (status == LK_OK) status = lk_config_value(other, key, &there);
  if (status == LK_OK) status = compare(to, key, here, there);
  lk_free(here);
  lk_free(there);
  return status;
}

static const char *tell_config(const lk_record *record) {
  return record->config ? "read" : *record->config_text ? "cannot be read" : "not there";
}

/* Of a run without a config it says that, instead of every key. */
static lk_status compare_configs(FILE *to, const lk_record *one, const lk_record *other) {
  char help[1];
  const char *key;
  if (!one->config || !other->config)
    return compare(to, "config.yaml", tell_config(one), tell_config(other));
  for (int i = 0; (key = lk_config_describe_key(i, help, sizeof help)); i++)
    if (strcmp(key, "run")) LK_TRY(compare_key(to, key, one->config, other->config));
  return LK_OK;
}

lk_status lk_listing_print_differences(FILE *to, const lk_record *one,
                                       const lk_record *other) {
  static const char *const facts[] = {"data", "build", "machine"};
  LK_TRY(compare_configs(to, one, other));
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    LK_TRY(compare(to, facts[i], lk_record_fact(one, facts[i]),
                   lk_record_fact(other, facts[i])));
  return LK_OK;
}
