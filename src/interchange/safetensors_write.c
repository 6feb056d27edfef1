/* Writing safetensors: safetensors.c has the form. */
#include "interchange/write.h"
#include "lockstep/memory.h"
#include "lockstep/tensor_file.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 8 }; /* of the numbers: blanks fill the header */

static cJSON *describe(const lk_new_tensor *tensor, lk_number number, uint64_t *end) {
  cJSON *item = cJSON_CreateObject(), *shape, *offsets;
  cJSON_AddStringToObject(item, "dtype", lk_number_name(number));
  shape = cJSON_AddArrayToObject(item, "shape");
  for (int i = 0; i < tensor->rank; i++)
    cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->size[i]));
  offsets = cJSON_AddArrayToObject(item, "data_offsets");
  cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)*end));
  *end += lk_numbers_size(number, tensor->count);
  cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)*end));
  return item;
}

/* The header as text, for free(); NULL without memory. */
static char *make_header(const lk_new_file *file) {
  cJSON *header = cJSON_CreateObject();
  cJSON *metadata = cJSON_AddObjectToObject(header, "__metadata__");
  uint64_t end = 0;
  char *text = NULL;
  int whole = metadata != NULL;
  for (int i = 0; i < file->facts_count; i++)
    whole &=
        cJSON_AddStringToObject(metadata, file->facts[i].key, file->facts[i].value) != NULL;
  for (int i = 0; i < file->count; i++)
    whole &= cJSON_AddItemToObject(header, file->tensors[i].name,
                                   describe(&file->tensors[i], file->number, &end));
  if (whole) text = cJSON_PrintUnformatted(header);
  cJSON_Delete(header);
  return text;
}

static lk_status write_header(const lk_writer *writer, const char *header) {
  static const char blanks[ALIGNMENT] = "        ";
  uint8_t length[8];
  size_t size = strlen(header), fill = (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
  for (int i = 0; i < 8; i++)
    length[i] = (uint8_t)((uint64_t)(size + fill) >> 8 * i);
  LK_TRY(lk_writer_add(writer, length, sizeof length));
  LK_TRY(lk_writer_add(writer, header, size));
  return lk_writer_add(writer, blanks, fill);
}

lk_status lk_safetensors_write(const char *path, const lk_new_file *file) {
  lk_writer writer;
  char *header = make_header(file);
  if (!header) return lk_fail(LK_INTERNAL, "%s: out of memory for its header", path);
  lk_status status = lk_writer_begin(&writer, path, file);
  if (status == LK_OK) {
    status = write_header(&writer, header);
    for (int i = 0; i < file->count && status == LK_OK; i++)
      status = lk_writer_add_tensor(&writer, i, file->number);
    status = lk_writer_end(&writer, status);
  }
  free(header);
  return status;
}
