/* Private to the command line: the experiment on a trained checkpoint. */
#ifndef LOCKSTEP_CLI_HEADS_H
#define LOCKSTEP_CLI_HEADS_H

#include "lockstep/report.h"
#include "lockstep/tokenizer.h"

/* Bytes of a token's label with its zero; of a longer token the start. */
enum { LK_TOKEN_LABEL = 64 };

/* A token as text, blanks and line ends made visible; empty where memory ends. */
void lk_token_label(const lk_tokenizer *tokenizer, lk_token token,
                    char out[LK_TOKEN_LABEL]);

/* Not collective. A table of heads, and heat maps of their weights over the text's
 * characters: all heads in one picture, and one a layer. without: heads that are switched
 * off (lk_heads_switch_off), or NULL. The caller owns what *report holds: lk_report_clear,
 * also after a failure. */
lk_status lk_heads_report(const char *checkpoint, const char *text, const char *without,
                          lk_report *report);

#endif
