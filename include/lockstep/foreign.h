/* Files that are given as a text and are something else. */
#ifndef LOCKSTEP_FOREIGN_H
#define LOCKSTEP_FOREIGN_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>

LK_C_BEGIN

/* LK_BAD_DATA, with what to do first, when the bytes are surely no text of one `what`
 * ("document") a line: compressed, an archive, PDF, Parquet, HDF5, SQL, UTF-16, XML, JSON.
 * Told
 * by magic numbers and by how such files begin, so that a text which merely has a `<` or a
 * brace is left alone. */
lk_status lk_foreign_check(const char *name, const char *bytes, size_t size,
                           const char *what);

LK_C_END

#endif
