#!/bin/bash
# Ranks with different settings, data or builds are refused, and so are processes that their
# launcher could not connect. timeout: 300
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

# together COMMAND...: one rank each, a text for the shell; sets `rc`.
together() {
  rc=0
  timeout $((60 * ${PATIENCE:-1})) "$MPIRUN" -np $# bash "$SOURCE_DIR/tests/mpi/by_rank.bash" "$@" > log 2>&1 || rc=$?
}

# differ WHAT PATTERN [NAME=VALUE ...] -- [argument ...]: rank 1 is started with these, in the folder
# `there`, and names itself, or `rank` does.
differ() {
  local what=$1 pattern=$2 environment=()
  shift 2
  while [[ $1 != -- ]]; do
    environment+=("$1")
    shift
  done
  shift
  together "$(printf '%q ' "$LOCKSTEP" "${command[@]}")" \
    "$(printf '%q ' env -C "${there:-.}" "${environment[@]}" "$LOCKSTEP" "${command[@]}" "$@")"
  expect "$what" 64 "rank ${rank:-1} on $(hostname): $pattern"
}

# The arguments are compared first of all, before anything can fail on one rank alone.
arguments='its arguments are not rank 0.s: argument'
differ "another seed" "$arguments 6 is 'seed=2' here, missing there" -- seed=2
differ "an unknown option" "$arguments 6 is '--bogus' here, missing there" -- --bogus
differ "an empty argument" "$arguments 6 is '' here, missing there" -- ""
differ "no such file" "$arguments 6 is 'corpus=nowhere' here, missing there" -- corpus=nowhere
differ "a long argument" "$arguments 6 is 'x{200,}' here, missing there" -- "$(printf 'x%.0s' {1..20000})"
whole=("${command[@]}")
for words in '' '--version' 'pretrain' "inspect $SOURCE_DIR/configs/tiny.yaml"; do
  read -ra command <<< "$words"
  first=$(printf '%q ' "$LOCKSTEP" "${whole[@]}")
  together "$first" "$first" "$(printf '%q ' "$LOCKSTEP" "${command[@]}")"
  expect "other arguments, '$words'" 64 "rank 2 on $(hostname): $arguments [12] is .* here, '.*' there"
done
command=("${whole[@]}")

# Another program: one byte more, or one that never starts MPI.
with_program() {
  together "$(printf '%q ' "$LOCKSTEP" --version)" "$(printf '%q ' "$@")"
}
cp "$LOCKSTEP" longer
echo >> longer
with_program ./longer --version
expect "a longer program" 64 "rank 1 on $(hostname): its program is not rank 0's: XXH3 [0-9a-f]{32} here"
LOCKSTEP_WATCHDOG=1 with_program sleep 100
expect "no MPI program" 75 "rank 0 on $(hostname): MPI_Init has not come to its end within 5 s"
LOCKSTEP_WATCHDOG=soon with_program "$LOCKSTEP" --version
expect "a limit that is no number" 64 "LOCKSTEP_WATCHDOG is 'soon', not a number of seconds"

# The same arguments, but other files under the names that they give.
mkdir -p seed length
sed 's/^steps: .*/steps: 2/' "$SOURCE_DIR/configs/tiny.yaml" > tiny.yaml
for folder in seed length other; do
  cp tiny.yaml $folder
done
cp -r data seed
cp -r data length
echo 'seed: 2' >> seed/tiny.yaml
sed -i 's/^steps: .*/steps: 3/' length/tiny.yaml
command=(pretrain tiny.yaml run=run corpus=data/wiki.txt)
there=seed differ "another seed in the file" "its config .*'seed: 2' here, 'seed: 1' there" --
there=length differ "another length in the file" "its config .*'steps: 3' here, 'steps: 2' there" --
there=other differ "another corpus" "its data " --
mkdir -p answers/data
cp data/wiki.txt answers/data
cp tiny.yaml answers
sed 1d data/birth_places_train.tsv > answers/data/birth_places_train.tsv
command+=(objective.spans=salient objective.answers=0.5 questions=data/birth_places_train.tsv)
there=answers differ "other answers" "its questions " --
unset 'command[-1]' 'command[-1]' 'command[-1]'

# What is only measured by: other scores, or a rank that waits for more questions than there are.
for folder in data answers/data other/data; do
  "$LOCKSTEP" prepare $folder/wiki.txt $folder/wiki.h5 2> log
done
cp data/birth_dev.tsv answers/data
sed -i 1d answers/data/birth_dev.tsv
cp data/wiki.txt other/data
command+=(dev=data/birth_dev.tsv)
there=answers differ "other dev questions" "its dev file " --
command[-1]=validation.file=data/wiki.h5
there=other differ "another held-out corpus" "its data .*data/wiki.h5 has the SHA-256 " --
"$LOCKSTEP" tokenizer train data/wiki.txt data/bpe.json --size 300 2> log
"$LOCKSTEP" tokenizer train data/wiki.txt answers/data/bpe.json --size 290 2> log
command[-1]=tokenizer=data/bpe.json
there=answers differ "another tokenizer" "its tokenizer " --
unset 'command[-1]'
differ "another BLAS" "its build .*Nehalem" OPENBLAS_CORETYPE=NEHALEM --

# bf16 where one rank cannot, or none can.
command+=(precision=bf16)
rank='[01]' differ "no bf16 on one rank" ".*precision=bf16.*: precision is bf16, but .*set precision=fp32" \
  ONEDNN_MAX_CPU_ISA=AVX512_CORE --
unset 'command[-1]'

for variable in SLURM_NTASKS OMPI_COMM_WORLD_SIZE PMI_SIZE; do
  rc=0
  env $variable=4 timeout $((60 * ${PATIENCE:-1})) "$LOCKSTEP" "${command[@]}" > log 2>&1 || rc=$?
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
