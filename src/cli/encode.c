/* Text on standard input to the ids of its tokens, and back: for pipes. */
#include "cli/command.h"
#include "cli/streams.h"
#include "lockstep/characters.h"
#include "lockstep/input.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/store.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PART = 1 << 20 }; /* bytes that are read at a time, and tried again, at most */

typedef struct {
  char *bytes;
  size_t size, room;
} buffer;

typedef struct {
  const lk_tokenizer *tokenizer;
  lk_input in;
  buffer read, text; /* not yet composed; not yet encoded */
  size_t searched;   /* of what is read, without a place to cut it */
  uint64_t line;     /* that the text begins on */
  lk_token *tokens;
  size_t token_room;
  int is_begun; /* an id was printed, behind which a blank comes */
} pipe;

static lk_status make_room(buffer *b, size_t more) {
  char *larger;
  if (b->size + more <= b->room) return LK_OK;
  LK_TRY(LK_NEW(larger, 2 * b->room + more));
  if (b->size) memcpy(larger, b->bytes, b->size);
  lk_free(b->bytes);
  b->bytes = larger;
  b->room = 2 * b->room + more;
  return LK_OK;
}

static lk_status append(buffer *b, const char *bytes, size_t size) {
  LK_TRY(make_room(b, size));
  if (size) memcpy(b->bytes + b->size, bytes, size);
  b->size += size;
  return LK_OK;
}

static void drop(buffer *b, size_t size) {
  if (!size) return;
  b->size -= size;
  memmove(b->bytes, b->bytes + size, b->size);
}

/* What is read becomes text, but for what may be composed with what comes. Characters are
 * composed when they are encoded, in whole lines: only then messages name the input's
 * places. */
static lk_status compose(pipe *p, int is_end) {
  size_t size = p->read.size, composed_size;
  char *composed;
  if (!lk_tokenizer_composes(p->tokenizer) || lk_characters_table(p->tokenizer)) {
    p->read.size = 0;
    return append(&p->text, p->read.bytes, size);
  }
  if (!is_end) size = lk_normal_cut(p->read.bytes, size, p->searched);
  LK_TRY(lk_normal_bytes(p->read.bytes, size, &composed, &composed_size));
  lk_status status = append(&p->text, composed, composed_size);
  lk_free(composed);
  drop(&p->read, size);
  p->searched = p->read.size;
  return status;
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

static lk_status make_token_room(pipe *p) {
  size_t most = lk_tokenizer_room(p->tokenizer, p->text.size);
  if (most <= p->token_room) return LK_OK;
  lk_free(p->tokens);
  p->token_room = 0;
  LK_TRY(LK_NEW(p->tokens, most));
  p->token_room = most;
  return LK_OK;
}

/* The text, up to where nothing behind it changes its tokens. */
static lk_status encode(pipe *p, int is_end) {
  const lk_passage passage = {p->text.bytes, p->text.size, p->in.name, p->line, 1};
  size_t count, used = p->text.size;
  LK_TRY(make_token_room(p));
  LK_TRY(is_end ? lk_tokenizer_encode_bytes(p->tokenizer, &passage, p->tokens,
                                            p->token_room, &count)
                : lk_tokenizer_encode_part(p->tokenizer, &passage, p->tokens, p->token_room,
                                           &count, &used));
  for (size_t i = 0; i < count; i++)
    print_id(p, p->tokens[i]);
  for (size_t i = 0; i < used; i++)
    p->line += p->text.bytes[i] == '\n';
  drop(&p->text, used);
  fflush(stdout);
  return LK_OK;
}

/* A piece that is longer than a part is tried again when it is twice as long. */
static lk_status encode_all(pipe *p) {
  size_t got = 1, tried = 0;
  while (got && !ferror(stdout)) {
    LK_TRY(make_room(&p->read, PART));
    LK_TRY(lk_input_read(&p->in, p->read.bytes + p->read.size, PART, &got));
    p->read.size += got;
    LK_TRY(compose(p, !got));
    if (got && p->text.size > PART && p->text.size < 2 * tried) continue;
    LK_TRY(encode(p, !got));
    tried = p->text.size;
  }
  putchar('\n');
  return LK_OK;
}

static lk_status encode_input(pipe *p) {
  LK_TRY(lk_input_open(&p->in, "-"));
  lk_status status = encode_all(p);
  lk_input_close(&p->in);
  lk_free(p->read.bytes);
  lk_free(p->text.bytes);
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
