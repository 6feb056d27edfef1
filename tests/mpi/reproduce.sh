#!/bin/bash
# launch/reproduce.sh with tiny recipes on invented data: stopped while it pretrains and started again, on
# another number of ranks, it ends with a report whose numbers are those of its runs. timeout: 240; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

for tool in gnuplot python3; do
  command -v $tool > /dev/null || { echo "SKIPPED: $tool is not installed" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# One answer to all is soon learned; every third dev question has it.
sed -i 's/\t.*/\tRome/' data/birth_places_train.tsv
sed -i '0~3s/\t.*/\tRome/' data/birth_dev.tsv
mkdir recipes
sed 's/^steps: .*/steps: 600/' "$SOURCE_DIR/configs/tiny.yaml" > recipes/pretrain.yaml
sed 's/^steps: .*/steps: 30/; s/^learning_rate: .*/learning_rate: 1e-2/' \
  "$SOURCE_DIR/configs/tiny.yaml" > recipes/finetune-scratch.yaml
echo 'precision: bf16' >> recipes/finetune-scratch.yaml
sed '/^model: /d' recipes/finetune-scratch.yaml > recipes/finetune.yaml
reproduce=("$SOURCE_DIR/launch/reproduce.sh" --config-folder recipes --out results --seeds 2
  --probe-every 200 --precision fp32 --oversubscribe)

env --default-signal=TERM "${reproduce[@]}" -n 2 data runs > log 2>&1 &
script=$!
step=0
until ((step >= 20)); do
  kill -0 $script || fail "it ended early: $(cat log)"
  nap 0.01
  last_step runs/pretrain
done
kill -s TERM $script
code=0
wait $script || code=$?
((code == 75)) || fail "SIGTERM: exit code $code: $(cat log)"
grep -q 'stopped while training pretrain; the same command goes on' log || fail "$(cat log)"
newest runs/pretrain
((newest >= 20 && newest < 600)) || fail "its checkpoint is of step $newest"
[[ ! -e results/experiment.md ]] || fail "a report, although it was stopped"

"${reproduce[@]}" -n 1 data runs > log 2>&1 || fail "exit code $?: $(cat log)"
grep -q "going on after step $newest of 600" log || fail "not resumed: $(cat log)"
[[ $(grep -c 'the run is complete: step 30 of 30' log) == 2 ]] || fail "made again: $(cat log)"
report=results/experiment.md

# has TEXT: the report's line that begins so; sets `line`.
has() {
  line=$(grep -F -- "$1" "$report") || fail "no '$1' in $(cat "$report")"
}

# number FILE KEY: from the JSON file.
number() {
  sed -n "s/.*\"$2\":[[:space:]]*\([0-9.]*\).*/\1/p" "$1" | sed -n 1p
}

for seed in 1 2; do
  for row in "no pretraining scratch" "pretrained finetune"; do
    name=${row##* }-$seed
    "$LOCKSTEP" evaluate "runs/$name/checkpoints/latest" data/birth_dev.tsv > score
    correct=$(number "runs/$name/evaluation.json" correct)
    grep -q "^Correct: $correct.0 out of " score || fail "$name: $correct, but $(cat score)"
    has "| ${row% *} | $seed | $correct of $(wc -l < data/birth_dev.tsv) | "
    ((correct > 0)) || fail "$name has learned nothing"
  done
  cmp "runs/finetune-$seed/predictions.txt" "results/experiment/test-predictions-$seed.txt"
  [[ $(wc -l < "runs/finetune-$seed/predictions.txt") == $(wc -l < data/birth_test_inputs.tsv) ]]
done
has '| **pretrained** | mean | '
has '| always “'
constant=${line#*“}
"$LOCKSTEP" baseline data/birth_dev.tsv --answer "${constant%”*}" > score
[[ $(sed 's/.*: \([0-9.]*\)%/\1 %/' score) == "$(cut -d '|' -f 5 <<< "$line" | sed 's/^ *//; s/ *$//')" ]] ||
  fail "constant: $line, but $(cat score)"
has "- data: other files than the assignment's"
has "- precision of pretraining: fp32"
for recipe in pretrain finetune finetune-scratch; do
  [[ $(grep precision runs/recipes/$recipe.yaml) == "precision: fp32" ]] || fail "$recipe: other precision"
done

# The last probe did what finetuning with its seed does.
probes=runs/pretrain/probe.csv
[[ $(cut -d, -f1 $probes | xargs) == "step 0 200 400 600" ]] || fail "$(cat $probes)"
grep -q "^600,$(number runs/finetune-1/evaluation.json correct)," $probes || fail "$(cat $probes)"
[[ $(wc -l < results/experiment/probes.csv) == 5 ]] || fail "$(cat results/experiment/probes.csv)"

# Costs: all steps, on two numbers of ranks.
has '| pretraining | 600 | 1 or 2 | '
awk -F, -v line="$line" -v before="$newest" '
  NR > 1 { t = $8 + $9 + $10; s += t; cores += $1 <= before ? 2 * t : t; tokens += $6 }
  END {
    split(line, cell, / *\| */)
    exit !(cell[5] == sprintf("%.0f", s) && cell[6] == sprintf("%.3g", cores / 3600) &&
      cell[7] - tokens / s < 1 && tokens / s - cell[7] < 1 && cell[8] == 2)
  }' runs/pretrain/metrics.csv || fail "costs: $line"

# Curves: the mean loss of an epoch of 40 steps.
awk -F, 'NR > 1 && $1 > 40 && $1 <= 80 { s += $3 } END { printf "2,80,%.5f,\n", s / 40 }' \
  runs/pretrain/metrics.csv > loss
losses=results/experiment/pretraining.csv
grep -qf loss $losses || fail "losses: $(cat loss $losses)"
grep -q '</svg>' results/experiment/pretraining.svg || fail "no picture"
interval=$(PYTHONPATH=$SOURCE_DIR/launch python3 -c 'import report; print(report.interval(0.18, 500))')
[[ $interval == "14.9–21.6 %" ]] || fail "the interval of 90 out of 500: $interval"
cat "$report"

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$SOURCE_DIR/launch/reproduce.sh" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "reproduce.sh $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
expect 0 usage: --help
expect 64 "are needed"
expect 64 "unknown option --fast" --fast data
expect 64 "--seeds needs a number" --seeds 0 data
expect 64 "--precision needs one of fp32 bf16 bf16_attention" --precision fp16 data
expect 66 "nothing/wiki.txt is missing" nothing
LOCKSTEP=$work/nothing expect 66 "run launch/build.sh" data
