/* Editing of a line at the terminal, by libedit where the build has it. Rank 0 alone. */
#ifndef LOCKSTEP_CLI_EDITOR_H
#define LOCKSTEP_CLI_EDITOR_H

/* Nonzero: lines can be edited here, and earlier ones have been read from the history,
 * ${XDG_STATE_HOME:-~/.local/state}/lockstep/history. */
int lk_editor_begin(void);

/* The next line, without its end, which is added to the history if that can be; NULL: the
 * input has ended. The caller owns it: free. */
char *lk_editor_line(void);

#endif
