/* The command that invents data. Rank 0 works, the others learn how it went. */
#include "lockstep/synth.h"
#include "cli/command.h"

lk_status lk_cli_synth(lk_world *world, int argc, char **argv) {
  long people = 300, questions = 200, seed = 1;
  const lk_option options[] = {
      {"people", 0, LK_OPTION_INT, &people, "N", "biographies to invent (300)"},
      {"questions", 0, LK_OPTION_INT, &questions, "N",
       "people asked about in the training questions (200); the rest are dev and test"},
      {"seed", 0, LK_OPTION_COUNT, &seed, "N", "another seed, another data set (1)"}};
  lk_words words;
  LK_TRY(lk_arguments_parse(world, argc, argv, options, 3, 1, 1, &words));
  if (words.help) return LK_OK;
  lk_synth synth = {(int)people, (int)questions, (uint64_t)seed};
  return lk_world_agree(
      world, lk_world_rank(world) == 0 ? lk_synth_write(words.words[0], &synth) : LK_OK);
}
