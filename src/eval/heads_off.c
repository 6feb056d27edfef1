/* Heads switched off: what a model still knows without them says what they did. */
#include "lockstep/heads.h"
#include <stdio.h>
#include <string.h>

lk_status lk_heads_next(const char **list, const char *option, const lk_shape *shape,
                        int *layer, int *head) {
  const char *at = *list;
  int used = 0;
  if (sscanf(at, "%d:%d%n", layer, head, &used) != 2 || (at[used] && at[used] != ','))
    return lk_fail(LK_USAGE, "%s needs heads as LAYER:HEAD,…, not '%s'", option, at);
  if (*layer < 1 || *layer > shape->layers || *head < 1 || *head > shape->heads)
    return lk_fail(LK_USAGE, "%s: there is no %d:%d; the model has %d layers of %d heads",
                   option, *layer, *head, shape->layers, shape->heads);
  *list += used + (at[used] == ',');
  --*layer;
  --*head;
  return LK_OK;
}

/* The columns of the projection behind the heads that read this one. */
static void switch_off(lk_trained *trained, int layer, int head) {
  const lk_shape *shape = &trained->table->shape;
  size_t channels = (size_t)shape->channels, width = channels / (size_t)shape->heads;
  char name[sizeof trained->table->list->name];
  snprintf(name, sizeof name, "blocks.%d.attn.proj.weight", layer);
  float *weight = trained->values + lk_parameters_find(trained->table, name)->offset;
  for (size_t row = 0; row < channels; row++)
    memset(weight + row * channels + (size_t)head * width, 0, width * sizeof *weight);
}

lk_status lk_heads_switch_off(lk_trained *trained, const char *list) {
  do {
    int layer, head;
    LK_TRY(lk_heads_next(&list, "--without", &trained->table->shape, &layer, &head));
    switch_off(trained, layer, head);
  } while (*list);
  return LK_OK;
}
