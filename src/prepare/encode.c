#include "prepare/encode.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <pthread.h>
#include <string.h>

/* Bytes of text that a thread takes at a time; a batch may be larger by one document. */
enum { BATCH = 1 << 18, KEPT = 4 * BATCH };

typedef struct {
  lk_spool_head head;
  const char *name;
  uint64_t line;
  size_t at; /* of the batch's text; of its tokens, too, for they are no more than bytes */
  size_t title, count;
} document;

typedef struct {
  int is_encoded;
  document *documents; /* [room] */
  size_t count, room;
  char *text; /* [text_room] */
  size_t size, text_room;
  lk_token *tokens; /* [token_room] */
  size_t token_room;
  lk_status status;
  char *message; /* why; owned */
} batch;

/* Batches are filled, encoded and taken in the order of their numbers; number n lies at
 * n % ring_size. */
struct lk_encoder {
  const lk_tokenizer *tokenizer;
  lk_encoded_taker *take;
  void *context;
  batch *ring; /* [ring_size] */
  size_t ring_size;
  uint64_t filled, next, taken; /* the numbers of the batches that are next to be … */
  int is_over;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t *threads; /* [started] */
  int started;
};

static batch *batch_of(lk_encoder *e, uint64_t number) {
  return &e->ring[number % e->ring_size];
}

/* The title has tokens of its own. */
static lk_status encode_document(const lk_tokenizer *tokenizer, batch *b, document *d) {
  lk_token *tokens = b->tokens + d->at;
  lk_passage title = {b->text + d->at, d->head.title, d->name, d->line, 0};
  lk_passage rest = {title.bytes + title.size, d->head.size - title.size, d->name, d->line,
                     0};
  d->title = 0;
  if (title.size)
    LK_TRY(lk_tokenizer_encode(tokenizer, &title, tokens, title.size, &d->title));
  LK_TRY(lk_tokenizer_encode(tokenizer, &rest, tokens + d->title, d->head.size - d->title,
                             &d->count));
  d->count += d->title;
  return LK_OK;
}

static lk_status encode_documents(const lk_tokenizer *tokenizer, batch *b) {
  if (b->size > b->token_room) {
    lk_free(b->tokens);
    b->token_room = 0;
    LK_TRY(LK_NEW(b->tokens, b->text_room));
    b->token_room = b->text_room;
  }
  for (size_t i = 0; i < b->count; i++)
    LK_TRY(encode_document(tokenizer, b, &b->documents[i]));
  return LK_OK;
}

static void encode(lk_encoder *e, batch *b) {
  b->status = encode_documents(e->tokenizer, b);
  if (b->status != LK_OK && lk_copy_text(&b->message, lk_message()) != LK_OK)
    b->message = NULL;
  pthread_mutex_lock(&e->lock);
  b->is_encoded = 1;
  pthread_cond_broadcast(&e->changed);
  pthread_mutex_unlock(&e->lock);
}

/* A thread: encodes what nobody has until there will be no more. */
static void *run(void *argument) {
  lk_encoder *e = argument;
  pthread_mutex_lock(&e->lock);
  while (!e->is_over) {
    if (e->next == e->filled) {
      pthread_cond_wait(&e->changed, &e->lock);
      continue;
    }
    batch *b = batch_of(e, e->next++);
    pthread_mutex_unlock(&e->lock);
    encode(e, b);
    pthread_mutex_lock(&e->lock);
  }
  pthread_mutex_unlock(&e->lock);
  lk_message_forget();
  return NULL;
}

static void start(lk_encoder *e, int others) {
  if (LK_NEW(e->threads, (size_t)others) != LK_OK) return;
  while (e->started < others && !pthread_create(&e->threads[e->started], NULL, run, e))
    e->started++;
}

lk_status lk_encoder_create(lk_encoder **out, const lk_tokenizer *tokenizer, int threads,
                            lk_encoded_taker *take, void *context) {
  lk_encoder *e;
  LK_TRY(LK_NEW(e, 1));
  *e = (lk_encoder){.tokenizer = tokenizer, .take = take, .context = context};
  pthread_mutex_init(&e->lock, NULL);
  pthread_cond_init(&e->changed, NULL);
  *out = e;
  e->ring_size = 2 * (size_t)threads;
  LK_TRY(LK_NEW(e->ring, e->ring_size));
  start(e, threads - 1);
  return LK_OK;
}

