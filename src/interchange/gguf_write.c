/* Writing GGUF (gguf.h), as llama.cpp reads it. */
#include "interchange/file.h"
#include "interchange/folder.h"
#include "interchange/gguf.h"
#include "interchange/gguf_tokens.h"
#include "interchange/write.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What goes before the tensors, as it grows. */
typedef struct {
  uint8_t *bytes; /* [room], owned */
  size_t size, room;
  uint64_t facts;
  lk_status status;
} head;

static void put(head *h, const void *bytes, size_t size) {
  if (h->status == LK_OK && size > h->room - h->size) {
    uint8_t *larger;
    h->status = lk_allocate((void **)&larger, h->size + size, 2, "a GGUF file's head");
    if (h->status == LK_OK) {
      if (h->size) memcpy(larger, h->bytes, h->size);
      lk_free(h->bytes);
      h->bytes = larger;
      h->room = 2 * (h->size + size);
    }
  }
  if (h->status != LK_OK) return;
  memcpy(h->bytes + h->size, bytes, size);
  h->size += size;
}

static void put_number(head *h, uint64_t number, size_t width) {
  uint8_t bytes[8];
  for (size_t i = 0; i < width; i++)
    bytes[i] = (uint8_t)(number >> 8 * i);
  put(h, bytes, width);
}

static void put_text(head *h, const char *text) {
  put_number(h, strlen(text), 8);
  put(h, text, strlen(text));
}

static void put_key(head *h, const char *key, int type) {
  put_text(h, key);
  put_number(h, (uint64_t)type, 4);
  h->facts++;
}

static void put_u32(head *h, const char *key, uint64_t number) {
  put_key(h, key, LK_GGUF_U32);
  put_number(h, number, 4);
}

static void put_f32(head *h, const char *key, float number) {
  uint8_t bytes[4];
  lk_numbers_of_float(bytes, &number, LK_NUMBER_F32, 1);
  put_key(h, key, LK_GGUF_F32);
  put(h, bytes, sizeof bytes);
}

static void put_word(head *h, const char *key, const char *text) {
  put_key(h, key, LK_GGUF_TEXT);
  put_text(h, text);
}

static const char *architecture_of(const lk_shape *shape) {
  return shape->positions == LK_ROTARY_POSITIONS ? "gptneox" : "gpt2";
}

static void put_shape(head *h, const lk_shape *s) {
#define SIZE(key, field) {key, s->field},
  const struct {
    const char *key;
    int value;
  } sizes[] = {LK_GGUF_SIZES(SIZE){"feed_forward_length", lk_mlp_width(s)},
               {"rope.dimension_count", lk_rotary_channels(s)}};
  size_t count = sizeof sizes / sizeof *sizes, rotary = s->positions == LK_ROTARY_POSITIONS;
  char key[64];
  for (size_t i = 0; i < count - !rotary; i++) {
    snprintf(key, sizeof key, "%s.%s", architecture_of(s), sizes[i].key);
    put_u32(h, key, (uint64_t)sizes[i].value);
  }
  snprintf(key, sizeof key, "%s.attention.layer_norm_epsilon", architecture_of(s));
  put_f32(h, key, 1e-5f);
  if (s->activation == LK_GELU) put_word(h, LK_GGUF_ACTIVATION, "gelu");
  if (!rotary) return;
  put_key(h, "gptneox.use_parallel_residual", LK_GGUF_BOOL);
  put_number(h, s->residual == LK_PARALLEL_RESIDUAL, 1);
}

static void put_array(head *h, const char *key, int type, uint64_t count) {
  put_key(h, key, LK_GGUF_ARRAY);
  put_number(h, (uint64_t)type, 4);
  put_number(h, count, 8);
}

static void put_tokens(head *h, const lk_gguf_tokens *tokens) {
  put_word(h, "tokenizer.ggml.model", "gpt2");
  put_word(h, "tokenizer.ggml.pre", tokens->pattern);
  put_array(h, "tokenizer.ggml.tokens", LK_GGUF_TEXT, tokens->count);
  for (size_t i = 0; i < tokens->count; i++)
    put_text(h, tokens->names[i]);
  put_array(h, "tokenizer.ggml.token_type", LK_GGUF_I32, tokens->count);
  for (size_t i = 0; i < tokens->count; i++)
    put_number(h, (uint64_t)tokens->types[i], 4);
  put_array(h, "tokenizer.ggml.merges", LK_GGUF_TEXT, tokens->merge_count);
  for (size_t i = 0; i < tokens->merge_count; i++)
    put_text(h, tokens->merges[i]);
  put_key(h, "tokenizer.ggml.add_bos_token", LK_GGUF_BOOL);
  put_number(h, 1, 1); /* as generate begins */
  put_u32(h, "tokenizer.ggml.bos_token_id", tokens->end);
  put_u32(h, "tokenizer.ggml.eos_token_id", tokens->end);
  put_u32(h, "tokenizer.ggml.padding_token_id", tokens->pad);
}

