/* Models out and back again, and folders of others that lie, are not whole, or are of
 * another kind. */
#define _GNU_SOURCE /* memmem */
#include "data_files.h"
#include "interchange/gguf.h"
#include "interchange/names.h"
#include "interchange/new_folder.h"
#include "interchange/tokenizer_json.h"
#include "interchange/weights.h"
#include "lockstep/bpe.h"
#include "lockstep/interchange.h"
#include "lockstep/nn.h"
#include "store_files.h"
#include <dirent.h>
#include <math.h>
#include <sys/resource.h>

static const lk_import_options nothing = {.activation = -1};
static const lk_export_options whole = {LK_FORMAT_HF, LK_NUMBER_F32, 1 << 30, 1, 0};
static const lk_export_options in_parts = {LK_FORMAT_HF, LK_NUMBER_F32, 0, 1, 0};

static lk_checkpoint *make_model(int tied, int composes) {
  static const uint32_t letters[] = {'a', 0xE9, 0x1F600};
  const lk_shape shape = {
      .layers = 2, .heads = 2, .channels = 4, .block = 8, .vocabulary = 5, .tied = tied};
  lk_checkpoint *c = make_checkpoint_of(&shape, 0);
  lk_tokenizer_free(c->trained.tokenizer);
  must(lk_characters_create(&c->trained.tokenizer, letters, 3, composes));
  return c;
}

static void export_model(int tied, const char *out, const lk_export_options *options) {
  lk_checkpoint *c = make_model(tied, 0);
  must(lk_export(c, out, options));
  lk_checkpoint_free(c);
}

/* It is refused with a message that has the part. */
static void refuse_with(const char *path, const lk_import_options *options,
                        lk_status expected, const char *part) {
  lk_checkpoint *c;
  lk_status status = lk_import(&c, path, options);
  if (status != expected || !strstr(lk_message(), part))
    fail_msg("%d, not %d with '%s': %s", (int)status, (int)expected, part, lk_message());
  assert_null(c);
}

static void refuse(const char *path, const char *part) {
  refuse_with(path, &nothing, LK_BAD_DATA, part);
}

static void accept(const char *path) {
  lk_checkpoint *c;
  must(lk_import(&c, path, &nothing));
  lk_checkpoint_free(c);
}

/* Replaces the first `from` in a file. */
static void edit(const char *path, const char *from, const char *to) {
  char *text, *at, made[65536];
  size_t size;
  must(lk_file_read(path, &text, &size));
  at = strstr(text, from);
  if (!at) fail_msg("%s has no '%s'", path, from);
  snprintf(made, sizeof made, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  write_text(path, made);
  lk_free(text);
}

static int is_there(const char *path) {
  return !access(path, F_OK);
}

static void a_model_comes_back(void **state) {
  (void)state;
  for (int composes = 0; composes < 2; composes++) {
    lk_checkpoint *out = make_model(0, composes), *back;
    must(lk_export(out, "out", &whole));
    must(lk_import(&back, "out", &nothing));
    assert_int_equal(back->trained.table->count, out->trained.table->count);
    assert_memory_equal(back->trained.values, out->trained.values,
                        out->trained.table->count * sizeof(float));
    assert_true(lk_tokenizer_equal(back->trained.tokenizer, out->trained.tokenizer));
    lk_checkpoint_free(out);
    lk_checkpoint_free(back);
  }
}

typedef struct {
  lk_checkpoint *checkpoint;
  lk_named *list;
  lk_new_tensor tensors[64];
  int places[64], count;
} state_dict;

static lk_status give_named(void *context, int place, float *to) {
  const state_dict *d = context;
  lk_names_give(&d->list[d->places[place]], d->checkpoint->trained.values, to);
  return LK_OK;
}

/* The model's tensors by these names, but for those whose names end so. */
static void write_state_dict(const char *path, lk_checkpoint *c, lk_naming naming,
                             const char *const *tails) {
  state_dict d = {.checkpoint = c};
  int all;
  must(lk_names_list(&d.list, &all, c->trained.table, naming));
  for (int i = 0; i < all; i++) {
    const char *name = d.list[i].theirs.name;
    int is_kept = 1;
    for (int t = 0; tails[t]; t++)
      is_kept &= strlen(name) < strlen(tails[t]) ||
                 strcmp(name + strlen(name) - strlen(tails[t]), tails[t]) != 0;
    if (!is_kept) continue;
    d.places[d.count] = i;
    d.tensors[d.count++] = d.list[i].theirs;
  }
  const lk_new_file file = {d.tensors, d.count, LK_NUMBER_F32, give_named, &d, NULL, 0};
  must(lk_safetensors_write(path, &file));
  lk_free(d.list);
}

static void clear_biases(lk_checkpoint *c) {
  for (int i = 0; i < c->trained.table->tensors; i++) {
    const lk_parameter *p = &c->trained.table->list[i];
    if (!strcmp(p->name + strlen(p->name) - strlen(".bias"), ".bias"))
      memset(c->trained.values + p->offset, 0, p->count * sizeof(float));
  }
}

/* nanoGPT's bias=False: such a state dict is the model whose biases are zeros; one that has
 * some of them, or lacks a block, is not whole. */
static void biases_are_all_there_or_none(void **state) {
  static const struct {
    lk_naming naming;
    const char *first, *up;
  } kinds[] = {{LK_NAMING_nanogpt, "transformer.h.0.ln_1.bias", "h.0.mlp.c_fc.weight"},
               {LK_NAMING_ours, "blocks.0.ln1.bias", "blocks.0.mlp.0.weight"}};
  const lk_import_options with = {"plain/tokenizer.json", 2, -1};
  lk_checkpoint *back;
  (void)state;
  export_model(1, "plain", &whole);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    lk_checkpoint *c = make_model(1, 0);
    clear_biases(c);
    write_state_dict("nano.safetensors", c, kinds[i].naming,
                     (const char *const[]){".bias", NULL});
    must(lk_import(&back, "nano.safetensors", &with));
    assert_memory_equal(&back->info.shape, &c->trained.table->shape, sizeof(lk_shape));
    assert_memory_equal(back->trained.values, c->trained.values,
                        c->trained.table->count * sizeof(float));
    lk_checkpoint_free(back);
    write_state_dict("some.safetensors", c, kinds[i].naming,
                     (const char *const[]){"ln_1.bias", "ln1.bias", NULL});
    refuse_with("some.safetensors", &with, LK_BAD_DATA, kinds[i].first);
    write_state_dict("gap.safetensors", c, kinds[i].naming,
                     (const char *const[]){kinds[i].up, NULL});
    refuse_with("gap.safetensors", &with, LK_BAD_DATA, kinds[i].up);
    assert_non_null(strstr(lk_message(), "gap.safetensors: lacks the tensor"));
    lk_checkpoint_free(c);
  }
}

