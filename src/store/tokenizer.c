/* Characters as files of before have them, /vocabulary: every user of h5py can read that.
 * Other kinds as the bytes that they save, /tokenizer, and their name. */
#include "store/tokenizer.h"
#include "lockstep/bpe.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <string.h>

static const lk_h5_array vocabulary = {.name = "vocabulary", .type = LK_H5_U32, .rank = 1};
static const lk_h5_array content = {.name = "tokenizer", .type = LK_H5_U8, .rank = 1};

/* The file's attributes: the kind, of others than characters, and the form of texts, of a
 * tokenizer that composes. */
static const char kind[] = "tokenizer", form[] = "normal_form";

static lk_status write_characters(const lk_h5_file *file, const lk_tokenizer *tokenizer) {
  lk_h5_array array = vocabulary;
  array.size[0] = (uint64_t)lk_tokenizer_size(tokenizer);
  return lk_h5_write_array(file, &array, "Unicode code point",
                           "the character of each id: pad, mask, then ascending",
                           lk_characters_table(tokenizer));
}

static lk_status write_other(const lk_h5_file *file, const lk_tokenizer *tokenizer) {
  lk_h5_array array = content;
  lk_tokenizer_image image;
  LK_TRY(lk_tokenizer_save(tokenizer, &image));
  array.size[0] = image.size;
  lk_status status = lk_h5_write_text(file, kind, image.kind);
  if (status == LK_OK)
    status = lk_h5_write_array(file, &array, "byte", "what the tokenizer is made of again",
                               image.bytes);
  lk_free(image.bytes);
  return status;
}

lk_status lk_h5_write_tokenizer(const lk_h5_file *file, const lk_tokenizer *tokenizer) {
  if (lk_tokenizer_composes(tokenizer)) LK_TRY(lk_h5_write_text(file, form, "NFC"));
  return lk_characters_table(tokenizer) ? write_characters(file, tokenizer)
                                        : write_other(file, tokenizer);
}

static lk_status read_form(const lk_h5_file *file, int *composes) {
  char name[8];
  *composes = lk_h5_has_attribute(file, form);
  if (!*composes) return LK_OK;
  LK_TRY(lk_h5_read_text(file, form, name, sizeof name));
  return strcmp(name, "NFC") ? lk_h5_damaged(file, "an unknown normal form") : LK_OK;
}

/* The kind and where its bytes are. */
static lk_status read_kind(const lk_h5_file *file, lk_tokenizer_image *image,
                           lk_h5_array *array) {
  *array = vocabulary;
  snprintf(image->kind, sizeof image->kind, "characters");
  if (!lk_h5_has_attribute(file, kind)) return LK_OK;
  *array = content;
  return lk_h5_read_text(file, kind, image->kind, sizeof image->kind);
}

static lk_status restore(const lk_h5_file *file, lk_tokenizer **out,
                         const lk_tokenizer_image *image) {
  lk_status status = lk_tokenizer_restore(out, image);
  return status == LK_BAD_DATA ? lk_h5_damaged(file, lk_message()) : status;
}

static lk_status read_tokenizer(const lk_h5_file *file, int composes, lk_tokenizer **out) {
  lk_tokenizer_image image = {.size = 0};
  lk_h5_array array;
  LK_TRY(read_kind(file, &image, &array));
  LK_TRY(read_form(file, &image.composes));
  image.composes |= composes;
  LK_TRY(lk_h5_measure_array(file, &array));
  image.size = array.size[0] * (array.type == LK_H5_U8 ? 1 : sizeof(uint32_t));
  LK_TRY(lk_allocate(&image.bytes, image.size, 1, "a tokenizer"));
  lk_status status = lk_h5_read_array(file, &array, image.bytes);
  if (status == LK_OK) status = restore(file, out, &image);
  lk_free(image.bytes);
  return status;
}

lk_status lk_h5_read_tokenizer(const lk_h5_file *file, lk_tokenizer **out) {
  return read_tokenizer(file, 0, out);
}

lk_status lk_tokenizer_read_stored(lk_tokenizer **out, const char *path, int composes) {
  lk_h5_file file;
  int is_hdf5;
  *out = NULL;
  LK_TRY(lk_h5_open_if(&file, path, &is_hdf5));
  if (!is_hdf5) return LK_OK;
  lk_status status = lk_h5_finish(&file, read_tokenizer(&file, composes, out));
  if (status == LK_OK) return LK_OK;
  lk_tokenizer_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_tokenizer_read_any(lk_tokenizer **out, const char *path, int composes) {
  int is_name = !strcmp(path, "bytes") || !strcmp(path, "characters");
  *out = NULL;
  if (!is_name) LK_TRY(lk_tokenizer_read_stored(out, path, composes));
  return *out ? LK_OK : lk_tokenizer_read(out, path, composes);
}
