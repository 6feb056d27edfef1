/* What is found out before training: who computes how many shards, how fast, and in how
 * much memory. */
#include "base/clock.h"
#include "lockstep/machine.h"
#include "lockstep/trainer.h"
#include "train/balance.h"
#include "train/speed.h"
#include "train/trainer.h"
#include "training_files.h"
#include <math.h>

static lk_trainer_needs needs_of(const char *arguments, int ranks) {
  lk_trainer_needs needs;
  lk_config *config = config_with(arguments);
  if (lk_trainer_weigh(world, config, LK_PRETRAIN, ranks, &needs) != LK_OK)
    fail_msg("%s: %s", arguments, lk_message());
  lk_config_free(config);
  return needs;
}

/* What is alive when a trainer of one rank is there is what was foreseen, but for itself
 * and what is never touched: of matrices that Muon moves, the second moment. */
static void a_trainer_holds_what_was_weighed(void **state) {
  enum { ITSELF = 16384 }; /* with the groups' worlds: less than any array */
  static const char *const kinds[] = {"", "ema=0.9", "optimizer=muon model.layers=3",
                                      "sync.every=2 sync.wire=int8", "micro_tokens=48"};
  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    lk_trainer *trainer;
    lk_trainer_needs needs = needs_of(kinds[i], 1);
    lk_config *config = config_with(kinds[i]);
    uint64_t before = lk_bytes_alive();
    assert_int_equal(lk_trainer_open(&trainer, world, config, LK_PRETRAIN, LK_TO_MEASURE),
                     LK_OK);
    uint64_t alive = lk_bytes_alive() - before - lk_optimizer_spare(trainer->optimizer);
    assert_int_equal(needs.parameters, lk_trainer_table(trainer)->count);
    assert_in_range(alive, needs.data + needs.room + needs.values,
                    needs.data + needs.room + needs.values + ITSELF);
    lk_trainer_free(trainer);
    lk_config_free(config);
  }
}

/* Three arrays, a fourth with the mean; and of two groups the moments of the second, what
 * both left out, and the outer step's momentum. */
static void a_checkpoint_has_its_arrays(void **state) {
  (void)state;
  lk_trainer_needs needs = needs_of("", 1);
  assert_int_equal(needs.values, sizeof(float) * needs.parameters);
  assert_int_equal(needs.checkpoint, 3 * needs.values);
  assert_int_equal(needs_of("ema=0.9", 1).checkpoint, 4 * needs.values);
  assert_int_equal(needs_of("sync.every=2", 1).checkpoint, (3 + 2 + 1) * needs.values);
  assert_int_equal(needs_of("sync.every=2 sync.wire=bf16", 1).checkpoint,
                   (3 + 2 + 2 + 1) * needs.values);
}

/* A bit a number of the embedding, of both branches of each block and of attention, whose
 * rows are whole pieces of 16: of 2 sequences in a pack, in 2 blocks with 2 heads. */
static void masks_need_room_where_there_is_dropout(void **state) {
  enum { BLOCK = 48, NUMBERS = 2 * BLOCK * 16 };
  uint64_t attention = 0;
  (void)state;
  for (int keys = 1; keys <= BLOCK; keys++)
    attention += 2 * 2 * 16 * (uint64_t)((keys + 15) / 16);
  assert_int_equal(needs_of("dropout=0.1", 1).room - needs_of("dropout=0", 1).room,
                   (NUMBERS + 2 * (2 * NUMBERS + attention)) / 8);
}

/* Of gradients that are sent while others are computed less is held at a time, unless the
 * model is small, or a step has several packs or batches, for all are written before. */
static void what_is_given_back_is_not_counted(void **state) {
#define DEALT "shard=optimizer model.layers=8 "
  (void)state;
  lk_trainer_needs beside = needs_of(DEALT "model.channels=384 overlap=on", 4);
  lk_trainer_needs afterwards = needs_of(DEALT "model.channels=384 overlap=off", 4);
  assert_in_range(100 * (afterwards.room - beside.room) / afterwards.values, 30, 60);
  lk_trainer_needs packs = needs_of(DEALT "model.channels=384 micro_tokens=48", 4);
  lk_trainer_needs batches =
      needs_of(DEALT "model.channels=384 batch_doublings=1 batch_doubling_tokens=4096", 4);
  assert_in_range(100 * (packs.room - beside.room) / packs.values, 30, 60);
  assert_in_range(100 * (batches.room - beside.room) / packs.values, 30, 60);
  assert_int_equal(needs_of(DEALT "model.channels=128 overlap=on", 4).room,
                   needs_of(DEALT "model.channels=128 overlap=off", 4).room);
}