/* Of a tied head and its embedding, safetensors' save_model writes the name that is first
 * in the alphabet, the head's, and says so; the rest of the metadata leads nowhere. */
static void write_as_save_model(const char *path, lk_checkpoint *c, lk_naming naming,
                                const char *prefix, const char *embedding,
                                const char *head) {
  state_dict d = {.checkpoint = c};
  char dropped[96], kept[96];
  snprintf(dropped, sizeof dropped, "%s%s", prefix, embedding);
  snprintf(kept, sizeof kept, "%s%s", prefix, head);
  must(lk_names_list(&d.list, &d.count, c->trained.table, naming));
  for (int i = 0; i < d.count; i++) {
    const char *name = d.list[i].theirs.name;
    d.places[i] = i;
    d.tensors[i] = d.list[i].theirs;
    snprintf(d.tensors[i].name, sizeof d.tensors[i].name, "%s%s", prefix,
             strcmp(name, embedding) ? name : head);
  }
  const lk_file_fact facts[] = {
      {"format", "pt"}, {dropped, kept}, {"one", "other"}, {"other", "one"}, {kept, kept}};
  const lk_new_file file = {d.tensors, d.count, LK_NUMBER_F32, give_named, &d, facts, 5};
  must(lk_safetensors_write(path, &file));
  lk_free(d.list);
}

static void a_tied_head_may_stand_for_both(void **state) {
  static const struct {
    lk_naming naming;
    const char *path, *prefix, *embedding, *head;
    int positions;
  } kinds[] = {{LK_NAMING_nanogpt, "nano.safetensors", "", "transformer.wte.weight",
                "lm_head.weight", 0},
               {LK_NAMING_nanogpt, "nano.safetensors", "_orig_mod.",
                "transformer.wte.weight", "lm_head.weight", 0},
               {LK_NAMING_ours, "ours.safetensors", "", "tok_emb.weight", "head.weight", 0},
               {LK_NAMING_gpt2, "both/model.safetensors", "", "transformer.wte.weight",
                "lm_head.weight", 0},
               {LK_NAMING_neox, "both/model.safetensors", "", "gpt_neox.embed_in.weight",
                "embed_out.weight", LK_ROTARY_POSITIONS}};
  const lk_import_options with = {"both/tokenizer.json", 2, -1};
  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const lk_shape shape = {.layers = 2,
                            .heads = 2,
                            .channels = 4,
                            .block = 8,
                            .vocabulary = 5,
                            .tied = 1,
                            .positions = kinds[i].positions};
    lk_checkpoint *c = make_checkpoint_of(&shape, 0), *back;
    must(lk_export(c, "both", &whole));
    write_as_save_model(kinds[i].path, c, kinds[i].naming, kinds[i].prefix,
                        kinds[i].embedding, kinds[i].head);
    must(lk_import(&back, kinds[i].path, &with));
    assert_memory_equal(&back->info.shape, &shape, sizeof shape);
    assert_memory_equal(back->trained.values, c->trained.values,
                        c->trained.table->count * sizeof(float));
    lk_checkpoint_free(back);
    lk_checkpoint_free(c);
  }
}

/* A model that no other program has, of bytes. */
static lk_checkpoint *make_own_kind(lk_shape shape) {
  lk_tokenizer *bytes;
  must(lk_tokenizer_create(&bytes, "bytes", 0));
  shape.layers = shape.heads = 2;
  shape.channels = 4;
  shape.block = 8;
  shape.vocabulary = lk_tokenizer_size(bytes);
  lk_checkpoint *c = make_checkpoint_of(&shape, 0);
  lk_tokenizer_free(c->trained.tokenizer);
  c->trained.tokenizer = bytes;
  return c;
}

/* Only files with our names hold it; the others refuse it by the name of what it is. */
static void own_kinds_go_out_with_own_names(void **state) {
  (void)state;
  static const struct {
    lk_shape shape;
    const char *name;
  } kinds[] = {{{.norm = LK_RMS_NORM, .positions = LK_ROTARY_POSITIONS}, "model.norm=rms"},
               {{.kv_heads = 1}, "model.kv_heads=1"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    lk_checkpoint *out = make_own_kind(kinds[i].shape), *back;
    for (lk_format format = LK_FORMAT_HF; format <= LK_FORMAT_GGUF; format++) {
      const lk_export_options options = {format, LK_NUMBER_F32, 1 << 30, 1, 0};
      if (format == LK_FORMAT_SAFETENSORS)
        must(lk_export(out, "own.safetensors", &options));
      else
        must_refuse(lk_export(out, "own", &options), LK_USAGE,
                    "neither GPT-2 nor GPT-NeoX has ", kinds[i].name);
    }
    const lk_import_options as_bytes = {.tokenizer = "bytes", .activation = -1};
    must(lk_import(&back, "own.safetensors", &as_bytes));
    assert_memory_equal(&back->trained.table->shape, &out->trained.table->shape,
                        sizeof(lk_shape));
    assert_memory_equal(back->trained.values, out->trained.values,
                        out->trained.table->count * sizeof(float));
    lk_checkpoint_free(out);
    lk_checkpoint_free(back);
  }
}

static void other_tokenizers_are_named(void **state) {
  static const char *const others[][2] = {
      {"{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0],[\"b\",-1]]},"
       "\"decoder\":{\"type\":\"Fuse\"},\"pre_tokenizer\":null}",
       "Unigram"},
      {"{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":1,\"c\":4}},"
       "\"decoder\":{\"type\":\"Fuse\"},\"pre_tokenizer\":null}",
       "WordLevel"},
      {"{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0,\"##a\":4}}}",
       "WordPiece"},
      {"{\"model\":{\"vocab\":[[1,2],[3,4]],\"merges\":3},\"added_tokens\":7}",
       "must be an object"},
      {"{\"model\":[]}", "must be an object"},
  };
  (void)state;
  export_model(0, "odd", &whole);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    write_text("odd/tokenizer.json", others[i][0]);
    refuse("odd", others[i][1]);
  }
  export_model(0, "odd", &whole);
  edit("odd/tokenizer.json", "\"normalizer\":\tnull",
       "\"normalizer\":{\"type\":\"Lowercase\"}");
  refuse("odd", "normalizer");
}

