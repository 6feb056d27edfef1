/* Where the keys of a YAML text stand. libcyaml gives neither lines nor the unknown key to
 * a program, so libyaml's events are followed once before it loads the text. */
#include "config/table.h"
#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct {
  const char *path;
  const char *yaml; /* the text, size bytes */
  size_t size;
  yaml_parser_t parser;
  yaml_event_t event; /* the current one */
  int *lines;
  int sections[LK_CONFIG_KEY_COUNT]; /* lines, at the place of their first key */
} scan;

static int line_of(const scan *s) {
  return (int)s->event.start_mark.line + 1;
}

/* A byte that YAML forbids is reported by its offset, all else by its line. */
static int line_of_problem(const scan *s) {
  if (s->parser.error != YAML_READER_ERROR) return (int)s->parser.problem_mark.line + 1;
  int line = 1;
  for (size_t i = 0; i < s->parser.problem_offset && i < s->size; i++)
    line += s->yaml[i] == '\n';
  return line;
}

/* Nonzero when a tab stands in front of what the line (first is 1) says. */
static int is_indented_by_tab(const scan *s, int line) {
  const char *at = s->yaml, *end = s->yaml + s->size;
  for (; at < end && line > 1; at++)
    line -= *at == '\n';
  while (at < end && *at == ' ')
    at++;
  return at < end && *at == '\t';
}

/* libyaml's words for a tab are about tokens, and its line may be the one before. */
static lk_status refuse_yaml(const scan *s) {
  int line = line_of_problem(s);
  for (int tabbed = line; tabbed <= line + 1; tabbed++)
    if (is_indented_by_tab(s, tabbed))
      return lk_fail(LK_USAGE, "%s, line %d: a tab: YAML indents by blanks; replace it",
                     s->path, tabbed);
  return lk_fail(LK_USAGE, "%s, line %d: not YAML: %s", s->path, line, s->parser.problem);
}

static lk_status next_event(scan *s) {
  yaml_event_delete(&s->event);
  if (yaml_parser_parse(&s->parser, &s->event)) return LK_OK;
  if (!s->parser.problem) return lk_fail(LK_INTERNAL, "%s: out of memory", s->path);
  return refuse_yaml(s);
}

/* lines[place]: where that was given before, or 0. */
static lk_status mark(const scan *s, int *lines, int place, const char *name, int line) {
  if (lines[place])
    return lk_fail(LK_USAGE, "%s, line %d: '%s' is given again, first in line %d; keep one",
                   s->path, line, name, lines[place]);
  lines[place] = line;
  return LK_OK;
}

/* YAML can write a NUL as "\0"; what stands behind it would be lost. */
static int has_nul(const scan *s) {
  return memchr(s->event.data.scalar.value, 0, s->event.data.scalar.length) != NULL;
}

/* The current event is the value of the key called `name`. */
static lk_status check_scalar(scan *s, const char *name) {
  if (s->event.type == YAML_SCALAR_EVENT && has_nul(s))
    return lk_fail(LK_USAGE, "%s, line %d: '%s' has a NUL character; remove it", s->path,
                   line_of(s), name);
  if (s->event.type == YAML_SCALAR_EVENT) return LK_OK;
  if (s->event.type == YAML_ALIAS_EVENT)
    return lk_fail(LK_USAGE,
                   "%s, line %d: '%s' is an alias; write the value itself, aliases are not "
                   "read",
                   s->path, line_of(s), name);
  return lk_fail(LK_USAGE, "%s, line %d: '%s' is a %s; it takes one value", s->path,
                 line_of(s), name,
                 s->event.type == YAML_SEQUENCE_START_EVENT ? "list" : "section");
}

static lk_status unknown_key(const scan *s, const char *name, int line) {
  const char *dot = strchr(name, '.');
  if (lk_config_find_key(name) >= 0)
    return lk_fail(LK_USAGE, "%s, line %d: write '%s' indented below '%.*s:'", s->path,
                   line, dot + 1, (int)(dot - name), name);
  return lk_fail(LK_USAGE, "%s, line %d: unknown key '%s'; did you mean '%s'?", s->path,
                 line, name, lk_config_nearest_key(name));
}

/* Copies the current event's key, which may be of any length, behind its section. */
static lk_status copy_key(const scan *s, const char *section, char name[256]) {
  if (s->event.type != YAML_SCALAR_EVENT || has_nul(s))
    return lk_fail(LK_USAGE, "%s, line %d: a key must be plain text", s->path, line_of(s));
  snprintf(name, 256, "%.*s%s%s", LK_KEY_NAME_SIZE, section, *section ? "." : "",
           (const char *)s->event.data.scalar.value);
  return LK_OK;
}

static lk_status scan_section(scan *s, const char *section) {
  char name[256];
  if (s->event.type != YAML_MAPPING_START_EVENT)
    return lk_fail(LK_USAGE,
                   "%s, line %d: '%s' is a section; write its keys indented below it",
                   s->path, line_of(s), section);
  LK_TRY(next_event(s));
  while (s->event.type != YAML_MAPPING_END_EVENT) {
    int line = line_of(s);
    LK_TRY(copy_key(s, section, name));
    int key = lk_config_find_key(name);
    LK_TRY(key < 0 ? unknown_key(s, name, line) : mark(s, s->lines, key, name, line));
    LK_TRY(next_event(s));
    LK_TRY(check_scalar(s, name));
    LK_TRY(next_event(s));
  }
  return LK_OK;
}

