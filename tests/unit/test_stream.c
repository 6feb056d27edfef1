/* Streams: whatever they are packed with, how they are cut up, by any number of threads,
 * the bytes are those that were packed; what is damaged or cut short is named. */
#include "dump/bz2.h"
#include "dump_files.h"

enum { SIZE = 450000 };

static char *text;

static int set_up(void **state) {
  (void)state;
  text = make_text(SIZE);
  return 0;
}

static int tear_down(void **state) {
  free(text);
  return remove_temporary(state);
}

static void every_form_gives_its_bytes(void **state) {
  (void)state;
  for (int form = 0; form < FORMS; form++)
    for (size_t part = 999; part < 1 << 21; part *= 50) {
      packed file = pack(form, text, SIZE), read;
      const char *path = temporary_file(file.bytes, file.size);
      assert_int_equal(read_whole(path, 1, part, &read), LK_OK);
      assert_bytes(read, text, SIZE);
      free(file.bytes);
    }
}

static void streams_follow_one_another(void **state) {
  (void)state;
  for (int form = 0; form < FORMS; form++)
    for (int threads = 1; threads <= 4; threads++) {
      packed file = pack(form, text, 1000), read;
      file = join(file, pack(form, text + 1000, 0));
      file = join(file, pack(form, text + 1000, 1));
      file = join(file, pack(form, text + 1001, SIZE - 1001));
      const char *path = temporary_file(file.bytes, file.size);
      assert_int_equal(read_whole(path, threads, 10000, &read), LK_OK);
      assert_bytes(read, text, SIZE);
      free(file.bytes);
    }
}

static void nothing_packed_is_nothing(void **state) {
  (void)state;
  for (int form = 0; form < FORMS; form++) {
    packed file = pack(form, "", 0), read;
    assert_int_equal(read_whole(temporary_file(file.bytes, file.size), 2, 10, &read),
                     LK_OK);
    assert_bytes(read, "", 0);
    free(file.bytes);
  }
}

static size_t next_cut(size_t size, size_t whole) {
  const size_t near = 12, step = whole / 7;
  if (size < near || size + near >= whole) return size + 1;
  return size + step + near < whole ? size + step : whole - near;
}

/* Everywhere near the beginning and the end, and at some places between. What is left of
 * the first bytes may be a text. */
static void what_is_cut_short_is_refused(void **state) {
  (void)state;
  for (int form = BZ2; form < FORMS; form++) {
    packed file = pack(form, text, SIZE), read;
    for (size_t size = 6; size < file.size; size = next_cut(size, file.size)) {
      const char *path = temporary_file(file.bytes, size);
      assert_int_equal(read_whole(path, 1 + (int)size % 3, 50000, &read), LK_BAD_DATA);
      assert_message(temporary_path, "cut short", form_names[form], NULL);
      free(read.bytes);
    }
    free(file.bytes);
  }
}

static void a_second_stream_cut_short_is_refused(void **state) {
  (void)state;
  packed first = pack(BZ2, "one", 3), read;
  size_t end = first.size;
  packed file = join(first, pack(BZ2, "two", 3));
  for (size_t size = end + 1; size < file.size; size++) {
    assert_int_equal(read_whole(temporary_file(file.bytes, size), 1, 100, &read),
                     LK_BAD_DATA);
    assert_message(temporary_path, "cut short", NULL);
    free(read.bytes);
  }
  free(file.bytes);
}

static void what_is_damaged_is_refused(void **state) {
  (void)state;
  for (int form = BZ2; form < FORMS; form++) {
    packed file = pack(form, text, SIZE), read;
    for (size_t at = 12; at < file.size; at += file.size / 5) {
      file.bytes[at] = (char)(file.bytes[at] ^ 8);
      const char *path = temporary_file(file.bytes, file.size);
      assert_int_equal(read_whole(path, 2, 50000, &read), LK_BAD_DATA);
      assert_message(temporary_path, form_names[form], NULL);
      free(read.bytes);
      file.bytes[at] = (char)(file.bytes[at] ^ 8);
    }
    free(file.bytes);
  }
}

