#!/bin/bash
# launch/compare.sh with tiny recipes on invented data: the table's numbers are those of the runs, a start that
# was stopped is gone on with, and a further one makes nothing again. timeout: 120; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

command -v python3 > /dev/null || { echo "SKIPPED: python3 is not installed" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# One answer to all is soon learned; every third question that is scored has it.
sed -i 's/\t.*/\tRome/' data/birth_places_train.tsv
sed -i '0~3s/\t.*/\tRome/' data/birth_dev.tsv
mkdir recipes
sed 's/^steps: .*/steps: 20/' "$SOURCE_DIR/configs/tiny.yaml" > recipes/pretrain.yaml
sed 's/^steps: .*/steps: 30/; s/^learning_rate: .*/learning_rate: 1e-2/; /^model: /d' \
  "$SOURCE_DIR/configs/tiny.yaml" > recipes/finetune.yaml
cat > recipes/two.txt << 'END'
# a comment
as it is: pretrain.yaml: finetune.yaml

gently: pretrain.yaml:   finetune.yaml learning_rate=1e-3 : --most 3
with Muon: pretrain.yaml optimizer=muon objective.spans=salient objective.answers=0.5 steps=10 precision=bf16: finetune.yaml steps=5
END
printf 'Which is it?\tRome\n' > likely.tsv
compare=("$SOURCE_DIR/launch/compare.sh" -n 2 --oversubscribe --seeds 2 --answers likely.tsv --precision fp32 recipes/two.txt
  data/wiki.txt data/birth_places_train.tsv data/birth_dev.tsv results/two.md runs)

# Stopped somewhere, started again, it goes on; started once more, it makes nothing.
"${compare[@]}" > log 2>&1 &
stopped=$!
until grep -q 'training gently-2/finetune' log; do
  kill -0 "$stopped" || fail "$(cat log)"
  sleep 0.05
done
kill -TERM "$stopped"
code=0
wait "$stopped" || code=$?
((code == 75)) || fail "stopped with exit code $code: $(cat log)"
grep -q 'the same command goes on' log || fail "$(cat log)"
grep -q '^| as it is ' results/two.md || fail "no table of what is there"
grep -q '^Still to come: .*with Muon\.$' results/two.md || fail "$(cat results/two.md)"
"${compare[@]}" > /dev/full 2> log || fail "exit code $?: $(cat log)"
for run in as-it-is-1 as-it-is-2 gently-1; do
  grep -qx "compare.sh: $run is scored already" log || fail "$run was made again: $(cat log)"
done
! grep 'Still to come' results/two.md || fail "not all is there"
cp results/two.md first.md
"${compare[@]}" > shown 2> log || fail "again: exit code $?: $(cat log)"
[[ $(grep -c 'is scored already' log) == 6 ]] || fail "made again: $(cat log)"
! grep -E '^compare.sh: (training|scoring)' log || fail "made again"
cmp first.md results/two.md
cmp first.md shown
# Two of them that share a folder may both have noted their commit.
sed -i p runs/commits.txt
"${compare[@]}" > log 2>&1 || fail "with commits noted twice: exit code $?: $(cat log)"
cmp first.md results/two.md

count=$(wc -l < data/birth_dev.tsv)
# row NAME RUN STEPS [OPTION...]: of evaluate.
row() {
  local name=$1 run=$2 steps=$3 seed mean
  right=()
  for seed in 1 2; do
    right+=("$("$LOCKSTEP" evaluate "runs/$run-$seed/finetune/checkpoints/latest" data/birth_dev.tsv \
      --predictions "$run-$seed.txt" "${@:4}" |
      sed -n 's/^Correct: \([0-9]*\).*/\1/p')")
  done
  mean=$(awk -v a="${right[0]}" -v b="${right[1]}" -v n="$count" 'BEGIN { printf "%.1f", 50 * (a + b) / n }')
  grep -F "| $name | $mean % | " first.md | grep -F " | ${right[0]}, ${right[1]} | $steps | " ||
    fail "$name: ${right[*]} of $count, but $(cat first.md)"
}
row "as it is" as-it-is 20
((right[0] > 0)) || fail "nothing was learned"
row "with Muon" with-Muon 10
row gently gently 20 --most 3
((right[0] + right[1] == 0)) || fail "answers of three characters are right"
# The difference from the first, question by question, its interval, and that of each seed.
paste <(cut -f 2 data/birth_dev.tsv) {as-it-is,gently}-{1,2}.txt | awk -F '\t' '{
    one += a = ($4 == $1) - ($2 == $1)
    two += b = ($5 == $1) - ($3 == $1)
    sum += (a + b) / 2
    squares += (a + b) ^ 2 / 4
  }
  END {
    mean = sum / NR
    half = 1.959964 * sqrt((squares / NR - mean * mean) / NR)
    printf "| %+.1f ± %.1f (%+.1f, %+.1f) |", 100 * mean, 100 * half, 100 * (one / NR), 100 * (two / NR)
  }' > difference
