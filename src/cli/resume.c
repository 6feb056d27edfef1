#include "cli/resume.h"
#include "lockstep/memory.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

static const char *program = "lockstep";

void lk_resume_remember_program(const char *name) {
  program = name;
}

/* Nonzero when a terminal shows all of the word, and a message leaves it as it is. */
static int is_visible(const char *word) {
  utf8proc_int32_t code_point;
  while (*word) {
    utf8proc_ssize_t length =
        utf8proc_iterate((const utf8proc_uint8_t *)word, -1, &code_point);
    if (length <= 0) return 0;
    utf8proc_category_t category = utf8proc_category(code_point);
    if (category == UTF8PROC_CATEGORY_CN || category >= UTF8PROC_CATEGORY_ZL) return 0;
    word += length;
  }
  return 1;
}

static int is_plain(const char *word) {
  return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_@%+=:,./-")];
}

/* 'it'\''s' */
static char *quote_visible(char *to, const char *word) {
  *to++ = '\'';
  for (; *word; word++)
    if (*word == '\'')
      to = stpcpy(to, "'\\''");
    else
      *to++ = *word;
  *to++ = '\'';
  return to;
}

/* bash's $'…' with every byte beside printable ASCII as \ooo. */
static char *quote_bytes(char *to, const char *word) {
  to = stpcpy(to, "$'");
  for (; *word; word++)
    if (*word >= ' ' && *word <= '~' && *word != '\'' && *word != '\\')
      *to++ = *word;
    else
      to += sprintf(to, "\\%03o", (unsigned char)*word);
  *to++ = '\'';
  return to;
}

/* The word as bash has to be given it; the caller owns *quoted. */
static lk_status quote(const char *word, char **quoted) {
  if (is_plain(word)) return lk_copy_text(quoted, word);
  LK_TRY(LK_NEW(*quoted, 4 * strlen(word) + 4));
  if (is_visible(word))
    quote_visible(*quoted, word);
  else
    quote_bytes(*quoted, word);
  return LK_OK;
}

/* As it was started where that is a path; what a shell or launcher found on PATH is named
 * by where it is. */
static const char *program_path(char path[PATH_MAX]) {
  if (strchr(program, '/') && !access(program, X_OK)) return program;
  ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
  if (length <= 0) return program;
  path[length] = '\0';
  return path;
}

static lk_status write_word(FILE *stream, const char *word) {
  char *quoted;
  LK_TRY(quote(word, &quoted));
  fprintf(stream, " %s", quoted);
  lk_free(quoted);
  return LK_OK;
}

lk_status lk_resume_command(const lk_world *world, int argc, char **argv, char **text) {
  char launcher[64], path[PATH_MAX], *buffer = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&buffer, &size);
  *text = NULL;
  if (!stream) return lk_fail(LK_INTERNAL, "the command that resumes: out of memory");
  lk_world_launcher(world, launcher);
  fputs(launcher, stream);
  lk_status status = write_word(stream, program_path(path));
  for (int i = 0; i < argc && status == LK_OK; i++)
    status = write_word(stream, argv[i]);
  if (fclose(stream) && status == LK_OK)
    status = lk_fail(LK_INTERNAL, "the command that resumes: out of memory");
  if (status == LK_OK) status = lk_copy_text(text, *launcher ? buffer : buffer + 1);
  free(buffer);
  return status;
}
