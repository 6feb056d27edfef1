/* Texts that the model continues while it is trained, for a person to read. */
#include "lockstep/continuation.h"
#include "lockstep/memory.h"
#include "train/training.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100 }; /* tokens that are added */

/* The prompt's tokens behind an end, with room for what follows. The caller owns them. */
static lk_status encode(const lk_trainer *t, const char *prompt, lk_continuation *out) {
  const lk_tokenizer *tokenizer = lk_dataset_tokenizer(t->dataset);
  const lk_passage passage =
      lk_passage_of(prompt, lk_config_origin(t->config, "samples"), 0);
  size_t most = lk_tokenizer_room(tokenizer, passage.size), count;
  *out = (lk_continuation){.capacity = (int)most + 1 + MOST};
  LK_TRY(LK_NEW(out->tokens, (size_t)out->capacity));
  out->tokens[0] = lk_tokenizer_end(tokenizer);
  lk_status status =
      lk_tokenizer_encode(tokenizer, &passage, out->tokens + 1, most, &count);
  out->length = 1 + (int)count;
  if (status == LK_OK) return LK_OK;
  lk_free(out->tokens);
  return status;
}

static lk_status continue_prompt(const lk_trainer *t, const float *values,
                                 const char *prompt, FILE *to) {
  const lk_tokenizer *tokenizer = lk_dataset_tokenizer(t->dataset);
  int end = (int)lk_tokenizer_end(tokenizer);
  lk_continuation text;
  char *words = NULL;
  lk_status status = encode(t, prompt, &text);
  if (status == LK_BAD_DATA) return LK_OK; /* said when training began */
  LK_TRY(status);
  status = lk_continue_one(t->table, values, &text, end, MOST);
  int ended = text.length > 1 && (int)text.tokens[text.length - 1] == end;
  if (status == LK_OK)
    status = lk_tokenizer_decode(tokenizer, text.tokens + 1,
                                 (size_t)(text.length - 1 - ended), &words);
  if (status == LK_OK) fprintf(to, "%s%s\n", words, ended ? "" : " …");
  lk_free(words);
  lk_free(text.tokens);
  return status;
}

static lk_status continue_all(const lk_training *t, const float *values, FILE *to) {
  char **prompts;
  unsigned count;
  LK_TRY(lk_config_samples(t->config, &prompts, &count));
  lk_status status = LK_OK;
  for (unsigned i = 0; i < count && status == LK_OK; i++)
    status = continue_prompt(t->trainer, values, prompts[i], to);
  lk_free(prompts);
  return status;
}

/* Texts that a full disk refuses do not end the run. */
static lk_status write_texts(const lk_training *t, const char *texts) {
  lk_status status = lk_run_log_samples(t->run, t->trainer->step, texts);
  if (status == LK_IO) lk_say("%s; training goes on", lk_message());
  return status == LK_IO ? LK_OK : status;
}

/* Rank 0. */
static lk_status sample(const lk_training *t, const float *values) {
  char *texts = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&texts, &size);
  if (!stream) return lk_fail(LK_INTERNAL, "samples: out of memory");
  lk_status status = continue_all(t, values, stream);
  int failed = fclose(stream);
  if (status == LK_OK && failed) status = lk_fail(LK_INTERNAL, "samples: out of memory");
  if (status == LK_OK) status = write_texts(t, texts);
  free(texts);
  return status;
}

/* All ranks, which wait for rank 0. */
static lk_status sample_in_time(lk_training *t, lk_metrics *metrics) {
  (void)metrics;
  if (!*t->config->samples) return LK_OK;
  if (!lk_training_validates(t) && !lk_training_is_exhausted(t)) return LK_OK;
  lk_watchdog_phase(t->trainer->watchdog, t->trainer->step, "continuing samples",
                    LK_COMPUTES);
  const float *values;
  LK_TRY(lk_trainer_judged(t->trainer, &values));
  return lk_world_agree(t->world, t->run ? sample(t, values) : LK_OK);
}

/* Samples are of one language, a text may be of another: what cannot be encoded is left
 * out, and said before anything is trained. */
static lk_status check_prompt(const lk_trainer *t, const char *prompt) {
  lk_continuation text;
  lk_status status = encode(t, prompt, &text);
  if (status == LK_OK) lk_free(text.tokens);
  if (status != LK_BAD_DATA) return status;
  lk_say("%s; of samples, '%s' is left out", lk_message(), prompt);
  return LK_OK;
}

/* Rank 0. */
static lk_status check_prompts(const lk_training *t) {
  char **prompts;
  unsigned count;
  LK_TRY(lk_config_samples(t->config, &prompts, &count));
  lk_status status = LK_OK;
  for (unsigned i = 0; i < count && status == LK_OK; i++)
    status = check_prompt(t->trainer, prompts[i]);
  lk_free(prompts);
  return status;
}

/* All ranks: those of the checkpoint that a run goes on from are made up for, if it ended
 * between the two. */
static lk_status begin(lk_training *t) {
  LK_TRY(lk_world_agree(t->world, t->run ? check_prompts(t) : LK_OK));
  uint64_t step = t->trainer->step;
  int owed = t->run && step > 0 && !lk_run_has_samples(t->run, step);
  if (!*t->config->samples) return LK_OK;
  LK_TRY(lk_world_any(t->world, owed, &owed));
  return owed ? sample_in_time(t, NULL) : LK_OK;
}

const lk_hook lk_hook_samples = {.begin = begin, .step = sample_in_time};
