#!/bin/bash
# Text out of a model: what it learned by heart, the same texts whatever is continued beside them and on
# any ranks, and what is refused. timeout: 60
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# prints EXPECTED ARGUMENT...: on standard output, of the model, to the letter.
prints() {
  local expected=$1
  "$LOCKSTEP" generate "$model" "${@:2}" > found 2> log || fail "generate ${*:2}: $(cat log)"
  [[ $(cat found; echo .) == "$expected"$'\n.' ]] || fail "generate ${*:2}: $(cat found)"
}

# refuses CODE TEXT ARGUMENT...: with this exit code and message, and no output.
refuses() {
  local code=0
  "$LOCKSTEP" generate "$model" "${@:3}" > found 2> log < /dev/null || code=$?
  [[ $code == "$1" && ! -s found ]] || fail "generate ${*:3}: exit code $code, $(cat found log)"
  grep -qF -- "$2" log || fail "generate ${*:3} does not say '$2': $(cat log)"
}

printf '%s\n' 'The cat sat on the mat.' 'A dog ran up the hill.' 'Bées like flowers, été.' > corpus
"$LOCKSTEP" prepare --tokenizer bytes corpus corpus.h5 > /dev/null
"$LOCKSTEP" pretrain corpus=corpus.h5 objective.kind=language batch_size=6 shards=1 model.layers=2 model.heads=2 \
  model.channels=32 model.block=32 learning_rate=1e-2 dropout=0 schedule.kind=constant \
  schedule.warmup_tokens=0 run=run steps=200 2> log || fail "$(cat log)"
model=run/checkpoints/latest

prints 'The cat sat on the mat.' 'The c' --temperature 0
prints 'Bées like flowers, été.' Bé --temperature 0
prints 'Bées like flowers, ' B --temperature 0 --stop été
prints 'Bées like fl' B --temperature 0 --stop nowhere --stop owers --stop ers
prints 'A do' A --temperature 0 --most 3
prints $'The cat sat on the mat.\n\nA dog ran up the hill.' The A --top-k 1
printf 'The cat\r\nA dog\n' > prompts
prints $'The cat sat\nA dog ran' --file prompts --most 4 --top-p 0.01
"$LOCKSTEP" generate $model --most 4 --temperature 0 < prompts > piped
cmp piped found || fail "standard input gives $(cat piped)"
"$LOCKSTEP" generate $model '' --temperature 0 --json json > found
grep -qxF -f corpus found || fail "without a prompt: $(cat found)"
[[ $(jq -r '.texts[0] | .prompt + .text + " " + .ended' json) == "$(cat found) end" ]] || fail "$(cat json)"

# Longer than the block, and beyond it.
long=$(printf 'The cat sat on the mat. %.0s' 1 2 3 4)
"$LOCKSTEP" generate $model "$long" --most 100 --temperature 3 --json json > /dev/null 2> log
grep -qF '1 of 1 prompts are longer than the 32 bytes' log || fail "$(cat log)"
[[ $(jq '.texts[0].tokens' json) -ge 1 ]] || fail "$(cat json)"

echo "text as learned"

for i in {1..15}; do
  printf '%s\n' "${long:0:i*5}"
done > prompts
# texts RANKS BATCH
texts() {
  local launcher
  launcher "$1"
  "${launcher[@]}" "$LOCKSTEP" generate $model --file prompts -n 3 --most 50 --temperature 3 --min-p 0.001 \
    --batch "$2" --seed 7 --json "json-$1-$2" > "texts-$1-$2" 2> log || fail "$(cat log)"
  cat "texts-$1-$2" "json-$1-$2" | cmp - <(cat texts-1-1 json-1-1) || fail "$1 ranks, $2 side by side"
}
texts 1 1
texts 1 7
texts 1 32
texts 2 7
[[ $(sort -u texts-1-1 | wc -l) -gt 35 ]] || fail "$(wc -l texts-1-1)"

echo "the same texts side by side and on two ranks"

