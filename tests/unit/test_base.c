/* Random numbers, hashes, memory, files, the profile. */
#include "base/digit.h"
#include "base/random_wide.h"
#include "lockstep/file.h"
#include "lockstep/hash.h"
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/profile.h"
#include "lockstep/program.h"
#include "lockstep/random.h"
#include "temporary_folder.h"
#include <Random123/philox.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const lk_stream stream = {0x0123456789abcdefull, LK_RANDOM_DROPOUT, 77, 5, 9};

/* Both forms for many blocks, beside the library's; the counter passes 2^32. */
static void vectors_of_blocks_are_philox(void **state) {
  (void)state;
  lk_philox *const forms[] = {lk_philox_lanes, lk_philox_wide()};
  const philox4x32_ctr_t counter = {{0xffffffe9u, 0x9abcdef0u, 77, 5}};
  const philox4x32_key_t key = {{0x89abcdefu, 0xf1234567u}};
  for (int form = 0; form < 2 && forms[form]; form++) {
    uint32_t words[4][LK_PHILOX_LANES];
    forms[form](words, counter, key);
    for (uint32_t i = 0; i < LK_PHILOX_LANES; i++) {
      philox4x32_ctr_t at = counter;
      at.v[0] += i;
      at = philox4x32(at, key);
      for (int word = 0; word < 4; word++)
        assert_int_equal(words[word][i], at.v[word]);
    }
  }
}

/* By the library's Philox, through the documented layout. */
static int is_kept(uint32_t element, uint32_t threshold) {
  const philox4x32_key_t key = {{0x89abcdefu, 0x01234567u}};
  uint32_t group = element / 128, half = element % 128 / 16, lane = element % 16;
  philox4x32_ctr_t counter = {{group * 16 + lane, 9u | 4u << 24, 77, 5}};
  uint32_t word = philox4x32(counter, key).v[half / 2];
  return (half % 2 ? word >> 16 : word & 0xffff) >= threshold;
}

static void keep_masks_are_philox(void **state) {
  (void)state;
  enum { MOST = 3 * 4096 + 700 };
  static uint32_t bits[MOST];
  for (int threads = 1; threads <= 3; threads += 2)
    for (uint32_t count = 1; count <= MOST; count += 1 + count / 2) {
      memset(bits, 0x5a, sizeof bits);
      lk_kernels_use_threads(threads);
      lk_random_keep_bits(&stream, 0.25, bits, count);
      for (uint32_t i = 0; i < count; i++)
        assert_int_equal(lk_keep_bit(bits, i), is_kept(i, 16384));
      assert_int_equal(bits[lk_keep_words(count)], 0x5a5a5a5a);
    }
  lk_kernels_use_threads(1);
}

static void keep_masks_depend_on_every_part_of_the_stream(void **state) {
  (void)state;
  uint32_t first[LK_KEEP_WORDS], other[LK_KEEP_WORDS];
  lk_stream changed[5] = {stream, stream, stream, stream, stream};
  changed[0].seed++;
  changed[1].purpose = LK_RANDOM_OBJECTIVE;
  changed[2].step += 1ull << 32;
  changed[3].shard++;
  changed[4].site++;
  lk_random_keep_bits(&stream, 0.5, first, LK_KEEP_ELEMENTS);
  for (int i = 0; i < 5; i++) {
    lk_random_keep_bits(&changed[i], 0.5, other, LK_KEEP_ELEMENTS);
    assert_memory_not_equal(first, other, sizeof first);
  }
}

static void keep_masks_keep_the_right_share(void **state) {
  (void)state;
  enum { COUNT = 1 << 20 };
  static uint32_t bits[COUNT / 32];
  double kept = 0;
  lk_random_keep_bits(&stream, 0.1, bits, COUNT);
  for (int i = 0; i < COUNT / 32; i++)
    kept += __builtin_popcount(bits[i]);
  assert_true(fabs(kept / COUNT - 0.9) < 5 * sqrt(0.09 / COUNT));
  assert_true(fabs(lk_keep_scale(0.1) - 1 / 0.9) < 1e-5);
}

