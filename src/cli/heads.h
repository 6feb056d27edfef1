/* Private to the command line: the experiment on a trained checkpoint. */
#ifndef LOCKSTEP_CLI_HEADS_H
#define LOCKSTEP_CLI_HEADS_H

#include "lockstep/report.h"

/* Not collective. A table of heads, and heat maps of their weights over the text's
 * characters: all heads in one picture, and one a layer. without: heads that are switched
 * off (lk_heads_switch_off), or NULL. The caller owns what *report holds: lk_report_clear,
 * also after a failure. */
lk_status lk_heads_report(const char *checkpoint, const char *text, const char *without,
                          lk_report *report);

#endif
