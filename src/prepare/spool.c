#include "prepare/spool.h"
#include "lockstep/draft.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 18 };

static const char magic[16] = "lockstep part 1";

typedef struct {
  uint32_t code_point, unused;
  uint64_t times;
} character;

/* What a file ends with. */
typedef struct {
  lk_spool_facts facts;
  uint64_t documents_end; /* where the characters begin … */
  uint64_t characters;    /* … and how many */
  char magic[16];
  lk_hash hash; /* of all before it */
} ending;

struct lk_spool {
  const char *path;
  lk_draft draft; /* of one that is written */
  lk_hasher *hasher;
  FILE *file;
  ending ending;
  uint64_t at;   /* of the next document, where one is read */
  uint64_t size; /* of the text that stands at `at` */
  char *text;    /* [room] */
  size_t room;
};

static lk_status refuse(const lk_spool *spool, const char *what) {
  return lk_fail(LK_IO, "%s: cannot %s: %s", spool->path, what,
                 errno ? strerror(errno) : "it was cut short");
}

static lk_status begin(lk_spool *spool) {
  LK_TRY(lk_hasher_create(&spool->hasher));
  LK_TRY(lk_draft_begin(&spool->draft, spool->path));
  int descriptor = dup(spool->draft.descriptor);
  spool->file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
  if (!spool->file) return refuse(spool, "open");
  setvbuf(spool->file, NULL, _IOFBF, BUFFER);
  return LK_OK;
}

lk_status lk_spool_create(lk_spool **out, const char *path) {
  LK_TRY(LK_NEW(*out, 1));
  **out = (lk_spool){.path = path, .draft.descriptor = -1};
  lk_status status = begin(*out);
  if (status != LK_OK) lk_spool_discard(*out);
  return status;
}

static lk_status put(lk_spool *spool, const void *bytes, size_t size) {
  if (size && fwrite(bytes, size, 1, spool->file) != 1) return refuse(spool, "write");
  lk_hasher_add(spool->hasher, bytes, size);
  spool->at += size;
  return LK_OK;
}

lk_status lk_spool_add(lk_spool *spool, const lk_spool_head *head,
                       const lk_near_signature *signature, const char *text) {
  assert(!head->has_signature == !signature && head->title <= head->size);
  LK_TRY(put(spool, head, sizeof *head));
  if (signature) LK_TRY(put(spool, signature, sizeof *signature));
  return put(spool, text, head->size);
}

static lk_status put_ending(lk_spool *spool, const lk_spool_facts *facts,
                            const uint64_t *counts) {
  ending *e = &spool->ending;
  e->facts = *facts;
  e->documents_end = spool->at;
  memcpy(e->magic, magic, sizeof magic);
  for (uint32_t c = 0; c < LK_SPOOL_CODE_POINTS; c++) {
    character one = {c, 0, counts[c]};
    if (!counts[c]) continue;
    LK_TRY(put(spool, &one, sizeof one));
    e->characters++;
  }
  LK_TRY(put(spool, e, offsetof(ending, hash)));
  e->hash = lk_hasher_value(spool->hasher);
  LK_TRY(put(spool, &e->hash, sizeof *e - offsetof(ending, hash)));
  return fflush(spool->file) ? refuse(spool, "write") : LK_OK;
}

lk_status lk_spool_finish(lk_spool *spool, const lk_spool_facts *facts,
                          const uint64_t *counts) {
  lk_status status = put_ending(spool, facts, counts);
  if (status == LK_OK) status = lk_draft_commit(&spool->draft);
  lk_spool_discard(spool);
  return status;
}

void lk_spool_discard(lk_spool *spool) {
  if (spool->file) fclose(spool->file);
  lk_draft_discard(&spool->draft);
  lk_hasher_free(spool->hasher);
  lk_free(spool);
}

static lk_status refuse_damaged(const lk_spool *spool) {
  return lk_fail(LK_BAD_DATA, "%s: is damaged; start the same command again", spool->path);
}

static lk_status refuse_part(const lk_spool *spool) {
  if (spool->file) return refuse_damaged(spool);
  return lk_fail(LK_NO_INPUT,
                 "%s: what was prepared of a part is not here; all ranks must see the "
                 "folder of the corpus under one name",
                 spool->path);
}

static int read_ending(lk_spool *spool) {
  struct stat facts;
  ending *e = &spool->ending;
  if (!spool->file || fstat(fileno(spool->file), &facts)) return 0;
  if (facts.st_size < (off_t)sizeof *e ||
      fseeko(spool->file, -(off_t)sizeof *e, SEEK_END) ||
      fread(e, sizeof *e, 1, spool->file) != 1)
    return 0;
  return !memcmp(e->magic, magic, sizeof magic) &&
         e->documents_end + e->characters * sizeof(character) + sizeof *e ==
             (uint64_t)facts.st_size &&
         !fseeko(spool->file, 0, SEEK_SET);
}

