#include "lockstep/inputs.h"
#include "dump/index.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 32 }; /* folders within folders: a link may lead back */

static lk_status append(lk_inputs *inputs, const char *path) {
  if (inputs->count == inputs->room) {
    char **larger;
    size_t room = 2 * inputs->room + 8;
    LK_TRY(LK_NEW(larger, room));
    if (inputs->count) memcpy(larger, inputs->paths, inputs->count * sizeof *larger);
    lk_free(inputs->paths);
    inputs->paths = larger;
    inputs->room = room;
  }
  LK_TRY(lk_copy_text(&inputs->paths[inputs->count], path));
  inputs->count++;
  return LK_OK;
}

static int is_seen(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* By bytes, whatever the language of the system. */
static int by_name(const struct dirent **one, const struct dirent **other) {
  return strcmp((*one)->d_name, (*other)->d_name);
}

static lk_status add_path(lk_inputs *inputs, const char *path, int depth);

static lk_status add_entry(lk_inputs *inputs, const char *folder, const char *name,
                           int depth) {
  char path[PATH_MAX];
  size_t length = strlen(folder);
  const char *slash = length && folder[length - 1] == '/' ? "" : "/";
  if (snprintf(path, sizeof path, "%s%s%s", folder, slash, name) >= (int)sizeof path)
    return lk_fail(LK_NO_INPUT, "%s: the names in it are too long", folder);
  return add_path(inputs, path, depth);
}

static lk_status add_folder(lk_inputs *inputs, const char *folder, int depth) {
  struct dirent **entries;
  lk_status status = LK_OK;
  if (depth == DEEPEST)
    return lk_fail(LK_NO_INPUT, "%s: folders are nested too deep, or a link leads back",
                   folder);
  int count = scandir(folder, &entries, is_seen, by_name);
  if (count < 0)
    return lk_fail(LK_NO_INPUT, "%s: cannot read the folder: %s", folder, strerror(errno));
  for (int i = 0; i < count; i++) {
    if (status == LK_OK) status = add_entry(inputs, folder, entries[i]->d_name, depth + 1);
    free(entries[i]);
  }
  free(entries);
  return status;
}

static lk_status add_path(lk_inputs *inputs, const char *path, int depth) {
  struct stat facts;
  if (stat(path, &facts))
    return lk_fail(LK_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
  return S_ISDIR(facts.st_mode) ? add_folder(inputs, path, depth) : append(inputs, path);
}

static int by_bytes(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static lk_status add_pattern(lk_inputs *inputs, const char *pattern) {
  glob_t found;
  lk_status status = LK_OK;
  int failed = glob(pattern, GLOB_NOSORT, NULL, &found);
  if (failed)
    return lk_fail(LK_NO_INPUT, "%s: %s", pattern,
                   failed == GLOB_NOMATCH ? "there is no such file"
                                          : "cannot be searched for");
  qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
  for (size_t i = 0; i < found.gl_pathc && status == LK_OK; i++)
    status = add_path(inputs, found.gl_pathv[i], 0);
  globfree(&found);
  return status;
}

static lk_status add_standard_input(lk_inputs *inputs) {
  for (size_t i = 0; i < inputs->count; i++)
    if (!strcmp(inputs->paths[i], "-"))
      return lk_fail(LK_USAGE, "standard input (-) can be read once only");
  return append(inputs, "-");
}

lk_status lk_inputs_add(lk_inputs *inputs, const char *argument) {
  struct stat facts;
  size_t before = inputs->count;
  if (!strcmp(argument, "-")) return add_standard_input(inputs);
  if (strpbrk(argument, "*?[") && stat(argument, &facts))
    LK_TRY(add_pattern(inputs, argument));
  else
    LK_TRY(add_path(inputs, argument, 0));
  if (inputs->count > before) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: has no files", argument);
}

static int replace(char name[PATH_MAX], const char *part, const char *by) {
  char copy[PATH_MAX];
  char *last = strrchr(name, '/'), *at = strstr(last ? last : name, part);
  if (!at) return 0;
  snprintf(copy, sizeof copy, "%s", at + strlen(part));
  size_t begin = (size_t)(at - name);
  return snprintf(at, PATH_MAX - begin, "%s%s", by, copy) < (int)(PATH_MAX - begin);
}

/* …-multistream-index1.txt-p1.bz2 belongs to …-multistream1.xml-p1.bz2, and is packed or
 * not. */
static int find_by_name(const char *index, char dump[PATH_MAX]) {
  size_t length = strlen(index);
  if (length >= PATH_MAX) return 0;
  memcpy(dump, index, length + 1);
  if (!replace(dump, "-index", "") || !replace(dump, ".txt", ".xml")) return 0;
  if (length < 4 || strcmp(index + length - 4, ".bz2"))
    strncat(dump, ".bz2", PATH_MAX - length);
  return access(dump, R_OK) == 0;
}

static lk_status check_index(const lk_inputs *inputs, size_t i, int threads) {
  char dump[PATH_MAX];
  const char *index = inputs->paths[i];
  if (inputs->count > 1 && find_by_name(index, dump))
    return lk_index_check(index, dump, threads);
  if (inputs->count == 2) return lk_index_check(index, inputs->paths[1 - i], threads);
  return lk_fail(LK_NO_INPUT,
                 "%s: is the index of a multistream dump, and has no pages; name the dump, "
                 "the index is not needed",
                 lk_file_name(index));
}

lk_status lk_inputs_open(const lk_inputs *inputs, size_t i, const lk_dump_options *options,
                         lk_dump **dump) {
  assert(i < inputs->count);
  LK_TRY(lk_dump_open(dump, inputs->paths[i], options));
  if (lk_dump_kind_of(*dump) != LK_DUMP_INDEX) return LK_OK;
  lk_status status = check_index(inputs, i, options->threads);
  if (status == LK_OK) return LK_OK;
  lk_dump_close(*dump);
  *dump = NULL;
  return status;
}

void lk_inputs_free(lk_inputs *inputs) {
  for (size_t i = 0; i < inputs->count; i++)
    lk_free(inputs->paths[i]);
  lk_free(inputs->paths);
  *inputs = (lk_inputs){0};
}
