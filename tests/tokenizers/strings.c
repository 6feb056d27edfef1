/* For compare.sh: random strings, and the tokens of each.
 *   strings random COUNT SEED    strings of Unicode, a NUL behind each
 *   strings encode TOKENIZER     those of standard input: the ids of a string a line
 *   strings time TOKENIZER TIMES how many MB of standard input are encoded a second, at
 * best */
#include "lockstep/bpe.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

/* Where characters are drawn from, the denser scripts more often. */
static const uint32_t blocks[][2] = {
    {0x20, 0x7E},       {0x20, 0x7E},     {0x61, 0x7A},     {0x09, 0x20},
    {0xA0, 0x24F},      {0x300, 0x36F},   {0x370, 0x52F},   {0x590, 0x6FF},
    {0x900, 0xE7F},     {0x2000, 0x206F}, {0x2150, 0x218F}, {0x3040, 0x30FF},
    {0x4E00, 0x9FFF},   {0xAC00, 0xD7A3}, {0x01, 0xFFFD},   {0x1F300, 0x1FAFF},
    {0x10000, 0x10FFFF}};
static const char *const words[] = {"'s",  "'LL",  "'re ",  "  ",
                                    " \n", "\r\n", "12345", " don't"};
enum { BLOCKS = sizeof blocks / sizeof *blocks, WORDS = sizeof words / sizeof *words };

static uint64_t draws;
static lk_stream stream;

static uint32_t below(uint32_t limit) {
  return (uint32_t)lk_random_below(&stream, draws++, limit);
}

/* What the library's Unicode has, but for what JavaScript's \s takes otherwise than
 * Unicode's White_Space, which all others follow, and the ſ of /'s/i. */
static int is_wanted(uint32_t c) {
  return (c < 0xD800 || c > 0xDFFF) && c != 0x85 && c != 0xFEFF && c != 0x17F &&
         utf8proc_category((utf8proc_int32_t)c) != UTF8PROC_CATEGORY_CN;
}

static void print_character(const uint32_t block[2]) {
  utf8proc_uint8_t utf8[4];
  uint32_t c;
  do
    c = block[0] + below(block[1] - block[0] + 1);
  while (!is_wanted(c));
  fwrite(utf8, 1, (size_t)utf8proc_encode_char((utf8proc_int32_t)c, utf8), stdout);
}

/* Runs of one block, so that there are words. */
static void print_string(void) {
  for (uint32_t runs = 1 + below(8); runs; runs--) {
    uint32_t block = below(BLOCKS + 3);
    if (block >= BLOCKS) fputs(words[below(WORDS)], stdout);
    for (uint32_t i = block < BLOCKS ? 1 + below(6) : 0; i; i--)
      print_character(blocks[block]);
  }
  putchar('\0');
}

static void encode(const lk_tokenizer *tokenizer, const char *text) {
  lk_passage passage = lk_passage_of(text, "standard input", 0);
  lk_token *tokens;
  size_t count;
  if (LK_NEW(tokens, passage.size + 1) != LK_OK ||
      lk_tokenizer_encode(tokenizer, &passage, tokens, passage.size, &count) != LK_OK) {
    fprintf(stderr, "%s\n", lk_message());
    exit(1);
  }
  for (size_t i = 0; i < count; i++)
    printf(i ? " %u" : "%u", (unsigned)tokens[i]);
  putchar('\n');
  lk_free(tokens);
}

/* The tokenizer and the text of standard input. */
static int read_both(const char *path, lk_tokenizer **tokenizer, char **text,
                     size_t *size) {
  if (lk_tokenizer_read(tokenizer, path, 0) == LK_OK &&
      lk_file_read("-", text, size) == LK_OK)
    return 1;
  fprintf(stderr, "%s\n", lk_message());
  return 0;
}

static int encode_input(const char *path) {
  lk_tokenizer *tokenizer;
  char *text;
  size_t size;
  if (!read_both(path, &tokenizer, &text, &size)) return 1;
  for (size_t at = 0; at < size; at += strlen(text + at) + 1)
    encode(tokenizer, text + at);
  lk_free(text);
  lk_tokenizer_free(tokenizer);
  return 0;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int time_input(const char *path, long times) {
  lk_tokenizer *tokenizer;
  lk_token *tokens;
  char *text;
  size_t size, count;
  double best = 1e9;
  if (!read_both(path, &tokenizer, &text, &size) || LK_NEW(tokens, size) != LK_OK) return 1;
  for (; times; times--) {
    lk_passage passage = {text, size, "standard input", 0, 0};
    double start = seconds();
    if (lk_tokenizer_encode(tokenizer, &passage, tokens, size, &count) != LK_OK) return 1;
    double took = seconds() - start;
    if (took < best) best = took;
  }
  printf("%.1f\n", (double)size / best / 1e6);
  lk_free(tokens);
  lk_free(text);
  lk_tokenizer_free(tokenizer);
  return 0;
}

int main(int argc, char **argv) {
  assert(argc >= 3);
  if (!strcmp(argv[1], "encode")) return encode_input(argv[2]);
  assert(argc == 4);
  if (!strcmp(argv[1], "time")) return time_input(argv[2], strtol(argv[3], NULL, 10));
  stream.seed = strtoull(argv[3], NULL, 10);
  stream.purpose = LK_RANDOM_SYNTH;
  for (long i = strtol(argv[2], NULL, 10); i; i--)
    print_string();
  return 0;
}
