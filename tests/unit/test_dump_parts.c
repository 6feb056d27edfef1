/* Parts of dumps: whatever their size, their pages one behind the other are those of the
 * whole, and what is wrong with it is refused by one of them. */
#include "dump_files.h"
#include "lockstep/dump.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#define HEAD                                                                               \
  "<mediawiki xml:lang=\"de\">\n<siteinfo><dbname>dewiki</dbname><namespaces>"             \
  "<namespace key=\"14\">Kategorie</namespace></namespaces></siteinfo>\n"
#define PAGE(title, text)                                                                  \
  "<page><title>" title "</title><id>7</id><revision><text>" text                          \
  "</text></revision></page>\n"
#define END "</mediawiki>\n"

/* What was read, written down. */
typedef struct {
  packed pages;
  uint64_t lines, returns, marks;
  int ended_line;
} reading;

static void write_page(packed *to, const lk_dump_page *page) {
  char line[64];
  snprintf(line, sizeof line, "%lld %d:", (long long)page->id, (int)page->space);
  packed text = {strdup(page->text), page->size};
  packed facts = {malloc(strlen(line) + strlen(page->title) + 2), 0};
  facts.size = (size_t)sprintf(facts.bytes, "%s%s|", line, page->title);
  *to = join(join(*to, facts), text);
}

/* Reads on to the end and closes. */
static lk_status read_on(lk_dump *dump, reading *to) {
  const lk_dump_page *page = NULL;
  lk_status status;
  while ((status = lk_dump_next(dump, &page)) == LK_OK && page)
    write_page(&to->pages, page);
  if (lk_dump_lines(dump)) to->ended_line = lk_dump_ended_line(dump);
  to->lines += lk_dump_lines(dump);
  to->returns += lk_dump_left_out(dump).returns;
  to->marks += lk_dump_left_out(dump).marks;
  lk_dump_close(dump);
  return status;
}

static lk_status read_dump(const char *path, const lk_dump_options *options, reading *to) {
  lk_dump *dump;
  *to = (reading){.pages = {malloc(1), 0}};
  LK_TRY(lk_dump_open(&dump, path, options));
  return read_on(dump, to);
}

static lk_dump_part part_of(uint64_t size, uint64_t count, uint64_t i) {
  return (lk_dump_part){i * size, i + 1 < count ? (i + 1) * size : UINT64_MAX};
}

static lk_status read_part(const char *path, const lk_dump_options *options,
                           const lk_dump *whole, lk_dump_part part, reading *to) {
  lk_dump *dump;
  LK_TRY(lk_dump_open_part(&dump, path, options, whole, part));
  return read_on(dump, to);
}

/* All parts in order, up to the first failure. */
static lk_status read_parts(const char *path, const lk_dump_options *options, uint64_t size,
                            reading *to) {
  lk_dump *whole;
  const lk_dump_page *page;
  *to = (reading){.pages = {malloc(1), 0}};
  LK_TRY(lk_dump_open(&whole, path, options));
  lk_status status = lk_dump_next(whole, &page);
  uint64_t count = lk_dump_parts(whole, size);
  for (uint64_t i = 0; i < count && status == LK_OK; i++)
    status = read_part(path, options, whole, part_of(size, count, i), to);
  lk_dump_close(whole);
  return status;
}

static void assert_same(reading parts, reading whole) {
  assert_int_equal(parts.pages.size, whole.pages.size);
  assert_memory_equal(parts.pages.bytes, whole.pages.bytes, whole.pages.size);
  assert_int_equal(parts.lines, whole.lines);
  assert_int_equal(parts.returns, whole.returns);
  assert_int_equal(parts.marks, whole.marks);
  assert_int_equal(parts.ended_line, whole.ended_line);
  free(parts.pages.bytes);
}

/* In parts of `least` bytes, and of so many percent more each time, up to all. */
static void check_parts(packed file, int threads, uint64_t least, uint64_t percent) {
  lk_dump_options options = lk_dump_defaults();
  reading whole, parts;
  const char *path = temporary_file(file.bytes, file.size);
  if (read_dump(path, &options, &whole) != LK_OK) fail_msg("%s", lk_message());
  options.threads = threads;
  for (uint64_t size = least; size < 2 * file.size + 2; size += 1 + size * percent / 100) {
    if (read_parts(path, &options, size, &parts) != LK_OK) fail_msg("%s", lk_message());
    assert_same(parts, whole);
  }
  free(whole.pages.bytes);
  free(file.bytes);
}

