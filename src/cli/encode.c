/* Text on standard input to the ids of its tokens, and back: for pipes. */
#include "cli/command.h"
#include "cli/streams.h"
#include "lockstep/input.h"
#include "lockstep/memory.h"
#include "lockstep/store.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PART = 1 << 20 }; /* bytes of a text that are encoded at a time, where they can be */

/* What is read and not yet encoded. */
typedef struct {
  const lk_tokenizer *tokenizer;
  lk_input in;
  char *bytes;
  size_t size, room;
  uint64_t line; /* that they begin on, as a cut is behind the end of one */
  lk_token *tokens;
  size_t token_room;
  int is_begun;           /* an id was printed, behind which a blank comes */
  uint8_t is_joined[256]; /* nonzero: a token has the end of a line behind it, and more */
} pipe;

static lk_status make_room(pipe *p) {
  char *larger;
  if (p->size + PART <= p->room) return LK_OK;
  LK_TRY(LK_NEW(larger, 2 * p->room + PART));
  if (p->size) memcpy(larger, p->bytes, p->size);
  lk_free(p->bytes);
  p->bytes = larger;
  p->room = 2 * p->room + PART;
  return LK_OK;
}

/* Added tokens, which are looked for before a text is cut to pieces, may have lines' ends.
 */
static void find_joined(pipe *p) {
  char scratch[LK_PIECE];
  size_t size;
  for (lk_token id = 0; id < (lk_token)lk_tokenizer_size(p->tokenizer); id++) {
    if (!lk_tokenizer_is_text(p->tokenizer, id)) continue;
    const char *piece = lk_tokenizer_piece(p->tokenizer, id, scratch, &size);
    for (size_t at = 2; at < size; at++)
      if (piece[at - 1] == '\n') p->is_joined[(unsigned char)piece[at - 2]] = 1;
  }
}

/* Where the text can be cut without another token: no pattern has a piece over the end of a
 * line whose next one begins with a letter and whose last character is one that no token
 * joins to the next line. 0: nowhere behind `from`. */
static size_t find_cut(const pipe *p, size_t from) {
  for (size_t at = p->size; at-- > from + 2;) {
    const unsigned char *b = (unsigned char *)p->bytes + at;
    if (b[-1] == '\n' && b[-2] < 0x80 && isalpha(b[-2]) && !p->is_joined[b[-2]] &&
        *b < 0x80 && isalpha(*b))
      return at;
  }
  return 0;
}

/* printf takes longer than the encoding. */
static void print_id(pipe *p, lk_token id) {
  char digits[16];
  size_t at = sizeof digits;
  do
    digits[--at] = (char)('0' + id % 10);
  while (id /= 10);
  if (p->is_begun) digits[--at] = ' ';
  p->is_begun = 1;
  fwrite(digits + at, 1, sizeof digits - at, stdout);
}

static lk_status encode(pipe *p, size_t size) {
  lk_passage passage = {p->bytes, size, p->in.name, p->line, 1};
  size_t count, most = lk_tokenizer_room(p->tokenizer, size);
  if (most > p->token_room) {
    lk_free(p->tokens);
    p->token_room = 0;
    LK_TRY(LK_NEW(p->tokens, most));
    p->token_room = most;
  }
  LK_TRY(lk_tokenizer_encode_bytes(p->tokenizer, &passage, p->tokens, most, &count));
  for (size_t i = 0; i < count; i++)
    print_id(p, p->tokens[i]);
  for (size_t i = 0; i < size; i++)
    p->line += p->bytes[i] == '\n';
  p->size -= size;
  memmove(p->bytes, p->bytes + size, p->size);
  return LK_OK;
}

static lk_status encode_all(pipe *p) {
  size_t got = 1;
  while (got && !ferror(stdout)) {
    size_t before = p->size;
    LK_TRY(make_room(p));
    LK_TRY(lk_input_read(&p->in, p->bytes + p->size, p->room - p->size, &got));
    p->size += got;
    size_t cut = got ? find_cut(p, before) : p->size;
    if (cut) LK_TRY(encode(p, cut));
  }
  putchar('\n');
  return LK_OK;
}

static lk_status encode_input(pipe *p) {
  find_joined(p);
  LK_TRY(lk_input_open(&p->in, "-"));
  lk_status status = encode_all(p);
  lk_input_close(&p->in);
  lk_free(p->bytes);
  lk_free(p->tokens);
  return status;
}

/* The next number of standard input; 0 behind the last. */
static lk_status read_id(pipe *p, uint64_t number, lk_token *id, int *there) {
  int c = getchar_unlocked();
  uint64_t value = 0;
  while (isspace(c))
    c = getchar_unlocked();
  *there = c != EOF;
  *id = 0;
  for (; isdigit(c); c = getchar_unlocked())
    if (value < LK_MOST_IDS) value = 10 * value + (uint64_t)(c - '0');
  if (c != EOF && !isspace(c))
    return lk_fail(LK_BAD_DATA,
                   "standard input, id %llu: '%c' is no part of a number; write ids with "
                   "blanks between them",
                   (unsigned long long)number, c);
  *id = (lk_token)value;
  if (!*there || value < (uint64_t)lk_tokenizer_size(p->tokenizer)) return LK_OK;
  return lk_fail(LK_BAD_DATA,
                 "standard input, id %llu: %llu is no token; the tokenizer has %d",
                 (unsigned long long)number, (unsigned long long)value,
                 lk_tokenizer_size(p->tokenizer));
}

static lk_status decode_input(pipe *p) {
  char scratch[LK_PIECE];
  size_t size;
  lk_token id;
  int there;
  for (uint64_t number = 1; !ferror(stdout); number++) {
    LK_TRY(read_id(p, number, &id, &there));
    if (!there) break;
    const char *piece = lk_tokenizer_piece(p->tokenizer, id, scratch, &size);
    fwrite(piece, 1, size, stdout);
  }
  return LK_OK;
}

static lk_status run(lk_world *world, int argc, char **argv, lk_status (*work)(pipe *)) {
  lk_words words;
  pipe p = {.line = 1};
  lk_tokenizer *tokenizer = NULL;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 1, 1, &words));
  if (words.help) return LK_OK;
  lk_status status = LK_OK;
  if (lk_world_rank(world) == 0) {
    status = lk_tokenizer_read_any(&tokenizer, words.words[0], 0);
    p.tokenizer = tokenizer;
    if (status == LK_OK) status = work(&p);
    lk_tokenizer_free(tokenizer);
  }
  return lk_world_agree(world, status);
}

lk_status lk_cli_encode(lk_world *world, int argc, char **argv) {
  return run(world, argc, argv, encode_input);
}

lk_status lk_cli_decode(lk_world *world, int argc, char **argv) {
  return run(world, argc, argv, decode_input);
}
