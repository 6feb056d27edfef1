/* config.json: what transformers says of a model's shape. Private to src/interchange. */
#ifndef LOCKSTEP_INTERCHANGE_ARCHITECTURE_H
#define LOCKSTEP_INTERCHANGE_ARCHITECTURE_H

#include "interchange/names.h"
#include <cjson/cJSON.h>

/* GPT-2 for learned positions, GPT-NeoX for rotary ones. */
lk_naming lk_architecture_of(const lk_shape *shape);

/* The object of a config.json; end: the token that ends a text. NULL without memory;
 * cJSON_Delete. */
cJSON *lk_architecture_write(const lk_shape *shape, lk_token end, lk_number number);

/* What a config.json says. path: for messages. LK_BAD_DATA, naming the key, for another
 * model_type and for what a model here cannot be. */
lk_status lk_architecture_read(const cJSON *config, const char *path, lk_naming *naming,
                               lk_shape *shape);

#endif
