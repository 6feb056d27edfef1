#!/bin/bash
# The figures of the experiment's own data. timeout: 200
set -euo pipefail

data=$SOURCE_DIR/../shared/data
if [[ ! -f $data/wiki.txt ]]; then
  echo "skipped: the experiment's data is not at ../shared/data"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# expect PATTERN COMMAND...: a whole line of the output.
expect() {
  local pattern=$1
  shift
  "$LOCKSTEP" "$@" > out
  grep -qxE -- "$pattern" out || {
    cat out
    echo "FAILED: lockstep $* prints no line '$pattern'"
    exit 1
  }
}

expect 'Correct: 25.0 out of 500.0: 5.0%' baseline "$data/birth_dev.tsv" --answer London
"$LOCKSTEP" prepare "$data/wiki.txt" wiki.h5
expect 'characters: 418352' inspect wiki.h5
expect 'documents: 2937' inspect wiki.h5
expect 'vocabulary: 256' inspect wiki.h5

# One step of the seed recipe: 23 of them are an epoch, so 650 epochs are 14,950.
"$MPIRUN" -np 2 "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/seed/pretrain.yaml" \
  corpus="$data/wiki.txt" run=run steps=1 2> log
expect 'parameters: 3323392' inspect run/checkpoints/latest
expect 'vocabulary: 256' inspect run/checkpoints/latest
expect 'trained on: 418352 characters, 2937 documents' inspect run/checkpoints/latest
awk -F, 'NR == 2 && ($4 < 0.00599 || $4 > 0.006) { print "FAILED: learning rate " $4; exit 1 }
  NR == 2 && $2 != sprintf("%.6f", 1 / 23) { print "FAILED: epoch " $2; exit 1 }
  NR == 2 && $11 > 400 { print "FAILED: " $11 " MB"; exit 1 }' run/metrics.csv