/* Parts of a tokenizer of characters, or of bytes, that give a text other ids. */
static void parts_that_change_ids_are_named(void **state) {
  enum { CHARACTERS = 1, BYTES = 2, BOTH = 3 };
  static const struct {
    const char *from, *to, *message;
    int of;
  } parts[] = {
      {"\"post_processor\":\tnull", "\"post_processor\":{\"type\":\"TemplateProcessing\"}",
       "post_processor is", BOTH},
      {"\"dropout\":\tnull", "\"dropout\":0.5", "model.dropout is 0.5", BOTH},
      {"\"byte_fallback\":\tfalse", "\"byte_fallback\":true", "model.byte_fallback", BOTH},
      {"\"continuing_subword_prefix\":\tnull", "\"continuing_subword_prefix\":\"##\"",
       "model.continuing_subword_prefix", BOTH},
      {"\"unk_token\":\tnull", "\"unk_token\":\"a\"", "unk_token", CHARACTERS},
      {"\"type\":\t\"ByteLevel\"", "\"type\":\"Sequence\"", "pre_tokenizer", BYTES},
      {"\"add_prefix_space\":\tfalse", "\"add_prefix_space\":true", "add_prefix_space",
       BYTES}};
  (void)state;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    for (int kind = CHARACTERS; kind <= BYTES; kind++) {
      if (!(parts[i].of & kind)) continue;
      lk_checkpoint *c =
          kind == BYTES ? make_own_kind((lk_shape){.layers = 0}) : make_model(0, 0);
      must(lk_export(c, "parts", &whole));
      lk_checkpoint_free(c);
      accept("parts");
      edit("parts/tokenizer.json", parts[i].from, parts[i].to);
      refuse("parts", parts[i].message);
    }
}

/* What a config claims its tensors have to prove, before memory is taken for it. */
static void claims_are_proved(void **state) {
  (void)state;
  export_model(0, "claims", &whole);
  edit("claims/config.json", "\"vocab_size\":\t5", "\"vocab_size\":\t16777216");
  refuse("claims", "in another shape than the model's 16777216 x 4");
  edit("claims/config.json", "16777216", "5");
  edit("claims/config.json", "\"n_layer\":\t2", "\"n_layer\":\t3");
  refuse("claims", "lacks the tensor 'transformer.h.2.");
  edit("claims/config.json", "\"n_layer\":\t3", "\"n_layer\":\t1");
  refuse("claims", "tensor 'transformer.h.1.");
}

/* What no model can be is the file's, which is named, but for a wrong --heads. */
static void shapes_that_cannot_be_are_bad_data(void **state) {
  static const char *const changes[][3] = {
      {"\"n_layer\":\t2", "\"n_layer\":1073741824", "odd: a model's layers cannot be"},
      {"\"n_positions\":\t8", "\"n_positions\":7", "odd: a model's block cannot be 7"},
      {"\"n_head\":\t2", "\"n_head\":3", "odd: 3 heads do not divide 4 channels"}};
  lk_import_options with = {"said/tokenizer.json", 3, -1};
  (void)state;
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    export_model(0, "odd", &whole);
    edit("odd/config.json", changes[i][0], changes[i][1]);
    refuse("odd", changes[i][2]);
  }
  export_model(0, "said", &whole);
  lk_checkpoint *c = make_model(1, 0);
  write_state_dict("dict.safetensors", c, LK_NAMING_nanogpt, (const char *const[]){NULL});
  lk_checkpoint_free(c);
  refuse_with("dict.safetensors", &with, LK_USAGE, "3 heads do not divide 4 channels");
}

/* Whether the head is the embedding is said once, or twice alike. */
static void a_head_is_what_is_said(void **state) {
  (void)state;
  export_model(0, "two", &whole);
  edit("two/config.json", "\"tie_word_embeddings\":\tfalse",
       "\"tie_word_embeddings\":\ttrue");
  refuse("two", "tie_word_embeddings");
  export_model(1, "one", &whole);
  edit("one/config.json", "\"tie_word_embeddings\":\ttrue",
       "\"tie_word_embeddings\":\tfalse");
  refuse("one", "lacks the tensor 'lm_head.weight'");
}

/* One file of a folder is what the folder says, or is refused: never another model. */
static void a_file_is_what_stands_beside_it(void **state) {
  static const char config[] = "beside/config.json";
  const lk_import_options with = {"beside/tokenizer.json", 2, -1};
  lk_checkpoint *c = make_model(1, 0), *back;
  (void)state;
  c->trained.table->shape.activation = LK_GELU_TANH;
  must(lk_export(c, "beside", &whole));
  must(lk_import(&back, "beside/model.safetensors", &nothing));
  assert_int_equal(back->info.shape.activation, LK_GELU_TANH);
  lk_checkpoint_free(back);
  assert_int_equal(rename("beside/model.safetensors", "beside/other.safetensors"), 0);
  refuse_with("beside/other.safetensors", &with, LK_BAD_DATA, "import its folder");
  assert_int_equal(rename("beside/other.safetensors", "beside/model.safetensors"), 0);
  assert_int_equal(unlink(config), 0);
  assert_int_equal(symlink("nowhere", config), 0);
  refuse_with("beside", &nothing, LK_NO_INPUT, config);
  refuse_with("beside/model.safetensors", &nothing, LK_NO_INPUT, config);
  assert_int_equal(unlink(config), 0);
  must(lk_import(&back, "beside/model.safetensors", &with));
  lk_checkpoint_free(back);
  assert_int_equal(unlink("beside/tokenizer.json"), 0);
  assert_int_equal(symlink("nowhere", "beside/tokenizer.json"), 0);
  const lk_import_options heads = {NULL, 2, -1};
  refuse_with("beside", &heads, LK_NO_INPUT, "beside/tokenizer.json");
  lk_checkpoint_free(c);
}