/* The current event begins one of a list of corpora. */
static lk_status scan_corpus(scan *s) {
  char name[256];
  int lines[2] = {0}; /* of file and weight */
  if (s->event.type != YAML_MAPPING_START_EVENT)
    return lk_fail(LK_USAGE, "%s, line %d: one of 'corpora' must be {file: …, weight: …}",
                   s->path, line_of(s));
  LK_TRY(next_event(s));
  while (s->event.type != YAML_MAPPING_END_EVENT) {
    LK_TRY(copy_key(s, "", name));
    if (strcmp(name, "file") && strcmp(name, "weight"))
      return lk_fail(LK_USAGE,
                     "%s, line %d: unknown key '%s' in 'corpora'; each has file and weight",
                     s->path, line_of(s), name);
    LK_TRY(mark(s, lines, !strcmp(name, "weight"), name, line_of(s)));
    LK_TRY(next_event(s));
    LK_TRY(check_scalar(s, name));
    LK_TRY(next_event(s));
  }
  return lines[0] ? LK_OK
                  : lk_fail(LK_USAGE, "%s, line %d: one of 'corpora' has no file", s->path,
                            line_of(s));
}

static lk_status scan_corpora(scan *s) {
  if (s->event.type != YAML_SEQUENCE_START_EVENT)
    return lk_fail(LK_USAGE,
                   "%s, line %d: 'corpora' is a list; write '- {file: FILE, weight: "
                   "NUMBER}' lines below it",
                   s->path, line_of(s));
  LK_TRY(next_event(s));
  while (s->event.type != YAML_SEQUENCE_END_EVENT) {
    LK_TRY(scan_corpus(s));
    LK_TRY(next_event(s));
  }
  return LK_OK;
}

static lk_status scan_samples(scan *s) {
  if (s->event.type != YAML_SEQUENCE_START_EVENT)
    return lk_fail(LK_USAGE, "%s, line %d: 'samples' is a list; write [ONE, TWO]", s->path,
                   line_of(s));
  LK_TRY(next_event(s));
  while (s->event.type != YAML_SEQUENCE_END_EVENT) {
    LK_TRY(check_scalar(s, "one of samples"));
    LK_TRY(next_event(s));
  }
  return LK_OK;
}

static lk_status scan_entry(scan *s) {
  char name[256];
  int line = line_of(s);
  LK_TRY(copy_key(s, "", name));
  int key = strchr(name, '.') ? -1 : lk_config_find_key(name);
  int section = key < 0 ? lk_config_find_section(name) : -1;
  if (key < 0 && section < 0) return unknown_key(s, name, line);
  LK_TRY(key < 0 ? mark(s, s->sections, section, name, line)
                 : mark(s, s->lines, key, name, line));
  LK_TRY(next_event(s));
  LK_TRY(section >= 0            ? scan_section(s, name)
         : key == LK_KEY_corpora ? scan_corpora(s)
         : key == LK_KEY_samples ? scan_samples(s)
                                 : check_scalar(s, name));
  return next_event(s);
}

static lk_status scan_document(scan *s) {
  if (s->event.type != YAML_MAPPING_START_EVENT)
    return lk_fail(LK_USAGE, "%s, line %d: must be 'key: value' lines", s->path,
                   line_of(s));
  LK_TRY(next_event(s));
  while (s->event.type != YAML_MAPPING_END_EVENT)
    LK_TRY(scan_entry(s));
  LK_TRY(next_event(s)); /* the document's end */
  return next_event(s);
}

static lk_status scan_stream(scan *s) {
  LK_TRY(next_event(s)); /* the stream's start */
  LK_TRY(next_event(s));
  if (s->event.type == YAML_STREAM_END_EVENT) return LK_OK;
  LK_TRY(next_event(s));
  LK_TRY(scan_document(s));
  if (s->event.type == YAML_STREAM_END_EVENT) return LK_OK;
  return lk_fail(LK_USAGE, "%s, line %d: a second YAML document; keep one", s->path,
                 line_of(s));
}

lk_status lk_config_scan_lines(const char *path, const char *yaml, size_t size,
                               int lines[LK_CONFIG_KEY_COUNT]) {
  scan s = {.path = path, .yaml = yaml, .size = size, .lines = lines};
  memset(lines, 0, LK_CONFIG_KEY_COUNT * sizeof *lines);
  if (!yaml_parser_initialize(&s.parser))
    return lk_fail(LK_INTERNAL, "%s: libyaml cannot start: out of memory", path);
  yaml_parser_set_input_string(&s.parser, (const unsigned char *)yaml, size);
  lk_status status = scan_stream(&s);
  yaml_event_delete(&s.event);
  yaml_parser_delete(&s.parser);
  return status;
}
