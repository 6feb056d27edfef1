#include "interchange/theirs.h"
#include <stdio.h>
#include <string.h>

/* In our lists: what names inside of the model begin with, the token embedding behind it,
 * and the head. */
static const struct {
  const char *inside, *embedding, *head;
} words[] = {[LK_NAMING_ours] = {"", "tok_emb.weight", "head.weight"},
             [LK_NAMING_gpt2] = {"transformer.", "wte.weight", "lm_head.weight"},
             [LK_NAMING_nanogpt] = {"transformer.", "wte.weight", "lm_head.weight"},
             [LK_NAMING_neox] = {"gpt_neox.", "embed_in.weight", "embed_out.weight"},
             [LK_NAMING_gguf] = {"", "token_embd.weight", "output.weight"}};

int lk_theirs_are(lk_theirs *in, lk_naming naming) {
  const char *embedding = words[naming].embedding;
  for (int i = 0; i < in->weights.tensor_count; i++) {
    const char *name = in->weights.tensors[i].tensor->name;
    size_t length = strlen(name), tail = strlen(embedding);
    if (length < tail || length - tail >= sizeof in->prefix) continue;
    if (strcmp(name + length - tail, embedding)) continue;
    if (length > tail && name[length - tail - 1] != '.') continue;
    snprintf(in->prefix, sizeof in->prefix, "%.*s", (int)(length - tail), name);
    in->naming = naming;
    return 1;
  }
  return 0;
}

const char *lk_theirs_embedding(const lk_theirs *in) {
  static const char *const listed[] = {"tok_emb.weight", "transformer.wte.weight",
                                       "transformer.wte.weight", "gpt_neox.embed_in.weight",
                                       "token_embd.weight"};
  return listed[in->naming];
}

const char *lk_theirs_head(const lk_theirs *in) {
  return words[in->naming].head;
}

/* What stands outside of the model ("lm_head") does so there: behind what is before the
 * last word of the prefix. */
void lk_theirs_name(const lk_theirs *in, const char *listed, char *to, size_t room) {
  const char *own = words[in->naming].inside;
  size_t inside = strlen(own), outside = strlen(in->prefix);
  if (!strncmp(listed, own, inside)) {
    snprintf(to, room, "%s%s", in->prefix, listed + inside);
    return;
  }
  if (outside >= inside && !strcmp(in->prefix + outside - inside, own)) outside -= inside;
  snprintf(to, room, "%.*s%s", (int)outside, in->prefix, listed);
}

const lk_file_tensor *lk_theirs_find(const lk_theirs *in, const char *listed,
                                     const lk_tensor_file **file) {
  char name[256];
  lk_theirs_name(in, listed, name, sizeof name);
  return lk_weights_find(&in->weights, name, file);
}

lk_status lk_theirs_refuse_without(const lk_theirs *in, const char *listed) {
  return lk_fail(LK_BAD_DATA, "%s: lacks the tensor '%s'", in->path, listed);
}
