/* The last words of passages, as LAMBADA asks for them (Paperno et al. 2016): how probable
 * they are, and whether a model would say them. */
#ifndef LOCKSTEP_LAST_WORDS_H
#define LOCKSTEP_LAST_WORDS_H

#include "lockstep/generate.h"
#include "lockstep/linkage.h"

LK_C_BEGIN

/* Of one passage; doubles, as ranks exchange them. */
typedef struct {
  double nats;   /* of the last word's tokens, given what is in front of them */
  double right;  /* 1: each of them is the most probable one; else 0 */
  double tokens; /* how many they are */
} lk_last_word;

/* All ranks: of each passage, in rank 0's words (passages->count), NULL on others. As the
 * Language Model Evaluation Harness computes it (EleutherAI, lambada_openai): the last word
 * begins at the last blank, which belongs to it as does white space before that; its tokens
 * are those of the whole passage behind as many as the rest has by itself; nothing stands
 * in front of the passage, of which the last block + 1 tokens count. LK_BAD_DATA with name
 * and line: invalid UTF-8, no blank between two words, a last word longer than the block.
 * Fails on all ranks alike. */
lk_status lk_last_words(lk_world *world, const lk_trained *trained,
                        const lk_prompts *passages, lk_last_word *words);

LK_C_END

#endif
