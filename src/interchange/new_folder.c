#include "interchange/new_folder.h"
#include "interchange/weights.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static lk_status fail(const char *path, const char *what) {
  return lk_fail(LK_IO, "%s: %s: %s", path, what, strerror(errno));
}

lk_status lk_new_folder_begin(lk_new_folder *f, const char *out) {
  struct stat facts;
  int length = snprintf(f->out, sizeof f->out, "%s", out);
  while (length > 1 && length < PATH_MAX && f->out[length - 1] == '/')
    f->out[--length] = '\0';
  f->is_there = !stat(f->out, &facts);
  if (f->is_there && !S_ISDIR(facts.st_mode))
    return lk_fail(LK_USAGE, "%s: is there and is no folder; choose another name", out);
  length = snprintf(f->draft, sizeof f->draft, "%s%s.tmp-XXXXXX", f->out,
                    f->is_there ? "/" : "");
  if (length >= PATH_MAX) errno = ENAMETOOLONG;
  if (length < PATH_MAX && mkdtemp(f->draft)) return LK_OK;
  return fail(out, "cannot make a folder for it");
}

/* Calls `visit` for each file of `from`; a failure ends it. */
static lk_status for_each(const lk_new_folder *f, const char *from,
                          lk_status visit(const lk_new_folder *f, const char *name)) {
  struct dirent **entries;
  int count = scandir(from, &entries, NULL, NULL);
  lk_status status = count < 0 ? fail(from, "cannot be read") : LK_OK;
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    if (status == LK_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
      status = visit(f, name);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
  return status;
}

static lk_status remove_from(const char *folder, const char *name) {
  char path[PATH_MAX];
  LK_TRY(lk_join_path(path, folder, name));
  return !unlink(path) || errno == ENOENT ? LK_OK : fail(path, "cannot be removed");
}

static lk_status remove_draft(const lk_new_folder *f, const char *name) {
  return remove_from(f->draft, name);
}

static lk_status remove_old(const lk_new_folder *f, const char *name) {
  return f->is_old(name) ? remove_from(f->out, name) : LK_OK;
}

/* What cannot be removed or replaced is seen before anything is. */
static lk_status check_place(const lk_new_folder *f, const char *name) {
  char path[PATH_MAX];
  struct stat facts;
  LK_TRY(lk_join_path(path, f->out, name));
  if (lstat(path, &facts) || S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode)) return LK_OK;
  return lk_fail(LK_USAGE, "%s: is there and is no file; remove it or choose another name",
                 path);
}

static lk_status check_old(const lk_new_folder *f, const char *name) {
  return f->is_old(name) ? check_place(f, name) : LK_OK;
}

static lk_status check_all(const lk_new_folder *f) {
  LK_TRY(for_each(f, f->out, check_old));
  return for_each(f, f->draft, check_place);
}

static lk_status move(const lk_new_folder *f, const char *name) {
  char from[PATH_MAX], to[PATH_MAX];
  LK_TRY(lk_join_path(from, f->draft, name));
  LK_TRY(lk_join_path(to, f->out, name));
  return !rename(from, to) ? LK_OK : fail(to, "cannot be replaced");
}

static lk_status move_first(const lk_new_folder *f, const char *name) {
  return strcmp(name, f->last) ? move(f, name) : LK_OK;
}

static lk_status move_all(const lk_new_folder *f) {
  LK_TRY(remove_from(f->out, f->last));
  LK_TRY(for_each(f, f->out, remove_old));
  LK_TRY(for_each(f, f->draft, move_first));
  return move(f, f->last);
}

/* The message is of what went wrong first. */
static lk_status discard(const lk_new_folder *f, lk_status status) {
  char *said = NULL;
  if (lk_copy_text(&said, lk_message()) != LK_OK) return status;
  if (for_each(f, f->draft, remove_draft) == LK_OK) rmdir(f->draft);
  status = lk_fail(status, "%s", said);
  lk_free(said);
  return status;
}

/* Old files may be gone already: what there is of the new ones stays. */
static lk_status replace_all(const lk_new_folder *f) {
  lk_status status = move_all(f);
  if (status == LK_OK)
    return !rmdir(f->draft) ? LK_OK : fail(f->draft, "cannot be removed");
  return lk_fail(status, "%s; the files that are missing in %s are in %s: move them there",
                 lk_message(), f->out, f->draft);
}

lk_status lk_new_folder_end(const lk_new_folder *f, lk_status status) {
  if (status == LK_OK && f->is_there) status = check_all(f);
  if (status != LK_OK) return discard(f, status);
  if (f->is_there) return replace_all(f);
  if (!lk_folder_share(f->draft) && !rename(f->draft, f->out)) return LK_OK;
  return discard(f, fail(f->out, "cannot take its place"));
}