static void a_rank_of_several_is_the_busiest(void **state) {
  (void)state;
  assert_int_equal(needs_of("", 1).shards, 4);
  assert_int_equal(needs_of("", 2).shards, 2);
  assert_int_equal(needs_of("", 3).shards, 2);
  assert_int_equal(needs_of("balance=1,2,1", 3).shards, 2);
  assert_int_equal(needs_of("balance=3,1", 2).shards, 3);
  assert_int_equal(needs_of("sync.every=2", 4).shards, 1);
  assert_true(needs_of("shard=optimizer", 4).room < needs_of("", 4).room);
}

static void refuse(const char *arguments, int ranks, const char *part) {
  lk_trainer_needs needs;
  uint64_t alive = lk_allocations_alive();
  lk_config *config = config_with(arguments);
  assert_int_equal(lk_trainer_weigh(world, config, LK_PRETRAIN, ranks, &needs), LK_USAGE);
  if (!strstr(lk_message(), part)) fail_msg("'%s' lacks '%s'", lk_message(), part);
  lk_config_free(config);
  assert_int_equal(lk_allocations_alive(), alive);
}

static void what_cannot_be_dealt_is_refused(void **state) {
  (void)state;
  refuse("balance=3,x", 2, "balance is '3,x'; give even, measured, or");
  refuse("balance=0,4", 2, "balance is '0,4'");
  refuse("balance=4,", 1, "balance is '4,'");
  refuse("balance=2,1", 2, "deals 3 shards out, but shards is 4");
  refuse("balance=4", 2, "has shards for 1 rank, but there are 2");
  refuse("balance=2,2", 1, "has shards for 2 ranks, but there is 1");
  refuse("", 8, "start at most 4 ranks");
  refuse("sync.every=2", 3, "3 ranks cannot make up 2 groups");
}

/* One copy of the parameters a host: where that is asked for, or else where nothing else
 * fits and no rank needs one of its own. */
static void replicas_share_what_does_not_fit(void **state) {
  static const struct {
    const char *keys;
    double memory; /* of the machine's */
    int shares;
  } ways[] = {{"replicas=node", 0.1, 1},
              {"replicas=rank shard=optimizer", 2, 0},
              {"replicas=auto shard=optimizer", 2, 1},
              {"replicas=auto shard=optimizer", 0.1, 0},
              {"replicas=auto", 2, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    lk_config *config = config_with(ways[i].keys);
    assert_int_equal(lk_trainer_shares_values(config, ways[i].memory * lk_machine_memory()),
                     ways[i].shares);
    lk_config_free(config);
  }
}

/* A world of one has all shards, whatever the config says of it. */
static void one_rank_has_all_shards(void **state) {
  static const char *const ways[] = {"balance=even", "balance=measured", "balance=4"};
  (void)state;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    int first = -1, count = -1;
    lk_config *config = config_with(ways[i]);
    assert_int_equal(lk_balance_world(world, config), LK_OK);
    assert_int_equal(lk_world_shards(world, 4, &first, &count), LK_OK);
    assert_true(first == 0 && count == 4);
    lk_config_free(config);
  }
  lk_config *config = config_with("balance=2,2");
  assert_int_equal(lk_balance_world(world, config), LK_USAGE);
  assert_non_null(strstr(lk_message(), "has shards for 2 ranks"));
  lk_config_free(config);
}

/* Three spells of a quarter of a second, in the median one of which a pack was computed at
 * least, and as many at least in the fastest. */
static void a_speed_is_that_of_a_spell(void **state) {
  double speed = NAN, start = lk_clock();
  uint64_t alive = lk_allocations_alive();
  (void)state;
  lk_config *config = config_with("dropout=0.1");
  assert_int_equal(lk_speed_measure(world, config, &speed), LK_OK);
  double took = lk_clock() - start;
  lk_config_free(config);
  assert_true(took >= 3 * 0.25);
  assert_true(isfinite(speed) && speed * took >= 1);
  assert_int_equal(lk_allocations_alive(), alive);
}

static int tests(void) {
  const struct CMUnitTest list[] = {
      cmocka_unit_test(a_trainer_holds_what_was_weighed),
      cmocka_unit_test(a_checkpoint_has_its_arrays),
      cmocka_unit_test(masks_need_room_where_there_is_dropout),
      cmocka_unit_test(what_is_given_back_is_not_counted),
      cmocka_unit_test(a_rank_of_several_is_the_busiest),
      cmocka_unit_test(what_cannot_be_dealt_is_refused),
      cmocka_unit_test(replicas_share_what_does_not_fit),
      cmocka_unit_test(one_rank_has_all_shards),
      cmocka_unit_test(a_speed_is_that_of_a_spell)};
  return cmocka_run_group_tests(list, make_data, remove_folder);
}

int main(int argc, char **argv) {
  return run_with_world(argc, argv, tests);
}
