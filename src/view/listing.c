/* Finding runs below a folder. */
#include "lockstep/listing.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <fts.h>
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

/* Walks a folder and calls `visit` for what is no folder. */
static lk_status walk(const char *folder, void *to,
                      lk_status (*visit)(void *to, const FTSENT *entry)) {
  char *const roots[] = {(char *)folder, NULL};
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
  lk_status status = LK_OK;
  if (!tree) return lk_fail(LK_INTERNAL, "%s: %s", folder, strerror(errno));
  for (FTSENT *entry; status == LK_OK && (entry = fts_read(tree));) {
    int lost = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR;
    if (entry->fts_level == 0)
      status = check_root(entry);
    else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP && !lost)
      status = visit(to, entry);
  }
  fts_close(tree);
  return status;
}

static lk_status append(lk_listing *to, const char *folder, size_t length) {
  char **longer;
  LK_TRY(LK_NEW(longer, to->count + 1));
  if (to->count) memcpy(longer, to->folders, to->count * sizeof *longer);
  lk_free(to->folders);
  to->folders = longer;
  LK_TRY(LK_NEW(to->folders[to->count], length + 1));
  memcpy(to->folders[to->count++], folder, length);
  return LK_OK;
}

/* Files of one folder come one after the other. */
static lk_status take_run(void *to, const FTSENT *entry) {
  lk_listing *out = to;
  const char *last = out->count ? out->folders[out->count - 1] : "";
  size_t length = (size_t)entry->fts_pathlen - entry->fts_namelen - 1;
  if (entry->fts_info != FTS_F) return LK_OK;
  assert(entry->fts_pathlen > entry->fts_namelen + 1);
  if (strcmp(entry->fts_name, "history.txt") && strcmp(entry->fts_name, "metrics.csv"))
    return LK_OK;
  if (strlen(last) == length && !strncmp(last, entry->fts_path, length)) return LK_OK;
  return append(out, entry->fts_path, length);
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
  *(uint64_t *)to += (uint64_t)entry->fts_statp->st_blocks * 512;
  return LK_OK;
}

uint64_t lk_listing_bytes(const char *folder) {
  uint64_t bytes = 0;
  walk(folder, &bytes, add_size);
  return bytes;
}
