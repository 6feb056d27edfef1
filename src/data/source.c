#include "lockstep/source.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The first failure is the one to tell of. */
static void note(lk_source *source, lk_status status) {
  if (status == LK_OK || source->status != LK_OK) return;
  source->status = status;
  snprintf(source->reason, sizeof source->reason, "%s", lk_message());
}

static lk_status make_room(lk_source *source, size_t length) {
  if (length <= source->room_size) return LK_OK;
  lk_free(source->room);
  source->room_size = 0;
  LK_TRY(LK_NEW(source->room, length));
  source->room_size = length;
  return LK_OK;
}

static lk_status read_document(lk_source *source, uint64_t document, size_t *length) {
  LK_TRY(source->kind->length(source, document, length));
  assert(*length > 0 && *length <= source->longest);
  LK_TRY(make_room(source, *length));
  return source->kind->window(source, document, 0, *length, source->room);
}

size_t lk_source_title(lk_source *source, uint64_t document) {
  size_t title = 0;
  if (!source->kind->title) return 0;
  lk_status status = source->kind->title(source, document, &title);
  if (status == LK_OK) return title;
  note(source, status);
  return 0;
}

const lk_token *lk_source_document(lk_source *source, uint64_t document, size_t *length) {
  static const lk_token nothing = 0;
  lk_status status = read_document(source, document, length);
  if (status == LK_OK) return source->room;
  note(source, status);
  *length = 1;
  return &nothing;
}

size_t lk_source_length(lk_source *source, uint64_t document) {
  size_t length = 1;
  lk_status status = source->kind->length(source, document, &length);
  note(source, status);
  assert(status != LK_OK || length > 0);
  return status == LK_OK ? length : 1;
}

void lk_source_window(lk_source *source, uint64_t document, size_t first, size_t count,
                      lk_token *tokens) {
  lk_status status = source->kind->window(source, document, first, count, tokens);
  note(source, status);
  if (status != LK_OK) memset(tokens, 0, count * sizeof *tokens);
}

void lk_source_ahead(lk_source *source, uint64_t document, int stage) {
  if (source && source->kind->ahead) source->kind->ahead(source, document, stage);
}

lk_status lk_source_status(const lk_source *source) {
  if (!source || source->status == LK_OK) return LK_OK;
  return lk_fail(source->status, "%s", source->reason);
}

void lk_source_close(lk_source *source) {
  if (!source) return;
  lk_free(source->room);
  source->kind->close(source);
}
