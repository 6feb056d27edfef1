#!/bin/bash
# A rank that fails alone, or whose MPI fails, ends all ranks at once, with its status and one message of
# ours. timeout: 60
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check FAILURE CODE MESSAGE
check() {
  local began=$SECONDS status=0
  timeout -k 5 $((30 * ${PATIENCE:-1})) "$MPIRUN" -np 3 "$TEST_PROGRAMS/test_world" "$1" > "$work/out" 2>&1 || status=$?
  cat "$work/out"
  [[ $status == "$2" ]] || mpirun_forgets || fail "exit code $status, expected $2"
  ((SECONDS - began < 10)) || fail "it took $((SECONDS - began)) seconds"
  [[ $(grep -c "^lockstep: rank 2 on .*: $3" "$work/out") == 1 ]] || fail "not exactly one message"
  if grep -q 'a waiting rank went on' "$work/out"; then fail "a rank outlived the failure"; fi
}

check abort 65 'shard 7 is damaged$'
check broken 70 'MPI failed in lk_mpi_broadcast .*[Ii]nvalid root'
check ending 65 'shard 7 is damaged$'