refuses 64 '--temperature must be 0' a --temperature -1
refuses 64 '--stop needs a text' a --stop ''
refuses 64 "--number needs a whole number from 1 to 65536, not '0'" a -n 0
refuses 64 'prompts are given, and --file' a --file prompts
refuses 65 'prompt, byte 3: invalid UTF-8 (0xFF)' $'ab\xFF'
printf 'good\nb\xC3\n' > bad
refuses 65 'bad, line 2, byte 2: invalid UTF-8 (0xC3)' --file bad
printf 'good\nb\0ad\n' > bad
refuses 65 'bad, line 2: a NUL byte' --file bad

# What is measured: on one rank and on two.
for ranks in 1 2; do
  launcher $ranks
  measure=("${launcher[@]}" "$LOCKSTEP")
  {
    "${measure[@]}" score $model prompts --stride 5
    "${measure[@]}" score $model prompts --whole --json json
    "${measure[@]}" lambada $model prompts
    printf 'The cat sat\tRome\tthe mat\nA dog\tOslo\n' > q.tsv
    "${measure[@]}" evaluate $model q.tsv --metric squad --best-of 3
    "${measure[@]}" evaluate $model q.tsv --beams 3 --predictions /dev/stdout
    "${measure[@]}" evaluate $model q.tsv --without 1:1,1:2 --predictions /dev/stdout
  } > measured-$ranks 2> log || fail "$(cat log)"
  jq -c '[.token.count, .word.count, .byte.count]' json >> measured-$ranks
done
cmp measured-1 measured-2 || fail "one rank and two measure differently"
grep -qxF "[$(wc -c < prompts),$(wc -w < prompts),$(wc -c < prompts)]" measured-1 || fail "$(cat measured-1)"
grep -A 1 '^Correct: ' measured-1 | grep -qE '^SQuAD: exact match [0-9.]+%, F1 [0-9.]+%$' || fail "$(cat measured-1)"
"$LOCKSTEP" score $model prompts --stride 17 | head -n -4 | cmp - <("$LOCKSTEP" score $model prompts) ||
  fail "17 of 32 is not the usual stride"

# Tokens are called what they are, and a text without blanks is one word, of which no perplexity is finite.
"$LOCKSTEP" score $model prompts | tail -n 1 | grep -q "	bytes [0-9]*$" || fail "$("$LOCKSTEP" score $model prompts)"
"$LOCKSTEP" evaluate $model q.tsv --most 1 2> log > /dev/null
grep -q 'cut off after 1 bytes' log || fail "--most 1"
for _ in {1..400}; do printf 'Zq'; done > one-word
"$LOCKSTEP" score $model one-word --whole --json json > found
grep -q '^word	[0-9.]*	bits [0-9.]*	words 1$' found || fail "$(cat found)"
jq -e '.word.nats > 709 and (.word | has("perplexity") | not) and (.token | has("perplexity"))' json > /dev/null ||
  fail "$(cat json)"
cmp <(echo '{"text": "The cat sat"}' | "$LOCKSTEP" lambada $model -) \
  <(printf ' \t{"text": "The cat sat"}\n' | "$LOCKSTEP" lambada $model -) || fail "a blank in front of an object"

# refused TEXT COMMAND...
refused() {
  "$LOCKSTEP" "${@:2}" > found 2> log && fail "${*:2} is not refused"
  grep -qF -- "$1" log || fail "${*:2} does not say '$1': $(cat log)"
}
refused '--stride must be from 1 to the model' score $model prompts --stride 33
refused 'line 1: one word has no other' lambada $model <(echo word)
refused 'line 1: not a JSON object' lambada $model <(echo '{"txt": "a b"}')
refused 'line 1: has a zero in a text' lambada $model <(echo '{"text": "a\u0000 b"}')
refused '--metric must be squad' evaluate $model q.tsv --metric bleu
refused "--best-of needs a whole number from 1 to 65535, not '0'" evaluate $model q.tsv --best-of 0
refused "--beams needs a whole number from 1 to 64, not '65'" evaluate $model q.tsv --beams 65
refused 'leave --best-of out' evaluate $model q.tsv --beams 2 --best-of 2
refused '--without: there is no 1:99' evaluate $model q.tsv --without 1:99
refused 'no answers, which --metric squad needs' evaluate $model prompts --metric squad
refused 'one of the answers is empty' evaluate $model <(printf 'Who?\ta\t\tb\n')

echo "PASSED"
