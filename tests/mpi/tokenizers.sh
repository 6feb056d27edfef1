#!/bin/bash
# A corpus of bytes trains and resumes with the same bits on one rank and on two, and its model is asked,
# evaluated and scored like any other; what characters refuse is text for bytes, and the corpus and its
# models say which tokenizer they have. timeout: 180
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# lockstep RANKS ARGUMENT...: within a minute.
lockstep() {
  local launcher
  launcher "$1"
  timeout -k 5 "$((60 * ${PATIENCE:-1}))" "${launcher[@]}" "$LOCKSTEP" "${@:2}" 2> log || fail "$*: $(cat log)"
}

# reports FILE LINE...: inspect prints the lines.
reports() {
  lockstep 1 inspect "$1" > facts
  for line in "${@:2}"; do
    grep -qxF "$line" facts || fail "inspect $1 does not say: $line"
  done
}

lockstep 1 synth data --people 60 --questions 30 > /dev/null
printf 'The sign ⁇ and □ are text, 😀 and 東京 too.\n' | cat data/wiki.txt - > odd.txt
"$LOCKSTEP" prepare odd.txt characters.h5 > /dev/null 2> log && fail "characters accept ⁇"
grep -q 'reserved for masking' log || fail "characters refuse ⁇ without a reason"

"$LOCKSTEP" prepare --tokenizer words odd.txt words.h5 2> log && fail "there is a tokenizer of words"
grep -q "words: cannot open: .*; a tokenizer is .characters., .bytes., or that of a file: .*, a checkpoint or a corpus$" log ||
  fail "words: $(cat log)"

lockstep 1 prepare --tokenizer bytes odd.txt bytes.h5 > /dev/null
reports bytes.h5 'kind: corpus' 'vocabulary: 258' 'tokenizer: bytes' "characters: $(LC_ALL=C.UTF-8 wc -m < odd.txt)"

train=("$SOURCE_DIR/configs/tiny.yaml" corpus=bytes.h5 dropout=0.1 model.block=96)
recall=(questions=data/birth_places_train.tsv objective.answers=0.3 objective.keep_name=true objective.ask=0.3)
lockstep 1 pretrain "${train[@]}" "${recall[@]}" run=one steps=6
lockstep 2 pretrain "${train[@]}" "${recall[@]}" run=two steps=3
lockstep 2 pretrain "${train[@]}" "${recall[@]}" run=two steps=6
same "bytes on one rank and on two" one two 6
lockstep 2 finetune "${train[@]}" questions=data/birth_places_train.tsv init=one/checkpoints/latest run=tuned steps=3
model=tuned/checkpoints/latest
reports "$model" 'vocabulary: 258' 'tokenizer: bytes'

"$LOCKSTEP" encode bytes < odd.txt > ids
cmp ids <("$LOCKSTEP" encode "$model" < odd.txt) || fail "a checkpoint's tokenizer gives other ids"
cmp odd.txt <("$LOCKSTEP" decode bytes.h5 < ids) || fail "a corpus' tokenizer gives other text back"

lockstep 1 prepare --tokenizer "$model" odd.txt like-model.h5 > /dev/null
cmp bytes.h5 like-model.h5 || fail "a checkpoint's tokenizer makes another corpus"

lockstep 1 ask "$model" 'Where was 東京 😀 born?' > answer
[[ $(wc -l < answer) == 1 ]] || fail "a question in any language has no answer"
iconv -f UTF-8 -t UTF-8 answer > /dev/null || fail "an answer is no UTF-8"
for ranks in 1 2; do
  lockstep "$ranks" evaluate "$model" data/birth_dev.tsv --predictions "predictions.$ranks" > /dev/null
  lockstep "$ranks" score "$model" odd.txt > "scores.$ranks"
  lockstep "$ranks" score "$model" bytes.h5 > "scores.$ranks.h5"
done
cmp predictions.1 predictions.2 || fail "two ranks answer otherwise"
cmp scores.1 scores.2 || fail "two ranks score otherwise"
cmp scores.1 scores.1.h5 || fail "a text is scored otherwise than the corpus made of it"
bytes=$(($(wc -c < odd.txt) - 2 * $(wc -l < odd.txt))) # without newlines and first bytes
grep -q "bytes $bytes\$" scores.1 || fail "not every byte is scored"

# a BPE, by the config's key and in a corpus: the same tokens, and all that bytes can do
lockstep 2 tokenizer train odd.txt bpe.json --size 400 > /dev/null
lockstep 1 tokenizer train odd.txt again.json --size 400 > /dev/null
cmp bpe.json again.json || fail "two ranks make another tokenizer"
lockstep 1 prepare --tokenizer bpe.json odd.txt bpe.h5 > /dev/null
sed 's/"special":true}\],/"special":true},{"id":400,"content":"zz\\nyy"}],/' bpe.json > added.json
[[ " $(printf 'Azz\nyyA' | "$LOCKSTEP" encode added.json) " == *" 400 "* ]] ||
  fail "an added token is cut"
mkfifo slow
"$LOCKSTEP" encode bpe.json < slow > early &
exec 3> slow
printf 'One line. \n Another ' >&3
timeout 60 bash -c 'until [[ -s early ]]; do sleep 0.1; done' || fail "nothing is encoded before the end"
exec 3>&-
wait $!
train[1]=corpus=odd.txt
lockstep 1 pretrain "${train[@]}" "${recall[@]}" tokenizer=bpe.json run=bpe steps=4
lockstep 2 pretrain "${train[@]}" "${recall[@]}" corpus=bpe.h5 run=bpe-two steps=2
lockstep 2 pretrain "${train[@]}" "${recall[@]}" corpus=bpe.h5 run=bpe-two steps=4
same "a BPE on one rank and on two" bpe bpe-two 4
lockstep 2 finetune "${train[@]}" questions=data/birth_places_train.tsv init=bpe/checkpoints/latest run=bpe-tuned steps=3
model=bpe-tuned/checkpoints/latest
reports "$model" 'vocabulary: 400' 'tokenizer: bpe'
lockstep 1 ask "$model" 'Where was 東京 😀 born?' > answer
[[ $(wc -l < answer) == 1 ]] || fail "a question in any language has no answer"
lockstep 1 evaluate "$model" data/birth_dev.tsv > /dev/null
lockstep 2 score "$model" odd.txt > scores.2
lockstep 1 score "$model" bpe.h5 > scores.1
cmp scores.1 scores.2 || fail "a BPE scores a text otherwise than the corpus made of it"

lockstep 1 prepare data/wiki.txt wiki.h5 > /dev/null
reports wiki.h5 'tokenizer: characters'
"$LOCKSTEP" score "$model" wiki.h5 2> log && fail "a corpus of characters is scored by a model of bytes"
grep -q '(characters) is not the model' log || fail "another tokenizer: $(cat log)"