static packed copy(const char *text) {
  return pack(PLAIN, text, strlen(text));
}

static void parts_of_an_export_have_its_pages(void **state) {
  (void)state;
  check_parts(copy(HEAD PAGE("A", "one\n&lt;page> &#233;") PAGE(
                  "Kategorie:B",
                  "") "\n\n"
                      "<page ><title>C</title></page><pages>x</pages>" PAGE("D", "d") END),
              1, 1, 10);
  check_parts(copy("\xef\xbb\xbf" HEAD PAGE("A", "\xef\xbb\xbf") END), 1, 1, 10);
  check_parts(copy(HEAD END "\n"), 1, 1, 30);
}

static void pages_without_a_root_have_parts(void **state) {
  (void)state;
  check_parts(copy(PAGE("A", "a") PAGE("B", "b")), 1, 1, 10);
  check_parts(copy("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" PAGE("A", "a")
                       PAGE("B", "b") END),
              1, 1, 10);
}

static void parts_of_lines_have_its_lines(void **state) {
  (void)state;
  static const char *const texts[] = {"one\ntwo\n\n\nthree\n",
                                      "one\r\ntwo\r\r\n\rthree\r",
                                      "\n\nlast",
                                      "one line",
                                      "one\n\r",
                                      "\xef\xbb\xbfone\n\xef\xbb\xbftwo\n\xe2\x82\xac\n"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    check_parts(copy(texts[i]), 1, 1, 10);
}

/* Pages of 0 … 30 kB, some of which have blocks of bz2 of their own. */
static packed make_export(void) {
  char *noise = make_text(200000), head[128];
  packed text = copy(HEAD);
  for (size_t at = 0, i = 0; at < 200000; i++) {
    size_t size = i * i * 7919 % 30011;
    if (size > 200000 - at) size = 200000 - at;
    snprintf(head, sizeof head, "<page><title>%zu</title><revision><text>", i);
    text = join(text, copy(head));
    text = join(text, pack(PLAIN, noise + at, size));
    text = join(text, copy("</text></revision></page>\n"));
    at += size + 1;
  }
  free(noise);
  return join(text, copy(END));
}

/* Lines of the same lengths. */
static packed make_lines(void) {
  packed text = {make_text(200000), 200000};
  for (size_t at = 0, i = 0; at < text.size; at += i * i * 7919 % 30011 + 1, i++)
    text.bytes[at] = '\n';
  return text;
}

static packed pack_streams(packed text, size_t part) {
  packed file = pack(BZ2, text.bytes, 0);
  for (size_t at = 0; at < text.size; at += part)
    file = join(file,
                pack(BZ2, text.bytes + at, text.size - at < part ? text.size - at : part));
  free(text.bytes);
  return file;
}

static void parts_of_bz2_have_its_pages(void **state) {
  (void)state;
  check_parts(pack_streams(make_export(), SIZE_MAX / 2), 1, 9001, 200);
  check_parts(pack_streams(make_export(), 20000), 3, 17001, 200);
  check_parts(pack_streams(make_lines(), SIZE_MAX / 2), 3, 8009, 200);
  check_parts(pack_streams(make_lines(), 7000), 1, 15003, 200);
}

/* Smaller than what lies before the first block, and between two. */
static void the_smallest_parts_of_bz2_have_its_pages(void **state) {
  (void)state;
  static const char text[] = HEAD PAGE("A", "one") PAGE("B", "two") PAGE("C", "3") END;
  check_parts(pack_streams(copy(text), 1000), 1, 2, 150);
  check_parts(pack_streams(copy(text), 60), 1, 3, 150);
  check_parts(pack_streams(copy("a\nb\n\nc\n"), 3), 1, 1, 80);
}

static void what_is_cut_short_is_refused_by_a_part(void **state) {
  (void)state;
  static const char text[] = HEAD PAGE("A", "one &amp; two") PAGE("B", "b") END;
  lk_dump_options options = lk_dump_defaults();
  packed files[] = {copy(text), pack_streams(copy(text), 50),
                    pack(BZ2, text, strlen(text))};
  reading parts;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    for (size_t size = strlen(HEAD); size < files[i].size - 1; size += 1 + i * 3)
      for (uint64_t part = 40; part < 200; part += 100) {
        const char *path = temporary_file(files[i].bytes, size);
        assert_int_equal(read_parts(path, &options, part, &parts), LK_BAD_DATA);
        assert_message(temporary_path, "cut short", NULL);
        free(parts.pages.bytes);
      }
    free(files[i].bytes);
  }
}