static void normals_have_mean_0_and_variance_1(void **state) {
  (void)state;
  double sum = 0, squares = 0, count = 100000;
  for (uint64_t i = 0; i < (uint64_t)count; i++) {
    double value = lk_random_normal(&stream, i);
    sum += value;
    squares += value * value;
  }
  assert_true(fabs(sum / count) < 5 / sqrt(count));
  assert_true(fabs(squares / count - 1) < 5 * sqrt(2 / count));
}

static void orders_are_permutations(void **state) {
  (void)state;
  uint32_t order[500];
  int seen[500] = {0}, moved = 0;
  lk_random_order(&stream, 500, order);
  for (uint32_t i = 0; i < 500; i++) {
    seen[order[i]]++;
    moved += order[i] != i;
  }
  for (int i = 0; i < 500; i++)
    assert_int_equal(seen[i], 1);
  assert_true(moved > 450);
}

/* Every number once, for all small n and around powers of two; each n has its own order. */
static void places_are_a_permutation(void **state) {
  (void)state;
  enum { MOST = 5000 };
  lk_stream order = {.seed = 7, .purpose = LK_RANDOM_ORDER, .step = 3, .shard = 2};
  for (uint64_t n = 1; n <= MOST; n += n < 300 ? 1 : n / 7) {
    uint8_t seen[MOST] = {0};
    for (uint64_t i = 0; i < n; i++) {
      uint64_t place = lk_random_place(&order, n, i);
      assert_true(place < n);
      assert_int_equal(seen[place]++, 0);
    }
  }
}

static int compare_numbers(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

/* A piece of a long order: no number twice, all parts of the range alike (a quarter each,
 * within 6 standard deviations), other numbers in another epoch. */
static void places_of_long_orders_are_random(void **state) {
  (void)state;
  enum { DRAWS = 20000 };
  static uint64_t places[DRAWS];
  const uint64_t lengths[] = {(1ull << 33) + 5, 1ull << 40, UINT64_MAX};
  lk_stream order = {.seed = 7, .purpose = LK_RANDOM_ORDER, .shard = 2}, next = order;
  next.step = 1;
  for (size_t l = 0; l < 3; l++) {
    unsigned quarters[4] = {0}, same = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
      places[i] = lk_random_place(&order, lengths[l], i);
      quarters[(unsigned __int128)places[i] * 4 / lengths[l]]++;
      same += places[i] == lk_random_place(&next, lengths[l], i);
    }
    for (int q = 0; q < 4; q++)
      assert_in_range(quarters[q], DRAWS / 4 - 370, DRAWS / 4 + 370);
    qsort(places, DRAWS, sizeof *places, compare_numbers);
    for (int i = 1; i < DRAWS; i++)
      assert_true(places[i - 1] < places[i] && places[i] < lengths[l]);
    assert_in_range(same, 0, 1);
  }
}

static void whole_numbers_stay_below(void **state) {
  (void)state;
  int counts[7] = {0};
  for (uint64_t i = 0; i < 70000; i++)
    counts[lk_random_below(&stream, i, 7)]++;
  for (int i = 0; i < 7; i++)
    assert_true(abs(counts[i] - 10000) < 500);
}

