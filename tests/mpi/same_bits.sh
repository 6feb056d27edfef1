#!/bin/bash
# The same bits on any power of two of ranks, and through any history of stops and other numbers of
# ranks; dropout is on. Other numbers of ranks agree within rounding. timeout: 400
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
steps=40
common=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 checkpoint_every=5)
pretrain=(pretrain "${common[@]}")
finetune=(finetune "${common[@]}" questions=data/birth_places_train.tsv)

# train RUN RANKS STEPS COMMAND...
train() {
  local run=$1 ranks=$2 last=$3 launcher
  shift 3
  launcher "$ranks"
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$@" run="$run" steps="$last" 2> log ||
    fail "$run: $(cat log)"
}

# history KIND RANKS:STEPS... COMMAND...: stops after so many steps, and goes on with other ranks.
history() {
  local kind=$1 stops=() stop from=0
  shift
  while [[ $1 == *:* ]]; do
    stops+=("$1")
    shift
  done
  for stop in "${stops[@]}"; do
    train "$kind-${stops[*]}" "${stop%:*}" "${stop#*:}" "$@"
    ((from == 0)) || grep -q "going on after step $from of" log || fail "$kind: not from step $from"
    from=${stop#*:}
  done
  same "$kind, ranks and last steps ${stops[*]}" "$kind-1" "$kind-${stops[*]}" "$steps"
}

# all_worlds KIND COMMAND...
all_worlds() {
  local kind=$1 ranks
  shift
  for ranks in 1 2 4 8; do
    train "$kind-$ranks" $ranks $steps "$@"
    [[ $ranks == 1 ]] || same "$kind, 1 and $ranks ranks" "$kind-1" "$kind-$ranks" $steps
  done
  # some stops are in the middle of an interval of checkpoints
  history "$kind" 1:10 4:17 2:31 8:$steps "$@"
  history "$kind" 8:12 1:25 2:$steps "$@"
}

# apart RUN RUN: the largest relative difference of losses.
apart() {
  paste -d, <(cut -d, -f3 "$1/metrics.csv") <(cut -d, -f3 "$2/metrics.csv") |
    awk -F, 'NR > 1 { d = ($1 - $2) / $1; if (d < 0) d = -d; if (!(d <= most)) most = d }
      END { print(NR < 2 ? "unknown" : most + 0) }'
}

all_worlds pretrain "${pretrain[@]}"
for ranks in 1 2 4; do
  train off-$ranks $ranks $steps "${pretrain[@]}" overlap=off
  same "gradients sent after the backward pass, $ranks ranks" pretrain-1 off-$ranks $steps
done
all_worlds finetune "${finetune[@]}"

# losses RUN STEPS
losses() {
  head -n $(($2 + 1)) "$1/metrics.csv" | cut -d, -f3
}

# The same in bf16, shorter, where the build and the processor have it.
bf16() {
  local ranks steps=12
  for ranks in 1 2 4 8; do
    train bf16-$ranks $ranks $steps "${pretrain[@]}" precision=bf16
    [[ $ranks == 1 ]] || same "bf16, 1 and $ranks ranks" bf16-1 bf16-$ranks $steps
  done
  history bf16 4:5 1:10 2:$steps "${pretrain[@]}" precision=bf16
  if cmp -s <(losses pretrain-1 $steps) <(losses bf16-1 $steps); then
    fail "bf16 gave the losses of fp32"
  fi
}
if "$LOCKSTEP" bench "${common[@]}" precision=bf16 --steps 1 > log 2>&1; then
  bf16
else
  grep -q 'precision is bf16, but' log || fail "bf16: $(cat log)"
  echo "SKIPPED: bf16: $(cat log)"
fi

# The same with Muon, whose work the ranks share, and another objective.
muon() {
  local ranks steps=12
  local pretrain=("${pretrain[@]}" model.positions=rotary objective.spans=salient objective.answers=0.5 objective.keep_name=true
    objective.crop=0.7 objective.ask=0.5 questions=data/birth_places_train.tsv)
  for ranks in 1 2 4 8; do
    train muon-$ranks $ranks $steps "${pretrain[@]}" optimizer=muon
    [[ $ranks == 1 ]] || same "Muon, 1 and $ranks ranks" muon-1 muon-$ranks $steps
  done
  history muon 4:5 1:10 2:$steps "${pretrain[@]}" optimizer=muon
  if cmp -s <(losses pretrain-1 $steps) <(losses muon-1 $steps); then
    fail "Muon gave the losses of AdamW"
  fi
}
muon

for ranks in 3 5 6 7; do
  train pretrain-$ranks $ranks $steps "${pretrain[@]}"
  grep -q "$ranks ranks are no power of two" log || fail "$ranks ranks: no word about rounding"
  most=$(apart pretrain-1 pretrain-$ranks)
  awk -v most="$most" 'BEGIN { exit !(most + 0 == most && most <= 1e-6) }' || fail "$ranks ranks: losses $most apart"
  echo "within rounding: $ranks ranks, losses $most apart"
done

# The comparisons can fail: another seed gives other bits and other losses.
train other 1 $steps "${pretrain[@]}" seed=2
if (same "another seed" pretrain-1 other $steps) > /dev/null; then
  fail "another seed gave the same bits"
fi
most=$(apart pretrain-1 other)
awk -v most="$most" 'BEGIN { exit !(most > 1e-3) }' || fail "another seed is only $most apart"