static void what_follows_must_be_packed_too(void **state) {
  (void)state;
  for (int form = BZ2; form < FORMS; form++) {
    packed file = join(pack(form, text, 5000), pack(PLAIN, "no member of it", 15)), read;
    const char *path = temporary_file(file.bytes, file.size);
    assert_int_equal(read_whole(path, 1, 50000, &read), LK_BAD_DATA);
    assert_message(temporary_path, "damaged", NULL);
    free(read.bytes);
    free(file.bytes);
  }
}

/* The last ten bytes are the mark and the checksum of the stream, at any bit. */
static void the_checksum_of_a_stream_is_checked(void **state) {
  (void)state;
  packed file = pack(BZ2, text, SIZE), read;
  file.bytes[file.size - 3] = (char)(file.bytes[file.size - 3] ^ 1);
  assert_int_equal(read_whole(temporary_file(file.bytes, file.size), 1, 50000, &read),
                   LK_BAD_DATA);
  assert_message("checksum of a stream", NULL);
  free(read.bytes);
  free(file.bytes);
}

/* 45 bytes of bz2 say 46 MB, 1000 times so much is the same in memory. */
static void a_bomb_is_read_in_bounded_memory(void **state) {
  (void)state;
  enum { ZEROS = 45 << 20, PART = 1 << 20 };
  char *zeros = calloc(1, ZEROS), *part = malloc(PART);
  lk_text_stream *stream;
  size_t got = PART, sum = 0;
  packed one = pack(BZ2, zeros, ZEROS), file = {malloc(20 * one.size), 20 * one.size};
  for (size_t i = 0; i < 20; i++)
    memcpy(file.bytes + i * one.size, one.bytes, one.size);
  free(zeros);
  const char *path = temporary_file(file.bytes, file.size);
  assert_int_equal(lk_text_stream_open(&stream, path, 2), LK_OK);
  for (; got == PART; sum += got)
    assert_int_equal(lk_text_stream_read(stream, part, PART, &got), LK_OK);
  assert_int_equal(sum, 20 * (size_t)ZEROS);
  lk_text_stream_close(stream);
  assert_true(lk_peak_memory() < 600 << 20);
  free(part);
  free(one.bytes);
  free(file.bytes);
}

/* A mark inside of a block: the segment is cut there, and whole again. */
static void a_mark_by_chance_is_no_boundary(void **state) {
  (void)state;
  packed file = pack(BZ2, text, 60000);
  lk_raw raw;
  lk_bz2_pool pool;
  lk_bz2_slot *slot;
  assert_int_equal(lk_raw_open(&raw, temporary_file(file.bytes, file.size)), LK_OK);
  assert_int_equal(lk_bz2_pool_open(&pool, &raw, 1), LK_OK);
  assert_int_equal(lk_bz2_pool_first(&pool, &slot), LK_OK);
  size_t bits = slot->segment.bits, cut = bits / 3;
  pool.slots[1].segment.bits = bits - cut; /* as if it had been cut there */
  lk_bits_copy(lk_bz2_bits(&pool.slots[1].segment), 0, lk_bz2_bits(&slot->segment), cut,
               bits - cut);
  pool.slots[1].is_done = 1;
  pool.next = pool.end = 2;
  slot->segment.bits = cut;
  slot->result = LK_BZ2_DAMAGED;
  assert_int_equal(lk_bz2_pool_merge(&pool, &slot), LK_OK);
  assert_int_equal(slot->result, LK_BZ2_FINE);
  assert_int_equal(slot->output.size, 60000);
  assert_memory_equal(slot->output.bytes, text, 60000);
  lk_bz2_pool_close(&pool);
  lk_raw_close(&raw);
  free(file.bytes);
}

