#!/bin/bash
# Ranks with different settings, data or builds are refused, and so are processes that their
# launcher could not connect. timeout: 120
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 60 --questions 30
mkdir -p other/data
sed 1d data/wiki.txt > other/data/wiki.txt
command=(pretrain "$SOURCE_DIR/configs/tiny.yaml" run=run steps=2 corpus=data/wiki.txt)

# expect WHAT CODE PATTERN: of the run just made, with its messages in log.
expect() {
  if [[ $rc != "$2" || $(grep -c '^lockstep: ' log) != 1 ]] || ! grep -qE "^lockstep: .*$3" log; then
    cat log
    echo "FAILED: $1: exit code $rc"
    exit 1
  fi
}

# differ WHAT PATTERN [mpirun option ...] -- [key=value ...]: rank 1 is started with these, and names
# itself, or `rank` does.
differ() {
  local what=$1 pattern=$2 options=()
  shift 2
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  rc=0
  timeout 60 "$MPIRUN" -np 1 "$LOCKSTEP" "${command[@]}" : \
    "${options[@]}" -np 1 "$LOCKSTEP" "${command[@]}" "$@" > log 2>&1 || rc=$?
  expect "$what" 64 "rank ${rank:-1} on $(hostname): $pattern"
}

differ "another seed" "its config .*'seed: 2' here, 'seed: 1' there" -- seed=2
differ "another length" "its config .*'steps: 3' here, 'steps: 2' there" -- steps=3
differ "another corpus" "its data " -wdir other --
mkdir -p answers/data
cp data/wiki.txt answers/data
sed 1d data/birth_places_train.tsv > answers/data/birth_places_train.tsv
command+=(objective.spans=salient objective.answers=0.5 questions=data/birth_places_train.tsv)
differ "other answers" "its questions " -wdir answers --
unset 'command[-1]' 'command[-1]'
differ "another BLAS" "its build .*Nehalem" -x OPENBLAS_CORETYPE=NEHALEM -- seed=1

# bf16 where one rank cannot, or none can.
command+=(precision=bf16)
rank='[01]' differ "no bf16 on one rank" ".*precision=bf16.*: precision is bf16, but .*set precision=fp32" \
  -x ONEDNN_MAX_CPU_ISA=AVX512_CORE --
unset 'command[-1]'

for variable in SLURM_NTASKS OMPI_COMM_WORLD_SIZE PMI_SIZE; do
  rc=0
  env $variable=4 timeout 60 "$LOCKSTEP" "${command[@]}" > log 2>&1 || rc=$?
  expect "alone although $variable is 4" 64 "$variable says 4 processes.*mpirun"
done

# One process where the launcher says so is no error, even inside a larger allocation.
SLURM_NTASKS=4 "$MPIRUN" -np 1 "$LOCKSTEP" "${command[@]}" 2> log

# A run goes on with the files that it was started with only.
train=("$LOCKSTEP" "${command[@]}" objective.spans=salient objective.answers=0.5 questions=data/birth_places_train.tsv run=kept)
"${train[@]}" 2> log
for file in wiki.txt birth_places_train.tsv; do
  mv data/$file whole
  sed 1d whole > data/$file
  rc=0
  "${train[@]}" steps=4 2> log || rc=$?
  mv whole data/$file
  expect "another $file" 64 "data/$file: not the file that this run was started with"
done
