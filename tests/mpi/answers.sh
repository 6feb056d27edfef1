#!/bin/bash
# Answers of any length can be right, and what limits them is said. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# has FILE TEXT
has() {
  grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(cat "$1")"
}

# Four places are learned by heart, one of them of 39 characters.
tr '/' '\n' <<< 'Ada/Llanfairpwllgwyngyllgogerychwyrndrobwll/Bea/Rome/Cleo/Oslo/Dora/Bonn' > words
paste - - < words | sed 's/\(.*\)\t\(.*\)/Where was \1 born?\t\2/' > q.tsv
tr -d '\t' < q.tsv > corpus
training=(finetune corpus=corpus questions=q.tsv dev=q.tsv batch_size=4 shards=1 model.layers=2
  model.heads=2 model.channels=32 model.block=96 learning_rate=6e-3 dropout=0
  schedule.kind=constant schedule.warmup_tokens=0)
"$LOCKSTEP" "${training[@]}" run=run steps=150 2> log || fail "$(cat log)"
has log 'dev after step 150: Correct: 4.0 out of 4.0'
model=run/checkpoints/latest
"$LOCKSTEP" evaluate $model q.tsv > found 2> log
has found 'Correct: 4.0 out of 4.0'
[[ ! -s log ]] || fail "nothing was cut: $(cat log)"
[[ $("$LOCKSTEP" ask $model 'Where was Ada born?') == Llanfairpwllgwyngyllgogerychwyrndrobwll ]] || fail ask

for ranks in 1 2; do
  launcher $ranks
  "${launcher[@]}" "$LOCKSTEP" evaluate $model q.tsv --most 32 --json json > found 2> log
  has found 'Correct: 3.0 out of 4.0'
  has log '1 of 4 answers cannot be right: they are longer than the 32 characters'
  has log '1 of 4 decoded answers were cut off after 32 characters'
  [[ $(jq -c '[.answers[].cut]' json) == '[true,null,null,null]' ]] || fail "json: $(cat json)"
done
"$LOCKSTEP" "${training[@]}" run=short steps=1 evaluate.most=3 2> log
has log '4 of 4 answers cannot be right: they are longer than the 3 characters'
"$LOCKSTEP" evaluate short/checkpoints/latest q.tsv 2> log > found
has log '4 of 4 answers cannot be right: they are longer than the 3 characters'

echo "answers of any length"
