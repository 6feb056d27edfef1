/* The folder beside the corpus: a file for each part that is done, and a text of what they
 * were made of. */
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include "lockstep/program.h"
#include "prepare/plan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void lk_prepare_part_path(const lk_prepare_plan *plan, uint64_t part, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/part-%08llu", plan->folder, (unsigned long long)part);
}

static void describe_input(const char *path, FILE *to) {
  struct stat is = {0};
  if (stat(path, &is)) return;
  fprintf(to, "input %zu %s\n%lld bytes, %lld.%09ld\n", strlen(path), path,
          (long long)is.st_size, (long long)is.st_mtim.tv_sec, is.st_mtim.tv_nsec);
}

static void describe_options(const lk_prepare_plan *plan, FILE *to) {
  const lk_prepare_options *o = plan->options;
  const lk_wiki_options *w = &o->wiki;
  fprintf(to, "field %s\ntitle %s\ndocuments %d\nlongest %zu\n", o->dump.field,
          o->dump.title, o->dump.documents, o->dump.longest);
  fprintf(to, "wiki %d %d %d %d %d %d\n", w->tables, w->infoboxes, w->headings, w->lists,
          w->list_markers, w->flags);
  fprintf(to, "language %s\ntitles %d\nnfc %d\nshortest %llu\nletters %.17g\nsigned %d\n",
          o->language ? o->language : "", !o->no_titles, lk_prepare_composes(plan),
          (unsigned long long)o->shortest, o->letters, o->near > 0);
  fprintf(to, "part %llu\n", (unsigned long long)o->part);
  if (!plan->templates) return;
  lk_hash hash = lk_hash_bytes(plan->templates, strlen(plan->templates));
  fprintf(to, "templates %s\n", hash.hex);
}

/* All that the parts depend on. The caller frees it with free(). */
static lk_status describe(const lk_prepare_plan *plan, char **text, size_t *size) {
  FILE *to = open_memstream(text, size);
  if (!to) return lk_fail(LK_INTERNAL, "out of memory for the plan");
  fprintf(to, LK_PREPARE_PLAN_START "%s\n", lk_program_hash());
  describe_options(plan, to);
  for (size_t i = 0; i < plan->inputs->count; i++)
    describe_input(plan->inputs->paths[i], to);
  return fclose(to) ? lk_fail(LK_INTERNAL, "out of memory for the plan") : LK_OK;
}

static void path_of_plan(const lk_prepare_plan *plan, char path[PATH_MAX]) {
  snprintf(path, PATH_MAX, "%s/%s", plan->folder, LK_PREPARE_PLAN);
}

static uint64_t count_done(const lk_prepare_plan *plan) {
  char path[PATH_MAX];
  uint64_t done = 0;
  for (uint64_t k = 0; k < plan->count; k++) {
    lk_prepare_part_path(plan, k, path);
    done += lk_file_is_plain(path) != 0;
  }
  return done;
}

/* Whether a command that was stopped left what goes on here. */
static int goes_on(const lk_prepare_plan *plan, const char *text, size_t size) {
  char path[PATH_MAX], *before;
  size_t before_size;
  path_of_plan(plan, path);
  if (!lk_file_is_plain(path) || lk_file_read(path, &before, &before_size) != LK_OK)
    return 0;
  int same = before_size == size && !memcmp(before, text, size);
  lk_free(before);
  return same;
}

/* Nonzero where the folder of that name is another one by now. */
static int is_gone(const lk_prepare_plan *plan) {
  struct stat held, named;
  return fstat(plan->lock, &held) || lstat(plan->folder, &named) ||
         held.st_dev != named.st_dev || held.st_ino != named.st_ino;
}

/* A lock of the kernel's, which ends with its process. Where a file system has none,
 * nobody holds it. */
static lk_status take_lock(lk_prepare_plan *plan) {
  plan->lock = open(plan->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (plan->lock < 0)
    return lk_fail(LK_IO, "%s: cannot open: %s", plan->folder, strerror(errno));
  int taken = flock(plan->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
  if (!taken && !is_gone(plan)) return LK_OK;
  close(plan->lock);
  plan->lock = -1;
  return lk_fail(LK_USAGE,
                 "%s: another command works in it; wait until it has ended, or choose "
                 "another output",
                 plan->folder);
}

static lk_status begin(lk_prepare_plan *plan, const char *text, size_t size) {
  char path[PATH_MAX];
  struct stat is;
  int there = !lstat(plan->folder, &is);
  LK_TRY(there ? lk_prepare_folder_check(plan) : lk_folder_create(plan->folder));
  LK_TRY(take_lock(plan));
  if (there && goes_on(plan, text, size)) {
    lk_say("%s: goes on; %llu of %llu parts are done", plan->folder,
           (unsigned long long)count_done(plan), (unsigned long long)plan->count);
    return LK_OK;
  }
  path_of_plan(plan, path);
  if (there && plan->is_resumable && lk_file_is_plain(path))
    lk_say("%s: is of other inputs or options; begins anew", plan->folder);
  lk_prepare_folder_empty(plan);
  return lk_file_replace(path, text, size);
}

lk_status lk_prepare_folder_open(lk_prepare_plan *plan) {
  char *text = NULL;
  size_t size;
  lk_status status = describe(plan, &text, &size);
  if (status == LK_OK) status = begin(plan, text, size);
  free(text);
  return status;
}
