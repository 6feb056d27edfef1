/* A text is passed over by one rank; each then reads its own slice, holds none of it, and
 * draws what a process alone would. ranks: 3 */
#include "check.h"
#include "lockstep/dataset.h"
#include "lockstep/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 200000, LENGTH = 120, TEXT = LINES * (LENGTH + 1), SHARDS = 8, STEPS = 20 };

/* Bytes: that a rank may hold more than before, and read around its slice. */
enum { MOST = 8 << 20, AROUND = 2 << 20 };

static void write_text(const char *path) {
  char line[LENGTH + 2];
  FILE *file = fopen(path, "w");
  CHECK(file != NULL);
  for (unsigned i = 0; file && i < LINES; i++) {
    for (unsigned k = 0; k < LENGTH; k++)
      line[k] = (char)('a' + (i + i / 100 * k + k * k) % 26);
    line[LENGTH] = '\n';
    CHECK(fwrite(line, LENGTH + 1, 1, file) == 1);
  }
  CHECK(file && fclose(file) == 0);
}

/* Bytes that this process has read from anything, and -1 where the system does not say. */
static long long bytes_read(void) {
  long long bytes = -1;
  FILE *file = fopen("/proc/self/io", "r");
  if (!file || fscanf(file, "rchar: %lld", &bytes) != 1) bytes = -1;
  if (file) fclose(file);
  return bytes;
}

static lk_dataset *open_slice(lk_world *readers, const lk_config *config, lk_slice slice) {
  lk_dataset *dataset = NULL;
  CHECK(lk_dataset_open(&dataset, readers, config,
                        lk_objective_choose(config, lk_task_guess(config)), NULL,
                        slice) == LK_OK);
  return dataset;
}

/* Of the examples of some steps of a slice's shards. */
static lk_hash draw(lk_dataset *dataset, lk_slice slice) {
  lk_token tokens[129];
  lk_example example = {.tokens = tokens};
  lk_hasher *hasher;
  CHECK(lk_hasher_create(&hasher) == LK_OK);
  for (uint64_t step = 0; step < STEPS; step++)
    for (int shard = 0; shard < slice.shard_count; shard++) {
      int examples = lk_dataset_select(dataset, step, slice.first_shard + shard);
      CHECK(examples > 0);
      for (int i = 0; i < examples; i++) {
        lk_dataset_example(dataset, i, &example);
        lk_hasher_add(hasher, tokens, (size_t)example.length * sizeof *tokens);
      }
    }
  CHECK(lk_dataset_status(dataset) == LK_OK);
  lk_hash hash = lk_hasher_value(hasher);
  lk_hasher_free(hasher);
  return hash;
}

static void compare_with_one_alone(lk_dataset *dataset, const lk_config *config,
                                   lk_slice slice) {
  lk_dataset *alone = open_slice(NULL, config, (lk_slice){SHARDS, 0, SHARDS});
  if (!alone) return;
  CHECK(lk_dataset_settle(alone, NULL) == LK_OK);
  lk_hash mine = draw(dataset, slice), expected = draw(alone, slice);
  CHECK(strcmp(mine.hex, expected.hex) == 0);
  CHECK(strcmp(lk_dataset_items(alone)->sha256.hex,
               lk_dataset_items(dataset)->sha256.hex) == 0);
  lk_dataset_close(alone);
}

static void check_cost(long long before, uint64_t peak, lk_slice slice) {
  long long all = lk_world_rank(world) == 0 ? TEXT : 0, read = bytes_read() - before;
  uint64_t more = lk_peak_memory() - peak;
  printf("rank %d: of %d MB it read %lld and held %llu\n", lk_world_rank(world), TEXT >> 20,
         read >> 20, (unsigned long long)more >> 20);
  CHECK(more < MOST);
  CHECK(before < 0 || read < all + (long long)TEXT / SHARDS * slice.shard_count + AROUND);
}

static void read_text(const char *path) {
  char corpus[64];
  char *arguments[] = {corpus, "shards=8", "batch_size=64", "model.block=128"};
  lk_slice slice = {.shards = SHARDS};
  lk_config *config;
  snprintf(corpus, sizeof corpus, "corpus=%s", path);
  CHECK(lk_config_read(&config, NULL, 4, arguments) == LK_OK);
  CHECK(lk_world_shards(world, SHARDS, &slice.first_shard, &slice.shard_count) == LK_OK);
  uint64_t peak = lk_peak_memory();
  long long before = bytes_read();
  lk_dataset *dataset = open_slice(world, config, slice);
  if (dataset) {
    CHECK(lk_dataset_settle(dataset, world) == LK_OK);
    check_cost(before, peak, slice);
    compare_with_one_alone(dataset, config, slice);
  }
  lk_dataset_close(dataset);
  lk_config_free(config);
}

int main(int argc, char **argv) {
  char path[] = "/tmp/lockstep-text-XXXXXX";
  if (lk_world_create(&world, &argc, &argv) != LK_OK) return 1;
  int place = lk_world_rank(world) ? -1 : mkstemp(path);
  CHECK(lk_world_rank(world) || place >= 0);
  CHECK(lk_world_broadcast(world, path, sizeof path) == LK_OK);
  if (place >= 0) write_text(path);
  CHECK(lk_world_agree(world, LK_OK) == LK_OK);
  read_text(path);
  CHECK(lk_world_agree(world, LK_OK) == LK_OK);
  if (place >= 0) unlink(path);
  if (place >= 0) close(place);
  lk_world_free(world);
  return failures != 0;
}
