#define _GNU_SOURCE /* memmem */
/* What a dump is, by its first bytes. */
#include "dump/reader.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static int begins(const char *head, size_t size, const char *with) {
  return size >= strlen(with) && !memcmp(head, with, strlen(with));
}

static size_t skip_space(const char *head, size_t size, size_t at) {
  while (at < size && isspace((unsigned char)head[at]))
    at++;
  return at;
}

static size_t skip_past(const char *head, size_t size, size_t at, const char *end) {
  const char *found = memmem(head + at, size - at, end, strlen(end));
  return found ? (size_t)(found - head) + strlen(end) : size;
}

/* Past declarations and comments, to the first element. */
static size_t find_element(const char *head, size_t size) {
  size_t at = skip_space(head, size, 0);
  while (at < size) {
    if (begins(head + at, size - at, "<?"))
      at = skip_past(head, size, at, "?>");
    else if (begins(head + at, size - at, "<!--"))
      at = skip_past(head, size, at, "-->");
    else
      break;
    at = skip_space(head, size, at);
  }
  return at;
}

/* Whether the element that begins there is called so. */
static int is_element(const char *head, size_t size, size_t at, const char *tag) {
  size_t length = strlen(tag);
  if (!begins(head + at, size - at, tag) || at + length >= size) return 0;
  return strchr(" \t\r\n/>", head[at + length]) != NULL;
}

size_t lk_head_bare_page(const char *head, size_t size) {
  size_t at = find_element(head, size);
  return is_element(head, size, at, "<page") ? at : size;
}

static int is_xml(const char *head, size_t size) {
  size_t at = skip_space(head, size, 0), element = find_element(head, size);
  int html = size - element > 14 && !strncasecmp(head + element, "<!DOCTYPE html", 14);
  return begins(head + at, size - at, "<?xml") ||
         (begins(head + element, size - element, "<!DOCTYPE") && !html) ||
         is_element(head, size, element, "<mediawiki") ||
         is_element(head, size, element, "<feed") ||
         is_element(head, size, element, "<page");
}

static int is_json(const char *head, size_t size) {
  size_t at = skip_space(head, size, 0);
  if (at == size || head[at] != '{') return 0;
  at = skip_space(head, size, at + 1);
  return at < size && (head[at] == '"' || head[at] == '}');
}

static size_t skip_digits(const char *head, size_t size, size_t at) {
  while (at < size && isdigit((unsigned char)head[at]))
    at++;
  return at;
}

static int is_index(const char *head, size_t size) {
  size_t offset = skip_digits(head, size, 0);
  if (!offset || offset == size || head[offset] != ':') return 0;
  size_t page = skip_digits(head, size, offset + 1);
  return page > offset + 1 && page < size && head[page] == ':';
}

const lk_reader *lk_reader_find(const char *head, size_t size) {
  if (is_xml(head, size)) return &lk_reader_xml;
  if (is_json(head, size)) return &lk_reader_json;
  return is_index(head, size) ? &lk_reader_index : &lk_reader_text;
}
