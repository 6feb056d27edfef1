#!/bin/bash
# Another executable, BLAS kernel or instruction set may give other bits: ranks of different ones do
# not start together, and a run that goes on with another one says so, or refuses with strict=true.
# timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
command=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt)
mkdir elsewhere
cp "$LOCKSTEP" elsewhere/lockstep
echo 'other bytes, the same code' > section
objcopy --add-section .other=section "$LOCKSTEP" other

# train RANKS CODE PROGRAM ARGUMENT...: with what was said in log.
train() {
  local ranks=$1 expected=$2 program=$3 launcher code=0
  shift 3
  launcher "$ranks"
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$program" "${command[@]}" "$@" 2> log || code=$?
  ((code == expected)) || fail "$program $*: exit code $code, expected $expected: $(cat log)"
}

# said COUNT PATTERN
said() {
  local found
  found=$(grep -cE "^lockstep: .*$2" log || true)
  ((found == $1)) || fail "$found messages '$2', expected $1: $(cat log)"
}

# hash_in RUN: sets `hash`, the executable's in the build that the newest checkpoint names.
hash_in() {
  hash=$("$LOCKSTEP" inspect "$1/checkpoints/latest" | sed -n 's/^build: lockstep .*, program //p')
  [[ $hash =~ ^[0-9a-f]{32}$ ]] || fail "no executable's hash in the build: $hash"
}

for ranks in 1 2; do
  train $ranks 0 "$LOCKSTEP" run=run-$ranks steps=2
  hash_in run-$ranks
  first=$hash
  train $ranks 0 elsewhere/lockstep run=run-$ranks steps=3 strict=true
  said 0 'another'
  train $ranks 64 ./other run=run-$ranks steps=4 strict=true
  said 1 "bits may differ.*here, '.*$first' before.*strict=true"
  [[ $(readlink run-$ranks/checkpoints/latest) == step-000003.h5 ]] || fail "strict=true went on"
  train $ranks 0 ./other run=run-$ranks steps=4
  hash_in run-$ranks
  [[ $hash != "$first" ]] || fail "two executables have one hash"
  said 1 "bits may differ from here on: '.*$hash' here, '.*$first' before$"
  grep -q "Z .*bits may differ.*$hash' here" run-$ranks/history.txt || fail "nothing in history.txt"
  train $ranks 0 "$LOCKSTEP" run=run-$ranks steps=3 strict=true # there is nothing left to compute
  said 0 'another'
  train $ranks 0 ./other run=run-$ranks steps=5 strict=true
done

OPENBLAS_CORETYPE=NEHALEM train 1 0 ./other run=run-1 steps=6
said 1 "bits may differ.*Nehalem.* here"
OPENBLAS_CORETYPE=NEHALEM train 1 0 ./other run=run-1 steps=7 strict=true
train 1 64 ./other run=run-1 steps=8 strict=true
said 1 "bits may differ.*here, .*Nehalem.* before"

# Ranks of two executables are refused, whatever they are called; of two copies they are not.
# together PROGRAM CODE ARGUMENT...: rank 1 runs PROGRAM.
together() {
  local program=$1 expected=$2 code=0 rest
  shift 2
  rest=$(printf ' %q' "${command[@]}" "$@")
  timeout $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 2 bash "$SOURCE_DIR/tests/mpi/by_rank.bash" \
    "$(printf %q "$LOCKSTEP")$rest" "$program$rest" 2> log || code=$?
  ((code == expected)) || fail "with $program: exit code $code: $(cat log)"
}
together elsewhere/lockstep 0 steps=2 run=copies
together ./other 64 steps=2 run=mixed
said 1 'program'
[[ ! -e mixed/metrics.csv ]] || fail "two programs trained together"
echo "another build is refused or named"
