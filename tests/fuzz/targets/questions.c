/* A question file. What is accepted must be the file's own lines, and its texts must encode
 * or be refused. */
#include "lockstep/questions.h"
#include "fuzz.h"
#include "lockstep/characters.h"

/* The item's texts stand in the file as the line that it says it is. */
static void check_item(const lk_question *item, uint64_t line, const char *path) {
  lk_token tokens[32];
  size_t count;
  uint32_t letters[] = {'W', 'h', 'e', 'r', ' ', '\t', 0xE9};
  lk_tokenizer *tokenizer;
  MUST(item->line == line && *item->question && !strpbrk(item->question, "\t\n"));
  MUST(!item->answer || (*item->answer && !strpbrk(item->answer, "\t\n")));
  MUST(lk_characters_create(&tokenizer, letters, sizeof letters / sizeof *letters, 0) ==
       LK_OK);
  lk_status status = lk_tokenizer_encode(
      tokenizer, (lk_passage[]){lk_passage_of(item->question, path, line)}, tokens, 32,
      &count);
  if (fuzz_was_read(status, LK_BAD_DATA, path)) MUST(count > 0 && count <= 32);
  lk_tokenizer_free(tokenizer);
}

static void read_questions(const uint8_t *bytes, size_t size, int need_answers) {
  lk_questions *list;
  const char *path = fuzz_file(bytes, size);
  if (!fuzz_was_read(lk_questions_read(&list, path, need_answers), LK_BAD_DATA, path))
    return;
  MUST(list->count > 0 && (list->has_answers || !need_answers));
  for (size_t i = 0; i < list->count; i++) {
    check_item(&list->items[i], i + 1, path);
    MUST(!list->items[i].answer == !list->has_answers);
  }
  lk_questions_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  read_questions(bytes, size, 0);
  read_questions(bytes, size, 1);
  fuzz_end();
  return 0;
}
