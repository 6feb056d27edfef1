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

# One text in two forms of Unicode: with --nfc they are the same, in the corpus, the questions, the
# answers, and after finetuning on either; without, the accents of one are unknown to the other.
question='Where was %s born?\t%s\n'
# shellcheck disable=SC2059 # one format, twice
{
  printf "$question" José Málaga Zoë Nîmes > composed.tsv
  printf "$question" $'Jose\xCC\x81' $'Ma\xCC\x81laga' $'Zoe\xCC\x88' $'Ni\xCC\x82mes' > apart.tsv
}
for text in composed apart; do
  tr -d '\t' < $text.tsv > $text
done
"$LOCKSTEP" prepare --nfc apart apart.h5 2> log > facts
has log 'apart: characters brought to NFC in 2 of the documents'
"$LOCKSTEP" prepare --nfc composed composed.h5 2> log
[[ ! -s log ]] || fail "nothing was composed: $(cat log)"
for text in composed apart; do
  "$LOCKSTEP" "${training[@]}" corpus=apart.h5 questions=$text.tsv dev=apart.tsv run=$text.run steps=40 \
    batch_size=2 2> log || fail "$(cat log)"
  "$LOCKSTEP" inspect $text.run/checkpoints/latest | grep 'parameter hash' > $text.hash
done
cmp composed.hash apart.hash || fail "the form of the questions changed what was trained"
for ranks in 1 2; do
  launcher $ranks
  "${launcher[@]}" "$LOCKSTEP" evaluate composed.run/checkpoints/latest apart.tsv > found 2> log
  has found 'Correct: 2.0 out of 2.0'
done
"$LOCKSTEP" finetune corpus=composed questions=composed.tsv init=apart.run/checkpoints/latest shards=1 run=no steps=1 \
  2> log && fail "a corpus of another form was taken"
has log 'ids) is not that of the checkpoint apart.run/checkpoints/latest ('

echo "composed characters"

# What is no part of a text is left out and said, once, by whatever reads it, on any number of ranks.
{
  printf '\xEF\xBB\xBF'
  sed 's/\t/ \t /; s/$/\xC2\xA0 \r/' q.tsv
} > blanks.tsv
sed 's/$/\r/' corpus > returns
said() {
  [[ $(grep -c "$1: .* left out" log) == "$2" ]] || fail "not said $2 times of $1: $(cat log)"
}
for ranks in 1 2; do
  launcher $ranks
  "${launcher[@]}" "$LOCKSTEP" evaluate $model blanks.tsv > found 2> log
  has found 'Correct: 4.0 out of 4.0'
  has log 'blanks.tsv: a byte order mark, 4 carriage returns before line ends left out'
  has log 'blanks.tsv: blanks around 8 of the questions and answers left out'
  "${launcher[@]}" "$LOCKSTEP" score $model returns > found 2> log
  said returns 1
done
"$LOCKSTEP" score $model corpus 2> log | cmp - found || fail "carriage returns change scores"
said corpus 0
"$LOCKSTEP" baseline blanks.tsv --answer ' Rome' > found 2> log
has found 'Correct: 1.0 out of 4.0'
said blanks.tsv 2
[[ $(printf ' Where was Bea born? \r\n \n' | "$LOCKSTEP" ask $model) == Rome ]] || fail "ask with blanks"
"$LOCKSTEP" prepare returns corpus.h5 > found 2> log
said returns 1
for text in returns corpus.h5; do
  launcher 2
  "$LOCKSTEP" "${training[@]}" corpus="$text" questions=blanks.tsv dev=q.tsv run="run-$text" steps=150 2> log ||
    fail "$(cat log)"
  said blanks.tsv 2
  cmp <("$LOCKSTEP" inspect $model | grep '^parameter hash') \
    <("$LOCKSTEP" inspect "run-$text/checkpoints/latest" | grep '^parameter hash') || fail "$text trains another model"
done
echo "what is no text is left out"
