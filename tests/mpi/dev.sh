#!/bin/bash
# Dev questions are answered at each checkpoint, change nothing of the run, and say which checkpoint is
# the best; the table goes on after a stop. timeout: 120
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
right=$(($(wc -l < dev.tsv) / 3))
training=(finetune "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt questions=train.tsv steps=60
  learning_rate=1e-2 checkpoint_every=10)

# train RANKS RUN KEY=VALUE...
train() {
  local ranks=$1 run=$2
  shift 2
  limit=60 start "$ranks" log "${training[@]}" run="$run" "$@"
  end
  ((code == 0)) || fail "$run ended with $code: $(cat log)"
}

train 2 all dev=dev.tsv keep_last=0
[[ $(cut -d, -f1 all/dev.csv | xargs) == "step 0 10 20 30 40 50 60" ]] || fail "rows: $(cat all/dev.csv)"
best=0 most=0
while IFS=, read -r step correct questions; do
  [[ $step != step && $step != 0 ]] || continue
  checkpoint=all/checkpoints/step-$(printf %06d "$step").h5
  line=$("$LOCKSTEP" evaluate "$checkpoint" dev.tsv)
  [[ $line == "Correct: $correct.0 out of $questions.0: "* ]] || fail "step $step: $correct, but $line"
  if ((correct > most)); then best=$step most=$correct; fi
done < all/dev.csv
((most == right)) || fail "$most right, expected $right: $(cat all/dev.csv)"
[[ $(readlink all/checkpoints/best) == step-$(printf %06d "$best").h5 ]] ||
  fail "step $best is the best, not $(readlink all/checkpoints/best)"

# The same numbers without; and the best is kept when its time is over, beside the newest and the one that
# the last start went on from.
train 1 without keep_last=0
same "with and without dev questions" all without 60
train 1 stopped dev=dev.tsv keep_last=1 steps=40
asked=(dev=dev.tsv keep_last=1 samples='The' validate_every=30)
train 2 stopped "${asked[@]}"
diff all/dev.csv stopped/dev.csv || fail "a stop changed dev.csv"
[[ $(readlink stopped/checkpoints/best) == "$(readlink all/checkpoints/best)" ]] || fail "another best"
[[ -e stopped/checkpoints/best && $(find stopped/checkpoints -name 'step-*' | wc -l) -le 3 ]] ||
  fail "kept: $(ls stopped/checkpoints)"

# A run that was killed behind its last checkpoint is complete, but for what follows it.
sed -i '$d' stopped/dev.csv
sed -i '/^after step 60$/,$d' stopped/samples.txt
train 2 stopped "${asked[@]}"
diff all/dev.csv stopped/dev.csv || fail "the last score was not made up for"
grep -q '^after step 60$' stopped/samples.txt || fail "no samples of the last step: $(cat log)"
train 2 stopped "${asked[@]}"
if ! grep -q 'the run is complete' log || grep -q '^dev after' log; then fail "scored twice: $(cat log)"; fi

# Questions that it was never asked are not made up for, and the best stays the best by what it was judged by.
for other in all/dev.csv without/dev.csv; do
  run=${other%/*} before=$(readlink "${other%/*}/checkpoints/best" || true)
  train 1 "$run" dev=train.tsv keep_last=0 report=true samples='The'
  grep -q 'the run is complete' log || fail "$run: $(cat log)"
  [[ $(readlink "$run/checkpoints/best" || true) == "$before" ]] || fail "$run: another best"
done

# Nor is what another config asks for of a run that has ended, by which what it has would be set aside or cut: of
# an earlier checkpoint, of other held-out documents, of none that judges it; nor a page.
tail -n 20 data/wiki.txt > held.txt
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt checkpoint_every=10 keep_last=0)
asked=(dev=dev.tsv validation.file=held.txt validate_every=10)
train 1 judged "${asked[@]}"
cp -r judged before
for other in "${asked[*]} resume=judged/checkpoints/step-000010.h5 steps=10" "${asked[*]:0:1} report=true" \
  "${asked[*]:1} report=true" 'report=true'; do
  read -ra keys <<< "$other"
  train 1 judged "${keys[@]}"
  grep -q 'the run is complete' log || fail "$other: $(cat log)"
  diff -r -x lock before judged || fail "$other changed a run that has ended"
done
[[ ! -e without/dev.csv ]] || fail "without dev questions it has their scores"

# What cannot be asked is found out before training.
printf 'Where was \xc3\xbe born?\tRome\n' > bad.tsv
rc=0
"$LOCKSTEP" "${training[@]}" run=bad dev=bad.tsv > log 2>&1 || rc=$?
[[ $rc == 65 && $(grep -c '^lockstep: .*bad.tsv, line 1, character 11: ' log) == 1 ]] || fail "a bad dev file: $rc: $(cat log)"
if ls bad/checkpoints/step-* 2> /dev/null; then fail "it trained"; fi
