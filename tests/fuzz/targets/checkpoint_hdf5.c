/* A checkpoint. What is accepted must have the numbers that its table says. */
#include "hdf5.h"
#include "lockstep/hash.h"

static void check_checkpoint(const lk_checkpoint *c, int with_moments) {
  MUST(lk_tokenizer_size(c->trained.tokenizer) == c->trained.table->shape.vocabulary);
  MUST(!c->m == !with_moments && !c->v == !with_moments);
  MUST(memchr(c->info.build, 0, sizeof c->info.build));
  lk_hash hash =
      lk_hash_bytes(c->trained.values, c->trained.table->count * sizeof *c->trained.values);
  MUST(!strcmp(hash.hex, c->info.parameter_hash.hex));
  if (!with_moments) return;
  lk_hash_bytes(c->m, c->trained.table->count * sizeof *c->m); /* all of them can be read */
  lk_hash_bytes(c->v, c->trained.table->count * sizeof *c->v);
}

static void read_checkpoint(const char *path) {
  fuzz_read_kind(path);
  for (int with_moments = 0; with_moments < 2; with_moments++) {
    lk_checkpoint *checkpoint;
    lk_status status = lk_checkpoint_read(&checkpoint, path, with_moments);
    if (!fuzz_was_read(status, LK_BAD_DATA, path)) continue;
    check_checkpoint(checkpoint, with_moments);
    lk_checkpoint_free(checkpoint);
  }
}

/* As training does: checked in pieces, then read into arrays that are there. */
static void open_checkpoint(const char *path) {
  lk_checkpoint *c;
  lk_checkpoint_numbers numbers;
  if (!fuzz_was_read(lk_checkpoint_open(&c, path), LK_BAD_DATA, path)) return;
  if (fuzz_was_read(lk_checkpoint_scan(c, 1, &numbers), LK_BAD_DATA, path)) {
    float *values, *m, *v;
    MUST(LK_NEW(values, c->trained.table->count) == LK_OK &&
         LK_NEW(m, c->trained.table->count) == LK_OK &&
         LK_NEW(v, c->trained.table->count) == LK_OK);
    MUST(lk_checkpoint_fill(c, values, m, v) == LK_OK);
    MUST(!strcmp(lk_hash_bytes(v, c->trained.table->count * sizeof *v).hex, numbers.v.hex));
    lk_free(values);
    lk_free(m);
    lk_free(v);
  }
  lk_checkpoint_free(c);
}

static void read_both_ways(const char *path) {
  read_checkpoint(path);
  open_checkpoint(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  fuzz_read_hdf5(bytes, size, read_both_ways);
  return 0;
}