/* A pipe in a folder is not waited for. */
static void what_is_no_file_is_refused(void **state) {
  static const char *const names[] = {"config.json", "tokenizer.json", "model.safetensors",
                                      "model.safetensors.index.json"};
  char path[64];
  (void)state;
  alarm(60); /* a test that waits is none that passes */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    export_model(0, "pipes", i < 3 ? &whole : &in_parts);
    snprintf(path, sizeof path, "pipes/%s", names[i]);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    refuse_with("pipes", &nothing, LK_NO_INPUT, "not a file");
    assert_non_null(strstr(lk_message(), path));
    assert_int_equal(unlink(path), 0);
  }
  alarm(0);
}

/* The sizes of files that are read whole are looked at before. */
static void what_is_too_large_is_not_read(void **state) {
  static const char *const names[] = {"config.json", "tokenizer.json",
                                      "model.safetensors.index.json"};
  char path[64];
  lk_tokenizer *tokenizer;
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    export_model(0, "huge", i < 2 ? &whole : &in_parts);
    snprintf(path, sizeof path, "huge/%s", names[i]);
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    refuse("huge", "has more than the");
    assert_non_null(strstr(lk_message(), path));
  }
  must_refuse(lk_tokenizer_read(&tokenizer, path, 0), LK_BAD_DATA, path,
              "has more than the");
}

static void options_do_not_overrule(void **state) {
  lk_import_options options = {.heads = 4, .activation = -1};
  lk_checkpoint *c = make_model(0, 0);
  const lk_export_options own = {LK_FORMAT_SAFETENSORS, LK_NUMBER_F32, 0, 1, 0};
  (void)state;
  must(lk_export(c, "own.safetensors", &own));
  lk_checkpoint_free(c);
  export_model(0, "said", &whole);
  options.tokenizer = "said/tokenizer.json";
  refuse_with("said", &options, LK_USAGE, "has 2 heads");
  refuse_with("own.safetensors", &options, LK_USAGE, "has 2 heads");
  options.heads = 2;
  options.activation = 1;
  refuse_with("said", &options, LK_USAGE, "leave --activation out");
  refuse_with("own.safetensors", &options, LK_USAGE, "leave --activation out");
}

static void an_index_has_to_be_right(void **state) {
  static const char index[] = "parts/model.safetensors.index.json";
  static const char first[] = "\"model-00001-of-00029.safetensors\"";
  static const char second[] = "\"model-00002-of-00029.safetensors\"";
  (void)state;
  export_model(0, "parts", &in_parts);
  accept("parts");
  edit(index, first, second);
  refuse("parts", "no file has the tensor 'transformer.wte.weight'");
  edit(index, second, "\"\"");
  edit(index, second, first);
  edit(index, "\"\"", second);
  refuse("parts", "is in model-00001-of-00029.safetensors, not in model-00002");
  static const char *const names[] = {"\"../parts/model-00001-of-00029.safetensors\"",
                                      "\"/etc/passwd\"", "\"\"", "7"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    export_model(0, "parts", &in_parts);
    edit(index, first, names[i]);
    refuse("parts", "is no name of a file");
  }
  export_model(0, "parts", &in_parts);
  edit(index, first, "\"..\"");
  refuse_with("parts", &nothing, LK_NO_INPUT, "not a file");
  export_model(0, "parts", &in_parts);
  assert_int_equal(unlink("parts/model-00003-of-00029.safetensors"), 0);
  refuse_with("parts", &nothing, LK_NO_INPUT, "model-00003-of-00029.safetensors: No such");
  export_model(0, "parts", &in_parts);
  edit(index, "\"weight_map\"", "\"map\"");
  refuse("parts", "has no weight_map");
}

/* A tensor of 1,025 would need a file that is not read again. */
static void no_more_files_are_written_than_are_read(void **state) {
  const lk_shape shape = {
      .layers = 85, .heads = 1, .channels = 2, .block = 8, .vocabulary = 5};
  lk_checkpoint *c = make_checkpoint_of(&shape, 0);
  (void)state;
  must_refuse(lk_export(c, "files", &in_parts), LK_USAGE,
              "its tensors would be in 1025 files", "--shard-size");
  assert_false(is_there("files"));
  lk_checkpoint_free(c);
}

