/* A Hugging Face tokenizer.json, as far as it is a byte-level BPE; all else is refused,
 * because it would give other tokens than the file says. */
#include "lockstep/bpe.h"
#include "lockstep/memory.h"
#include "text/bpe.h"
#include "text/bpe_json.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const cJSON *root, *vocabulary, *merges;
  lk_pattern pattern;
  int has_pattern, composes;
  lk_bpe *bpe;
} reading;

/* What stands at a place is not what can be read. */
static lk_status refuse(const char *place, const cJSON *found, const char *wanted) {
  char *text = found ? cJSON_PrintUnformatted(found) : NULL;
  lk_fail(LK_BAD_DATA, "%s is %.60s%s; %s", place, text ? text : "missing",
          text && strlen(text) > 60 ? "…" : "", wanted);
  free(text);
  return LK_BAD_DATA;
}

static int is_text(const cJSON *value, const char *text) {
  return cJSON_IsString(value) && !strcmp(value->valuestring, text);
}

static int is_type(const cJSON *object, const char *type) {
  return is_text(lk_json_member(object, "type"), type);
}

static int is_none(const cJSON *value) {
  return !value || cJSON_IsNull(value) || is_text(value, "") || cJSON_IsFalse(value) ||
         (cJSON_IsNumber(value) && value->valuedouble == 0);
}

static lk_status check_options(const cJSON *model) {
  static const char *const without[] = {"dropout", "continuing_subword_prefix",
                                        "end_of_word_suffix", "byte_fallback"};
  const cJSON *type = lk_json_member(model, "type");
  if (type && !is_text(type, "BPE"))
    return refuse("model.type", type, "only \"BPE\" can be read");
  for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
    char place[64];
    const cJSON *value = lk_json_member(model, without[i]);
    snprintf(place, sizeof place, "model.%s", without[i]);
    if (!is_none(value)) return refuse(place, value, "only a BPE without it can be read");
  }
  return LK_OK;
}

lk_status lk_bpe_check_parts(const cJSON *tokenizer) {
  const cJSON *after = lk_json_member(tokenizer, "post_processor");
  LK_TRY(check_options(lk_json_member(tokenizer, "model")));
  if (is_none(after) || is_type(after, "ByteLevel")) return LK_OK;
  return refuse("post_processor", after, "only none and ByteLevel can be read");
}

static lk_status read_model(reading *r) {
  const cJSON *model = lk_json_member(r->root, "model");
  r->vocabulary = lk_json_member(model, "vocab");
  r->merges = lk_json_member(model, "merges");
  if (!cJSON_IsObject(r->vocabulary))
    return refuse("model.vocab", r->vocabulary, "it must be an object");
  return cJSON_IsArray(r->merges)
             ? LK_OK
             : refuse("model.merges", r->merges, "it must be an array");
}

static lk_status check_normalizer(reading *r) {
  const cJSON *normalizer = lk_json_member(r->root, "normalizer");
  r->composes = is_type(normalizer, "NFC");
  if (r->composes || is_none(normalizer)) return LK_OK;
  return refuse("normalizer", normalizer, "only none and NFC can be read");
}

static lk_status check_decoder(const reading *r) {
  const cJSON *decoder = lk_json_member(r->root, "decoder");
  if (is_none(decoder) || is_type(decoder, "ByteLevel")) return LK_OK;
  return refuse("decoder", decoder, "only ByteLevel can be read");
}

/* The last of the steps that cut a text up: it may have GPT-2's pattern in it. */
static lk_status read_byte_level(reading *r, const cJSON *step) {
  const cJSON *own = lk_json_member(step, "use_regex");
  if (!cJSON_IsFalse(lk_json_member(step, "add_prefix_space")))
    return refuse("pre_tokenizer", step, "add_prefix_space must be false");
  if (cJSON_IsFalse(own) == r->has_pattern) {
    r->has_pattern = 1;
    return LK_OK;
  }
  return refuse("pre_tokenizer", step, "there must be one pattern, before it or its own");
}

static lk_status read_split(reading *r, const cJSON *step) {
  const cJSON *regex = lk_json_member(lk_json_member(step, "pattern"), "Regex");
  if (!is_text(lk_json_member(step, "behavior"), "Isolated") ||
      !is_none(lk_json_member(step, "invert")) || !cJSON_IsString(regex))
    return refuse("pre_tokenizer", step, "only Split by Regex, Isolated, can be read");
  r->pattern.digits |= is_text(regex, "\\p{N}");
  r->pattern.unspaced |= is_text(regex, lk_pattern_unspaced);
  if (is_text(regex, "\\p{N}") || is_text(regex, lk_pattern_unspaced)) return LK_OK;
  for (int kind = 0; kind < LK_PATTERN_COUNT; kind++) {
    if (!is_text(regex, lk_pattern_expression(kind))) continue;
    r->pattern.kind = (lk_pattern_kind)kind;
    r->has_pattern = 1;
    return LK_OK;
  }
  return refuse("pre_tokenizer", regex,
                "of the patterns only those of GPT-2, cl100k and Qwen2 can be read");
}

/* What cuts behind the pattern cuts other pieces than what cuts before it. */
static lk_status read_step(reading *r, const cJSON *step) {
  if (is_type(step, "ByteLevel")) return read_byte_level(r, step);
  if (r->has_pattern)
    return refuse("pre_tokenizer", step,
                  "behind the pattern that cuts words only ByteLevel can be read");
  if (is_type(step, "Split")) return read_split(r, step);
  if (!is_type(step, "Digits"))
    return refuse("pre_tokenizer", step,
                  "only ByteLevel, Split, Digits and a Sequence of them can be read");
  if (!cJSON_IsTrue(lk_json_member(step, "individual_digits")))
    return refuse("pre_tokenizer", step, "individual_digits must be true");
  r->pattern.digits = 1;
  return LK_OK;
}

