/* Status codes and the one message that explains a failure.
 *
 * A library function that can fail returns an lk_status. The one that found the fault
 * records a message with lk_fail(); callers pass the status up with LK_TRY. Nothing below
 * src/cli prints an error: the command says lk_message() once, from one rank, and exits
 * with the status, whose values are the exit codes (sysexits.h's where one fits). */
#ifndef LOCKSTEP_STATUS_H
#define LOCKSTEP_STATUS_H

#include "lockstep/linkage.h"

LK_C_BEGIN

typedef enum {
  LK_OK = 0,
  LK_USAGE = 64,    /* a bad argument, config key or value */
  LK_BAD_DATA = 65, /* a file's content is wrong */
  LK_NO_INPUT = 66, /* a file is missing or cannot be read */
  LK_INTERNAL = 70, /* out of memory, a failing library call, our own mistake */
  LK_IO = 74,       /* writing failed */
  LK_STOPPED = 75   /* stopped early, resumable */
} lk_status;

/* Records the message and returns code, so that `return lk_fail(...)` is the idiom. A
 * message says what is wrong, where (file, line), and how to fix it; no newline at its end.
 * It may be of any length, but for what ranks agree on (LK_MESSAGE_SIZE). */
lk_status lk_fail(lk_status code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The last message that this thread recorded; "" when there is none. Owned by the library.
 * Who waits for another thread records what that one found once more. */
const char *lk_message(void);

/* Frees the message: for a thread that ends. */
void lk_message_forget(void);

/* Prints "lockstep: ", the text and a newline to standard error: a failure's message, or
 * what a run has to say beside its results. Control characters are made visible
 * (lockstep/visible.h), and one write keeps the lines of several ranks apart. Any thread.
 */
void lk_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Passes a failure up. */
#define LK_TRY(call)                                                                       \
  do {                                                                                     \
    lk_status status_ = (call);                                                            \
    if (status_ != LK_OK) return status_;                                                  \
  } while (0)

/* The same where there is something to release: needs `lk_status status` and the label. */
#define LK_TRY_OR(label, call)                                                             \
  do {                                                                                     \
    status = (call);                                                                       \
    if (status != LK_OK) goto label;                                                       \
  } while (0)

LK_C_END

#endif
