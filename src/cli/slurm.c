#include "cli/slurm.h"
#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EVERY = 30 /* seconds */ };

/* A number is all of the run's files that a command is made of. A controller that is busy
 * lets squeue wait, and who watches should not. */
static void ask(uint64_t job, char answer[LK_SLURM_LINE]) {
  char command[160];
  *answer = '\0';
  snprintf(command, sizeof command,
           "timeout -k 1 5 squeue --noheader --jobs=%" PRIu64
           " --format='%%T, %%M so far, %%L left, %%R' 2> /dev/null",
           job);
  FILE *squeue = popen(command, "r");
  if (!squeue) return;
  if (!fgets(answer, LK_SLURM_LINE, squeue)) *answer = '\0';
  answer[strcspn(answer, "\n")] = '\0';
  pclose(squeue);
}

void lk_slurm_say(const lk_record *record, char line[LK_SLURM_LINE]) {
  static char answer[LK_SLURM_LINE];
  static double asked;
  const char *fact = lk_record_fact(record, "job");
  uint64_t job;
  *line = '\0';
  if (!fact || sscanf(fact, "slurm %20" SCNu64, &job) != 1) return;
  if (asked == 0 || lk_clock() - asked > EVERY) {
    ask(job, answer);
    asked = lk_clock();
  }
  if (*answer) snprintf(line, LK_SLURM_LINE, "Slurm job %" PRIu64 ": %.160s", job, answer);
}
