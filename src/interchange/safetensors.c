/* Reading safetensors: eight bytes for the length of a header of JSON, the header, and the
 * tensors' numbers without gaps. https://github.com/huggingface/safetensors, "Format". */
#include "interchange/file.h"
#include "lockstep/json.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <cjson/cJSON.h>
#include <string.h>

/* A header of a hundred thousand tensors has some 10 MB; cJSON may make 32 times as much of
 * it. */
enum { LENGTH = 8, MOST_HEADER = 16 << 20 };

static lk_status read_header(const lk_tensor_file *file, char **header, size_t *size) {
  uint8_t length[LENGTH];
  uint64_t most = lk_tensor_file_size(file), claimed = 0;
  if (most < LENGTH + 2)
    return lk_tensor_file_refuse(file, "too short for a safetensors file");
  LK_TRY(lk_tensor_file_bytes(file, 0, length, LENGTH));
  for (int i = LENGTH; i--;)
    claimed = claimed << 8 | length[i];
  if (claimed < 2 || claimed > most - LENGTH)
    return lk_tensor_file_refuse(
        file, "not a safetensors file, or cut short: its header would have %llu bytes",
        (unsigned long long)claimed);
  if (claimed > MOST_HEADER)
    return lk_tensor_file_refuse(file,
                                 "its header has %llu bytes, more than the %d that "
                                 "are read",
                                 (unsigned long long)claimed, MOST_HEADER);
  LK_TRY(lk_allocate((void **)header, claimed + 1, 1, file->path));
  *size = claimed;
  return lk_tensor_file_bytes(file, LENGTH, *header, claimed);
}

/* A whole number of JSON, exact in a double. */
static int read_count(const cJSON *item, uint64_t *count) {
  double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
  if (!(value >= 0 && value <= 0x1p53) || value != (double)(uint64_t)value) return 0;
  *count = (uint64_t)value;
  return 1;
}

static int read_shape(const cJSON *shape, lk_file_tensor *tensor) {
  const cJSON *item;
  if (!cJSON_IsArray(shape)) return 0;
  cJSON_ArrayForEach(item, shape) {
    if (tensor->rank == LK_TENSOR_DIMENSIONS) return 0;
    if (!read_count(item, &tensor->size[tensor->rank++])) return 0;
  }
  return 1;
}

/* The tensor's bytes from the header's end on. */
static int read_offsets(const cJSON *offsets, uint64_t *begin, uint64_t *end) {
  if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2) return 0;
  return read_count(cJSON_GetArrayItem(offsets, 0), begin) &&
         read_count(cJSON_GetArrayItem(offsets, 1), end) && *begin <= *end;
}

static lk_status read_tensor(lk_tensor_file *file, const cJSON *item, uint64_t data) {
  lk_file_tensor *tensor = &file->tensors[file->count++];
  const cJSON *kind = cJSON_GetObjectItemCaseSensitive(item, "dtype");
  uint64_t begin, end;
  tensor->name = item->string;
  if (!cJSON_IsString(kind) ||
      (tensor->number = lk_number_named(kind->valuestring)) == LK_NUMBER_COUNT)
    return lk_tensor_file_refuse(file, "tensor '%.80s' has no dtype that is known: %.32s",
                                 item->string,
                                 cJSON_IsString(kind) ? kind->valuestring : "none");
  if (!read_shape(cJSON_GetObjectItemCaseSensitive(item, "shape"), tensor) ||
      !read_offsets(cJSON_GetObjectItemCaseSensitive(item, "data_offsets"), &begin, &end))
    return lk_tensor_file_refuse(file, "tensor '%.80s' has no shape or no data_offsets",
                                 item->string);
  if (!lk_tensor_measure(tensor) || tensor->bytes != end - begin)
    return lk_tensor_file_refuse(file,
                                 "tensor '%.80s' of this shape has not the bytes that "
                                 "its data_offsets give it",
                                 item->string);
  tensor->at = data + begin;
  return LK_OK;
}

static lk_status read_facts(lk_tensor_file *file, const cJSON *metadata) {
  const cJSON *item;
  if (!cJSON_IsObject(metadata))
    return lk_tensor_file_refuse(file, "__metadata__ is no object");
  LK_TRY(LK_NEW(file->facts, (size_t)cJSON_GetArraySize(metadata)));
  cJSON_ArrayForEach(item, metadata) {
    if (!cJSON_IsString(item))
      return lk_tensor_file_refuse(file, "__metadata__ has something that is no text");
    file->facts[file->facts_count++] = (lk_file_fact){item->string, item->valuestring};
  }
  return LK_OK;
}

static lk_status read_tensors(lk_tensor_file *file, const cJSON *header, uint64_t data) {
  const cJSON *item;
  LK_TRY(LK_NEW(file->tensors, (size_t)cJSON_GetArraySize(header)));
  cJSON_ArrayForEach(item, header) {
    if (!strcmp(item->string, "__metadata__")) {
      LK_TRY(read_facts(file, item));
    } else if (cJSON_IsObject(item)) {
      LK_TRY(read_tensor(file, item, data));
    } else {
      return lk_tensor_file_refuse(file, "'%.80s' in its header is no tensor",
                                   item->string);
    }
  }
  return lk_tensor_file_check(file, data, 1);
}

static void release(void *held) {
  cJSON_Delete(held);
}

static lk_status parse(lk_tensor_file *file, const char *header, size_t size) {
  cJSON *json;
  LK_TRY(lk_text_check(header, size, file->path));
  if (lk_json_parse(&json, header, size) != LK_OK)
    return lk_tensor_file_refuse(file, "its header %s", lk_message());
  file->held = json;
  file->release = release;
  return read_tensors(file, file->held, LENGTH + size);
}

lk_status lk_safetensors_open(lk_tensor_file **out, const char *path) {
  char *header = NULL;
  size_t size = 0;
  LK_TRY(lk_tensor_file_begin(out, path, LK_SAFETENSORS));
  lk_status status = read_header(*out, &header, &size);
  if (status == LK_OK) status = parse(*out, header, size);
  lk_free(header);
  if (status == LK_OK) return LK_OK;
  lk_tensor_file_close(*out);
  *out = NULL;
  return status;
}
