/* Runs below a folder, and what two runs have not in common. */
#include "cli/command.h"
#include "lockstep/listing.h"
#include "lockstep/memory.h"
#include <stdio.h>

static lk_status read_all(const lk_listing *found, lk_record *records) {
  for (size_t i = 0; i < found->count; i++) {
    if (lk_record_read(&records[i], found->folders[i], 0) == LK_OK) continue;
    lk_say("%s", lk_message());
    LK_TRY(lk_record_make_unreadable(&records[i], found->folders[i]));
  }
  return LK_OK;
}

static lk_status list(const char *folder, int json) {
  lk_listing found;
  lk_record *records = NULL;
  lk_status status = lk_listing_find(&found, folder);
  if (status == LK_OK) status = LK_NEW(records, found.count);
  if (status == LK_OK) status = read_all(&found, records);
  if (status == LK_OK)
    status = json ? lk_listing_print_json(stdout, records, found.count)
                  : lk_listing_print(stdout, records, found.count);
  for (size_t i = 0; records && i < found.count; i++)
    lk_record_clear(&records[i]);
  lk_free(records);
  lk_listing_clear(&found);
  return status;
}

lk_status lk_cli_runs(lk_world *world, int argc, char **argv) {
  int json = 0;
  const lk_option options[] = {
      {"json", 0, LK_OPTION_FLAG, &json, "", "print a JSON array, an object a run"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 1, 1, 1, &words));
  if (words.help) return LK_OK;
  return lk_world_agree(world,
                        lk_world_rank(world) == 0 ? list(words.words[0], json) : LK_OK);
}

static lk_status compare(char **folders) {
  lk_record one = {0}, other = {0};
  lk_status status = lk_record_read_run(&one, folders[0], 0);
  if (status == LK_OK) status = lk_record_read_run(&other, folders[1], 0);
  if (status == LK_OK) status = lk_listing_print_differences(stdout, &one, &other);
  lk_record_clear(&one);
  lk_record_clear(&other);
  return status;
}

lk_status lk_cli_diff(lk_world *world, int argc, char **argv) {
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, NULL, 0, 2, 2, &words));
  if (words.help) return LK_OK;
  return lk_world_agree(world, lk_world_rank(world) == 0 ? compare(words.words) : LK_OK);
}
