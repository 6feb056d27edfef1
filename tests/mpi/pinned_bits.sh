#!/bin/bash
# What is trained stays the same to the bit from one commit to the next: short runs of every kind have the
# parameter hash, the optimizer hash and the losses that pinned_bits.txt lists for this build (compiler, C
# library, instruction set, BLAS and its kernels), and files of earlier versions still load. --pin PROGRAM
# replaces the list for this build by what PROGRAM trains. timeout: 240
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

pinned=$SOURCE_DIR/tests/mpi/pinned
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
build="build: $("$LOCKSTEP" --version | grep -E '^(gcc|clang|OpenBLAS|oneDNN) ' | paste -sd ' ')"
[[ ${1-} != --pin ]] || LOCKSTEP=$2
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
tiny=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2)
seed=("$SOURCE_DIR/configs/seed/pretrain.yaml" corpus=data/wiki.txt epochs=0 batch_size=32)
recipe=("$SOURCE_DIR/configs/knowledge/pretrain.yaml" corpus=data/wiki.txt questions=data/birth_places_train.tsv
  epochs=0 batch_size=16 dropout=0.1 model.layers=2 model.channels=64 objective.weigh=false objective.first_of=1
  objective.answers=0.8)

# train RUN RANKS STEPS COMMAND...: a part of a run.
train() {
  local launcher run=$1 steps=$3
  launcher "$2"
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "${@:4}" run="$run" steps="$steps" 2> log ||
    fail "$run: $(cat log)"
}

# pin RUN: adds its row to `found`.
pin() {
  local facts losses
  facts=$("$LOCKSTEP" inspect "$1/checkpoints/latest" | sed -n 's/^\(parameter\|optimizer\) hash: //p' | paste -sd '\t')
  losses=$(tail -n +2 "$1/metrics.csv" | cut -d, -f 3 | paste -sd ,)
  printf '%s\t%s\t%s\n' "$1" "$facts" "$losses" >> found
}

# row RUN RANKS STEPS COMMAND...: a run in one part.
row() {
  train "$@"
  pin "$1"
}

row tiny-1 1 6 pretrain "${tiny[@]}"
row tiny-2 2 6 pretrain "${tiny[@]}"
row tiny-4 4 6 pretrain "${tiny[@]}"
train resumed 2 3 pretrain "${tiny[@]}"
train resumed 4 5 pretrain "${tiny[@]}"
row resumed 1 6 pretrain "${tiny[@]}"
row threads 1 6 pretrain "${tiny[@]}" threads=2 model.channels=128
row plain 2 3 pretrain "${tiny[@]}" kernels=reference
row finetune 2 6 finetune "${tiny[@]}" questions=data/birth_places_train.tsv init=tiny-1/checkpoints/latest
row scratch 4 6 finetune "${tiny[@]}" questions=data/birth_places_train.tsv optimizer=muon
row recipe-1 1 4 pretrain "${recipe[@]}" objective.answers=0.5 objective.ask=0.5 objective.crop=0.5
row recipe-2 2 4 pretrain "${recipe[@]}" objective.answers=0.5 objective.ask=0.5 objective.crop=0.5
row seed-2 2 2 pretrain "${seed[@]}"
row seed-1 1 2 finetune "${seed[@]}" questions=data/birth_places_train.tsv
row earlier 2 3 finetune "${tiny[@]}" corpus="$pinned/corpus.h5" questions="$pinned/questions.tsv" \
  init="$pinned/checkpoint.h5" model.layers=1 model.channels=8 model.block=48 batch_size=8 shards=2
if [[ $build == *oneDNN*BF16* || $build == *oneDNN*AMX* ]]; then
  row bf16-1 1 4 pretrain "${recipe[@]}" precision=bf16
  row bf16-2 2 2 pretrain "${seed[@]}" precision=bf16
fi

table=$SOURCE_DIR/tests/mpi/pinned_bits.txt
if [[ ${1-} == --pin ]]; then
  touch "$table"
  awk -v build="$build" '/^build: / { skip = $0 == build } !skip' "$table" > others
  { cat others && echo "$build" && cat found; } > "$table"
  echo "pinned $(wc -l < found) runs of $build"
  exit
fi
awk -v build="$build" '/^build: / { take = $0 == build; next } take' "$table" > expected
if [[ ! -s expected ]]; then
  echo "SKIPPED: nothing is pinned for another build than those of pinned_bits.txt: $build"
  exit 77
fi
diff expected found || fail "other bits than those pinned for $build"
echo "$(wc -l < found) runs have the bits pinned for $build"
