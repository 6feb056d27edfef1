/* Opening, saving, errors. */
#define _GNU_SOURCE /* PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP */
#include "store/h5.h"
#include "lockstep/file.h"
#include "lockstep/memory.h"
#include "store/driver.h"
#include "store/user_block.h"
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* HDF5, as it usually is built, stands one thread at a time, whatever the files. */
static pthread_mutex_t in_use = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void enter(lk_h5_file *file) {
  assert(!file->inside);
  pthread_mutex_lock(&in_use);
  file->inside = 1;
}

static void leave(lk_h5_file *file) {
  if (file->inside) pthread_mutex_unlock(&in_use);
  file->inside = 0;
}

void lk_h5_release(hid_t *id) {
  if (*id >= 0) H5Idec_ref(*id);
}

static herr_t copy_description(unsigned depth, const H5E_error2_t *error, void *text) {
  (void)depth;
  snprintf(text, 256, "%s", error->desc && *error->desc ? error->desc : "no reason given");
  return 1; /* the innermost comes first, that is enough */
}

lk_status lk_h5_check(int64_t result, lk_status code, const char *path, const char *call) {
  char reason[256] = "no reason given";
  assert(code == LK_INTERNAL || code == LK_BAD_DATA);
  if (result >= 0) return LK_OK;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, copy_description, reason);
  if (code == LK_BAD_DATA)
    return lk_fail(code, "%s: damaged (HDF5: %s); copy or make it again", path, reason);
  return lk_fail(code, "%s: HDF5 failed: %s, in %.40s", path, reason, call);
}

lk_status lk_h5_damaged(const lk_h5_file *file, const char *reason) {
  return lk_fail(LK_BAD_DATA, "%s: damaged (%s); copy or make it again", file->path,
                 reason);
}

static const char *name_of_kind(lk_store_kind kind) {
  return kind == LK_STORE_CORPUS ? "corpus" : "checkpoint";
}

/* Closing a file closes what is still open in it. */
static lk_status set_close_degree(hid_t access, const char *path) {
  LK_H5_WRITE(path, H5Eset_auto2(H5E_DEFAULT, NULL, NULL)); /* we print errors ourselves */
  LK_H5_WRITE(path, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG));
  return LK_OK;
}

/* A name at which no file can be, so that HDF5 finds none when it looks. */
static const char nowhere[] = "/dev/null/lockstep";

/* HDF5's own structures, such as trees of chunks, in blocks of so many bytes. */
static lk_status set_blocks(hid_t access, const lk_h5_file *file, int large) {
  if (large) LK_H5_WRITE(file->path, H5Pset_meta_block_size(access, LK_SEALED_PIECE));
  return LK_OK;
}

static lk_status create(lk_h5_file *file, int large) {
  LK_H5_ID access = H5Pcreate(H5P_FILE_ACCESS);
  LK_H5_WRITE(file->path, access);
  LK_TRY(set_close_degree(access, file->path));
  LK_H5_WRITE(file->path, lk_driver_set(access, NULL, &file->sink));
  LK_TRY(set_blocks(access, file, large));
  /* structure.c reads the earliest format only, whatever a later HDF5 prefers */
  LK_H5_WRITE(file->path,
              H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST));
  LK_H5_WRITE(file->path,
              file->id = H5Fcreate(nowhere, H5F_ACC_TRUNC, H5P_DEFAULT, access));
  return LK_OK;
}

lk_status lk_h5_create(lk_h5_file *file, const char *path, int descriptor,
                       lk_store_kind kind, int large) {
  assert(descriptor >= 0);
  *file = (lk_h5_file){.path = path, .id = -1, .sink.descriptor = descriptor};
  file->in_pieces = kind == LK_STORE_CORPUS; /* which is not read whole, as others are */
  enter(file);
  lk_status status = create(file, large);
  if (status == LK_OK) status = lk_h5_write_text(file, "kind", name_of_kind(kind));
  return status == LK_OK ? LK_OK : lk_h5_complete(file, status);
}

static lk_status close_file(lk_h5_file *file) {
  hid_t id = file->id;
  file->id = -1;
  if (id >= 0) LK_H5_WRITE(file->path, H5Fclose(id));
  return LK_OK;
}

