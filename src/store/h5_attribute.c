/* Attributes: numbers as uint64, texts as fixed-length UTF-8. */
#include "store/h5_text.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

lk_status lk_h5_text_type(const char *path, size_t size, hid_t *type) {
  assert(size > 0);
  *type = H5Tcopy(H5T_C_S1);
  LK_H5_WRITE(path, *type);
  LK_H5_WRITE(path, H5Tset_size(*type, size));
  LK_H5_WRITE(path, H5Tset_cset(*type, H5T_CSET_UTF8));
  return LK_OK;
}

static lk_status write_attribute(const char *path, hid_t object, const char *name,
                                 hid_t type, const void *value) {
  LK_H5_ID space = H5Screate(H5S_SCALAR);
  LK_H5_WRITE(path, space);
  LK_H5_ID attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  LK_H5_WRITE(path, attribute);
  LK_H5_WRITE(path, H5Awrite(attribute, type, value));
  return LK_OK;
}

lk_status lk_h5_write_object_text(const char *path, hid_t object, const char *name,
                                  const char *text) {
  LK_H5_ID type = -1;
  LK_TRY(lk_h5_text_type(path, strlen(text) + 1, &type));
  return write_attribute(path, object, name, type, text);
}

lk_status lk_h5_write_text(const lk_h5_file *file, const char *name, const char *text) {
  return lk_h5_write_object_text(file->path, file->id, name, text);
}

lk_status lk_h5_write_count(const lk_h5_file *file, const char *name, uint64_t value) {
  return write_attribute(file->path, file->id, name, H5T_STD_U64LE, &value);
}

static lk_status bad_attribute(const lk_h5_file *file, const char *name) {
  return lk_fail(LK_BAD_DATA,
                 "%s: damaged (its attribute '%s' is not as it must be); copy "
                 "or make it again",
                 file->path, name);
}

/* Opens an attribute and its type, which must be one value. */
static lk_status open_attribute(const lk_h5_file *file, const char *name, hid_t *attribute,
                                hid_t *type) {
  LK_H5_READ(file->path, *attribute = H5Aopen(file->id, name, H5P_DEFAULT));
  LK_H5_READ(file->path, *type = H5Aget_type(*attribute));
  LK_H5_ID space = H5Aget_space(*attribute);
  LK_H5_READ(file->path, space);
  return H5Sget_simple_extent_type(space) == H5S_SCALAR ? LK_OK : bad_attribute(file, name);
}

lk_status lk_h5_read_count(const lk_h5_file *file, const char *name, uint64_t least,
                           uint64_t most, uint64_t *value) {
  assert(least <= most);
  LK_H5_ID attribute = -1, type = -1;
  LK_TRY(open_attribute(file, name, &attribute, &type));
  if (H5Tequal(type, H5T_STD_U64LE) <= 0) return bad_attribute(file, name);
  LK_H5_READ(file->path, H5Aread(attribute, H5T_NATIVE_UINT64, value));
  if (*value >= least && *value <= most) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "%s: damaged ('%s' is %" PRIu64 ", not from %" PRIu64 " to %" PRIu64
                 "); copy or make it again",
                 file->path, name, *value, least, most);
}

int lk_h5_is_plain_text(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
}

lk_status lk_h5_read_text(const lk_h5_file *file, const char *name, char *text,
                          size_t size) {
  LK_H5_ID attribute = -1, type = -1;
  assert(size > 1);
  LK_TRY(open_attribute(file, name, &attribute, &type));
  size_t stored = H5Tget_size(type);
  if (!lk_h5_is_plain_text(type) || stored == 0 || stored > size)
    return bad_attribute(file, name);
  LK_H5_READ(file->path, H5Aread(attribute, type, text));
  return text[stored - 1] ? bad_attribute(file, name) : LK_OK;
}

int lk_h5_has_attribute(const lk_h5_file *file, const char *name) {
  return H5Aexists(file->id, name) > 0;
}

lk_status lk_h5_read_digest(const lk_h5_file *file, const char *name, char *hex,
                            size_t size) {
  LK_TRY(lk_h5_read_text(file, name, hex, size));
  size_t digits = strspn(hex, "0123456789abcdef");
  return !hex[digits] && (!digits || digits == size - 1) ? LK_OK
                                                         : bad_attribute(file, name);
}
