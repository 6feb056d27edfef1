/* A group's connection to the meeting point: it ends, and is made again. Private to
 * src/meet.
 */
#ifndef LOCKSTEP_MEET_LINE_H
#define LOCKSTEP_MEET_LINE_H

#include "lockstep/status.h"
#include <stddef.h>

typedef struct {
  char *address, *host; /* owned */
  const char *port;     /* in host's copy of the address */
  int fd;               /* -1: no connection … */
  const char *why;      /* … for this reason; the library's */
  double signalled; /* when a signal was seen first, or a byte moved since; 0: none came */
  double silent;    /* seconds in which it waited, and no byte has moved since … */
  double limit;     /* … of which that many end the connection */
} lk_line;

/* A connection that has ended is no failure, and leaves no message: the group calls again.
 */
#define LK_LINE_ENDED LK_IO

/* Of a line of zeros. LK_USAGE: the address is not HOST:PORT. The caller releases it, also
 * after a failure. */
lk_status lk_line_set(lk_line *line, const char *address);
void lk_line_release(lk_line *line);

/* One try; LK_LINE_ENDED: not now. */
lk_status lk_line_call(lk_line *line);
void lk_line_hang_up(lk_line *line);

/* All of it, or LK_LINE_ENDED, also after `limit` seconds of silence. LK_STOPPED: nothing
 * has moved for some seconds after a signal. */
lk_status lk_line_send(lk_line *line, const void *bytes, size_t size);
lk_status lk_line_receive(lk_line *line, void *bytes, size_t size);

/* Before the next call: LK_LINE_ENDED, or LK_STOPPED. */
lk_status lk_line_wait(lk_line *line);

#endif