/* Also where a shell lets a process open fewer at first. */
static void a_file_for_each_tensor_is_read(void **state) {
  struct rlimit before, low;
  (void)state;
  export_model(0, "each", &in_parts);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  low = (struct rlimit){20, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
  accept("each");
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static lk_status give_zeros(void *context, int place, float *to) {
  (void)context;
  to[0] = (float)place;
  return LK_OK;
}

static void a_tensor_is_in_one_file(void **state) {
  const lk_new_tensor tensors[] = {{"x", 1, {1}, 1}, {"y", 1, {1}, 1}, {"z", 1, {1}, 1}};
  const lk_new_file one = {tensors, 2, LK_NUMBER_F32, give_zeros, NULL, NULL, 0};
  const lk_new_file other = {tensors + 1, 2, LK_NUMBER_F32, give_zeros, NULL, NULL, 0};
  (void)state;
  must(lk_folder_create("twice"));
  must(lk_safetensors_write("twice/one.safetensors", &one));
  must(lk_safetensors_write("twice/two.safetensors", &other));
  write_text("twice/model.safetensors.index.json",
             "{\"weight_map\":{\"x\":\"one.safetensors\",\"z\":\"two.safetensors\"}}");
  refuse("twice", "has the tensor 'y', and so has");
}

static void numbers_have_to_be_some(void **state) {
  static const float odd[] = {NAN, INFINITY, -INFINITY};
  (void)state;
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    lk_checkpoint *c = make_model(0, 0);
    c->trained.values[3] = odd[i];
    must(lk_export(c, "nan", &whole));
    lk_checkpoint_free(c);
    refuse("nan", "as its number 4");
  }
}

/* A number that a kind cannot hold is not made an infinite one. */
static void large_numbers_need_their_kind(void **state) {
  static const struct {
    float largest;
    lk_number number;
    int fits;
  } tries[] = {{65504, LK_NUMBER_F16, 1},          {-65519, LK_NUMBER_F16, 1},
               {-65520, LK_NUMBER_F16, 0},         {1e30f, LK_NUMBER_BF16, 1},
               {3.4e38f, LK_NUMBER_BF16, 0},       {3.4e38f, LK_NUMBER_F32, 1},
               {127 * 65504.f, LK_NUMBER_Q8_0, 1}, {1e7f, LK_NUMBER_Q8_0, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    float values[32] = {1, tries[i].largest};
    assert_int_equal(!!lk_numbers_hold(values, tries[i].number, 32), tries[i].fits);
  }
  lk_checkpoint *c = make_model(0, 0);
  const lk_export_options halves = {LK_FORMAT_HF, LK_NUMBER_F16, 1 << 30, 0, 0};
  c->trained.values[3] = 1e6f;
  assert_int_equal(lk_export(c, "large", &halves), LK_USAGE);
  if (!strstr(lk_message(), "too large for F16")) fail_msg("%s", lk_message());
  assert_false(is_there("large"));
  lk_checkpoint_free(c);
}

static int count_of(const char *path) {
  int count = 0;
  DIR *listed = opendir(path);
  assert_non_null(listed);
  while (readdir(listed))
    count++;
  closedir(listed);
  return count - 2;
}

/* Of an export that is replaced no file of tensors stays that somebody could take for the
 * new one's, and all that is not of it does. */
static void nothing_old_stays(void **state) {
  enum { WORDS = 5, NOTES = 1 }; /* files that are no tensors */
  (void)state;
  export_model(0, "again", &in_parts);
  write_text("again/notes.txt", "mine");
  assert_int_equal(count_of("again"), WORDS + NOTES + 29 + 1);
  export_model(1, "again/", &whole);
  assert_true(is_there("again/notes.txt"));
  assert_int_equal(count_of("again"), WORDS + NOTES + 1);
  accept("again");
  export_model(0, "again", &in_parts);
  assert_false(is_there("again/model.safetensors"));
  accept("again");
  lk_checkpoint *c = make_model(0, 0);
  assert_int_equal(lk_export(c, "again/notes.txt", &whole), LK_USAGE);
  assert_int_equal(lk_export(c, "nowhere/again", &whole), LK_IO);
  c->trained.values[3] = 1e6f; /* what fails leaves what was there */
  const lk_export_options halves = {LK_FORMAT_HF, LK_NUMBER_F16, 0, 1, 0};
  assert_int_equal(lk_export(c, "again", &halves), LK_USAGE);
  assert_int_equal(count_of("again"), WORDS + NOTES + 29 + 1);
  accept("again");
  lk_checkpoint_free(c);
}

/* What is no file where one is to be is named before anything is removed. */
static void what_is_no_file_is_named_first(void **state) {
  static const char *const places[] = {"kept/README.md", "kept/config.json",
                                       "kept/model-00001-of-00029.safetensors"};
  (void)state;
  lk_checkpoint *c = make_model(0, 0);
  must(lk_export(c, "kept", &in_parts));
  int before = count_of("kept");
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    assert_int_equal(rename(places[i], "moved"), 0);
    assert_int_equal(mkdir(places[i], 0777), 0);
    must_refuse(lk_export(c, "kept", &whole), LK_USAGE, places[i], "is no file");
    assert_int_equal(rmdir(places[i]), 0);
    assert_int_equal(rename("moved", places[i]), 0);
    assert_int_equal(count_of("kept"), before);
    accept("kept");
  }
  lk_checkpoint_free(c);
}

/* Another process makes a folder behind the check, which has asked once. */
static int is_old_and_made(const char *name) {
  static int asked;
  if (strcmp(name, "old") != 0) return 0;
  if (asked++) assert_int_equal(mkdir("late/b", 0777), 0);
  return 1;
}

/* Once old files are gone, the new ones are where the message says. */
static void what_has_no_place_is_kept(void **state) {
  lk_new_folder place = {.is_old = is_old_and_made, .last = "a"};
  char path[PATH_MAX];
  (void)state;
  must(lk_folder_create("late"));
  write_text("late/old", "gone");
  must(lk_new_folder_begin(&place, "late"));
  for (const char *name = "a\0b\0"; *name; name += 2) {
    must(lk_join_path(path, place.draft, name));
    write_text(path, "new");
  }
  must_refuse(lk_new_folder_end(&place, LK_OK), LK_IO, "late/b: cannot", place.draft);
  assert_int_equal(count_of(place.draft), 2);
}

/* Others may read a new folder as the umask has it. */
static void the_umask_is_honoured(void **state) {
  struct stat facts;
  mode_t before = umask(027);
  (void)state;
  export_model(0, "masked", &whole);
  umask(before);
  assert_int_equal(stat("masked", &facts), 0);
  assert_int_equal(facts.st_mode & 07777, 0750);
}

static lk_checkpoint *make_model_with(lk_tokenizer *tokenizer) {
  const lk_shape shape = {.layers = 1,
                          .heads = 1,
                          .channels = 2,
                          .block = 8,
                          .vocabulary = lk_tokenizer_size(tokenizer),
                          .activation = LK_GELU_TANH};
  lk_checkpoint *c = make_checkpoint_of(&shape, 0);
  lk_tokenizer_free(c->trained.tokenizer);
  c->trained.tokenizer = tokenizer;
  return c;
}

static const lk_export_options gguf = {LK_FORMAT_GGUF, LK_NUMBER_F32, 0, 1, 0};

/* A text that is added, and is in texts, is so for llama.cpp, too; what it would split
 * otherwise is refused. */
static void added_texts_stay_texts(void **state) {
  static const char added[] =
      "\"added_tokens\":\t[{\"id\":258,\"content\":\"  \",\"special\":false},"
      "{\"id\":259,\"content\":\"<|endoftext|>\",\"special\":true},";
  lk_tokenizer *tokenizer;
  char *json;
  size_t size;
  uint64_t count;
  lk_tensor_file *file;
  (void)state;
  must(lk_tokenizer_create(&tokenizer, "bytes", 0));
  lk_checkpoint *c = make_model_with(tokenizer);
  must(lk_export(c, "bytes", &whole));
  edit("bytes/tokenizer.json", "\"added_tokens\":\t[", added);
  edit("bytes/tokenizer.json", "\"use_regex\":\tfalse", "\"use_regex\":true");
  for (int ignores = 0; ignores < 2; ignores++) {
    lk_checkpoint_free(c);
    if (ignores)
      edit("bytes/tokenizer.json", "\"ignore_merges\":\tfalse", "\"ignore_merges\":true");
    must(lk_file_read("bytes/tokenizer.json", &json, &size));
    must(lk_bpe_read_json(&tokenizer, json, size, "bytes"));
    lk_free(json);
    c = make_model_with(tokenizer);
    assert_int_equal(lk_export(c, "bytes.gguf", &gguf), ignores ? LK_USAGE : LK_OK);
  }
  lk_checkpoint_free(c);
  must(lk_gguf_open(&file, "bytes.gguf"));
  const uint8_t *types =
      lk_gguf_array(file, "tokenizer.ggml.token_type", LK_GGUF_I32, &count);
  assert_int_equal(count, 260);
  assert_int_equal(types[0], LK_GGUF_CONTROL);
  assert_int_equal(types[4 * 2], LK_GGUF_NORMAL);
  assert_int_equal(types[4 * 258], LK_GGUF_USER);
  lk_tensor_file_close(file);
}

/* An added token that merges need, and a byte that is one, come back as both. */
static void added_texts_of_the_vocabulary_come_back(void **state) {
  static const char added[] = "\"added_tokens\":\t[{\"id\":258,\"content\":\"an\"},"
                              "{\"id\":99,\"content\":\"a\"},"
                              "{\"id\":261,\"content\":\"alone\"},"
                              "{\"id\":259,\"content\":\"</s>\",\"special\":true},";
  lk_tokenizer *tokenizer;
  lk_checkpoint *back;
  (void)state;
  must(lk_tokenizer_create(&tokenizer, "bytes", 0));
  lk_checkpoint *c = make_model_with(tokenizer);
  must(lk_export(c, "shared", &whole));
  lk_checkpoint_free(c);
  edit("shared/tokenizer.json", "\"added_tokens\":\t[", added);
  edit("shared/tokenizer.json", "\"use_regex\":\tfalse", "\"use_regex\":true");
  edit("shared/tokenizer.json", "\"vocab\":\t{", "\"vocab\":{\"an\":258,\"and\":260,");
  edit("shared/tokenizer.json", "\"merges\":\t[]", "\"merges\":[\"a n\",\"an d\"]");
  must(lk_tokenizer_read(&tokenizer, "shared/tokenizer.json", 0));
  c = make_model_with(tokenizer);
  must(lk_export(c, "shared.gguf", &gguf));
  must(lk_import(&back, "shared.gguf", &nothing));
  assert_true(lk_tokenizer_equal(back->trained.tokenizer, tokenizer));
  lk_checkpoint_free(back);
  lk_checkpoint_free(c);
}

/* A folder of a model whose tokenizer has three special tokens more. */
static void export_with_specials(const char *out, const char *third) {
  char added[256], path[64];
  lk_tokenizer *tokenizer;
  char *json;
  size_t size;
  must(lk_tokenizer_create(&tokenizer, "bytes", 0));
  lk_checkpoint *c = make_model_with(tokenizer);
  must(lk_export(c, out, &whole));
  lk_checkpoint_free(c);
  snprintf(path, sizeof path, "%s/tokenizer.json", out);
  snprintf(added, sizeof added,
           "\"added_tokens\":\t[{\"id\":258,\"content\":\"<s>\",\"special\":true},"
           "{\"id\":259,\"content\":\"<stop>\",\"special\":true},"
           "{\"id\":260,\"content\":\"%s\",\"special\":true},",
           third);
  edit(path, "\"added_tokens\":\t[", added);
  edit(path, "\"use_regex\":\tfalse", "\"use_regex\":true");
  must(lk_file_read(path, &json, &size));
  must(lk_bpe_read_json(&tokenizer, json, size, path));
  lk_free(json);
  c = make_model_with(tokenizer);
  must(lk_export(c, out, &whole));
  lk_checkpoint_free(c);
}

static lk_checkpoint *import_with_end(const char *path, const char *tokenizer, int end) {
  const lk_import_options options = {.tokenizer = tokenizer, .activation = -1};
  lk_checkpoint *c;
  lk_tokenizer *copy;
  must(lk_import(&c, path, &options));
  must(lk_tokenizer_copy(&copy, c->trained.tokenizer));
  assert_int_equal(lk_tokenizer_end(copy), end);
  assert_true(lk_tokenizer_equal(copy, c->trained.tokenizer));
  lk_tokenizer_free(copy);
  return c;
}

static void import_same(const lk_checkpoint *c, const char *path, const char *tokenizer,
                        int end) {
  lk_checkpoint *back = import_with_end(path, tokenizer, end);
  assert_true(lk_tokenizer_equal(back->trained.tokenizer, c->trained.tokenizer));
  lk_checkpoint_free(back);
}

/* The model's text ends with the same id when it was written in each form. */
static void its_end_comes_back(const lk_checkpoint *c, int end) {
  static const lk_export_options own = {LK_FORMAT_SAFETENSORS, LK_NUMBER_F32, 0, 1, 0};
  must(lk_export(c, "again", &whole));
  must(lk_export(c, "ends.gguf", &gguf));
  must(lk_export(c, "ends.safetensors", &own));
  import_same(c, "again", NULL, end);
  import_same(c, "ends.gguf", NULL, end);
  import_same(c, "ends.safetensors", "again/tokenizer.json", end);
  must(lk_checkpoint_write("ends.h5", c));
  import_same(c, "ends.safetensors", "ends.h5", end);
  lk_tokenizer *of_file; /* for a model that says nothing of it */
  must(lk_tokenizer_json_read(&of_file, "ends.h5", 261, -1));
  assert_true(lk_tokenizer_equal(of_file, c->trained.tokenizer));
  lk_tokenizer_free(of_file);
}

/* Of any kind. */
static void a_checkpoint_has_a_tokenizer(void **state) {
  lk_checkpoint *back;
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    lk_checkpoint *c =
        kind == 2 ? make_own_kind((lk_shape){.tied = 1}) : make_model(1, kind);
    const lk_import_options with = {"kind.h5", 2, -1};
    must(lk_checkpoint_write("kind.h5", c));
    write_state_dict("kind.safetensors", c, LK_NAMING_nanogpt, (const char *const[]){NULL});
    must(lk_import(&back, "kind.safetensors", &with));
    assert_true(lk_tokenizer_equal(back->trained.tokenizer, c->trained.tokenizer));
    lk_checkpoint_free(back);
    lk_checkpoint_free(c);
  }
}