static void what_is_damaged_is_refused_by_a_part(void **state) {
  (void)state;
  lk_dump_options options = lk_dump_defaults();
  packed file = pack_streams(make_export(), 150000);
  reading parts;
  for (size_t at = file.size / 9; at < file.size; at += file.size / 9) {
    file.bytes[at] ^= 4;
    const char *path = temporary_file(file.bytes, file.size);
    assert_int_equal(read_parts(path, &options, 30000, &parts), LK_BAD_DATA);
    assert_message(temporary_path, "bz2", NULL);
    file.bytes[at] ^= 4;
    free(parts.pages.bytes);
  }
  free(file.bytes);
}

static void refused_in_parts(const char *text, const char *sign) {
  lk_dump_options options = lk_dump_defaults();
  reading parts;
  assert_int_equal(read_parts(temporary_text(text), &options, 100, &parts), LK_BAD_DATA);
  assert_message(temporary_path, sign, NULL);
  free(parts.pages.bytes);
}

/* There the first page of a part may be none. */
static void pages_that_may_be_none_are_refused(void **state) {
  (void)state;
  refused_in_parts(HEAD PAGE("A", "a") "<!-- <page> -->" PAGE("B", "b") END, "CDATA");
  refused_in_parts(HEAD PAGE("A", "a") PAGE("B", "<![CDATA[<\n<page]]>") END, "CDATA");
  refused_in_parts(HEAD PAGE("A", "a") "<?x <page?>" PAGE("B", "b") END, "CDATA");
  refused_in_parts(HEAD PAGE("A", "a") "<page><x><page></page></x></page>" END,
                   "inside of another");
}

static void lines_count_from_where_a_part_begins(void **state) {
  (void)state;
  refused_in_parts(HEAD PAGE("A", "a") "\n\n" PAGE("B", "\n&x;") PAGE("C", "c") END,
                   "line 5 of the part that begins at byte 200: the XML is wrong");
  char text[250];
  memset(text, 'x', sizeof text);
  text[110] = text[120] = '\n';
  strcpy(text + 150, "\xff\n");
  refused_in_parts(text, "line 3 of the part that begins at byte 100: is no UTF-8");
}

/* Opens the path, reads a page; how many parts of 10 bytes it says. */
static uint64_t parts_of(const char *path, const lk_dump_options *options) {
  lk_dump *dump;
  const lk_dump_page *page;
  assert_int_equal(lk_dump_open(&dump, path, options), LK_OK);
  assert_int_equal(lk_dump_next(dump, &page), LK_OK);
  uint64_t parts = lk_dump_parts(dump, 10);
  lk_dump_close(dump);
  return parts;
}

static void what_has_no_parts_says_so(void **state) {
  (void)state;
  lk_dump_options options = lk_dump_defaults();
  static const char text[] = "a document a line\nand more of them\n";
  for (int form = 0; form < FORMS; form++) {
    packed file = pack(form, text, strlen(text));
    const char *path = temporary_file(file.bytes, file.size);
    assert_int_equal(parts_of(path, &options), form <= BZ2 ? (file.size + 9) / 10 : 1);
    free(file.bytes);
  }
  assert_int_equal(parts_of(temporary_text("{\"text\": \"a\"}\n"), &options), 1);
  assert_int_equal(
      parts_of(temporary_text("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" HEAD END),
               &options),
      1);
  assert_int_equal(parts_of(temporary_file("\xff\xfe"
                                           "a\0b\0c\0d\0e\0f\0",
                                           14),
                            &options),
                   1);
  options.documents = LK_DOCUMENTS_BLANK_LINE;
  assert_int_equal(parts_of(temporary_text(text), &options), 1);
}

