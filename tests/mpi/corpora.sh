#!/bin/bash
# Several corpora with weights: the same bits on any number of ranks and through a stop, each corpus as often
# as it says, and no going on with other weights or files. timeout: 60
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for ((i = 0; i < 40; i++)); do echo "ab $((i % 10)) ba" && echo; done > a.txt
for ((i = 0; i < 24; i++)); do echo "9876 543210 ab $((i % 10))"; done > b.txt
"$LOCKSTEP" prepare a.txt a.h5 > /dev/null
"$LOCKSTEP" prepare b.txt b.h5 > /dev/null
common=(shards=8 batch_size=8 dropout=0.1)
cat "$SOURCE_DIR/configs/tiny.yaml" - << 'END' > mixed.yaml
corpora:
- {file: a.h5, weight: 0.5}
- file: b.h5
  weight: 2
END

# An epoch: 8 shards of 5 documents, 2.5 of which make 3 visits, and of 3, which make 6.
"$LOCKSTEP" examples mixed.yaml "${common[@]}" -n 72 > shown
[[ $(grep -c '^window document .* of a.h5' shown) == 24 ]] || fail "a.h5 is not shown as often as it says"
[[ $(grep -c '^window document .* of b.h5' shown) == 48 ]] || fail "b.h5 is not shown as often as it says"
grep '^window .* b.h5' shown | sort | uniq -c | awk '$1 != 2' > uneven
[[ ! -s uneven ]] || fail "not all of b.h5 twice: $(cat uneven)"

train() {
  local launcher run=$1 steps=$3
  launcher "$2"
  timeout -k 5 $((30 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" pretrain mixed.yaml "${common[@]}" "${@:4}" \
    run="$run" steps="$steps" 2> log || fail "$run: $(cat log)"
}
train one 1 4
grep -q '^lockstep: b.h5: an epoch shows its 24 documents 2 times$' log || fail "$(cat log)"
train five 5 2
train five 2 4 corpora=a.h5:0.5,b.h5:2
same "several corpora: 5 ranks, stopped, 2 ranks, and one" five one 4
grep -q '^- file: b.h5' five/config.yaml || fail "$(cat five/config.yaml)"

# As full steps of a language model, on ranks that have rows of each other's documents.
train full-one 1 4 objective.kind=language objective.full=true
train full-five 5 2 objective.kind=language objective.full=true
train full-five 3 4 objective.kind=language objective.full=true
same "several corpora in full steps: 5 ranks, stopped, 3 ranks, and one" full-five full-one 4

# Questions are trained on in their stead: corpora are what a vocabulary is made of.
for ((i = 0; i < 16; i++)); do printf 'ab %s\t9\n' $((i % 10)); done > asked.tsv
finetune() {
  local launcher
  launcher "$2"
  timeout -k 5 $((30 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" finetune mixed.yaml "${common[@]}" \
    questions=asked.tsv run="$1" steps=2 2> log || fail "$1: $(cat log)"
}
finetune asked-one 1
finetune asked-three 3
same "questions beside several corpora: 3 ranks and one" asked-three asked-one 2

# refused CODE PATTERN ARGUMENTS...
refused() {
  local code=0
  "$LOCKSTEP" pretrain mixed.yaml "${common[@]}" steps=5 run=one "${@:3}" 2> log || code=$?
  [[ $code == "$1" ]] || fail "exit code $code instead of $1: $(cat log)"
  grep -qE "$2" log || fail "no '$2' in: $(cat log)"
}
refused 64 'weights of corpora: 1,2 here, 0.5,2 there' corpora=a.h5:1,b.h5:2
refused 64 'b.h5, a.h5: not the file that this run was started with' corpora=b.h5:0.5,a.h5:2
echo 'other characters' | "$LOCKSTEP" prepare - c.h5 > /dev/null
refused 65 'c.h5: its vocabulary .* is not that of a.h5' run=other shards=1 corpora=a.h5:0.5,c.h5:2
refused 66 'd.h5' run=other corpora=a.h5:0.5,d.h5:2
