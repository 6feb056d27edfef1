#include "cli/prompts.h"
#include "lockstep/clean.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include <string.h>

lk_status lk_prompts_of_words(lk_prompt_list *list, char **words, size_t count) {
  *list = (lk_prompt_list){.text = NULL};
  LK_TRY(LK_NEW(list->items, count));
  for (size_t i = 0; i < count; i++)
    list->items[i] = (lk_prompt){words[i], 0};
  list->prompts = (lk_prompts){"prompt", list->items, count};
  return LK_OK;
}

/* The last line may lack its newline. */
static size_t count_lines(const char *text, size_t size) {
  size_t lines = size && text[size - 1] != '\n';
  for (size_t i = 0; i < size; i++)
    lines += text[i] == '\n';
  return lines;
}

static lk_status split(lk_prompt_list *list, size_t size, const char *name) {
  size_t count = count_lines(list->text, size), line = 0;
  LK_TRY(LK_NEW(list->items, count));
  for (char *at = list->text, *end = at + size; at < end; line++) {
    char *newline = memchr(at, '\n', (size_t)(end - at)), *next = newline ? newline : end;
    if (memchr(at, '\0', (size_t)(next - at)))
      return lk_fail(LK_BAD_DATA, "%s, line %zu: a NUL byte; remove it", name, line + 1);
    *next = '\0';
    list->items[line] = (lk_prompt){at, line + 1};
    at = next + 1;
  }
  list->prompts = (lk_prompts){name, list->items, count};
  return LK_OK;
}

lk_status lk_prompts_share(lk_world *world, const char *path, lk_prompt_list *list) {
  lk_left_out left_out = {0};
  size_t size;
  *list = (lk_prompt_list){.lines = 1};
  LK_TRY(lk_file_share(world, path, &list->text, &size));
  lk_clean_text(list->text, &size, &left_out);
  if (lk_world_rank(world) == 0) lk_clean_say(lk_file_name(path), &left_out);
  return lk_world_agree(world, split(list, size, lk_file_name(path)));
}

void lk_prompts_release(lk_prompt_list *list) {
  lk_free(list->items);
  lk_free(list->text);
  *list = (lk_prompt_list){.text = NULL};
}