/* What ends a text is what the model says, where that is a special token, and goes out
 * again; a tokenizer.json for others has nothing of it. */
static void a_model_says_what_ends_a_text(void **state) {
  static const struct {
    const char *said;
    int end;
  } ends[] = {{"259", 259}, {"[258,260]", 258}, {"260", 260},
              {"65", 260},  {"1e9", 260},       {"null", 260}};
  static const char named[] = "\"eos_token_id\":\t260";
  char text[64];
  (void)state;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    export_with_specials("ends", "<|endoftext|>");
    lk_checkpoint *plain = import_with_end("ends", NULL, 260), *c;
    snprintf(text, sizeof text, "\"eos_token_id\":%s", ends[i].said);
    edit("ends/config.json", named, text);
    c = import_with_end("ends", NULL, ends[i].end);
    assert_int_equal(lk_tokenizer_equal(c->trained.tokenizer, plain->trained.tokenizer),
                     ends[i].end == 260);
    its_end_comes_back(c, ends[i].end);
    assert_same_files("again/tokenizer.json", "ends/tokenizer.json");
    lk_checkpoint_free(c);
    lk_checkpoint_free(plain);
  }
}

/* Without a name that is known, too. */
static void what_ends_a_text_needs_no_name(void **state) {
  lk_tokenizer *tokenizer;
  (void)state;
  export_with_specials("other", "</s>");
  edit("other/tokenizer.json", "</s>", "<end>");
  must(lk_tokenizer_json_read(&tokenizer, "other/tokenizer.json", 261, 259));
  assert_int_equal(lk_tokenizer_end(tokenizer), 259);
  lk_tokenizer_free(tokenizer);
  must_refuse(lk_tokenizer_json_read(&tokenizer, "other/tokenizer.json", 261, -1),
              LK_BAD_DATA, "other/tokenizer.json", "no special token ends a document");
}

