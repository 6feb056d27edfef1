#!/bin/bash
# A rank that fails alone ends all ranks at once, with its status and one message of ours.
# timeout: 60
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

began=$SECONDS
status=0
timeout -k 5 30 "$MPIRUN" -np 3 "$TEST_PROGRAMS/test_world" abort >"$work/out" 2>&1 ||
  status=$?
cat "$work/out"

fail() {
  echo "FAILED: $*"
  exit 1
}
[[ $status == 65 ]] || fail "exit code $status, expected 65"
((SECONDS - began < 10)) || fail "it took $((SECONDS - began)) seconds"
[[ $(grep -c '^lockstep: rank 2 on .*: shard 7 is damaged$' "$work/out") == 1 ]] ||
  fail "not exactly one message"
if grep -q 'a waiting rank went on' "$work/out"; then fail "a rank outlived the failure"; fi