lk_status lk_spool_open(lk_spool **out, const char *path) {
  LK_TRY(LK_NEW(*out, 1));
  **out = (lk_spool){.path = path, .draft.descriptor = -1, .file = fopen(path, "rbe")};
  if (read_ending(*out)) return LK_OK;
  lk_status status = refuse_part(*out);
  lk_spool_close(*out);
  *out = NULL;
  return status;
}

const lk_spool_facts *lk_spool_facts_of(const lk_spool *spool) {
  return &spool->ending.facts;
}

static lk_status get(lk_spool *spool, void *bytes, size_t size) {
  errno = 0;
  if (size && fread(bytes, size, 1, spool->file) != 1) return refuse(spool, "read");
  return LK_OK;
}

static lk_status go_to(lk_spool *spool, uint64_t at) {
  return fseeko(spool->file, (off_t)at, SEEK_SET) ? refuse(spool, "read") : LK_OK;
}

lk_status lk_spool_count(lk_spool *spool, uint64_t *counts) {
  LK_TRY(go_to(spool, spool->ending.documents_end));
  for (uint64_t i = 0; i < spool->ending.characters; i++) {
    character one;
    LK_TRY(get(spool, &one, sizeof one));
    if (one.code_point >= LK_SPOOL_CODE_POINTS) return refuse_damaged(spool);
    counts[one.code_point] += one.times;
  }
  return go_to(spool, 0);
}

/* A text that was not asked for is passed over; a short one by reading it, for to seek
 * costs the buffer. */
static lk_status pass_over(lk_spool *spool) {
  const char *text;
  if (spool->size > BUFFER) {
    spool->at += spool->size;
    spool->size = 0;
    return go_to(spool, spool->at);
  }
  return spool->size ? lk_spool_text(spool, &text) : LK_OK;
}

lk_status lk_spool_next(lk_spool *spool, lk_spool_head *head, lk_near_signature *signature,
                        int *there) {
  LK_TRY(pass_over(spool));
  *there = spool->at < spool->ending.documents_end;
  if (!*there) return LK_OK;
  LK_TRY(get(spool, head, sizeof *head));
  if (head->has_signature) LK_TRY(get(spool, signature, sizeof *signature));
  spool->at += sizeof *head + (head->has_signature ? sizeof *signature : 0);
  spool->size = head->size;
  int fits = spool->at + spool->size <= spool->ending.documents_end;
  return fits && head->title <= head->size ? LK_OK : refuse_damaged(spool);
}

static lk_status make_room(lk_spool *spool, uint64_t size) {
  if (size <= spool->room) return LK_OK;
  lk_free(spool->text);
  spool->room = 0;
  LK_TRY(lk_allocate((void **)&spool->text, size, 2, "a document"));
  spool->room = 2 * size;
  return LK_OK;
}

lk_status lk_spool_text(lk_spool *spool, const char **text) {
  LK_TRY(make_room(spool, spool->size + 1));
  LK_TRY(get(spool, spool->text, spool->size));
  spool->text[spool->size] = '\0';
  spool->at += spool->size;
  spool->size = 0;
  *text = spool->text;
  return LK_OK;
}

static lk_status compare_hash(lk_spool *spool) {
  const ending *e = &spool->ending;
  uint64_t left = e->documents_end + e->characters * sizeof(character);
  LK_TRY(lk_hasher_create(&spool->hasher));
  LK_TRY(make_room(spool, BUFFER));
  for (size_t size; left; left -= size) {
    size = left < BUFFER ? (size_t)left : BUFFER;
    LK_TRY(get(spool, spool->text, size));
    lk_hasher_add(spool->hasher, spool->text, size);
  }
  lk_hasher_add(spool->hasher, e, offsetof(ending, hash));
  lk_hash hash = lk_hasher_value(spool->hasher);
  return memcmp(&hash, &e->hash, sizeof hash) ? refuse_damaged(spool) : LK_OK;
}

lk_status lk_spool_check(const char *path) {
  lk_spool *spool;
  LK_TRY(lk_spool_open(&spool, path));
  lk_status status = compare_hash(spool);
  lk_spool_close(spool);
  return status;
}

void lk_spool_close(lk_spool *spool) {
  if (!spool) return;
  if (spool->file) fclose(spool->file);
  lk_hasher_free(spool->hasher);
  lk_free(spool->text);
  lk_free(spool);
}
