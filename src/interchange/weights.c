#include "interchange/weights.h"
#include "interchange/json.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILES = 1024 };

lk_status lk_join_path(char path[PATH_MAX], const char *folder, const char *name) {
  int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
  if (length > 0 && length < PATH_MAX) return LK_OK;
  return lk_fail(LK_NO_INPUT, "%s: too long a path", folder);
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
  if (weights->count == MOST_FILES)
    return lk_fail(LK_BAD_DATA, "%s: names more than %d files", index, MOST_FILES);
  return add_file(weights, path);
}

/* Each tensor is where the index says. */
static lk_status check_index(const lk_weights *weights, const char *index,
                             const cJSON *map) {
  const cJSON *item;
  cJSON_ArrayForEach(item, map) {
    if (lk_weights_find(weights, item->string, NULL)) continue;
    return lk_fail(LK_BAD_DATA, "%s: no file has the tensor '%.80s'", index, item->string);
  }
  return LK_OK;
}

static lk_status add_indexed(lk_weights *weights, const char *folder, const char *index) {
  cJSON *json;
  const cJSON *item;
  LK_TRY(lk_json_read(&json, index));
  const cJSON *map = cJSON_GetObjectItemCaseSensitive(json, "weight_map");
  lk_status status =
      cJSON_IsObject(map) ? LK_OK : lk_fail(LK_BAD_DATA, "%s: has no weight_map", index);
  cJSON_ArrayForEach(item, map) if (status == LK_OK) status =
      add_named(weights, folder, index, item);
  if (status == LK_OK) status = check_index(weights, index, map);
  cJSON_Delete(json);
  return status;
}

static lk_status add_folder(lk_weights *weights, const char *folder) {
  char one[PATH_MAX], index[PATH_MAX];
  LK_TRY(lk_join_path(one, folder, "model.safetensors"));
  LK_TRY(lk_join_path(index, folder, "model.safetensors.index.json"));
  if (!access(one, F_OK)) return add_file(weights, one);
  if (!access(index, F_OK)) return add_indexed(weights, folder, index);
  return lk_fail(LK_NO_INPUT,
                 "%s: has no model.safetensors and no model.safetensors.index.json; where "
                 "there is a pytorch_model.bin, save it with safe_serialization=True",
                 folder);
}

lk_status lk_weights_open(lk_weights *weights, const char *path, int is_folder) {
  *weights = (lk_weights){0};
  LK_TRY(LK_NEW(weights->files, MOST_FILES));
  return is_folder ? add_folder(weights, path) : add_file(weights, path);
}

void lk_weights_close(lk_weights *weights) {
  for (int i = 0; i < weights->count; i++)
    lk_tensor_file_close(weights->files[i]);
  lk_free(weights->files);
  *weights = (lk_weights){0};
}

const lk_file_tensor *lk_weights_find(const lk_weights *weights, const char *name,
                                      const lk_tensor_file **file) {
  for (int i = 0; i < weights->count; i++) {
    const lk_file_tensor *found = lk_tensor_file_find(weights->files[i], name);
    if (found && file) *file = weights->files[i];
    if (found) return found;
  }
  return NULL;
}

const lk_file_tensor *lk_weights_at(const lk_weights *weights, int place) {
  for (int i = 0; i < weights->count; i++) {
    int count = lk_tensor_file_count(weights->files[i]);
    if (place < count) return lk_tensor_file_at(weights->files[i], place);
    place -= count;
  }
  return NULL;
}
