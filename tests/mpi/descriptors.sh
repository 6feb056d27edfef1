#!/bin/bash
# Where a process may open fewer files than the watchdog's links take, rank 0 says so before any link is
# made, with the limit that is enough; a low soft limit is raised.
# timeout: 180
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

if launcher_is mpich; then
  echo "SKIPPED: MPICH itself cannot start with so few"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  cat log
  exit 1
}

# start LIMIT...: 5 ranks, each under these options of ulimit.
start() {
  code=0
  # shellcheck disable=SC2016 # for the inner shell
  timeout $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 5 bash -c 'ulimit $1 && exec "$0" --version' "$LOCKSTEP" "$*" > log 2>&1 || code=$?
}

start -n 30
[[ $code == 64 && $(grep -c '^lockstep: ' log) == 1 ]] || fail "a low limit: exit code $code"
message="rank 0 on $(hostname): watchdog: links to 4 ranks need [0-9]+ open files in a process, and the system "
message+='allows 30: raise the limit on every host before the ranks start'
grep -qE "^lockstep: $message" log || fail "a low limit: another message"
needed=$(sed -n 's/^lockstep: .*ulimit -n \([0-9]*\)).*/\1/p' log)

for limit in "-n $needed" '-Sn 30'; do
  start "$limit"
  [[ $code == 0 ]] || fail "$limit: exit code $code"
done
LOCKSTEP_WATCHDOG=0 start -n 30
[[ $code == 0 ]] || fail "no watchdog: exit code $code"
