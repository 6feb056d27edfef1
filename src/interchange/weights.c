#include "interchange/weights.h"
#include "interchange/json.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

lk_status lk_join_path(char path[PATH_MAX], const char *folder, const char *name) {
  int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
  if (length > 0 && length < PATH_MAX) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: too long a path", folder);
}

lk_status lk_find_beside(char path[PATH_MAX], const char *folder, const char *name,
                         int *is_there) {
  struct stat facts;
  LK_TRY(lk_join_path(path, folder, name));
  *is_there = !lstat(path, &facts);
  if (!*is_there || stat(path, &facts) || S_ISREG(facts.st_mode)) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: not a file", path);
}

static lk_status add_file(lk_weights *weights, const char *path) {
  LK_TRY(lk_tensor_file_open(&weights->files[weights->count], path));
  weights->count++;
  return LK_OK;
}

static int is_open(const lk_weights *weights, const char *path) {
  for (int i = 0; i < weights->count; i++)
    if (!strcmp(lk_tensor_file_path(weights->files[i]), path)) return 1;
  return 0;
}

/* A name from a stranger's index stays in its folder. */
static lk_status add_named(lk_weights *weights, const char *folder, const char *index,
                           const cJSON *name) {
  char path[PATH_MAX];
  if (!cJSON_IsString(name) || !*name->valuestring || strchr(name->valuestring, '/'))
    return lk_fail(LK_BAD_DATA, "%s: the file of '%.80s' is no name of a file", index,
                   name->string);
  LK_TRY(lk_join_path(path, folder, name->valuestring));
  if (is_open(weights, path)) return LK_OK;
  if (weights->count == LK_MOST_FILES)
    return lk_fail(LK_BAD_DATA, "%s: names more than %d files", index, LK_MOST_FILES);
  return add_file(weights, path);
}

static int by_name(const void *one, const void *other) {
  return strcmp(((const lk_weight *)one)->tensor->name,
                ((const lk_weight *)other)->tensor->name);
}