/* Nothing is: the mask stands there, and comes back as no end. */
static void a_tokenizer_may_end_no_text(void **state) {
  lk_tokenizer *tokenizer;
  (void)state;
  export_with_specials("endless", "</s>");
  edit("endless/tokenizer.json", "<s>", "<|pad|>");
  edit("endless/tokenizer.json", "<stop>", "<|mask|>");
  edit("endless/tokenizer.json", "</s>", "<|other|>");
  must(lk_tokenizer_read(&tokenizer, "endless/tokenizer.json", 0));
  assert_int_equal(lk_tokenizer_specials(tokenizer).end, -1);
  lk_checkpoint *c = make_model_with(tokenizer);
  its_end_comes_back(c, 259);
  lk_checkpoint_free(c);
}

static size_t put(char *to, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; i++)
    to[i] = i < sizeof value ? (char)(value >> 8 * i) : 0;
  return width;
}

/* Puts a fact before all others of a GGUF file, and one of such a length that the numbers
 * stay where their alignment wants them. */
static void add_fact(const char *path, const char *key, lk_gguf_type type, uint64_t value,
                     size_t width) {
  enum { START = 24, ALL = 512 };
  char *bytes, *made;
  size_t size, at = START;
  must(lk_file_read(path, &bytes, &size));
  made = calloc(size + ALL, 1);
  memcpy(made, bytes, START);
  put(made + 16, *(uint8_t *)(bytes + 16) + 2u, 8);
  for (int i = 0; i < 2; i++) {
    const char *name = i ? "test.rest" : key;
    at += put(made + at, strlen(name), 8);
    memcpy(made + at, name, strlen(name));
    at += strlen(name);
    at += put(made + at, i ? LK_GGUF_TEXT : type, 4);
    if (!i) at += put(made + at, value, width);
  }
  at += put(made + at, START + ALL - at - 8, 8);
  memset(made + at, 'x', START + ALL - at);
  memcpy(made + START + ALL, bytes + START, size - START);
  must(lk_file_write(path, made, size + ALL));
  free(made);
  lk_free(bytes);
}

/* What llama.cpp would compute otherwise, and a model here cannot, is named; so is an array
 * of two numbers in the place of a number. */
static void facts_that_change_a_model_are_named(void **state) {
  enum { ONE = 0x3F800000, FOUR = 0x40800000 };
  static const struct {
    const char *key;
    lk_gguf_type type;
    uint64_t value;
    size_t width;
    int of_both, is_taken;
  } facts[] = {{"rope.scaling.factor", LK_GGUF_F32, FOUR, 4, 0, 0},
               {"rope.scaling.factor", LK_GGUF_F32, ONE, 4, 0, 1},
               {"rope.scale_linear", LK_GGUF_F32, FOUR, 4, 0, 0},
               {"rope.scaling.attn_factor", LK_GGUF_F32, FOUR, 4, 0, 0},
               {"attention.head_count_kv", LK_GGUF_ARRAY, UINT64_C(2) << 32, 14, 1, 0},
               {"attention.causal", LK_GGUF_BOOL, 0, 1, 1, 0},
               {"attention.causal", LK_GGUF_BOOL, 1, 1, 1, 1},
               {"attention.scale", LK_GGUF_F32, FOUR, 4, 1, 0},
               {"attention.scale", LK_GGUF_F32, 0, 4, 1, 1},
               {"logit_scale", LK_GGUF_F32, FOUR, 4, 1, 0},
               {"logit_scale", LK_GGUF_F32, 0, 4, 1, 1},
               {"logit_scale", LK_GGUF_F32, ONE, 4, 1, 1}};
  (void)state;
  for (int rotary = 0; rotary < 2; rotary++)
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
      char key[64];
      if (!rotary && !facts[i].of_both) continue;
      lk_checkpoint *c = make_own_kind((lk_shape){.positions = (int)rotary});
      must(lk_export(c, "fact.gguf", &gguf));
      lk_checkpoint_free(c);
      snprintf(key, sizeof key, "%s.%s", rotary ? "gptneox" : "gpt2", facts[i].key);
      add_fact("fact.gguf", key, facts[i].type, facts[i].value, facts[i].width);
      if (facts[i].is_taken)
        accept("fact.gguf");
      else
        refuse("fact.gguf", key);
    }
}

