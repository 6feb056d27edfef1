#include "dump/bz2_block.h"
#include <assert.h>
#include <bzlib.h>
#include <stdlib.h>
#include <string.h>

static void *get(void *memory, int count, int size) {
  lk_bz2_memory *of = memory;
  size_t bytes = (size_t)count * (size_t)size;
  for (int i = 0; i < 2; i++) {
    if (of->kept[i].is_used) continue;
    if (of->kept[i].room < bytes) {
      free(of->kept[i].bytes);
      of->kept[i].bytes = malloc(bytes);
      of->kept[i].room = of->kept[i].bytes ? bytes : 0;
    }
    of->kept[i].is_used = of->kept[i].bytes != NULL;
    return of->kept[i].bytes;
  }
  return malloc(bytes);
}

static void give_back(void *memory, void *bytes) {
  lk_bz2_memory *of = memory;
  for (int i = 0; i < 2; i++) {
    if (!of->kept[i].is_used || of->kept[i].bytes != bytes) continue;
    of->kept[i].is_used = 0;
    return;
  }
  free(bytes);
}

void lk_bz2_memory_free(lk_bz2_memory *memory) {
  for (int i = 0; i < 2; i++)
    free(memory->kept[i].bytes);
  *memory = (lk_bz2_memory){0};
}

uint32_t lk_bz2_checksum(const lk_bz2_segment *segment) {
  return (uint32_t)lk_bits_get(lk_bz2_bits(segment), LK_MARK_BITS, LK_CRC_BITS);
}

/* Makes a stream of the one block: its head, and its end, whose checksum is the block's.
 * Returns its bytes. */
static size_t wrap(const lk_bz2_segment *segment) {
  size_t end = segment->bits;
  uint32_t checksum = lk_bz2_checksum(segment);
  memcpy(segment->bytes, "BZh9", LK_BZ2_HEAD); /* the largest blocks: any fits */
  lk_bits_put(lk_bz2_bits(segment), end, LK_MARK_END, LK_MARK_BITS);
  lk_bits_put(lk_bz2_bits(segment), end + LK_MARK_BITS, checksum, LK_CRC_BITS);
  return LK_BZ2_HEAD + (end + LK_MARK_BITS + LK_CRC_BITS + 7) / 8;
}

static int grow(lk_bz2_output *output) {
  size_t room = output->room ? 2 * output->room : 1 << 20;
  char *larger = realloc(output->bytes, room);
  if (!larger) return 0;
  output->bytes = larger;
  output->room = room;
  return 1;
}

static lk_bz2_result run(bz_stream *stream, lk_bz2_output *output) {
  for (output->size = 0;;) {
    if (output->size == output->room && !grow(output)) return LK_BZ2_NO_MEMORY;
    stream->next_out = output->bytes + output->size;
    stream->avail_out = (unsigned)(output->room - output->size);
    int result = BZ2_bzDecompress(stream);
    output->size = output->room - stream->avail_out;
    if (result == BZ_STREAM_END) return stream->avail_in ? LK_BZ2_DAMAGED : LK_BZ2_FINE;
    if (result == BZ_MEM_ERROR) return LK_BZ2_NO_MEMORY;
    if (result != BZ_OK || (!stream->avail_in && stream->avail_out)) return LK_BZ2_DAMAGED;
  }
}

lk_bz2_result lk_bz2_decode(const lk_bz2_segment *segment, lk_bz2_output *output,
                            lk_bz2_memory *memory) {
  bz_stream stream = {.bzalloc = get, .bzfree = give_back, .opaque = memory};
  assert(lk_bz2_is_block(segment) && segment->bits / 8 <= LK_BZ2_SEGMENT_MOST);
  if (segment->bits < LK_MARK_BITS + LK_CRC_BITS) return LK_BZ2_DAMAGED;
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return LK_BZ2_NO_MEMORY;
  stream.next_in = (char *)segment->bytes;
  stream.avail_in = (unsigned)wrap(segment);
  lk_bz2_result result = run(&stream, output);
  BZ2_bzDecompressEnd(&stream);
  return result;
}