static lk_status take_documents(lk_encoder *e, const batch *b) {
  if (b->status != LK_OK)
    return lk_fail(b->status, "%s", b->message ? b->message : "out of memory");
  for (size_t i = 0; i < b->count; i++) {
    const document *d = &b->documents[i];
    lk_encoded is = {d->head, b->text + d->at, b->tokens + d->at, d->title, d->count};
    LK_TRY(e->take(e->context, &is));
  }
  return LK_OK;
}

/* What a long document needed is not kept. */
static void empty(batch *b) {
  if (b->text_room > KEPT) {
    lk_free(b->text);
    lk_free(b->tokens);
    b->text = NULL;
    b->tokens = NULL;
    b->text_room = b->token_room = 0;
  }
  b->count = b->size = 0;
}

/* Does what is next: takes the oldest batch, helps to encode, or waits for one that is
 * encoded. There is one that was not taken. */
static lk_status go_on(lk_encoder *e) {
  batch *oldest = batch_of(e, e->taken), *other = NULL;
  pthread_mutex_lock(&e->lock);
  int is_ready = oldest->is_encoded;
  if (!is_ready && e->next < e->filled)
    other = batch_of(e, e->next++);
  else if (!is_ready)
    pthread_cond_wait(&e->changed, &e->lock);
  pthread_mutex_unlock(&e->lock);
  if (other) encode(e, other);
  if (!is_ready) return LK_OK;
  e->taken++;
  LK_TRY(take_documents(e, oldest));
  empty(oldest);
  oldest->is_encoded = 0;
  return LK_OK;
}

/* Gives the batch that was filled to the threads. */
static void hand_over(lk_encoder *e) {
  pthread_mutex_lock(&e->lock);
  e->filled++;
  pthread_cond_broadcast(&e->changed);
  pthread_mutex_unlock(&e->lock);
}

static lk_status make_room(batch *b, size_t size) {
  size_t need = b->size + size;
  if (need > b->text_room) {
    char *larger;
    LK_TRY(lk_allocate((void **)&larger, need, 2, "documents"));
    if (b->size) memcpy(larger, b->text, b->size);
    lk_free(b->text);
    b->text = larger;
    b->text_room = 2 * need;
  }
  if (b->count < b->room) return LK_OK;
  document *more;
  size_t room = b->room ? 2 * b->room : 64;
  LK_TRY(LK_NEW(more, room));
  if (b->count) memcpy(more, b->documents, b->count * sizeof *more);
  lk_free(b->documents);
  b->documents = more;
  b->room = room;
  return LK_OK;
}

lk_status lk_encoder_add(lk_encoder *e, const lk_spool_head *head, const char *text,
                         const char *name, uint64_t line) {
  while (e->filled - e->taken == e->ring_size)
    LK_TRY(go_on(e));
  batch *b = batch_of(e, e->filled);
  LK_TRY(make_room(b, head->size + 1));
  b->documents[b->count++] =
      (document){.head = *head, .name = name, .line = line, .at = b->size};
  memcpy(b->text + b->size, text, head->size);
  b->text[b->size + head->size] = '\0';
  b->size += head->size + 1;
  if (b->size >= BATCH) hand_over(e);
  return LK_OK;
}

lk_status lk_encoder_finish(lk_encoder *e) {
  if (e->filled - e->taken < e->ring_size && batch_of(e, e->filled)->count) hand_over(e);
  while (e->taken < e->filled)
    LK_TRY(go_on(e));
  return LK_OK;
}

static void stop(lk_encoder *e) {
  pthread_mutex_lock(&e->lock);
  e->is_over = 1;
  pthread_cond_broadcast(&e->changed);
  pthread_mutex_unlock(&e->lock);
  for (int i = 0; i < e->started; i++)
    pthread_join(e->threads[i], NULL);
}

void lk_encoder_free(lk_encoder *e) {
  if (!e) return;
  stop(e);
  for (size_t i = 0; e->ring && i < e->ring_size; i++) {
    lk_free(e->ring[i].documents);
    lk_free(e->ring[i].text);
    lk_free(e->ring[i].tokens);
    lk_free(e->ring[i].message);
  }
  pthread_mutex_destroy(&e->lock);
  pthread_cond_destroy(&e->changed);
  lk_free(e->threads);
  lk_free(e->ring);
  lk_free(e);
}
