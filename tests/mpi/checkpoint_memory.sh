#!/bin/bash
# Writing a checkpoint, judging old ones, going on from one and starting from one take at most 5 % more
# memory than training does: nothing is held twice. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

if ldd "$LOCKSTEP" | grep libasan > /dev/null; then
  echo "SKIPPED: AddressSanitizer keeps what is freed"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The parameters are most of what training holds.
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
settings=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt model.layers=3 model.channels=512 model.heads=4
  batch_size=2 shards=2 checkpoint_every=1 keep_last=1)

# train RANKS COMMAND KEYS...
train() {
  local launcher ranks=$1 command=$2
  shift 2
  launcher "$ranks"
  "${launcher[@]}" "$LOCKSTEP" "$command" "${settings[@]}" "$@" > log 2>&1 || fail "$command $*: $(cat log)"
}

# peak RUN STEP: rank 0's, in MB, from its start to the end of that step.
peak() {
  awk -F, -v step="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "peak_memory_mb") column = i }
    $1 == step { print $column }' "$1/metrics.csv"
}

# compare WHAT MB MB: the first is not more than 5 % above the second.
compare() {
  awk -v peak="$2" -v training="$3" 'BEGIN { exit !(training > 50 && peak > 0 && peak <= 1.05 * training) }' ||
    fail "$1: $2 MB, where training takes $3 MB"
  echo "$1: $2 MB, training $3 MB"
}

for ranks in 1 2; do
  run=run-$ranks
  train $ranks pretrain run=$run steps=2
  training=$(peak $run 1) # a step is logged before its checkpoint is written
  compare "writing one on $ranks" "$(peak $run 2)" "$training"
  cp $run/checkpoints/step-000002.h5 $run/checkpoints/step-000001.h5
  train $ranks pretrain run=$run steps=4
  grep -q 'going on after step 2' log || fail "$ranks: it began anew: $(cat log)"
  compare "going on from one on $ranks" "$(peak $run 3)" "$training"
  grep -q 'step-000001.h5: the checkpoint of step 2' log || fail "$ranks: the old one was not judged: $(cat log)"
  compare "judging an old one on $ranks" "$(peak $run 4)" "$training"
done
train 1 finetune run=answers questions=data/birth_places_train.tsv init=run-1/checkpoints/latest steps=1
compare "starting from one" "$(peak answers 1)" "$(peak run-1 1)"