/* Writes other bytes over those that stand in a fact's key or first behind it. */
static void change_fact(const char *path, const char *key, const char *from, const char *to,
                        size_t length) {
  char *bytes;
  size_t size;
  must(lk_file_read(path, &bytes, &size));
  char *found = memmem(bytes, size, key, strlen(key));
  assert_non_null(found);
  char *at = memmem(found, size - (size_t)(found - bytes), from, length);
  assert_non_null(at);
  memcpy(at, to, length);
  must(lk_file_write(path, bytes, size));
  lk_free(bytes);
}

/* How a text is cut before it is merged has many names; one that is not known here is said,
 * as is what lists of another type take away, and the tokenizer's own file takes its place.
 */
static void other_tokenizers_need_their_file(void **state) {
  static const struct {
    const char *key, *from, *to;
    size_t length;
    const char *message;
  } changes[] = {
      {"tokenizer.ggml.pre", "gpt-2", "smaug", 5, "pattern is smaug, which is not read"},
      {"tokenizer.ggml.merges", "merges", "merged", 6, "list of merges is not there"},
      {"tokenizer.ggml.merges", "\t\0\0\0\b", "\t\0\0\0\0", 5,
       "list of merges is 0 numbers"},
      {"tokenizer.ggml.token_type", "\t\0\0\0\5", "\t\0\0\0\4", 5,
       "types of tokens is 258"}};
  const lk_import_options with = {.tokenizer = "cut/tokenizer.json", .activation = -1};
  lk_tokenizer *tokenizer;
  lk_checkpoint *back;
  (void)state;
  must(lk_tokenizer_create(&tokenizer, "bytes", 0));
  lk_checkpoint *c = make_model_with(tokenizer);
  must(lk_export(c, "cut", &whole));
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    must(lk_export(c, "cut.gguf", &gguf));
    accept("cut.gguf"); /* no merges at all are some, too */
    change_fact("cut.gguf", changes[i].key, changes[i].from, changes[i].to,
                changes[i].length);
    refuse("cut.gguf", changes[i].message);
    must(lk_import(&back, "cut.gguf", &with));
    lk_checkpoint_free(back);
  }
  lk_checkpoint_free(c);
}

/* GPT-2's own, with all its merges, in both forms; the same bytes each time. */
static void a_real_tokenizer_comes_back(void **state) {
  static const lk_export_options *const forms[] = {&whole, &gguf};
  lk_tokenizer *tokenizer;
  lk_checkpoint *back;
  (void)state;
  must(lk_tokenizer_json_read(&tokenizer, experiment_file("tokenizers/gpt2-tokenizer.json"),
                              50257, -1));
  lk_checkpoint *c = make_model_with(tokenizer);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    must(lk_export(c, i ? "real.gguf" : "real", forms[i]));
    must(lk_export(c, i ? "again.gguf" : "really", forms[i]));
    must(lk_import(&back, i ? "real.gguf" : "real", &nothing));
    assert_true(lk_tokenizer_equal(back->trained.tokenizer, tokenizer));
    assert_memory_equal(back->trained.values, c->trained.values,
                        c->trained.table->count * sizeof(float));
    lk_checkpoint_free(back);
  }
  lk_checkpoint_free(c);
  assert_same_files("real.gguf", "again.gguf");
  static const char *const names[] = {
      "README.md",         "config.json",    "generation_config.json",
      "model.safetensors", "tokenizer.json", "tokenizer_config.json"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char one[64], other[64];
    snprintf(one, sizeof one, "real/%s", names[i]);
    snprintf(other, sizeof other, "really/%s", names[i]);
    assert_same_files(one, other);
  }
}

/* What people take for a file of tensors is named. */
static void other_files_are_named(void **state) {
  lk_checkpoint *c = make_model(0, 0);
  (void)state;
  must(lk_checkpoint_write("own.h5", c));
  lk_checkpoint_free(c);
  refuse("own.h5", "of Lockstep's own");
  write_text("model.pt", "PK\x03\x04 and what follows");
  refuse("model.pt", "torch.save");
  write_text("model.bin", "\x80\x02 and what follows");
  refuse("model.bin", "torch.save");
  write_text("words", "no tensors here");
  refuse("words", "not a safetensors file");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_model_comes_back),
      cmocka_unit_test(biases_are_all_there_or_none),
      cmocka_unit_test(a_tied_head_may_stand_for_both),
      cmocka_unit_test(own_kinds_go_out_with_own_names),
      cmocka_unit_test(other_tokenizers_are_named),
      cmocka_unit_test(parts_that_change_ids_are_named),
      cmocka_unit_test(claims_are_proved),
      cmocka_unit_test(shapes_that_cannot_be_are_bad_data),
      cmocka_unit_test(a_head_is_what_is_said),
      cmocka_unit_test(a_file_is_what_stands_beside_it),
      cmocka_unit_test(what_is_no_file_is_refused),
      cmocka_unit_test(what_is_too_large_is_not_read),
      cmocka_unit_test(options_do_not_overrule),
      cmocka_unit_test(an_index_has_to_be_right),
      cmocka_unit_test(no_more_files_are_written_than_are_read),
      cmocka_unit_test(a_file_for_each_tensor_is_read),
      cmocka_unit_test(a_tensor_is_in_one_file),
      cmocka_unit_test(numbers_have_to_be_some),
      cmocka_unit_test(large_numbers_need_their_kind),
      cmocka_unit_test(nothing_old_stays),
      cmocka_unit_test(what_is_no_file_is_named_first),
      cmocka_unit_test(what_has_no_place_is_kept),
      cmocka_unit_test(the_umask_is_honoured),
      cmocka_unit_test(added_texts_stay_texts),
      cmocka_unit_test(added_texts_of_the_vocabulary_come_back),
      cmocka_unit_test(a_checkpoint_has_a_tokenizer),
      cmocka_unit_test(a_model_says_what_ends_a_text),
      cmocka_unit_test(what_ends_a_text_needs_no_name),
      cmocka_unit_test(a_tokenizer_may_end_no_text),
      cmocka_unit_test(facts_that_change_a_model_are_named),
      cmocka_unit_test(other_tokenizers_need_their_file),
      cmocka_unit_test(a_real_tokenizer_comes_back),
      cmocka_unit_test(other_files_are_named),
  };
  return cmocka_run_group_tests(tests, make_folder, leave_nothing);
}
