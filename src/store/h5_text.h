/* What attributes and datasets share about texts. Private to src/store. */
#ifndef LOCKSTEP_STORE_H5_TEXT_H
#define LOCKSTEP_STORE_H5_TEXT_H

#include "store/h5.h"

/* The type of a UTF-8 text of `size` bytes; the caller closes it. */
lk_status lk_h5_text_type(const char *path, size_t size, hid_t *type);

/* Nonzero for a text type of fixed size. */
int lk_h5_is_plain_text(hid_t type);

/* A text attribute of any object. */
lk_status lk_h5_write_object_text(const char *path, hid_t object, const char *name,
                                  const char *text);

#endif
