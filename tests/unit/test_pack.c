/* Packs: sequences end to end without padding, targets one token later, reuse without
 * allocation. */
#include "data_files.h"
#include "lockstep/pack.h"

static void check_two_sequences(lk_pack *pack) {
  const lk_token a[] = {5, 6, 7, 8}, b[] = {9, 10, 11, 12, 13};
  lk_pack_append(pack, a, 4, 0);
  lk_pack_append(pack, b, 5, 2);
  assert_int_equal(pack->B, 2);
  assert_int_equal(pack->N, 7);
  assert_int_equal(pack->M, 5);
  assert_memory_equal(pack->tokens, ((lk_token[]){5, 6, 7, 9, 10, 11, 12}),
                      7 * sizeof(lk_token));
  assert_memory_equal(pack->positions, ((uint16_t[]){0, 1, 2, 0, 1, 2, 3}), 14);
  assert_memory_equal(pack->start, ((int32_t[]){0, 3, 7}), 12);
  assert_memory_equal(pack->targets, ((lk_token[]){6, 7, 8, 12, 13}), 5 * sizeof(lk_token));
  assert_memory_equal(pack->target_start, ((int32_t[]){0, 3, 5}), 12);
}

static lk_pack *pack_of(int sequences, int block) {
  lk_pack *pack;
  assert_int_equal(lk_pack_create(&pack, sequences, block), LK_OK);
  assert_int_equal(pack->B + pack->N + pack->M, 0);
  assert_int_equal(pack->max_sequences, sequences);
  assert_int_equal(pack->max_rows, sequences * block);
  return pack;
}

static void sequences_lie_end_to_end(void **state) {
  (void)state;
  lk_pack *pack = pack_of(3, 8);
  check_two_sequences(pack);
  lk_pack_free(pack);
  lk_pack_free(NULL);
}

static void a_cleared_pack_is_as_new_and_allocates_nothing(void **state) {
  (void)state;
  lk_pack *pack = pack_of(3, 8);
  uint64_t made = lk_allocations_made();
  for (int round = 0; round < 3; round++) {
    lk_pack_append(pack, (lk_token[]){1, 2, 3, 4, 5, 6, 7, 8, 9}, 9, 7);
    lk_pack_clear(pack);
    assert_int_equal(pack->B + pack->N + pack->M, 0);
    check_two_sequences(pack);
    lk_pack_clear(pack);
  }
  assert_int_equal(lk_allocations_made(), made);
  lk_pack_free(pack);
}

static void a_pack_can_be_filled_to_its_last_row(void **state) {
  (void)state;
  enum { SEQUENCES = 5, LONG = 16 };
  lk_pack *pack = pack_of(SEQUENCES, LONG);
  lk_token tokens[LONG + 1];
  for (int i = 0; i <= LONG; i++)
    tokens[i] = (lk_token)(40 + i);
  for (int b = 0; b < SEQUENCES; b++)
    lk_pack_append(pack, tokens, LONG + 1, 0);
  assert_int_equal(pack->N, pack->max_rows);
  assert_int_equal(pack->M, pack->max_rows);
  for (int row = 0; row < pack->N; row++) {
    assert_int_equal(pack->tokens[row], 40 + row % LONG);
    assert_int_equal(pack->positions[row], row % LONG);
    assert_int_equal(pack->targets[row], 41 + row % LONG);
  }
  lk_pack_free(pack);
}

static void the_shortest_sequence_has_one_row(void **state) {
  (void)state;
  lk_pack *pack = pack_of(1, 8);
  lk_pack_append(pack, (lk_token[]){3, 4}, 2, 0);
  assert_int_equal(pack->N, 1);
  assert_int_equal(pack->M, 1);
  assert_int_equal(pack->tokens[0], 3);
  assert_int_equal(pack->targets[0], 4);
  lk_pack_free(pack);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sequences_lie_end_to_end),
      cmocka_unit_test(a_cleared_pack_is_as_new_and_allocates_nothing),
      cmocka_unit_test(a_pack_can_be_filled_to_its_last_row),
      cmocka_unit_test(the_shortest_sequence_has_one_row),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