/* Its name in its folder. */
static const char *name_of(const lk_tensor_file *file) {
  const char *path = lk_tensor_file_path(file), *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Which of two would be taken, nobody knows. */
static lk_status check_once(const lk_weights *weights) {
  for (int i = 1; i < weights->tensor_count; i++) {
    const lk_weight *one = &weights->tensors[i - 1], *other = &weights->tensors[i];
    if (by_name(one, other)) continue;
    return lk_fail(LK_BAD_DATA, "%s: has the tensor '%.80s', and so has %s",
                   lk_tensor_file_path(one->file), one->tensor->name, name_of(other->file));
  }
  return LK_OK;
}

static int count_facts(const lk_tensor_file *file) {
  int count = 0;
  while (lk_tensor_file_fact(file, count))
    count++;
  return count;
}

/* What safetensors' save_model keeps of a tensor with several names is the first, and the
 * metadata says of each other one which that is. */
static int add_other_names(lk_weights *weights, const lk_tensor_file *file, int added) {
  const lk_file_fact *fact;
  for (int i = 0; (fact = lk_tensor_file_fact(file, i)); i++) {
    int place = lk_weights_place(weights, fact->value);
    if (place < 0 || weights->tensors[place].file != file) continue;
    if (lk_weights_place(weights, fact->key) >= 0) continue;
    weights->others[added] = *weights->tensors[place].tensor;
    weights->others[added].name = fact->key;
    weights->tensors[weights->tensor_count + added] =
        (lk_weight){&weights->others[added], file, 1};
    added++;
  }
  return added;
}

static lk_status sort(lk_weights *weights) {
  qsort(weights->tensors, (size_t)weights->tensor_count, sizeof *weights->tensors, by_name);
  return check_once(weights);
}

static lk_status list_tensors(lk_weights *weights) {
  size_t all = 0, facts = 0;
  int added = 0;
  for (int i = 0; i < weights->count; i++) {
    all += (size_t)lk_tensor_file_count(weights->files[i]);
    facts += (size_t)count_facts(weights->files[i]);
  }
  LK_TRY(LK_NEW(weights->tensors, all + facts));
  LK_TRY(LK_NEW(weights->others, facts));
  for (int i = 0; i < weights->count; i++)
    for (int t = 0; t < lk_tensor_file_count(weights->files[i]); t++)
      weights->tensors[weights->tensor_count++] =
          (lk_weight){lk_tensor_file_at(weights->files[i], t), weights->files[i], 0};
  LK_TRY(sort(weights));
  for (int i = 0; i < weights->count; i++)
    added = add_other_names(weights, weights->files[i], added);
  weights->tensor_count += added;
  return sort(weights);
}

static lk_status check_indexed(const lk_weights *weights, const char *index,
                               const cJSON *item) {
  int place = lk_weights_place(weights, item->string);
  if (place < 0)
    return lk_fail(LK_BAD_DATA, "%s: no file has the tensor '%.80s'", index, item->string);
  const char *file = name_of(weights->tensors[place].file);
  if (!strcmp(file, item->valuestring)) return LK_OK;
  return lk_fail(LK_BAD_DATA, "%s: the tensor '%.80s' is in %s, not in %.80s", index,
                 item->string, file, item->valuestring);
}

/* Each tensor is where the index says. */
static lk_status check_index(const lk_weights *weights, const char *index,
                             const cJSON *map) {
  const cJSON *item;
  cJSON_ArrayForEach(item, map) LK_TRY(check_indexed(weights, index, item));
  return LK_OK;
}

/* Each tensor may be in a file of its own. Where the system allows fewer, the first that
 * cannot be opened is named. */
static void make_room(int tensors) {
  uint64_t most;
  lk_file_make_room(tensors < LK_MOST_FILES ? tensors : LK_MOST_FILES, &most);
}

static lk_status add_indexed(lk_weights *weights, const char *folder, const char *index) {
  cJSON *json;
  const cJSON *item;
  LK_TRY(lk_json_read(&json, index));
  const cJSON *map = cJSON_GetObjectItemCaseSensitive(json, "weight_map");
  lk_status status =
      cJSON_IsObject(map) ? LK_OK : lk_fail(LK_BAD_DATA, "%s: has no weight_map", index);
  make_room(cJSON_GetArraySize(map));
  cJSON_ArrayForEach(item, map) if (status == LK_OK) status =
      add_named(weights, folder, index, item);
  if (status == LK_OK) status = list_tensors(weights);
  if (status == LK_OK) status = check_index(weights, index, map);
  cJSON_Delete(json);
  return status;
}

static lk_status add_one(lk_weights *weights, const char *path) {
  LK_TRY(add_file(weights, path));
  return list_tensors(weights);
}

static lk_status add_folder(lk_weights *weights, const char *folder) {
  char path[PATH_MAX];
  int is_one, is_index;
  LK_TRY(lk_find_beside(path, folder, LK_MODEL_FILE, &is_one));
  if (is_one) return add_one(weights, path);
  LK_TRY(lk_find_beside(path, folder, "model.safetensors.index.json", &is_index));
  if (is_index) return add_indexed(weights, folder, path);
  return lk_fail(LK_NO_INPUT,
                 "%s: has no model.safetensors and no model.safetensors.index.json; where "
                 "there is a pytorch_model.bin, save it with safe_serialization=True",
                 folder);
}

lk_status lk_weights_open(lk_weights *weights, const char *path, int is_folder) {
  *weights = (lk_weights){0};
  LK_TRY(LK_NEW(weights->files, LK_MOST_FILES));
  return is_folder ? add_folder(weights, path) : add_one(weights, path);
}

void lk_weights_close(lk_weights *weights) {
  for (int i = 0; i < weights->count; i++)
    lk_tensor_file_close(weights->files[i]);
  lk_free(weights->files);
  lk_free(weights->tensors);
  lk_free(weights->others);
  *weights = (lk_weights){0};
}

int lk_weights_place(const lk_weights *weights, const char *name) {
  const lk_file_tensor named = {.name = name};
  const lk_weight key = {.tensor = &named}, *found;
  if (!weights->tensor_count) return -1;
  found = bsearch(&key, weights->tensors, (size_t)weights->tensor_count,
                  sizeof *weights->tensors, by_name);
  return found ? (int)(found - weights->tensors) : -1;
}

const lk_file_tensor *lk_weights_find(const lk_weights *weights, const char *name,
                                      const lk_tensor_file **file) {
  int place = lk_weights_place(weights, name);
  if (place < 0) return NULL;
  if (file) *file = weights->tensors[place].file;
  return weights->tensors[place].tensor;
}
