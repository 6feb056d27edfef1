#!/bin/bash
# 16, 64 and 256 simulated ranks train to the bits of one real rank.
# timeout: 300
set -euo pipefail
# shellcheck source=tests/scale/simulated.bash
source "$SOURCE_DIR/tests/scale/simulated.bash"

most=${1:-256} steps=3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
build_simulated lockstep_simulated
platform 10 10 1024 1 1 > flat.xml
"$LOCKSTEP" synth data --people $((4 * most)) --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt shards="$most" batch_size="$most"
  steps="$steps" watchdog=0)

# facts RUN: hashes of the last checkpoint; step, loss and gradient norm of every step.
facts() {
  "$LOCKSTEP" inspect "$1/checkpoints/latest" | grep -E '^(step|parameter hash|optimizer hash): '
  cut -d, -f1,3,5 "$1/metrics.csv"
}

"$LOCKSTEP" "${training[@]}" run=real 2> log || fail "one rank: $(cat log)"
facts real > real.facts
(($(wc -l < real.facts) == steps + 4)) || fail "facts: $(cat real.facts)"
for ((ranks = 16; ranks <= most; ranks *= 4)); do
  simulate lockstep_simulated "$ranks" flat.xml "${training[@]}" run="$ranks" > log 2>&1 ||
    fail "$ranks ranks: $(cat log)"
  grep -q "$ranks ranks on host-0:1," "$ranks/history.txt" || fail "not $ranks: $(cat "$ranks/history.txt")"
  facts "$ranks" > simulated.facts
  diff real.facts simulated.facts || fail "$ranks simulated ranks have other bits than one real rank"
  echo "$ranks simulated ranks: the bits of one"
done
