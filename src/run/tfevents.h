/* The event files that TensorBoard reads: records with a length and checksums (TFRecord),
 * each an Event of its protocol buffers, of which a few fields are written out here. */
#ifndef LOCKSTEP_RUN_TFEVENTS_H
#define LOCKSTEP_RUN_TFEVENTS_H

#include "lockstep/histogram.h"
#include "lockstep/status.h"
#include <stddef.h>
#include <stdint.h>

/* Records on their way into a file; all zero: none. */
typedef struct {
  char *bytes; /* (room), owned: lk_free */
  size_t size, room;
} lk_tfevents;

typedef struct {
  const char *tag;
  float value;
} lk_scalar;

/* Each adds a record; `time` is seconds since 1970. LK_INTERNAL without memory. A file
 * begins with a version; of a run that goes on a start follows: what other files have of
 * `step` and later steps does not count. A text is Markdown. */
lk_status lk_tfevents_version(lk_tfevents *to, double time);
lk_status lk_tfevents_start(lk_tfevents *to, double time, uint64_t step);
lk_status lk_tfevents_scalars(lk_tfevents *to, double time, uint64_t step,
                              const lk_scalar *scalars, int count);
lk_status lk_tfevents_histograms(lk_tfevents *to, double time, uint64_t step,
                                 const lk_named_histogram *list, int count);
lk_status lk_tfevents_text(lk_tfevents *to, double time, uint64_t step, const char *tag,
                           const char *text);

/* Bytes of the whole and good records at the start of a file that are of steps up to
 * `step`. Nothing that the bytes may hold is a crash. */
size_t lk_tfevents_kept(const char *bytes, size_t size, uint64_t step);

#endif
