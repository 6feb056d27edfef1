#include "lockstep/source.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdio.h>

static lk_status read_document(lk_source *source, uint64_t document, size_t *length) {
  LK_TRY(source->kind->length(source, document, length));
  assert(*length > 0 && *length <= source->longest);
  return source->kind->window(source, document, 0, *length, source->room);
}

static void note(lk_source *source, lk_status status) {
  if (source->status != LK_OK) return;
  source->status = status;
  snprintf(source->reason, sizeof source->reason, "%s", lk_message());
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
  lk_status status = read_document(source, document, length);
  assert(source->room);
  if (status == LK_OK) return source->room;
  note(source, status);
  source->room[0] = 0;
  *length = 1;
  return source->room;
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