static void sha256_is_the_standards(void **state) {
  (void)state;
  lk_sha256 hash;
  assert_int_equal(lk_sha256_bytes(&hash, "abc", 3), LK_OK);
  assert_string_equal(hash.hex,
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void hashes_of_parts_are_those_of_the_whole(void **state) {
  static const char text[] = "the quick brown fox";
  lk_sha256_parts *parts;
  lk_sha256 whole, joined;
  lk_hash hex = lk_hash_bytes(text, sizeof text);
  lk_hash_pair pair = lk_hash_pair_of(text, sizeof text);
  char written[33];
  (void)state;
  snprintf(written, sizeof written, "%016llx%016llx", (unsigned long long)pair.high,
           (unsigned long long)pair.low);
  assert_string_equal(written, hex.hex);
  assert_int_equal(lk_sha256_create(&parts), LK_OK);
  assert_int_equal(lk_sha256_add(parts, text, 7), LK_OK);
  assert_int_equal(lk_sha256_add(parts, text + 7, sizeof text - 7), LK_OK);
  assert_int_equal(lk_sha256_value(parts, &joined), LK_OK);
  lk_sha256_free(parts);
  assert_int_equal(lk_sha256_bytes(&whole, text, sizeof text), LK_OK);
  assert_string_equal(joined.hex, whole.hex);
}

/* RFC 4231, test case 2. */
static void hmac_is_the_standards(void **state) {
  (void)state;
  unsigned char out[32];
  char hex[65];
  const char text[] = "what do ya want for nothing?";
  assert_int_equal(lk_hmac_sha256(out, "Jefe", 4, text, strlen(text)), LK_OK);
  for (int i = 0; i < 32; i++)
    snprintf(hex + 2 * i, 3, "%02x", out[i]);
  assert_string_equal(hex,
                      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void xxh3_is_the_librarys(void **state) {
  (void)state;
  assert_string_equal(lk_hash_bytes("", 0).hex, "99aa06d3014798d86001c324468d497f");
  char bytes[5000];
  lk_hasher *hasher;
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)(i * i);
  assert_int_equal(lk_hasher_create(&hasher), LK_OK);
  lk_hasher_add(hasher, bytes, 7);
  lk_hasher_add(hasher, bytes + 7, sizeof bytes - 7);
  assert_string_equal(lk_hasher_value(hasher).hex, lk_hash_bytes(bytes, sizeof bytes).hex);
  lk_hasher_free(hasher);
}

/* As Unicode's chart of each script has them. */
static void digits_of_any_script_have_values(void **state) {
  (void)state;
  static const char *const tens[] = {
      "0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹",           "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯",
      "๐๑๒๓๔๕๖๗๘๙", "၀၁၂၃၄၅၆၇၈၉", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿"};
  static const char *const others[] = {"a", "²", "½", "Ⅷ", "五", "⑤", "\xDB", "\xFF", ""};
  size_t bytes;
  for (size_t i = 0; i < sizeof tens / sizeof *tens; i++) {
    const char *at = tens[i];
    for (int value = 0; value < 10; value++, at += bytes)
      assert_int_equal(lk_digit_of(at, strlen(at), &bytes), value);
    assert_int_equal(*at, '\0');
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(lk_digit_of(others[i], strlen(others[i]) + 1, &bytes), -1);
  assert_int_equal(lk_digit_of("\xFF", 1, &bytes), -1);
  assert_int_equal(bytes, 1);
  assert_int_equal(lk_digit_of("०", 2, &bytes), -1); /* cut in two */
}

static void a_program_knows_its_own_bytes(void **state) {
  (void)state;
  char path[4096] = "", *bytes;
  size_t size;
  assert_true(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  assert_int_equal(lk_file_read(path, &bytes, &size), LK_OK);
  assert_string_equal(lk_program_hash(), lk_hash_bytes(bytes, size).hex);
  assert_non_null(strstr(lk_program_libc(), "libc "));
  lk_free(bytes);
}

static void memory_is_aligned_zeroed_and_counted(void **state) {
  (void)state;
  uint64_t alive = lk_allocations_alive();
  char *buffer = NULL;
  for (size_t size = 0; size < 300; size += 7) {
    assert_int_equal(LK_NEW(buffer, size), LK_OK);
    assert_int_equal((uintptr_t)buffer % 64, 0);
    for (size_t i = 0; i < size; i++)
      assert_int_equal(buffer[i], 0);
    memset(buffer, 1, size);
    lk_free(buffer);
  }
  assert_int_equal(lk_allocate((void **)&buffer, SIZE_MAX / 2, 4, "x"), LK_INTERNAL);
  assert_null(buffer);
  assert_int_equal(lk_allocations_alive(), alive);
  lk_free(NULL);
}

/* What this process has for itself does not count, what others could have too does. The
 * system counts in portions. */
static void memory_in_common_is_known(void **state) {
  enum { BYTES = 16 << 20, PORTION = 2 << 20 };
  char *own = NULL;
  (void)state;
  uint64_t before = lk_file_memory();
  assert_true(before > PORTION / 2);
  assert_int_equal(LK_NEW(own, BYTES), LK_OK);
  memset(own, 1, BYTES);
  assert_in_range(lk_file_memory(), before - PORTION / 2, before + PORTION);
  char *common =
      mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(common != MAP_FAILED);
  memset(common, 1, BYTES);
  assert_in_range(lk_file_memory(), before + BYTES - PORTION, before + BYTES + PORTION);
  munmap(common, BYTES);
  lk_free(own);
}

/* Users know files and sizes, not the names of variables. */
static void memory_messages_name_no_variables(void **state) {
  (void)state;
  struct {
    double *landing;
  } x;
  assert_int_equal(LK_NEW(x.landing, SIZE_MAX / 4), LK_INTERNAL);
  assert_null(strstr(lk_message(), "landing"));
  assert_int_equal(LK_NEW(x.landing, (size_t)1 << 58), LK_INTERNAL);
  assert_memory_equal(lk_message(), "out of memory asking for", 24);
  void *bytes;
  assert_int_equal(lk_allocate(&bytes, (size_t)1 << 61, 1, "wiki.txt"), LK_INTERNAL);
  assert_memory_equal(lk_message(), "wiki.txt: out of memory", 23);
}

static lk_status read_input(const char *path, const char *text) {
  int ends[2], kept = dup(STDIN_FILENO);
  char *bytes;
  size_t size;
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
  close(ends[1]);
  dup2(ends[0], STDIN_FILENO);
  lk_status status = lk_file_read(path, &bytes, &size);
  lk_free(bytes);
  dup2(kept, STDIN_FILENO);
  close(kept);
  close(ends[0]);
  return status;
}

static void an_input_that_a_launcher_repeats_is_refused(void **state) {
  (void)state;
  lk_file_trust_input(5, "this launcher");
  assert_int_equal(read_input("-", "12345"), LK_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(read_input(i ? "/dev/stdin" : "-", "123456"), LK_NO_INPUT);
    assert_non_null(strstr(lk_message(), "input: this launcher repeats parts of what is "
                                         "longer than 5 bytes; name the file"));
  }
  lk_file_trust_input(UINT64_MAX, "");
  assert_int_equal(read_input("-", "123456"), LK_OK);
}

static void files_are_written_whole(void **state) {
  (void)state;
  char *bytes = NULL;
  size_t size;
  assert_int_equal(lk_folder_create("a/b"), LK_OK);
  assert_int_equal(lk_folder_create("a/b"), LK_OK);
  assert_int_equal(lk_file_read("a/b", &bytes, &size), LK_NO_INPUT);
  assert_non_null(strstr(lk_message(), "folder"));
  assert_int_equal(lk_file_read("a/b/c", &bytes, &size), LK_NO_INPUT);
  assert_int_equal(lk_file_write("a/b/c", "12345", 5), LK_OK);
  assert_int_equal(lk_file_write("a/b/c", "123", 3), LK_OK);
  assert_int_equal(lk_file_read("a/b/c", &bytes, &size), LK_OK);
  assert_int_equal(size, 3);
  assert_string_equal(bytes, "123");
  lk_free(bytes);
  assert_int_equal(lk_file_write("a/b/c/d", "1", 1), LK_IO);
  assert_int_equal(lk_folder_create("a/b/c/d"), LK_IO);
}

static lk_status read_small(const char *path, size_t most) {
  char *bytes;
  size_t size;
  lk_status status = lk_file_read_small(path, most, &bytes, &size);
  assert_true((status == LK_OK) == (bytes != NULL));
  lk_free(bytes);
  return status;
}

/* A file by its size, a pipe by what came. */
static void small_files_are_small(void **state) {
  int ends[2];
  char path[32];
  (void)state;
  assert_int_equal(lk_file_write("small", "12345", 5), LK_OK);
  assert_int_equal(read_small("small", 5), LK_OK);
  assert_int_equal(read_small("small", 4), LK_BAD_DATA);
  assert_non_null(strstr(lk_message(), "small: has more than the 4 bytes that are read"));
  assert_int_equal(truncate("small", (off_t)1 << 40), 0);
  assert_int_equal(read_small("small", 1 << 20), LK_BAD_DATA);
  for (size_t most = 4; most <= 5; most++) {
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "12345", 5), 5);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(read_small(path, most), most < 5 ? LK_BAD_DATA : LK_OK);
    close(ends[0]);
  }
}

static void a_message_may_quote_the_one_before(void **state) {
  (void)state;
  lk_fail(LK_IO, "first");
  assert_int_equal(lk_fail(LK_USAGE, "second after %s", lk_message()), LK_USAGE);
  assert_string_equal(lk_message(), "second after first");
  lk_fail(LK_USAGE, "%05000d", 1);
  lk_fail(LK_USAGE, "%s and %05000d", lk_message(), 2);
  assert_int_equal(strlen(lk_message()), 10005);
}

/* Every moment is some part's, and a switch tells what was before. */
static void time_belongs_to_parts(void **state) {
  (void)state;
  lk_profile_event events[4] = {{0, 0}};
  double before[LK_PARTS], after[LK_PARTS];
  lk_profile_switch(LK_PART_REST);
  lk_profile_read(before);
  lk_profile_record(events, 3);
  assert_int_equal(lk_profile_switch(LK_PART_PRODUCTS), LK_PART_REST);
  usleep(2000);
  assert_int_equal(lk_profile_switch(LK_PART_LOSS), LK_PART_PRODUCTS);
  assert_int_equal(lk_profile_switch(LK_PART_PRODUCTS), LK_PART_LOSS);
  usleep(1000);
  assert_int_equal(lk_profile_switch(LK_PART_REST), LK_PART_PRODUCTS);
  lk_profile_read(after);
  assert_int_equal(lk_profile_switches(), 4);
  lk_profile_record(NULL, 0);
  assert_true(after[LK_PART_PRODUCTS] - before[LK_PART_PRODUCTS] >= 0.003);
  assert_true(after[LK_PART_DATA] == before[LK_PART_DATA]);
  assert_true(events[0].part == LK_PART_PRODUCTS && events[1].part == LK_PART_LOSS);
  assert_true(events[1].start - events[0].start >= 0.002);
  assert_true(events[3].start == 0); /* no room for the fourth */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_a_permutation),
      cmocka_unit_test(places_of_long_orders_are_random),
      cmocka_unit_test(vectors_of_blocks_are_philox),
      cmocka_unit_test(keep_masks_are_philox),
      cmocka_unit_test(keep_masks_depend_on_every_part_of_the_stream),
      cmocka_unit_test(keep_masks_keep_the_right_share),
      cmocka_unit_test(normals_have_mean_0_and_variance_1),
      cmocka_unit_test(orders_are_permutations),
      cmocka_unit_test(whole_numbers_stay_below),
      cmocka_unit_test(sha256_is_the_standards),
      cmocka_unit_test(hashes_of_parts_are_those_of_the_whole),
      cmocka_unit_test(hmac_is_the_standards),
      cmocka_unit_test(xxh3_is_the_librarys),
      cmocka_unit_test(digits_of_any_script_have_values),
      cmocka_unit_test(a_program_knows_its_own_bytes),
      cmocka_unit_test(memory_is_aligned_zeroed_and_counted),
      cmocka_unit_test(memory_in_common_is_known),
      cmocka_unit_test(memory_messages_name_no_variables),
      cmocka_unit_test(an_input_that_a_launcher_repeats_is_refused),
      cmocka_unit_test(files_are_written_whole),
      cmocka_unit_test(small_files_are_small),
      cmocka_unit_test(a_message_may_quote_the_one_before),
      cmocka_unit_test(time_belongs_to_parts),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
