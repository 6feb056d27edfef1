#!/bin/bash
# A loss or gradient that is not finite, or a gradient that explodes, stops all ranks alike, or its updates are left out, up to ten
# in a row; no checkpoint holds a number that is not finite. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# Every step multiplies the weights by 1 - 1000·100: soon the gradients overflow.
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt checkpoint_every=1
  keep_last=0 learning_rate=1000 weight_decay=100 clip=0 schedule.kind=constant
  schedule.warmup_tokens=0 gradient_limit=0)

# train CODE MESSAGES RANKS RUN STEPS [KEY=VALUE...]
train() {
  local expected=$1 messages=$2 ranks=$3 run=$4 steps=$5
  shift 5
  limit=60 start "$ranks" log "${training[@]}" run="$run" steps="$steps" "$@"
  end
  ((code == expected)) || fail "$run: exit code $code, expected $expected: $(cat log)"
  [[ $(grep -c '^lockstep: ' log) == "$messages" ]] ||
    fail "$run: not $messages message(s): $(cat log)"
}

# step_of_message: the step whose batch was bad; its documents are in the message, 16 lines.
step_of_message() {
  sed -nE 's/^lockstep: step ([0-9]+): .*the gradient norm -?(inf|nan).*lines(( [0-9]+){16}) of data.*/\1/p' log
}

# column RUN NAME STEP
column() {
  awk -F, -v name="$2" -v step="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
    $1 == step { print $c }' "$1/metrics.csv"
}

# parameters RUN STEP
parameters() {
  "$LOCKSTEP" inspect "$1/checkpoints/step-$(printf %06d "$2").h5" | grep '^parameter hash: '
}

all_finite() {
  local file
  for file in "$1"/checkpoints/step-*.h5; do
    h5dump -y -w 1 "$file" > dump
    [[ $(grep -cE '^ *-?[0-9.e+-]+,?$' dump) -ge 90000 ]] || fail "h5dump shows no numbers"
    if grep -qE '^ *-?(nan|inf),?$' dump; then fail "$file holds numbers that are not finite"; fi
  done
}

for ranks in 1 2; do
  train 70 1 $ranks stop-$ranks 60
  bad=$(step_of_message)
  grep -q 'the last checkpoint is good: lower' log || fail "stop-$ranks: no word of the checkpoint: $(cat log)"
  ((bad > 1)) || fail "stop-$ranks: the message names no step with its documents: $(cat log)"
  newest stop-$ranks
  ((newest == bad - 1)) || fail "step $bad was bad, but the newest checkpoint is of $newest"
  all_finite stop-$ranks

  # Skipping, it stops at the eleventh bad step in a row.
  train 70 1 $ranks skip-$ranks 60 on_nonfinite=skip
  [[ $(step_of_message) == $((bad + 10)) ]] || fail "skip-$ranks: $(cat log)"
  [[ $(column skip-$ranks skipped_updates $((bad + 9))) == 10 ]] || fail "10 are not counted"
  all_finite skip-$ranks

  # However often it is stopped and started meanwhile.
  train 0 0 $ranks ends-$ranks $((bad + 3)) on_nonfinite=skip
  train 70 2 $ranks ends-$ranks 60 on_nonfinite=skip
  [[ $(step_of_message) == $((bad + 10)) ]] || fail "ends-$ranks: $(cat log)"

  # Fewer than that do not end it, and change no parameter.
  train 0 0 $ranks few-$ranks $((bad + 3)) on_nonfinite=skip
  [[ $(column few-$ranks skipped_updates $((bad + 3))) == 4 ]] || fail "4 are not counted"
  [[ $(parameters few-$ranks $((bad + 3))) == "$(parameters stop-$ranks $((bad - 1)))" ]] ||
    fail "a skipped update changed the parameters"
  echo "on $ranks: stopped at step $bad, skipping at step $((bad + 10)), and not by 4 bad steps"
done
same "4 bad steps on 1 and on 2 ranks" few-1 few-2 $((bad + 3))

# A norm can be finite and yet too large.
for ranks in 1 2; do
  train 70 1 $ranks limit-$ranks 60 gradient_limit=1e-3
  grep -qE '^lockstep: step 1: .* gradient norm [0-9.]+, above gradient_limit;' log ||
    fail "limit-$ranks: $(cat log)"
  "$LOCKSTEP" runs limit-$ranks | grep -qE "^failed +0/60 .* on .*:$ranks$" ||
    fail "limit-$ranks is shown as $("$LOCKSTEP" runs limit-$ranks)"
done
