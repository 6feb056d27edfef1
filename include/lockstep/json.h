/* JSON, as files of others have it. cJSON reads it: https://github.com/DaveGamble/cJSON. */
#ifndef LOCKSTEP_JSON_H
#define LOCKSTEP_JSON_H

#include "lockstep/linkage.h"
#include "lockstep/status.h"
#include <stddef.h>

LK_C_BEGIN

struct cJSON;

/* An object, with nothing but blanks behind it. LK_BAD_DATA with the byte, for the caller
 * to put a name before; also for a text with a zero, which C would cut off there, and for a
 * key that an object has twice. The caller owns *out: cJSON_Delete. Not collective. */
lk_status lk_json_parse(struct cJSON **out, const char *bytes, size_t size);

LK_C_END

#endif
