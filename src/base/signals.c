#include "lockstep/signals.h"
#include <signal.h>
#include <stddef.h>

static const struct {
  int number;
  const char *name;
} caught[] = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"},
              {SIGUSR2, "SIGUSR2"}, {SIGHUP, "SIGHUP"}, {SIGXCPU, "SIGXCPU"}};
enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile sig_atomic_t received;

static void on_signal(int number) {
  if (number == SIGINT && received == SIGINT) { /* asked twice: the default action */
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
  }
  received = number;
}

/* The calls below fail for numbers that are no signals, and these are. */
static void mask(int how) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < CAUGHT; i++)
    sigaddset(&set, caught[i].number);
  sigprocmask(how, &set, NULL);
}

static struct sigaction hangup; /* as SIGHUP was first; its default by itself */

void lk_signals_keep_hangup(void) {
  sigaction(SIGHUP, NULL, &hangup);
}

void lk_signals_give_back_hangup(void) {
  sigaction(SIGHUP, &hangup, NULL);
}

void lk_signals_hold(void) {
  mask(SIG_BLOCK);
}

void lk_signals_catch(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < CAUGHT; i++) {
    sigaction(caught[i].number, NULL, &before);
    if (caught[i].number != SIGHUP || before.sa_handler != SIG_IGN)
      sigaction(caught[i].number, &action, NULL);
  }
  mask(SIG_UNBLOCK);
}

const char *lk_signals_received(void) {
  for (int i = 0; i < CAUGHT; i++)
    if (received == caught[i].number) return caught[i].name;
  return NULL;
}
