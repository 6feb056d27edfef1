#!/bin/bash
# Probes finetune and score copies of the model, each as `finetune` and `evaluate` would, and change
# nothing of the run; a stop gives a probe up, and the resumed run makes it once. timeout: 180
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# One answer to all is soon learned; every third dev question has it.
sed 's/\t.*/\tRome/' data/birth_places_train.tsv > train.tsv
awk -F'\t' -v OFS='\t' '{ print $1, NR % 3 ? $2 : "Rome" }' data/birth_places_train.tsv > dev.tsv
printf 'steps: 40\nbatch_size: 16\nlearning_rate: 1e-2\nschedule: {warmup_tokens: 1024}\n' > probe.yaml
sed 's/^steps: .*/steps: 1000000/' probe.yaml > endless.yaml
files=(corpus=data/wiki.txt questions=train.tsv)
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" "${files[@]}" dev=dev.tsv steps=40 checkpoint_every=15
  keep_last=0)

# train RANKS RUN KEY=VALUE...: completes.
train() {
  local ranks=$1 run=$2
  shift 2
  limit=60 start "$ranks" log "${training[@]}" run="$run" "$@"
  end
  ((code == 0)) || fail "$run ended with $code: $(cat log)"
}

# rows RUN: the steps in probe.csv.
rows() {
  cut -d, -f1 "$1/probe.csv" | xargs
}

train 2 with probe.config=probe.yaml probe.every=10
[[ $(rows with) == "step 0 10 20 30 40" ]] || fail "rows: $(cat with/probe.csv)"
[[ $(head -n 1 with/probe.csv) == step,correct,count,seconds ]] || fail "header: $(cat with/probe.csv)"
found=$(find with/checkpoints -name 'step-*' | grep -o '00[0-9]*' | sort | xargs)
[[ $found == "000010 000015 000020 000030 000040" ]] ||
  fail "checkpoints: $(ls with/checkpoints)"
[[ $(grep -c '^probe after step .*: Correct: ' log) == 5 ]] || fail "lines: $(cat log)"
[[ ! -e with/dev.csv ]] || fail "the model itself was asked, too"

# The same numbers without.
train 1 without dev=
same "with and without probes" with without 40

# A table of an earlier version, which knew the dev questions alone, goes on.
train 1 earlier probe.config=probe.yaml probe.every=10 steps=20
printf '%s  %d questions\n' "$(sha256sum < dev.tsv | cut -d' ' -f1)" "$(wc -l < dev.tsv)" > earlier/probe.csv.questions
train 1 earlier probe.config=probe.yaml probe.every=10
[[ $(rows earlier) == "step 0 10 20 30 40" ]] || fail "rows: $(cat log)"
diff with/probe.csv.questions earlier/probe.csv.questions || fail "whose scores they are"

# The same score as by hand.
for step in 10 40; do
  "$LOCKSTEP" finetune probe.yaml "${files[@]}" run=hand-$step \
    init=with/checkpoints/step-0000$step.h5 2> log || fail "$(cat log)"
  line=$("$LOCKSTEP" evaluate hand-$step/checkpoints/latest dev.tsv)
  IFS=, read -r _ correct count seconds < <(grep "^$step," with/probe.csv)
  [[ $line == "Correct: $correct.0 out of $count.0: "* ]] || fail "step $step: $correct, but $line"
  awk -v seconds="$seconds" 'BEGIN { exit !(seconds > 0) }' || fail "seconds: $(cat with/probe.csv)"
done
((correct > 0)) || fail "the copies have learned nothing: $(cat with/probe.csv)"

# A probe may begin with the run's running mean, and keep one of its own, in which nothing is of earlier probes.
# So small a rate changes nothing: what is scored is what it began with.
questions=data/birth_places_train.tsv
printf 'steps: 1\nlearning_rate: 1e-30\nema: 0.9\ninit_weights: mean\n' > mean.yaml
"$LOCKSTEP" finetune "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt questions=$questions steps=150 \
  batch_size=16 learning_rate=1e-2 run=knows 2> log || fail "$(cat log)"
train 2 mean init=knows/checkpoints/latest learning_rate=1e-3 ema=0.9 dev=$questions probe.config=mean.yaml probe.every=5
for step in 0 5 10 15 20; do
  model=mean/checkpoints/step-$(printf %06d $step).h5 # of which the mean is asked
  ((step)) || model=knows/checkpoints/latest
  line=$("$LOCKSTEP" evaluate "$model" $questions 2> log)
  grep -q "^$step,$(sed -E 's/^Correct: ([0-9]+)\.0 out of ([0-9]+)\.0: .*/\1,\2/' <<< "$line")," mean/probe.csv ||
    fail "step $step: '$line', but $(cat mean/probe.csv)"
done

