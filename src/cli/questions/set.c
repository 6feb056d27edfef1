#include "cli/questions/set.h"
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const file_names[LK_SET_FILES] = {"train.tsv", "dev.tsv", "test.tsv",
                                                     "test_inputs.tsv"};
static const char report_name[] = "report.json";

lk_status lk_set_shares(lk_question_set *set, const char *shares) {
  char end;
  double *to = set->shares, sum = 0;
  int read = sscanf(shares, "%lf,%lf,%lf%c", &to[0], &to[1], &to[2], &end);
  for (int part = 0; part < LK_PARTS && read == LK_PARTS; part++) {
    if (!(to[part] >= 0)) read = 0;
    sum += to[part];
  }
  if (read == LK_PARTS && sum > 0 && sum < 1e9) return LK_OK;
  return lk_fail(LK_USAGE,
                 "questions: --shares needs three numbers from 0 up, as 80,10,10, not '%s'",
                 shares);
}

lk_status lk_set_begin(lk_question_set *set) {
  for (int i = 0; i < LK_SET_FILES; i++) {
    set->files[i] = open_memstream(&set->bytes[i], &set->sizes[i]);
    if (!set->files[i]) return lk_fail(LK_INTERNAL, "out of memory for questions");
  }
  return LK_OK;
}

static size_t place_of(const uint64_t *names, size_t room, uint64_t hash) {
  size_t place = hash & (room - 1);
  while (names[place] && names[place] != hash)
    place = (place + 1) & (room - 1);
  return place;
}

static lk_status make_room(lk_question_set *set) {
  size_t room = set->name_room ? 2 * set->name_room : 1024;
  uint64_t *larger;
  if (2 * set->name_count < set->name_room) return LK_OK;
  LK_TRY(LK_NEW(larger, room));
  for (size_t i = 0; i < set->name_room; i++)
    if (set->names[i]) larger[place_of(larger, room, set->names[i])] = set->names[i];
  lk_free(set->names);
  set->names = larger;
  set->name_room = room;
  return LK_OK;
}

lk_status lk_set_is_new(lk_question_set *set, lk_words_of name, int *is_new) {
  LK_TRY(make_room(set));
  uint64_t hash = lk_hash_short(name.at, name.size) | 1;
  size_t place = place_of(set->names, set->name_room, hash);
  *is_new = !set->names[place];
  set->names[place] = hash;
  set->name_count += (size_t)*is_new;
  assert(set->name_count < set->name_room);
  return LK_OK;
}

/* A point of the unit interval, by the name; the shares are lengths of it. */
static lk_question_part part_of(const lk_question_set *set, lk_words_of name) {
  uint64_t both[2] = {set->seed, lk_hash_short(name.at, name.size)};
  double sum = set->shares[0] + set->shares[1] + set->shares[2];
  double point = (double)(lk_hash_short(both, sizeof both) >> 11) * 0x1p-53 * sum;
  if (point < set->shares[LK_PART_TRAIN]) return LK_PART_TRAIN;
  if (point < set->shares[LK_PART_TRAIN] + set->shares[LK_PART_DEV]) return LK_PART_DEV;
  return set->shares[LK_PART_TEST] > 0 ? LK_PART_TEST : LK_PART_TRAIN;
}

void lk_set_add(lk_question_set *set, lk_words_of name, const char *question,
                lk_words_of answer) {
  lk_question_part part = part_of(set, name);
  assert(answer.size > 0 && !memchr(answer.at, '\n', answer.size));
  fprintf(set->files[part], "%s\t%.*s\n", question, (int)answer.size, answer.at);
  if (part == LK_PART_TEST) fprintf(set->files[LK_SET_INPUTS], "%s\n", question);
  set->counts[part]++;
}

static lk_status close_files(lk_question_set *set) {
  int failed = 0;
  for (int i = 0; i < LK_SET_FILES; i++) {
    if (!set->files[i]) continue;
    failed |= ferror(set->files[i]);
    failed |= fclose(set->files[i]);
    set->files[i] = NULL;
  }
  return failed ? lk_fail(LK_INTERNAL, "out of memory for questions") : LK_OK;
}

static lk_status write_file(const char *folder, const char *name, const char *bytes,
                            size_t size) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
    return lk_fail(LK_IO, "%s: the name is too long", folder);
  return lk_file_replace(path, bytes, size);
}

static lk_status fill(const lk_question_set *set, const char *folder, const char *report) {
  for (int i = 0; i < LK_SET_FILES; i++)
    LK_TRY(write_file(folder, file_names[i], set->bytes[i], set->sizes[i]));
  return write_file(folder, report_name, report, strlen(report));
}

/* What is left of a folder that took no name. */
static void discard(const char *folder) {
  char path[PATH_MAX];
  for (int i = 0; i <= LK_SET_FILES; i++) {
    const char *name = i < LK_SET_FILES ? file_names[i] : report_name;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path) unlink(path);
  }
  rmdir(folder);
}

static lk_status refuse(const char *folder) {
  return lk_fail(LK_USAGE,
                 "%s: is there already, and no empty folder: remove it or name another",
                 folder);
}

lk_status lk_set_check(const char *folder) {
  DIR *open = opendir(folder);
  int count = 0;
  if (!open) return errno == ENOENT ? LK_OK : refuse(folder);
  for (struct dirent *entry; (entry = readdir(open));)
    count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
  closedir(open);
  return count ? refuse(folder) : LK_OK;
}

static lk_status take_name(const char *temporary, const char *folder) {
  if (!rename(temporary, folder)) return LK_OK;
  if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return refuse(folder);
  return lk_fail(LK_IO, "%s: cannot be made: %s", folder, strerror(errno));
}

lk_status lk_set_write(lk_question_set *set, const char *folder, const char *report) {
  char temporary[PATH_MAX];
  size_t size = strlen(folder);
  LK_TRY(close_files(set));
  while (size > 1 && folder[size - 1] == '/')
    size--;
  if (snprintf(temporary, sizeof temporary, "%.*s" LK_TEMPORARY "XXXXXX", (int)size,
               folder) >= (int)sizeof temporary)
    return lk_fail(LK_IO, "%s: the name is too long", folder);
  if (!mkdtemp(temporary))
    return lk_fail(LK_IO, "%s: cannot be made: %s", folder, strerror(errno));
  (void)!lk_folder_share(temporary);
  lk_status status = fill(set, temporary, report);
  if (status == LK_OK) status = take_name(temporary, folder);
  if (status != LK_OK) discard(temporary);
  return status;
}

void lk_set_free(lk_question_set *set) {
  close_files(set);
  for (int i = 0; i < LK_SET_FILES; i++)
    free(set->bytes[i]);
  lk_free(set->names);
}