static lk_status read_pattern(reading *r) {
  const cJSON *cutter = lk_json_member(r->root, "pre_tokenizer"), *step, *last = cutter;
  if (is_type(cutter, "Sequence")) {
    cJSON_ArrayForEach(step, lk_json_member(cutter, "pretokenizers")) {
      if (is_type(last, "ByteLevel"))
        return refuse("pre_tokenizer", cutter, "nothing may stand behind ByteLevel");
      LK_TRY(read_step(r, step));
      last = step;
    }
  } else {
    LK_TRY(read_step(r, cutter));
  }
  return is_type(last, "ByteLevel")
             ? LK_OK
             : refuse("pre_tokenizer", cutter, "it must end with ByteLevel");
}

static lk_status check_added(const cJSON *token, size_t number) {
  static const char *const without[] = {"lstrip", "rstrip", "single_word"};
  char place[64];
  snprintf(place, sizeof place, "added_tokens[%zu]", number);
  if (lk_json_id(lk_json_member(token, "id")) < 0)
    return refuse(place, token, "its id must be a whole number from 0 up");
  if (is_none(lk_json_member(token, "content")) ||
      !cJSON_IsString(lk_json_member(token, "content")))
    return refuse(place, token, "its content must be a text");
  for (size_t i = 0; i < sizeof without / sizeof *without; i++)
    if (!is_none(lk_json_member(token, without[i])))
      return refuse(place, token, "only without lstrip, rstrip and single_word");
  return LK_OK;
}

static lk_status count_ids(const reading *r, int64_t *most) {
  const cJSON *token;
  size_t number = 0;
  LK_TRY(lk_json_most_id(r->vocabulary, "model.vocab", most));
  cJSON_ArrayForEach(token, lk_json_member(r->root, "added_tokens")) {
    LK_TRY(check_added(token, number++));
    int64_t id = lk_json_id(lk_json_member(token, "id"));
    if (id > *most) *most = id;
  }
  return lk_json_check_ids(*most, number + (size_t)cJSON_GetArraySize(r->vocabulary));
}

static lk_status add_added(reading *r) {
  const cJSON *token;
  cJSON_ArrayForEach(token, lk_json_member(r->root, "added_tokens")) {
    const char *content = lk_json_member(token, "content")->valuestring;
    int special = cJSON_IsTrue(lk_json_member(token, "special"));
    int64_t id = lk_json_id(lk_json_member(token, "id"));
    LK_TRY(lk_bpe_add(r->bpe, (size_t)id, special ? LK_BPE_SPECIAL : LK_BPE_ADDED, content,
                      strlen(content)));
    if (!cJSON_IsTrue(lk_json_member(token, LK_BPE_END))) continue;
    if (!special || r->bpe->end >= 0)
      return refuse("added_tokens", token, "one special token ends a document");
    r->bpe->end = id;
  }
  return LK_OK;
}

/* A line, or two texts in an array. */
static lk_status add_merge(lk_bpe *bpe, const cJSON *merge) {
  const cJSON *left = cJSON_IsArray(merge) ? merge->child : NULL,
              *right = left ? left->next : NULL;
  if (cJSON_IsString(merge))
    return lk_bpe_join_line(bpe, merge->valuestring, strlen(merge->valuestring));
  if (!cJSON_IsString(left) || !cJSON_IsString(right) || right->next)
    return refuse("one of model.merges", merge, "it must be two tokens");
  return lk_bpe_join_written(bpe, left->valuestring, strlen(left->valuestring),
                             right->valuestring, strlen(right->valuestring));
}

static lk_status build(reading *r) {
  const cJSON *merge;
  int64_t most = -1;
  LK_TRY(count_ids(r, &most));
  LK_TRY(lk_bpe_begin(&r->bpe, (size_t)(most + 1), (size_t)cJSON_GetArraySize(r->merges)));
  r->bpe->pattern = r->pattern;
  r->bpe->ignores_merges =
      cJSON_IsTrue(lk_json_member(lk_json_member(r->root, "model"), "ignore_merges"));
  LK_TRY(add_added(r));
  LK_TRY(lk_bpe_add_vocabulary(r->bpe, r->vocabulary, "model.vocab"));
  cJSON_ArrayForEach(merge, r->merges) LK_TRY(add_merge(r->bpe, merge));
  return lk_bpe_finish(r->bpe);
}

static lk_status read_all(reading *r) {
  LK_TRY(lk_bpe_check_parts(r->root));
  LK_TRY(read_model(r));
  LK_TRY(check_normalizer(r));
  LK_TRY(check_decoder(r));
  LK_TRY(read_pattern(r));
  return build(r);
}

lk_status lk_bpe_parse(lk_bpe **out, const char *bytes, size_t size, int *composes) {
  cJSON *root;
  *out = NULL;
  lk_status status = lk_json_parse(&root, bytes, size);
  if (status == LK_BAD_DATA)
    return lk_fail(status,
                   "is no tokenizer, as `lockstep tokenizer` makes one: the file %s",
                   lk_message());
  LK_TRY(status);
  reading r = {.root = root};
  status = read_all(&r);
  cJSON_Delete(root);
  *composes = r.composes;
  if (status == LK_OK)
    *out = r.bpe;
  else if (r.bpe)
    lk_tokenizer_free(&r.bpe->base);
  return status;
}
