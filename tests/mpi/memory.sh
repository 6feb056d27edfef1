#!/bin/bash
# A limit on memory, as batch systems set it: every one either suffices or ends the command soon, with
# one message that names the need. Nothing waits for ever, and nothing crashes. timeout: 400
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

if ldd "$LOCKSTEP" | grep libasan > /dev/null; then
  echo "SKIPPED: AddressSanitizer needs terabytes of address space"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
config=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt)
"$LOCKSTEP" pretrain "${config[@]}" run=run steps=1 2> /dev/null
patience=$((60 * ${PATIENCE:-1}))

fail() {
  echo "FAILED: $*: exit code $code: $(cat log)"
  exit 1
}

# limited MEGABYTES RANKS COMMAND...: sets `code`; the launcher has no limit.
limited() {
  local kilobytes=$(($1 * 1000)) launcher=()
  [[ $2 == 1 ]] || launcher=("$MPIRUN" -np "$2")
  shift 2
  code=0
  # shellcheck disable=SC2016 # for the inner shell
  timeout -k 5 $patience "${launcher[@]}" bash -c 'ulimit -v "$0"; exec "$@"' $kilobytes "$LOCKSTEP" "$@" \
    > out 2> log < /dev/null || code=$?
}

# check WHAT: works, or ends with one message of ours.
check() {
  ((code != 0)) || return 0
  ((code == 70)) || fail "$1"
  # MPICH's mpirun leaves the other ranks alone, so that each speaks in the end
  [[ $(grep -c '^lockstep: .*memory' log) == 1 ]] || launcher_is mpich || fail "$1: not one message"
  grep -qE '^lockstep: .*[0-9]+ (MB|bytes)' log || fail "$1: the message names no need"
}

worked=0 refused=0
for ranks in 1 2; do
  for megabytes in 200 300 350 400 420 450 480 500 550 600 800 1200 3000; do
    rm -rf limited
    limited $megabytes $ranks pretrain "${config[@]}" run=limited steps=1
    check "pretrain on $ranks with $megabytes MB"
    ((code == 0)) && worked=$((worked + 1)) || refused=$((refused + 1))
  done
  for megabytes in 200 400 450 500 3000; do
    limited $megabytes $ranks evaluate run/checkpoints/latest data/birth_dev.tsv
    check "evaluate on $ranks with $megabytes MB"
  done
done
((worked >= 4 && refused >= 4)) || fail "only $worked limits sufficed and $refused did not"
limited 3000 1 pretrain "${config[@]}" run=large steps=1 model.channels=8192 model.heads=8
((code == 70)) || fail "a model that needs more than the limit"
check "a model that needs more than the limit"

# Every thread of the products needs memory, and may be started.
limited 900 1 pretrain "${config[@]}" run=threads steps=1 threads=2
check "two threads with 900 MB"
if (($(nproc) > 1)); then
  limited 480 1 pretrain "${config[@]}" run=threads-2 steps=1 threads=2
  ((code == 70)) || fail "two threads with 480 MB"
  check "two threads with 480 MB"
fi

# Where OpenBLAS wants more than was looked for, it does not look for ever.
cat > refuse.c << 'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static int is_buffer(size_t size) { return size >= 128u << 20 && size <= (128u << 20) + 8192; }
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset) {
  if (is_buffer(size) && !(flags & MAP_NORESERVE)) return MAP_FAILED;
  return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}
void *malloc(size_t size) {
  static void *(*next)(size_t);
  if (is_buffer(size)) return NULL;
  if (!next) next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
  return next(size);
}
END
cc -shared -fPIC -o refuse.so refuse.c -ldl
code=0
LD_PRELOAD=$work/refuse.so timeout -k 5 $patience "$LOCKSTEP" pretrain "${config[@]}" run=loop steps=1 \
  2> log || code=$?
((code != 0 && code != 124 && code != 137)) || fail "OpenBLAS without its buffer"
grep -qE '^(lockstep: OpenBLAS finds no memory|OpenBLAS.*emory)' log || fail "OpenBLAS without its buffer"
echo "$worked limits sufficed, $refused were refused"
