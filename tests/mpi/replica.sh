#!/bin/bash
# A bit that flips in one rank's parameters or moments is found by the next comparison, before it can get
# into a checkpoint, even where later rounding has hidden it; the rank is named. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 steps=20 keep_last=0)

# train RANKS RUN [KEY=VALUE...]: sets `code`.
train() {
  local ranks=$1 run=$2
  shift 2
  limit=60 start "$ranks" log "${training[@]}" run="$run" "$@"
  end
}

train 1 reference
((code == 0)) || fail "the reference ended with $code: $(cat log)"

# flip RANKS RANK STEP[:m|:v] FOUND NAMED KEY=VALUE...: the flip after STEP is found after FOUND steps, and
# the message names the ranks NAMED; then the same command goes on to the reference's bits.
flip() {
  local run=flip-$1-$2-$3-$4 ranks=$1 rank=$2 at=${3%:*} found=$4 named=$5
  export LOCKSTEP_FLIP_BIT=$rank:$3
  shift 5
  train "$ranks" "$run" "$@"
  unset LOCKSTEP_FLIP_BIT
  ((code == 70)) || fail "$run: exit code $code, expected 70: $(cat log)"
  [[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "$run: not one message: $(cat log)"
  grep -qE "^lockstep: .*after step $found the parameters, moments or means of $named" log ||
    fail "$run: another message: $(cat log)"
  newest "$run"
  ((newest < at)) || fail "$run: a checkpoint of step $newest was written"
  train "$ranks" "$run" "$@"
  ((code == 0)) || fail "$run: going on ended with $code: $(cat log)"
  same "a bit of rank $rank of $ranks flipped after step $at, found after step $found" \
    "$([[ $* == *ema=* ]] && echo reference-mean || echo reference)" "$run" 20
}

flip 4 2 7 8 'rank 2 differ' checkpoint_every=4 replica_check_every=0
flip 4 0 7 10 'rank 0 differ' checkpoint_every=0 replica_check_every=5
flip 2 1 9 9 'ranks 0, 1 differ from each other' checkpoint_every=3 replica_check_every=1
flip 2 0 20 20 'ranks 0, 1 differ from each other' checkpoint_every=10 replica_check_every=0
flip 8 5 4 4 'rank 5 differ' checkpoint_every=10 replica_check_every=4
flip 4 1 8:m 8 'rank 1 differ' checkpoint_every=8 replica_check_every=0
flip 4 3 8:v 8 'rank 3 differ' checkpoint_every=8 replica_check_every=0
train 1 reference-mean ema=0.9
((code == 0)) || fail "the reference with a running mean ended with $code: $(cat log)"
flip 4 2 8:a 8 'rank 2 differ' checkpoint_every=8 replica_check_every=0 ema=0.9

# The last bit of a parameter that every step rounds anew is soon right again, but it was wrong.
flip 4 1 2 19 'rank 1 differ' checkpoint_every=0 replica_check_every=19

# What the comparisons cost is in metrics.csv; every step has a share.
train 2 cost checkpoint_every=0
((code == 0)) || fail "exit code $code: $(cat log)"
[[ $(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "replica_check_seconds") c = i }
  NR > 1 && $c > 0 { n++ } END { print n }' cost/metrics.csv) == 20 ]] ||
  fail "replica_check_seconds: $(cat cost/metrics.csv)"