# stop_in_probe RANKS RUN STEP KEY=VALUE...: a signal in the middle of the probe after STEP.
stop_in_probe() {
  local ranks=$1 run=$2 step=$3
  shift 3
  start "$ranks" log "${training[@]}" run="$run" probe.config=endless.yaml watchdog=1 "$@"
  await_ranks "$ranks" || fail "it ended early: $(cat log)"
  until [[ -s $run/probe.csv && ($step == 0 || -e $run/checkpoints/step-0000$step.h5) ]]; do
    alive || fail "it ended early: $(cat log)"
    nap 0.01
  done
  nap 2 # longer than the watchdog's patience
  kill -s TERM "${rank_pids[-1]}"
  end
  ((code == 75)) || fail "a stop in the probe after step $step: $code: $(cat log)"
  local when="after step $step of 40"
  ((step)) || when="before the first step"
  grep -q "^lockstep: .*stopped $when by SIGTERM.*; to resume: " log || fail "$(cat log)"
  [[ $(rows "$run") != *" $step"* ]] || fail "an abandoned probe has a row: $(cat "$run/probe.csv")"
  echo "stopped in the probe after step $step"
}

stop_in_probe 1 stopped 0 probe.every=10
train 1 stopped steps=1 probe.config=probe.yaml probe.every=10
stop_in_probe 2 stopped 10 probe.every=10
train 1 stopped probe.config=probe.yaml probe.every=10
[[ $(rows stopped) == "step 10 20 30 40" ]] || fail "stopped: $(cat stopped/probe.csv)"
# The rows before are of another probe than the endless one: they are kept, but not beside its rows.
[[ $(cut -d, -f1 stopped/probe.csv.set-aside-1 | xargs) == "step 0 1" ]] || fail "set aside: $(ls stopped)"
diff <(cut -d, -f1-3 with/probe.csv) \
  <(cut -d, -f1-3 stopped/probe.csv.set-aside-1 stopped/probe.csv | grep -v ^1, | uniq | awk '!seen[$0]++') ||
  fail "a stop changed probe.csv"
# A complete run has had its probes, though it is asked for others now.
train 1 stopped probe.config=probe.yaml questions=dev.tsv
grep -q 'the run is complete' log || fail "a complete run: $(cat log)"
same "stopped in probes" with stopped 40

# The last probe is made up for, once.
train 1 last steps=39 dev=
stop_in_probe 2 last 40
cp probe.yaml endless.yaml
train 2 last probe.config=endless.yaml watchdog=1
[[ $(rows last) == "step 40" ]] || fail "last: $(cat last/probe.csv)"
train 2 last probe.config=endless.yaml watchdog=1
[[ $(rows last) == "step 40" ]] || fail "a complete run: $(cat last/probe.csv)"
grep -q 'the run is complete' log || fail "a complete run: $(cat log)"

# refused RANKS CODE TEXT COMMAND KEY=VALUE...: before training, with one message.
refused() {
  local expected=$2 text=$3 rc=0 launcher
  launcher "$1"
  shift 3
  "${launcher[@]}" "$LOCKSTEP" "$@" run=bad > log 2>&1 || rc=$?
  ((rc == expected)) || fail "$text: exit code $rc, expected $expected: $(cat log)"
  [[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "$text: not one message: $(cat log)"
  grep -q "^lockstep: .*$text" log || fail "no '$text': $(cat log)"
  if grep '^[0-9]' bad/metrics.csv 2> /dev/null; then fail "$text: it trained"; fi
  rm -rf bad
}

echo 'stpes: 3' > unknown.yaml
printf 'steps: 2\nmodel: {layers: 3}\n' > other.yaml
echo 'batch_size: 16' > endless-by-mistake.yaml
printf 'Where was \xc3\xbe born?\tRome\n' > bad.tsv
refused 2 66 'the probe by nothing.yaml: .*cannot open' "${training[@]}" probe.config=nothing.yaml
refused 1 64 "the probe by unknown.yaml: .*line 1: unknown key 'stpes'" \
  "${training[@]}" probe.config=unknown.yaml
refused 2 64 'the probe by other.yaml: .*model.layers is 3, but the model of this run has 2' \
  "${training[@]}" probe.config=other.yaml
refused 1 64 'the probe by endless-by-mistake.yaml: .*set steps= or epochs=' \
  "${training[@]}" probe.config=endless-by-mistake.yaml
refused 1 64 'the probe by mean.yaml: mean.yaml, line 4: the run keeps no running mean' \
  "${training[@]}" probe.config=mean.yaml
refused 1 66 'the probe by probe.yaml: .*none.tsv' "${training[@]}" probe.config=probe.yaml questions=none.tsv
refused 1 64 'set questions=FILE.tsv' "${training[@]}" probe.config=probe.yaml questions=
refused 1 64 'set dev=FILE.tsv' "${training[@]}" probe.config=probe.yaml dev=
refused 1 64 "'probe.every' does nothing without" "${training[@]}" probe.every=10
refused 2 65 'bad.tsv, line 1, character 11: ' "${training[@]}" probe.config=probe.yaml dev=bad.tsv
refused 1 64 'probe.config is for pretrain' finetune "${training[@]:1}" probe.config=probe.yaml
