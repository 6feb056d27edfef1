#include "run/tfevents.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

enum { HEAD = 12, AROUND = 16, LENGTH = 5 }; /* bytes around an event, of a length in it */

/* CRC-32C, reflected, by a table of nibbles. */
static uint32_t checksum(const char *bytes, size_t size) {
  uint32_t crc = ~0u, table[16];
  for (uint32_t i = 0; i < 16; i++) {
    table[i] = i;
    for (int bit = 0; bit < 4; bit++)
      table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82F63B78u : 0);
  }
  for (size_t i = 0; i < size; i++) {
    crc ^= (unsigned char)bytes[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

/* As these files store it. */
static uint32_t masked(const char *bytes, size_t size) {
  uint32_t crc = checksum(bytes, size);
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

static void set_fixed(char *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++)
    at[i] = (char)(value >> 8 * i & 0xFF);
}

static uint64_t get_fixed(const char *at, int bytes) {
  uint64_t value = 0;
  while (bytes-- > 0)
    value = value << 8 | (unsigned char)at[bytes];
  return value;
}

static void put_fixed(lk_tfevents *to, uint64_t value, int bytes) {
  assert(to->size + (size_t)bytes <= to->room);
  set_fixed(to->bytes + to->size, value, bytes);
  to->size += (size_t)bytes;
}

static void put_varint(lk_tfevents *to, uint64_t value) {
  for (; value > 127; value >>= 7)
    put_fixed(to, (value & 127) | 128, 1);
  put_fixed(to, value, 1);
}

typedef enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 } wire;

static void put_key(lk_tfevents *to, int field, wire type) {
  put_varint(to, (uint64_t)field << 3 | type);
}

static void put_number(lk_tfevents *to, int field, uint64_t value) {
  put_key(to, field, VARINT);
  put_varint(to, value);
}

static void put_double(lk_tfevents *to, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_fixed(to, bits, 8);
}

static void put_text(lk_tfevents *to, int field, const char *text) {
  size_t size = strlen(text);
  put_key(to, field, BYTES);
  put_varint(to, size);
  assert(to->size + size <= to->room);
  memcpy(to->bytes + to->size, text, size);
  to->size += size;
}

/* A message inside another: where it begins. Its length is written when it is known, in as
 * many bytes as any needs. */
static size_t begin(lk_tfevents *to, int field) {
  put_key(to, field, BYTES);
  put_fixed(to, 0, LENGTH);
  return to->size;
}

static void end(lk_tfevents *to, size_t first) {
  uint64_t length = to->size - first;
  for (int i = 0; i < LENGTH; i++, length >>= 7)
    to->bytes[first - LENGTH + (size_t)i] =
        (char)((length & 127) | (i < LENGTH - 1 ? 128 : 0));
}

static lk_status make_room(lk_tfevents *to, size_t bytes) {
  char *larger;
  size_t room = 2 * to->room + bytes;
  if (to->size + bytes <= to->room) return LK_OK;
  LK_TRY(LK_NEW(larger, room));
  if (to->size) memcpy(larger, to->bytes, to->size);
  lk_free(to->bytes);
  to->bytes = larger;
  to->room = room;
  return LK_OK;
}

enum { EVENT = 128 }; /* room for what all events have */

/* *first: where the record begins. `bytes`: most that will follow. */
static lk_status begin_event(lk_tfevents *to, double time, uint64_t step, size_t bytes,
                             size_t *first) {
  LK_TRY(make_room(to, EVENT + bytes));
  *first = to->size;
  to->size += HEAD;
  put_key(to, 1, FIXED64);
  put_double(to, time);
  if (step) put_number(to, 2, step);
  return LK_OK;
}

static void end_event(lk_tfevents *to, size_t first) {
  char *record = to->bytes + first;
  size_t size = to->size - first - HEAD;
  set_fixed(record, size, 8);
  set_fixed(record + 8, masked(record, 8), 4);
  put_fixed(to, masked(record + HEAD, size), 4);
}

lk_status lk_tfevents_version(lk_tfevents *to, double time) {
  size_t event;
  LK_TRY(begin_event(to, time, 0, 0, &event));
  put_text(to, 3, "brain.Event:2");
  end_event(to, event);
  return LK_OK;
}

/* A SessionLog with the status START. */
lk_status lk_tfevents_start(lk_tfevents *to, double time, uint64_t step) {
  size_t event, session;
  LK_TRY(begin_event(to, time, step, 0, &event));
  session = begin(to, 7);
  put_number(to, 1, 1);
  end(to, session);
  end_event(to, event);
  return LK_OK;
}

/* A Summary.Value with a simple_value. */
static void put_scalar(lk_tfevents *to, const lk_scalar *scalar) {
  uint32_t bits;
  memcpy(&bits, &scalar->value, sizeof bits);
  size_t value = begin(to, 1);
  put_text(to, 1, scalar->tag);
  put_key(to, 2, FIXED32);
  put_fixed(to, bits, 4);
  end(to, value);
}

lk_status lk_tfevents_scalars(lk_tfevents *to, double time, uint64_t step,
                              const lk_scalar *scalars, int count) {
  size_t event, summary, bytes = 0;
  for (int i = 0; i < count; i++)
    bytes += strlen(scalars[i].tag) + 32;
  LK_TRY(begin_event(to, time, step, bytes, &event));
  summary = begin(to, 5);
  for (int i = 0; i < count; i++)
    put_scalar(to, &scalars[i]);
  end(to, summary);
  end_event(to, event);
  return LK_OK;
}

/* The intervals from the first that holds a number to the last, as packed doubles. */
static void put_bins(lk_tfevents *to, int field, const lk_histogram *of, int limits) {
  int first = 0, last = LK_HISTOGRAM_BINS - 1;
  size_t packed = begin(to, field);
  assert(of->count > 0);
  while (!of->bins[first])
    first++;
  while (!of->bins[last])
    last--;
  for (int i = first; i <= last; i++)
    put_double(to, limits ? lk_histogram_limit(i) : of->bins[i]);
  end(to, packed);
}

/* A Summary.Value with a HistogramProto. */
static void put_histogram(lk_tfevents *to, const lk_named_histogram *named) {
  const lk_histogram *of = named->of;
  const double facts[] = {of->least, of->most, of->count, of->sum, of->squares};
  size_t value = begin(to, 1), histogram;
  put_text(to, 1, named->name);
  histogram = begin(to, 5);
  for (int i = 0; i < 5; i++) {
    put_key(to, i + 1, FIXED64);
    put_double(to, facts[i]);
  }
  put_bins(to, 6, of, 1);
  put_bins(to, 7, of, 0);
  end(to, histogram);
  end(to, value);
}

lk_status lk_tfevents_histograms(lk_tfevents *to, double time, uint64_t step,
                                 const lk_named_histogram *list, int count) {
  enum { MOST = 128 + 2 * 8 * LK_HISTOGRAM_BINS };
  size_t event, summary, bytes = 0;
  for (int i = 0; i < count; i++)
    bytes += strlen(list[i].name) + MOST;
  LK_TRY(begin_event(to, time, step, bytes, &event));
  summary = begin(to, 5);
  for (int i = 0; i < count; i++)
    if (list[i].of->count > 0) put_histogram(to, &list[i]);
  end(to, summary);
  end_event(to, event);
  return LK_OK;
}

/* A Summary.Value with SummaryMetadata, which say that the plugin "text" shows it, and a
 * TensorProto of one string. */
static void put_string(lk_tfevents *to, const char *tag, const char *text) {
  size_t value = begin(to, 1), tensor, metadata, plugin;
  put_text(to, 1, tag);
  metadata = begin(to, 9);
  plugin = begin(to, 1);
  put_text(to, 1, "text");
  end(to, plugin);
  end(to, metadata);
  tensor = begin(to, 8);
  put_number(to, 1, 7); /* DT_STRING */
  put_text(to, 2, "");  /* the shape of a scalar */
  put_text(to, 8, text);
  end(to, tensor);
  end(to, value);
}

lk_status lk_tfevents_text(lk_tfevents *to, double time, uint64_t step, const char *tag,
                           const char *text) {
  size_t event, summary;
  LK_TRY(begin_event(to, time, step, strlen(tag) + strlen(text), &event));
  summary = begin(to, 5);
  put_string(to, tag, text);
  end(to, summary);
  end_event(to, event);
  return LK_OK;
}

/* The size of the record at the start of the bytes; 0 where there is no good one. */
static size_t record_of(const char *bytes, size_t size) {
  if (size < AROUND || get_fixed(bytes + 8, 4) != masked(bytes, 8)) return 0;
  uint64_t length = get_fixed(bytes, 8);
  if (length > size - AROUND) return 0;
  uint32_t expected = masked(bytes + HEAD, (size_t)length);
  return get_fixed(bytes + HEAD + length, 4) == expected ? (size_t)length + AROUND : 0;
}

/* Our events have their time first, then the step, where it is not 0. */
static uint64_t step_of(const char *event, size_t size) {
  const size_t first = 10; /* behind two keys and the time */
  uint64_t step = 0;
  if (size <= first || event[first - 1] != (2 << 3 | VARINT)) return 0;
  for (size_t i = first; i < size && i < first + 9; i++) {
    step |= (uint64_t)(event[i] & 127) << 7 * (i - first);
    if (!(event[i] & 128)) break;
  }
  return step;
}

size_t lk_tfevents_kept(const char *bytes, size_t size, uint64_t step) {
  size_t kept = 0, record;
  while ((record = record_of(bytes + kept, size - kept)) &&
         step_of(bytes + kept + HEAD, record - AROUND) <= step)
    kept += record;
  assert(kept <= size);
  return kept;
}