static void marks_are_found_at_every_bit(void **state) {
  (void)state;
  lk_bz2_marks marks;
  unsigned char bytes[64];
  lk_bz2_marks_prepare(&marks);
  for (size_t at = 0; at < 200; at++) {
    memset(bytes, 0x55, sizeof bytes);
    lk_bits_put(bytes, at, at % 2 ? LK_MARK_END : LK_MARK_BLOCK, LK_MARK_BITS);
    for (size_t i = at + LK_MARK_BITS; i < at + LK_MARK_BITS + 8; i++)
      lk_bits_put(bytes, i, 1, 1);
    assert_int_equal(lk_bz2_marks_find(&marks, bytes, 0, 8 * sizeof bytes), at);
    assert_int_equal(lk_bz2_marks_find(&marks, bytes, at, 8 * sizeof bytes), at);
    assert_int_equal(lk_bz2_marks_find(&marks, bytes, at + 1, 8 * sizeof bytes),
                     8 * sizeof bytes);
    assert_int_equal(lk_bz2_marks_find(&marks, bytes, 0, at + LK_MARK_BITS - 1),
                     at + LK_MARK_BITS - 1);
  }
}

static void utf16_becomes_utf8(void **state) {
  (void)state;
  static const char little[] = "\xff\xfe"
                               "a\0\xe9\0\x2c\x20\x3d\xd8\x00\xde";
  static const char big[] = "\xfe\xff"
                            "\0a\0\xe9\x20\x2c\xd8\x3d\xde\x00";
  static const char *const utf8 = "a\xc3\xa9\xe2\x80\xac\xf0\x9f\x98\x80";
  packed read;
  for (size_t part = 1; part < 20; part++) {
    const char *path = temporary_file(part % 2 ? little : big, sizeof little - 1);
    assert_int_equal(read_whole(path, 1, part, &read), LK_OK);
    assert_bytes(read, utf8, strlen(utf8));
  }
}

static void long_utf16_is_converted_in_parts(void **state) {
  (void)state;
  enum { UNITS = 200000 };
  char *wide = malloc(2 * UNITS + 2);
  packed read;
  memcpy(wide, "\xff\xfe", 2);
  for (size_t i = 0; i < UNITS;
       i++) /* an unpaired half would show if a part split a pair */
    memcpy(wide + 2 + 2 * i, i % 3 == 0 ? "\x3d\xd8" : i % 3 == 1 ? "\x00\xde" : "a\0", 2);
  const char *path = temporary_file(wide, 2 * (UNITS - UNITS % 3) + 2);
  assert_int_equal(read_whole(path, 1, 777, &read), LK_OK);
  assert_int_equal(read.size, UNITS / 3 * 5);
  for (size_t i = 0; i < read.size; i += 5)
    assert_memory_equal(read.bytes + i,
                        "\xf0\x9f\x98\x80"
                        "a",
                        5);
  free(read.bytes);
  free(wide);
}

static void broken_utf16_and_utf32_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
    const char *sign;
  } inputs[] = {{"\xff\xfe"
                 "a\0\x3d",
                 5, "UTF-16 at byte 4"},
                {"\xff\xfe"
                 "a\0\x3d\xd8"
                 "a\0",
                 8, "UTF-16 at byte 4"},
                {"\xff\xfe"
                 "\x00\xde",
                 4, "UTF-16 at byte 2"},
                {"\xff\xfe\0\0a\0\0\0", 8, "UTF-32"}};
  packed read;
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    const char *path = temporary_file(inputs[i].bytes, inputs[i].size);
    assert_int_equal(read_whole(path, 1, 100, &read), LK_BAD_DATA);
    assert_message(temporary_path, inputs[i].sign, NULL);
    free(read.bytes);
  }
}

static void a_byte_order_mark_is_no_text(void **state) {
  (void)state;
  packed read;
  const char *path = temporary_text("\xef\xbb\xbfline");
  assert_int_equal(read_whole(path, 1, 2, &read), LK_OK);
  assert_bytes(read, "line", 4);
}

