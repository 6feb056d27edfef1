/* Whole files of JSON. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_JSON_H
#define LOCKSTEP_INTERCHANGE_JSON_H

#include "lockstep/status.h"
#include <cjson/cJSON.h>

/* An object that is a file. LK_NO_INPUT; LK_BAD_DATA with the place. cJSON_Delete. */
lk_status lk_json_read(cJSON **out, const char *path);

/* Writes an object, which it deletes, with a newline behind it; NULL: out of memory. */
lk_status lk_json_write(const char *path, cJSON *object);

#endif
