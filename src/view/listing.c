/* Finding runs below a folder. */
#include "lockstep/listing.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int by_name(const FTSENT **a, const FTSENT **b) {
  return strcmp((*a)->fts_name, (*b)->fts_name);
}

static lk_status check_root(const FTSENT *root) {
  if (root->fts_info == FTS_NS || root->fts_info == FTS_DNR)
    return lk_fail(LK_NO_INPUT, "%s: cannot be read: %s", root->fts_path,
                   strerror(root->fts_errno));
  if (root->fts_info == FTS_D || root->fts_info == FTS_DP) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: is no folder; give one that runs are below",
                 root->fts_path);
}

/* Walks a folder and calls `visit` for all that can be read, folders first. */
static lk_status walk(const char *folder, void *to,
                      lk_status (*visit)(void *to, const FTSENT *entry)) {
  char *const roots[] = {(char *)folder, NULL};
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
  lk_status status = LK_OK;
  if (!tree) return lk_fail(LK_INTERNAL, "%s: %s", folder, strerror(errno));
  for (FTSENT *entry; status == LK_OK && (entry = fts_read(tree));) {
    if (entry->fts_level == 0) status = check_root(entry);
    int left = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
               entry->fts_info == FTS_DP;
    if (status == LK_OK && !left) status = visit(to, entry);
  }
  fts_close(tree);
  return status;
}

static lk_status append(lk_listing *to, const char *folder) {
  char **longer;
  LK_TRY(LK_NEW(longer, to->count + 1));
  if (to->count) memcpy(longer, to->folders, to->count * sizeof *longer);
  lk_free(to->folders);
  to->folders = longer;
  return lk_copy_text(&to->folders[to->count++], folder);
}

static int has_file(const char *folder, const char *name) {
  char path[PATH_MAX];
  return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX &&
         lk_file_is_plain(path);
}

/* Before what is in the folder: that may be runs, too. */
static lk_status take_run(void *to, const FTSENT *entry) {
  const char *folder = entry->fts_path;
  if (entry->fts_info != FTS_D) return LK_OK;
  if (!has_file(folder, "history.txt") && !has_file(folder, "metrics.csv")) return LK_OK;
  return append(to, folder);
}

lk_status lk_listing_find(lk_listing *out, const char *folder) {
  memset(out, 0, sizeof *out);
  return walk(folder, out, take_run);
}

void lk_listing_clear(lk_listing *listing) {
  for (size_t i = 0; i < listing->count; i++)
    lk_free(listing->folders[i]);
  lk_free(listing->folders);
  memset(listing, 0, sizeof *listing);
}

static lk_status add_size(void *to, const FTSENT *entry) {
  if (entry->fts_info != FTS_D)
    *(uint64_t *)to += (uint64_t)entry->fts_statp->st_blocks * 512;
  return LK_OK;
}

uint64_t lk_listing_bytes(const char *folder) {
  uint64_t bytes = 0;
  walk(folder, &bytes, add_size);
  return bytes;
}
