/* What --help prints, in three forms from the same tables: for people, as a man page, and
 * as the words that the shell completes. */
#ifndef LOCKSTEP_CLI_HELP_H
#define LOCKSTEP_CLI_HELP_H

#include "cli/command.h"

/* The form that --help=VALUE asks for; NULL: for people. LK_USAGE. */
lk_status lk_help_choose(const char *value, lk_help_form *form);

/* Prints a command's help. */
void lk_help_print(lk_help_form form, const lk_command *command, const lk_option *options,
                   int count);

/* Prints the list of all commands. */
void lk_help_overview(lk_help_form form);

/* For a command's more_help: a heading, something that has a name, a paragraph. */
void lk_help_heading(lk_help_form form, const char *title);
void lk_help_entry(lk_help_form form, lk_help_kind kind, const char *name,
                   const char *text);
void lk_help_paragraph(lk_help_form form, const char *text);

#endif
