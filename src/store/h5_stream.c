#include "store/h5_stream.h"
#include "lockstep/memory.h"
#include "store/packing.h"
#include <assert.h>
#include <endian.h>
#include <string.h>

lk_status lk_h5_stream_begin(lk_h5_stream *stream, const lk_h5_file *file,
                             const lk_h5_array *array, const lk_h5_form *form) {
  *stream = (lk_h5_stream){.file = file, .array = *array, .form = *form, .dataset = -1};
  stream->width = lk_h5_width(array->type);
  stream->form.chunk = LK_CHUNK_BYTES / stream->width;
  stream->room = lk_packed_most(lk_filter_of(form->compression), LK_CHUNK_BYTES);
  LK_TRY(LK_NEW(stream->chunk, LK_CHUNK_BYTES));
  if (!form->compression) return LK_OK;
  return LK_NEW(stream->packed, LK_CHUNK_BYTES + stream->room);
}

void lk_h5_stream_free(lk_h5_stream *stream) {
  lk_free(stream->chunk);
  lk_free(stream->packed);
  stream->chunk = stream->packed = NULL;
  lk_h5_release(&stream->dataset);
  stream->dataset = -1;
}

/* As HDF5's filter does: all first bytes before all second ones. */
static void shuffle(const uint8_t *from, size_t width, uint8_t *to) {
  for (size_t byte = 0; byte < width; byte++)
    for (size_t at = byte; at < LK_CHUNK_BYTES; at += width)
      *to++ = from[at];
}

/* The chunk as it will be in the file. */
static lk_status pack(lk_h5_stream *stream, const uint8_t **bytes, size_t *size) {
  uint8_t *room = stream->packed + LK_CHUNK_BYTES;
  *bytes = stream->chunk;
  *size = LK_CHUNK_BYTES;
  if (!stream->form.compression) return LK_OK;
  shuffle(stream->chunk, stream->width, stream->packed);
  *bytes = room;
  return lk_pack(stream->form.compression, stream->packed, LK_CHUNK_BYTES, room,
                 stream->room, size);
}

/* A chunk always has its full length, with zeros behind the last numbers. */
static lk_status write_chunk(lk_h5_stream *stream) {
  const char *path = stream->file->path;
  hsize_t first = stream->count, count = first + stream->filled / stream->width;
  const uint8_t *bytes;
  size_t size;
  if (stream->dataset < 0)
    LK_TRY(
        lk_h5_create_array(stream->file, &stream->array, &stream->form, &stream->dataset));
  memset(stream->chunk + stream->filled, 0, LK_CHUNK_BYTES - stream->filled);
  LK_TRY(pack(stream, &bytes, &size));
  LK_H5_WRITE(path, H5Dset_extent(stream->dataset, &count));
  LK_H5_WRITE(path, H5Dwrite_chunk(stream->dataset, H5P_DEFAULT, 0, &first, size, bytes));
  stream->count = count;
  stream->filled = 0;
  return lk_sink_verdict(&stream->file->sink, path, LK_OK);
}

static void put(lk_h5_stream *stream, uint64_t number, size_t width) {
  for (size_t i = 0; i < width; i++)
    stream->chunk[stream->filled++] = (uint8_t)(number >> 8 * i);
}

lk_status lk_h5_stream_add(lk_h5_stream *stream, uint64_t number) {
  if (stream->filled == LK_CHUNK_BYTES) LK_TRY(write_chunk(stream));
  put(stream, number, stream->width);
  return LK_OK;
}

static void write_le16(uint8_t *to, uint32_t number) {
  const uint16_t low = htole16((uint16_t)number);
  memcpy(to, &low, sizeof low);
}

static void write_le32(uint8_t *to, uint32_t number) {
  number = htole32(number);
  memcpy(to, &number, sizeof number);
}

/* As many as the chunk has room for. */
static void put_tokens(lk_h5_stream *stream, const lk_token *tokens, size_t count) {
  uint8_t *to = stream->chunk + stream->filled;
  size_t width = stream->width;
  assert(width == 2 || width == 4);
  for (size_t i = 0; width == 2 && i < count; i++)
    write_le16(to + 2 * i, tokens[i]);
  for (size_t i = 0; width == 4 && i < count; i++)
    write_le32(to + 4 * i, tokens[i]);
  stream->filled += count * width;
}

lk_status lk_h5_stream_add_tokens(lk_h5_stream *stream, const lk_token *tokens,
                                  size_t count) {
  for (size_t done = 0, part; done < count; done += part) {
    size_t room = (LK_CHUNK_BYTES - stream->filled) / stream->width;
    part = count - done < room ? count - done : room;
    put_tokens(stream, tokens + done, part);
    if (!part) LK_TRY(write_chunk(stream));
  }
  return LK_OK;
}

/* A whole dataset that is shorter than a chunk. */
static lk_status write_piece(lk_h5_stream *stream) {
  LK_H5_ID type = -1;
  const char *path = stream->file->path;
  stream->array.size[0] = stream->filled / stream->width;
  stream->form.chunk = 0;
  LK_TRY(lk_h5_create_array(stream->file, &stream->array, &stream->form, &stream->dataset));
  LK_H5_WRITE(path, type = H5Dget_type(stream->dataset));
  LK_H5_WRITE(
      path, H5Dwrite(stream->dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, stream->chunk));
  return LK_OK;
}

lk_status lk_h5_stream_end(lk_h5_stream *stream) {
  assert(stream->count + stream->filled > 0);
  return stream->dataset < 0 ? write_piece(stream) : write_chunk(stream);
}