/* HDF5 makes its part as if there were no user block, and finds it behind ours, as after
 * h5jam. */
lk_status lk_h5_complete(lk_h5_file *file, lk_status status) {
  lk_status closed = close_file(file);
  leave(file);
  status = lk_sink_verdict(&file->sink, file->path, status == LK_OK ? closed : status);
  LK_TRY(status);
  return lk_user_block_write(file->path, file->sink.descriptor, file->in_pieces);
}

static lk_status open_source(lk_h5_file *file) {
  LK_H5_ID access = H5Pcreate(H5P_FILE_ACCESS);
  LK_H5_WRITE(file->path, access);
  LK_TRY(set_close_degree(access, file->path));
  LK_H5_WRITE(file->path, lk_driver_set(access, &file->source, NULL));
  LK_H5_READ(file->path, file->id = H5Fopen(nowhere, H5F_ACC_RDONLY, access));
  return LK_OK;
}

/* *file has its source. */
static lk_status open_verified(lk_h5_file *file) {
  lk_status status = lk_user_block_verify(&file->source, &file->chunked);
  file->size = lk_sealed_end(&file->source);
  enter(file);
  if (status == LK_OK) status = open_source(file);
  return status == LK_OK ? LK_OK : lk_h5_finish(file, status);
}

lk_status lk_h5_open(lk_h5_file *file, const char *path) {
  *file = (lk_h5_file){.path = path, .id = -1};
  LK_TRY(lk_sealed_open(&file->source, path));
  return open_verified(file);
}

lk_status lk_h5_open_pipe(lk_h5_file *file, const char *path) {
  *file = (lk_h5_file){.path = lk_file_name(path), .id = -1};
  LK_TRY(lk_sealed_open_pipe(&file->source, path));
  return open_verified(file);
}

lk_status lk_h5_open_if(lk_h5_file *file, const char *path, int *is_hdf5) {
  *file = (lk_h5_file){.path = path, .id = -1};
  *is_hdf5 = 0;
  if (lk_file_is_pipe(path)) return LK_OK; /* who reads it then is the first to */
  if (lk_sealed_open(&file->source, path) != LK_OK) return LK_OK;
  *is_hdf5 = lk_user_block_is_hdf5(&file->source);
  if (*is_hdf5) return open_verified(file);
  lk_sealed_close(&file->source);
  return LK_OK;
}

int lk_store_knows(const char *path) {
  lk_sealed source;
  if (lk_file_is_pipe(path) || lk_sealed_open(&source, path) != LK_OK) return 0;
  int is_hdf5 = lk_user_block_is_hdf5(&source);
  lk_sealed_close(&source);
  return is_hdf5;
}

void lk_h5_leave(lk_h5_file *file) {
  if (file->id >= 0) H5Fclose(file->id);
  file->id = -1;
  leave(file);
}

lk_status lk_h5_finish(lk_h5_file *file, lk_status status) {
  lk_h5_leave(file);
  status = lk_sealed_verdict(&file->source, status);
  lk_sealed_close(&file->source);
  return status;
}

lk_status lk_h5_read_kind(const lk_h5_file *file, lk_store_kind *kind) {
  char text[16];
  LK_TRY(lk_h5_read_text(file, "kind", text, sizeof text));
  for (*kind = LK_STORE_CORPUS; *kind <= LK_STORE_CHECKPOINT; ++*kind)
    if (!strcmp(text, name_of_kind(*kind))) return LK_OK;
  return lk_h5_damaged(file, "neither a corpus nor a checkpoint");
}

lk_status lk_store_kind_of(const char *path, lk_store_kind *kind) {
  lk_h5_file file;
  LK_TRY(lk_h5_open(&file, path));
  return lk_h5_finish(&file, lk_h5_read_kind(&file, kind));
}

const char *lk_store_library(void) {
  static char text[48] = "HDF5 of unknown version";
  unsigned major, minor, release;
  pthread_mutex_lock(&in_use);
  if (H5get_libversion(&major, &minor, &release) >= 0)
    snprintf(text, sizeof text, "HDF5 %u.%u.%u", major, minor, release);
  pthread_mutex_unlock(&in_use);
  return text;
}
