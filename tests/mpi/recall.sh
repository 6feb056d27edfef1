#!/bin/bash
# launch/recall.sh with tiny recipes on invented people: the numbers are those of the checkpoints, and a second
# start makes only what is missing. timeout: 60; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

for tool in gnuplot python3; do
  command -v $tool > /dev/null || { echo "SKIPPED: $tool is not installed" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Names of two words, such as Abo Cade; all but every third are from Rome.
make_people() {
  awk 'BEGIN {
    split("Abo Bade Cafe Demi Wido Feta", first); split("Cade Domo Wami Pelo Fibo Hale Mota", last)
    for (i = 0; i < 42; i++) print first[1 + i % 6] " " last[1 + i % 7] "\t" (i % 3 ? "Rome" : "Oslo")
  }'
}
mkdir data
make_people > people
awk -F '\t' '{ print $1 ". " $1 " was born in " $2 " ." }' people > data/wiki.txt
echo 'What place does a man of fame come from? Where? The birthplace is it.' >> data/wiki.txt
awk -F '\t' '{ print "Where was " $1 " born?\t" $2 }' people > questions
sed -n '1,30p' questions > data/train.tsv
{
  sed -n '31,$p' questions
  printf 'Where was %s born?\tNowhere\n' "Abo Cade"
} > data/held.tsv
printf 'Where did %s die?\tRome\n' "Abo Cade" "Bade Domo" > data/died.tsv

mkdir recipes
edit="s/^steps: .*/steps: 200/; s/^learning_rate: .*/learning_rate: 1e-2/; s/^checkpoint_every: .*/checkpoint_every: 100/"
sed "$edit" "$SOURCE_DIR/configs/tiny.yaml" > recipes/pretrain.yaml
sed '/^model: /d; s/^steps: .*/steps: 20/' recipes/pretrain.yaml > recipes/finetune.yaml
cat > recipes/two.txt << 'END'
plain: pretrain.yaml objective.spans=salient keep_every=100: finetune.yaml
that asks: pretrain.yaml objective.spans=salient objective.keep_name=true objective.ask=1 keep_last=1: finetune.yaml
END
recall=("$SOURCE_DIR/launch/recall.sh" -n 1 --also data/died.tsv recipes/two.txt data/wiki.txt data/train.tsv
  data/held.tsv results/both.md runs)
"${recall[@]}" > log 2>&1 || fail "exit code $?: $(cat log)"
cp results/both.md first.md
[[ $(grep -c 'asking' log) == 6 ]] || fail "asked: $(cat log)"

# What was not written when it was stopped is made, and nothing else.
rm runs/plain/points/000100-finetuned.json
"${recall[@]}" > log 2>&1 || fail "again: exit code $?: $(cat log)"
[[ $(grep -c 'asking' log) == 1 && $(grep -c 'the run is complete' log) == 3 ]] || fail "made again: $(cat log)"
cmp first.md results/both.md

# same_numbers RECIPE STEP MODEL FORM CHECKPOINT QUESTIONS: evaluate's, counted by another program.
same_numbers() {
  local right
  "$LOCKSTEP" evaluate "$5" "$6" --masks --predictions said > score 2> /dev/null
  right=$(cut -f 2 "$6" | paste -d '\t' - said |
    awk -F '\t' '{ begins += index($2, $1) == 1; exact += $1 == $2 } END { print NR "," begins "," exact }')
  grep -q "^$1,$2,[0-9.]*,$3,$4,$right$" results/both.csv ||
    fail "$*: $right, but $(grep "^$1,.*,$3,$4," results/both.csv)"
  echo "$1, step $2, $3, $4: $right"
}
sed '$d' data/held.tsv > held
# asked FORM FILE: of all that are held out; \1 stands for the name.
asked() {
  sed -E "s/^Where was (.*) born\?(.*)/$1\2/" held > "$2"
}
asked '\1. \1 was born in ⁇ .' documents
asked '\1 \1 was born in .' words
asked '\1. was born in ⁇' born
for step in 100 200; do
  checkpoint=runs/plain/pretrain/checkpoints/step-000$step.h5
  same_numbers plain $step pretrained document "$checkpoint" documents
  same_numbers plain $step finetuned question runs/plain/finetune-000$step/checkpoints/latest held
done
same_numbers plain 200 pretrained born "$checkpoint" born
same_numbers plain 200 pretrained died "$checkpoint" data/died.tsv
same_numbers "that asks" 200 pretrained words runs/that-asks/pretrain/checkpoints/latest words
awk -F , '$4 == "finetuned" && $5 == "question" { right += $8 } END { exit !(right > 0) }' results/both.csv ||
  fail "nothing was learned: $(cat results/both.csv)"
grep -qF 'The 12 of 13 held-out people' first.md || fail "$(cat first.md)"
grep -q "(plain by .document., that asks by .words.)" first.md || fail "$(cat first.md)"
grep -qE '^\| died \| plain \| 2 \| ' first.md || fail "other questions: $(cat first.md)"
grep -q "that asks: asked for" results/both.svg || fail "no curve"

# heads.sh says what evaluate says, and passes on what it refuses.
heads=("$SOURCE_DIR/tests/bench/heads.sh" runs/plain/finetune-000200/checkpoints/latest)
"${heads[@]}" documents --masks > table
without=$("$LOCKSTEP" evaluate "${heads[1]}" documents --masks --without 2:1 2> /dev/null)
[[ $without == "Correct: $(sed -n 's/^| 2 | \([0-9]*\) | [0-9]* |$/\1/p' table).0 out of 12.0: "* ]] ||
  fail "heads: $without, but $(cat table)"
grep -qxE 'With all heads: [0-9]+ of 12 questions.' table || fail "heads: $(cat table)"
code=0
"${heads[@]}" documents > table 2>&1 || code=$?
if ! ((code)) || ! grep -q "reserved for masking" table; then fail "heads: exit code $code, $(cat table)"; fi

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$SOURCE_DIR/launch/recall.sh" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "recall.sh $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
expect 0 usage: --help
expect 64 "are needed" recipes/two.txt
expect 66 "--also needs a file" --also nothing.tsv
