/* Signals that ask this process to stop: SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP and
 * SIGXCPU. A handler only notes which; whoever works looks from time to time. Not
 * collective. */
#ifndef LOCKSTEP_SIGNALS_H
#define LOCKSTEP_SIGNALS_H

#include "lockstep/linkage.h"

LK_C_BEGIN

/* What SIGHUP does by itself, nothing under nohup: kept before any library starts, and
 * given back in main, for Open MPI 5 comes with one that takes it. */
void lk_signals_keep_hangup(void);
void lk_signals_give_back_hangup(void);

/* Holds them back, also over an exec, so that none ends the process before
 * lk_signals_catch, which then delivers them. */
void lk_signals_hold(void);

/* Notes them from here on. A second SIGINT ends the process at once; SIGHUP stays ignored
 * where it is, as under nohup. */
void lk_signals_catch(void);

/* The name of the last one, such as "SIGTERM", or NULL. */
const char *lk_signals_received(void);

LK_C_END

#endif
