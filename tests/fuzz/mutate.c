/* Mutations for HDF5: libFuzzer's own mostly insert and remove bytes, which moves all that
 * stands behind them, and HDF5 refuses such a file at once. These change bytes in place,
 * above all the numbers of the metadata: sizes, counts, addresses, flags. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

static size_t below(unsigned *state, size_t limit) {
  uint64_t number = (uint64_t)rand_r(state) << 31 | (uint64_t)rand_r(state);
  return limit ? (size_t)(number % limit) : 0;
}

/* A number that breaks sums, products, comparisons or addresses. */
static uint64_t odd_number(unsigned *state, size_t size) {
  switch (below(state, 6)) {
  case 0:
    return below(state, 9);
  case 1:
    return UINT64_MAX - below(state, 9);
  case 2:
    return (uint64_t)1 << below(state, 64);
  case 3:
    return ((uint64_t)1 << below(state, 64)) - 1;
  case 4:
    return below(state, size); /* an address */
  default:
    return size + below(state, 17) - 8;
  }
}

/* Little-endian, 1, 2, 4 or 8 bytes. */
static void put_number(uint8_t *at, size_t room, unsigned *state, size_t size) {
  uint64_t number = odd_number(state, size);
  size_t width = (size_t)1 << below(state, 4);
  for (size_t i = 0; i < width && i < room; i++)
    at[i] = (uint8_t)(number >> 8 * i);
}

static void change_once(uint8_t *bytes, size_t size, unsigned *state) {
  size_t at = below(state, size);
  if (below(state, 2)) at &= ~(size_t)7; /* where HDF5 puts most of its numbers */
  uint8_t *place = bytes + at;
  size_t room = size - at, from = below(state, size), span;
  switch (below(state, 6)) {
  case 0:
    *place ^= (uint8_t)(1 << below(state, 8));
    break;
  case 1:
    *place = (uint8_t)below(state, 256);
    break;
  case 2:
    *place = (uint8_t)(*place + below(state, 33) - 16);
    break;
  case 3: /* what another place says */
    span = (size_t)1 << below(state, 8);
    span = span < room ? span : room;
    memmove(place, bytes + from, span < size - from ? span : size - from);
    break;
  default:
    put_number(place, room, state, size);
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed) {
  unsigned state = seed;
  (void)most;
  if (size < 2) return size;
  for (size_t changes = 1 + below(&state, 4); changes > 0; changes--)
    change_once(bytes, size, &state);
  return below(&state, 100) ? size : size - below(&state, size / 2);
}