static void a_file_that_changed_is_refused(void **state) {
  (void)state;
  lk_dump_options options = lk_dump_defaults();
  lk_dump *whole, *part;
  const lk_dump_page *page;
  const char *path = temporary_text("one\ntwo\nthree\n");
  assert_int_equal(lk_dump_open(&whole, path, &options), LK_OK);
  assert_int_equal(lk_dump_next(whole, &page), LK_OK);
  struct timespec times[2] = {{1000, 0}, {1000, 0}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  assert_int_equal(lk_dump_open_part(&part, path, &options, whole, (lk_dump_part){4, 8}),
                   LK_NO_INPUT);
  assert_message(path, "was written to", NULL);
  lk_dump_close(whole);
}

enum { READERS = 4 };

typedef struct {
  const char *path;
  const lk_dump *whole;
  uint64_t size, count, first;
  reading read[64];
  int has_failed;
} job;

static void *read_some(void *argument) {
  job *some = argument;
  lk_dump_options options = lk_dump_defaults();
  for (uint64_t i = some->first; i < some->count; i += READERS) {
    some->read[i].pages.bytes = malloc(1);
    some->has_failed |=
        read_part(some->path, &options, some->whole, part_of(some->size, some->count, i),
                  &some->read[i]) != LK_OK;
  }
  return NULL;
}

static void threads_may_read_parts_at_once(void **state) {
  (void)state;
  lk_dump_options options = lk_dump_defaults();
  static job jobs[READERS];
  pthread_t threads[READERS];
  packed file = pack_streams(make_export(), SIZE_MAX / 2);
  const char *path = temporary_file(file.bytes, file.size);
  reading whole, parts = {.pages = {malloc(1), 0}};
  lk_dump *dump;
  const lk_dump_page *page;
  assert_int_equal(read_dump(path, &options, &whole), LK_OK);
  assert_int_equal(lk_dump_open(&dump, path, &options), LK_OK);
  assert_int_equal(lk_dump_next(dump, &page), LK_OK);
  uint64_t size = file.size / 20, count = lk_dump_parts(dump, size);
  for (uint64_t i = 0; i < READERS; i++) {
    jobs[i] = (job){path, dump, size, count, i, {{{NULL, 0}, 0, 0, 0, 0}}, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, read_some, &jobs[i]), 0);
  }
  for (uint64_t i = 0; i < READERS; i++)
    pthread_join(threads[i], NULL);
  for (uint64_t i = 0; i < count; i++) {
    assert_false(jobs[i % READERS].has_failed);
    parts.pages = join(parts.pages, jobs[i % READERS].read[i].pages);
  }
  assert_same(parts, whole);
  lk_dump_close(dump);
  free(whole.pages.bytes);
  free(file.bytes);
}

/* The message, or "" when all was read: malloc's. */
static void *read_json(void *path) {
  lk_dump_options options = lk_dump_defaults();
  reading read;
  lk_status status = read_dump(path, &options, &read);
  free(read.pages.bytes);
  return strdup(status == LK_OK ? "" : lk_message());
}

static packed repeat(packed text, const char *piece, size_t times) {
  size_t length = strlen(piece);
  text.bytes = realloc(text.bytes, text.size + times * length);
  assert_non_null(text.bytes);
  for (size_t i = 0; i < times; i++, text.size += length)
    memcpy(text.bytes + text.size, piece, length);
  return text;
}

/* A line of more values than one may have, and many lines of few. */
static void threads_may_read_json_at_once(void **state) {
  (void)state;
  packed lines = repeat(copy(""), "{\"text\": \"a\", \"x\": [1,2,3,4,5,6,7,8]}\n", 2000);
  packed values = repeat(copy("{\"text\": [1"), ",1", 5000000);
  char other[80];
  pthread_t threads[2];
  void *messages[2];
  snprintf(other, sizeof other, "%s.values", temporary_file(values.bytes, values.size));
  assert_int_equal(rename(temporary_path, other), 0);
  temporary_file(lines.bytes, lines.size);
  assert_int_equal(pthread_create(&threads[0], NULL, read_json, other), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, read_json, temporary_path), 0);
  for (size_t i = 0; i < 2; i++)
    pthread_join(threads[i], &messages[i]);
  unlink(other);
  assert_non_null(strstr(messages[0], "too many values"));
  assert_string_equal(messages[1], "");
  for (size_t i = 0; i < 2; i++)
    free(messages[i]);
  free(lines.bytes);
  free(values.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_of_an_export_have_its_pages),
      cmocka_unit_test(pages_without_a_root_have_parts),
      cmocka_unit_test(parts_of_lines_have_its_lines),
      cmocka_unit_test(parts_of_bz2_have_its_pages),
      cmocka_unit_test(the_smallest_parts_of_bz2_have_its_pages),
      cmocka_unit_test(what_is_cut_short_is_refused_by_a_part),
      cmocka_unit_test(what_is_damaged_is_refused_by_a_part),
      cmocka_unit_test(pages_that_may_be_none_are_refused),
      cmocka_unit_test(lines_count_from_where_a_part_begins),
      cmocka_unit_test(what_has_no_parts_says_so),
      cmocka_unit_test(a_file_that_changed_is_refused),
      cmocka_unit_test(threads_may_read_parts_at_once),
      cmocka_unit_test(threads_may_read_json_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, remove_temporary);
}