/* Of a part: the text from its first byte on, `owned` of it the part's. */
static void assert_part(const lk_text_stream *whole, uint64_t first, uint64_t end,
                        const char *expected, uint64_t owned) {
  lk_text_stream *part;
  char bytes[64];
  size_t got;
  assert_int_equal(lk_text_stream_open_part(&part, temporary_path, 1, whole, first, end),
                   LK_OK);
  assert_int_equal(lk_text_stream_read(part, bytes, sizeof bytes, &got), LK_OK);
  assert_bytes((packed){memcpy(malloc(64), bytes, 64), got}, expected, strlen(expected));
  assert_int_equal(lk_text_stream_owned(part), owned);
  lk_text_stream_close(part);
}

/* Of bz2 the first block begins behind four bytes, and another stream's behind its own. */
static void a_part_begins_with_its_first_block(void **state) {
  (void)state;
  lk_text_stream *whole;
  packed file = pack(BZ2, "one ", 4);
  size_t second = file.size + 4;
  file = join(file, pack(BZ2, "two", 3));
  assert_int_equal(lk_text_stream_open(&whole, temporary_file(file.bytes, file.size), 1),
                   LK_OK);
  assert_true(lk_text_stream_has_parts(whole));
  assert_part(whole, 0, 4, "one two", 0);
  assert_part(whole, 0, second, "one two", 4);
  assert_part(whole, 4, second + 1, "one two", UINT64_MAX);
  assert_part(whole, 5, second, "two", 0);
  assert_part(whole, 5, second + 1, "two", UINT64_MAX);
  assert_part(whole, second + 1, UINT64_MAX, "", UINT64_MAX);
  lk_text_stream_close(whole);
  free(file.bytes);
}

static void a_part_of_plain_text_begins_at_its_byte(void **state) {
  (void)state;
  lk_text_stream *whole;
  assert_int_equal(lk_text_stream_open(&whole, temporary_text("\xef\xbb\xbfone two"), 1),
                   LK_OK);
  assert_part(whole, 0, 2, "one two", 0);
  assert_part(whole, 0, 7, "one two", 4);
  assert_part(whole, 7, 9, "two", 2);
  assert_part(whole, 7, 10, "two", UINT64_MAX);
  lk_text_stream_close(whole);
}

static void a_folder_is_no_stream(void **state) {
  (void)state;
  lk_text_stream *stream;
  assert_int_equal(lk_text_stream_open(&stream, "/tmp", 1), LK_NO_INPUT);
  assert_message("/tmp: is a folder", NULL);
  assert_null(stream);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_gives_its_bytes),
      cmocka_unit_test(streams_follow_one_another),
      cmocka_unit_test(nothing_packed_is_nothing),
      cmocka_unit_test(what_is_cut_short_is_refused),
      cmocka_unit_test(a_second_stream_cut_short_is_refused),
      cmocka_unit_test(what_is_damaged_is_refused),
      cmocka_unit_test(what_follows_must_be_packed_too),
      cmocka_unit_test(the_checksum_of_a_stream_is_checked),
      cmocka_unit_test(a_bomb_is_read_in_bounded_memory),
      cmocka_unit_test(a_mark_by_chance_is_no_boundary),
      cmocka_unit_test(marks_are_found_at_every_bit),
      cmocka_unit_test(utf16_becomes_utf8),
      cmocka_unit_test(long_utf16_is_converted_in_parts),
      cmocka_unit_test(broken_utf16_and_utf32_are_refused),
      cmocka_unit_test(a_byte_order_mark_is_no_text),
      cmocka_unit_test(a_part_begins_with_its_first_block),
      cmocka_unit_test(a_part_of_plain_text_begins_at_its_byte),
      cmocka_unit_test(a_folder_is_no_stream),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