grep '^| gently ' first.md | grep -qFf difference || fail "not $(cat difference): $(cat first.md)"
[[ runs/gently-2/pretrain -ef runs/as-it-is-2/pretrain ]] || fail "the same pretraining was made twice"
[[ ! runs/with-Muon-2/pretrain -ef runs/as-it-is-2/pretrain ]] || fail "another pretraining was not made"
grep -q '^optimizer: muon' runs/with-Muon-2/pretrain/config.yaml || fail "the recipe's keys were not used"
grep -q '^seed: 2' runs/with-Muon-2/finetune/config.yaml || fail "the seed was not used"
! grep -L '^precision: fp32' runs/*/*/config.yaml | grep . || fail "--precision was not used"
! grep -L '^questions: .*likely.tsv' runs/*/pretrain/config.yaml | grep . || fail "--answers was not used"
! grep -l '^questions: .*likely.tsv' runs/*/finetune/config.yaml | grep . || fail "finetuned with --answers' file"

# The committed lists of what may be tried: all settings are known.
sed 's/#.*//' "$SOURCE_DIR"/configs/knowledge/{levers,learning}.txt | cut -d : -f 2,3 --only-delimited | tr : '\n' |
  sort -u > settings
(($(wc -l < settings) > 20)) || fail "its settings were not found: $(cat settings)"
while read -ra words; do
  "$LOCKSTEP" config "$SOURCE_DIR/configs/knowledge/${words[0]}" "${words[@]:1}" > /dev/null ||
    fail "${words[*]} is refused"
done < settings

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$SOURCE_DIR/launch/compare.sh" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "compare.sh $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
echo 'a: pretrain.yaml' > recipes/wrong.txt
expect 0 usage: --help
expect 64 "are needed" recipes/two.txt
expect 64 "--precision needs one of fp32 bf16 bf16_attention" --precision fp16
expect 66 "--answers needs a file of questions, not 'none.tsv'" --answers none.tsv
expect 64 "must end in .md" "${compare[@]:10:4}" report.txt
expect 66 "nothing.txt: cannot be read" nothing.txt "${compare[@]:11:4}"
expect 65 "'a: pretrain.yaml' is not NAME" recipes/wrong.txt "${compare[@]:11:4}"
echo 'a: pretrain.yaml: finetune.yaml: --json elsewhere' > recipes/wrong.txt
expect 65 "[: OPTION NUMBER ...]" recipes/wrong.txt "${compare[@]:11:4}"
echo '# none' > recipes/wrong.txt
expect 65 "recipes/wrong.txt: has no recipe" recipes/wrong.txt "${compare[@]:11:4}"
echo 'a|b: pretrain.yaml: finetune.yaml' > recipes/wrong.txt
expect 65 "'a|b' has a |" recipes/wrong.txt "${compare[@]:11:4}"
# Before anything is trained.
printf '%s\r\n' $'\xEF\xBB\xBFa: pretrain.yaml: finetune.yaml' 'b: pretrain.yaml: finetune.yaml stepz=5' > recipes/wrong.txt
expect 64 "unknown key 'stepz'" recipes/wrong.txt "${compare[@]:11:4}" wrong
grep -qF "recipes/wrong.txt: b: ' finetune.yaml stepz=5' is refused" log || fail "$(cat log)"
[[ ! -e wrong/a-1 ]] || fail "trained before all recipes were read"