/* Vectors, and positions, stay in fp32, as llama.cpp wants them; rows that are no whole
 * blocks are fp16, as its converter has them. */
static lk_number number_of(const lk_new_tensor *tensor, lk_number number) {
  int is_table = tensor->rank == 2 && strcmp(tensor->name, "position_embd.weight") != 0;
  if (!is_table) return LK_NUMBER_F32;
  return tensor->size[1] % lk_number_block(number) ? LK_NUMBER_F16 : number;
}

/* llama.cpp's llama_ftype: of most of the numbers. */
static uint64_t file_type(lk_number number) {
  return number == LK_NUMBER_F16    ? 1
         : number == LK_NUMBER_Q8_0 ? 7
         : number == LK_NUMBER_BF16 ? 32
                                    : 0;
}

static void put_tensors(head *h, const lk_new_file *file) {
  uint64_t at = 0;
  for (int i = 0; i < file->count; i++) {
    const lk_new_tensor *t = &file->tensors[i];
    lk_number number = number_of(t, file->number);
    put_text(h, t->name);
    put_number(h, (uint64_t)t->rank, 4);
    for (int d = t->rank; d--;) /* the fastest first */
      put_number(h, t->size[d], 8);
    put_number(h, (uint64_t)lk_number_ggml(number), 4);
    put_number(h, at, 8);
    at += lk_align(lk_numbers_size(number, t->count), LK_GGUF_ALIGNMENT);
  }
}

static void put_facts(head *h, const lk_checkpoint *checkpoint, lk_number number,
                      const lk_gguf_tokens *tokens) {
  put_word(h, "general.architecture", architecture_of(&checkpoint->trained.table->shape));
  put_word(h, "general.name", "lockstep");
  put_u32(h, "general.file_type", file_type(number));
  put_u32(h, "general.alignment", LK_GGUF_ALIGNMENT);
  put_shape(h, &checkpoint->trained.table->shape);
  put_tokens(h, tokens);
}

static lk_status pad(const lk_writer *writer, uint64_t size) {
  static const uint8_t zeros[LK_GGUF_ALIGNMENT];
  return lk_writer_add(writer, zeros, (size_t)(lk_align(size, LK_GGUF_ALIGNMENT) - size));
}

static lk_status write_all(lk_writer *writer, const head *facts, const head *list) {
  const lk_new_file *file = writer->file;
  head start = {0};
  put(&start, "GGUF", 4);
  put_number(&start, LK_GGUF_VERSION, 4);
  put_number(&start, (uint64_t)file->count, 8);
  put_number(&start, facts->facts, 8);
  lk_status status = start.status;
  if (status == LK_OK) status = lk_writer_add(writer, start.bytes, start.size);
  if (status == LK_OK) status = lk_writer_add(writer, facts->bytes, facts->size);
  if (status == LK_OK) status = lk_writer_add(writer, list->bytes, list->size);
  if (status == LK_OK) status = pad(writer, start.size + facts->size + list->size);
  lk_free(start.bytes);
  for (int i = 0; i < file->count && status == LK_OK; i++) {
    lk_number number = number_of(&file->tensors[i], file->number);
    status = lk_writer_add_tensor(writer, i, number);
    if (status == LK_OK)
      status = pad(writer, lk_numbers_size(number, file->tensors[i].count));
  }
  return status;
}

lk_status lk_gguf_write(const char *path, const lk_new_file *file,
                        const lk_checkpoint *checkpoint, const lk_gguf_tokens *tokens) {
  lk_writer writer;
  head facts = {0}, list = {0};
  put_facts(&facts, checkpoint, file->number, tokens);
  put_tensors(&list, file);
  lk_status status = facts.status != LK_OK ? facts.status : list.status;
  if (status == LK_OK) status = lk_writer_begin(&writer, path, file);
  if (status == LK_OK) status = lk_writer_end(&writer, write_all(&writer, &facts, &list));
  lk_free(facts.bytes);
  lk_free(list.bytes);
  return status;
}
