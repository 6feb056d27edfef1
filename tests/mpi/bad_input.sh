#!/bin/bash
# Every kind of bad input gives one clear message, the right exit code and no hang, on one rank
# and on two. timeout: 300
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
export OMPI_MCA_odls_base_sigkill_timeout=0 # mpirun gives what is left of a failed run no second to end

# expect CODE PATTERN COMMAND...: on 1 rank and on 2.
expect() {
  local code=$1 pattern=$2 ranks rc messages
  shift 2
  for ranks in 1 2; do
    rc=0
    local launcher=("$MPIRUN" -np 2)
    [[ $ranks == 2 ]] || launcher=() # without mpirun, as users do
    timeout $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$@" > out 2> err < /dev/null || rc=$?
    messages=$(grep -c '^lockstep: ' err || true)
    if [[ $rc != "$code" || $messages != 1 ]] || ! grep '^lockstep: ' err | grep -qE -- "$pattern"; then
      echo "FAILED on $ranks rank(s): lockstep $*"
      echo "  exit code $rc (expected $code), $messages messages (expected 1), pattern: $pattern"
      sed 's/^/  | /' err
      failures=$((failures + 1))
    fi
  done
}

"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
config=$SOURCE_DIR/configs/tiny.yaml
wiki=data/wiki.txt
train=(pretrain "$config" "corpus=$wiki" run=run steps=2 shards=4 batch_size=8)
tune=(finetune "$config" "corpus=$wiki" run=tuned steps=2 shards=4 batch_size=8)
"$LOCKSTEP" "${train[@]}" 2> /dev/null
good=run/checkpoints/step-000002.h5

# Commands and arguments
expect 64 'unknown command' nonsense
expect 64 'no command' ''
expect 64 'usage.*too few' pretrain
expect 64 'unknown option' evaluate --wrong "$good" data/birth_dev.tsv
expect 64 'needs a value' evaluate "$good" data/birth_dev.tsv --json
expect 64 'whole number' examples "$config" "corpus=$wiki" -n many
expect 64 'which answer' baseline data/birth_dev.tsv
expect 64 'CONFIG.yaml, or --reduce' bench
expect 64 'takes no config' bench --reduce "$config"
expect 64 'a whole number from 1 to' bench --reduce --steps 0

# Config keys
expect 66 'nowhere.yaml' pretrain nowhere.yaml
expect 64 "batch_size" "${train[@]}" batch_siz=8
expect 64 'model.layers' "${train[@]}" model.layer=8
expect 64 'learning_rate.*number' "${train[@]}" learning_rate=fast
expect 64 'dropout' "${train[@]}" dropout=1.5
expect 64 'shards.*power of two' "${train[@]}" shards=3 batch_size=9
expect 64 'batch_size.*multiple' "${train[@]}" batch_size=9
expect 64 'heads' "${train[@]}" model.heads=3
expect 64 'steps= or epochs=' "${train[@]}" steps=0 run=other
expect 64 'set questions=FILE.tsv' "${train[@]}" objective.spans=salient objective.answers=0.5 run=other
expect 66 'nowhere.tsv' "${train[@]}" objective.spans=salient objective.answers=0.5 questions=nowhere.tsv run=other
expect 64 'threads' "${train[@]}" threads=1000
printf 'steps: 2\nsteps: 3\n' > duplicate.yaml
expect 64 'duplicate.yaml, line 2.*steps' pretrain duplicate.yaml "corpus=$wiki" run=other
printf 'steps: 2\nmodel: {layers: [1, 2]}\n' > mistyped.yaml
expect 64 'mistyped.yaml, line 2' pretrain mistyped.yaml "corpus=$wiki" run=other
printf 'steps: 2\n  broken\n: x' > broken.yaml
expect 64 'broken.yaml' pretrain broken.yaml "corpus=$wiki" run=other

# Corpora
expect 66 'nowhere.txt' "${train[@]}" corpus=nowhere.txt run=other
expect 66 'folder' "${train[@]}" corpus=data run=other
expect 64 'corpus' "${train[@]}" corpus= run=other
: > empty.txt
expect 65 'empty.txt' "${train[@]}" corpus=empty.txt run=other
printf '\n\n\n' > blank.txt
expect 65 'blank.txt' "${train[@]}" corpus=blank.txt run=other
printf 'first line\nsecond \xff line\n' > invalid.txt
expect 65 'invalid.txt.*line 2.*byte 8' "${train[@]}" corpus=invalid.txt run=other
printf 'a\nb□\nc\nd\n' > pad.txt
expect 65 'pad.txt.*line 2' "${train[@]}" corpus=pad.txt run=other
printf 'a\nb\nc⁇\nd\n' > mask.txt
expect 65 'mask.txt.*line 3' "${train[@]}" corpus=mask.txt run=other
printf 'one\ntwo\nthree\n' > few.txt
expect 65 'few.txt.*3.*4' "${train[@]}" corpus=few.txt run=other

# Questions
expect 66 'nowhere.tsv' "${tune[@]}" questions=nowhere.tsv run=other
expect 64 'questions' "${tune[@]}"
head -8 data/birth_places_train.tsv > q.tsv
head -3 q.tsv > few.tsv
expect 65 'few.tsv: 3 questions.* 4 shards; set shards=2,' "${tune[@]}" questions=few.tsv
for bad in 'no tab at all' $'two\ttabs\there' $'\tno question' $'no answer\t' ''; do
  { cat q.tsv; printf '%s\n' "$bad"; } > bad.tsv
  expect 65 'bad.tsv, line 9' "${tune[@]}" questions=bad.tsv
done
{ cat q.tsv; printf 'W%.0s' {1..70}; printf '\tRome\n'; } > long.tsv
expect 65 'long.tsv, line 9.*block' "${tune[@]}" questions=long.tsv
{ cat q.tsv; printf 'Where was 山 born?\tRome\n'; } > foreign.tsv
expect 65 'foreign.tsv, line 9.*山' "${tune[@]}" questions=foreign.tsv
expect 65 'question.*山' ask "$good" 'Where was 山 born?'
expect 65 'leave no room' ask "$good" "$(printf 'e%.0s' {1..64})"
printf 'Where was 山 born?\n' > foreign-text.txt
expect 65 'foreign-text.txt.*line 1.*山' score "$good" foreign-text.txt

# Worlds
expect 64 'data/wiki.txt|3 |ranks|shards' "${train[@]}" shards=0 run=other
rc=0
timeout $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 3 "$LOCKSTEP" "${train[@]}" shards=2 run=other 2> err || rc=$?
if [[ $rc != 64 || $(grep -c '^lockstep: ' err) != 1 ]]; then
  echo "FAILED: more ranks than shards: exit code $rc"
  cat err
  failures=$((failures + 1))
fi

# Checkpoints
tuned=("${tune[@]}" questions=q.tsv batch_size=4)
expect 66 'nowhere.h5' "${tuned[@]}" init=nowhere.h5
expect 65 'data/wiki.txt' "${tuned[@]}" init=data/wiki.txt
expect 64 'model.channels' "${tuned[@]}" init="$good" model.channels=64
sed '1s/e/山/' "$wiki" > other.txt
expect 65 'other.txt.*vocabulary' "${tuned[@]}" init="$good" corpus=other.txt
"$LOCKSTEP" prepare "$wiki" corpus.h5 > /dev/null
expect 65 'corpus.h5.*corpus' evaluate corpus.h5 data/birth_dev.tsv
expect 65 'step-000002.h5.*checkpoint' "${train[@]}" corpus="$good" run=other
head -c 3000 "$good" > short.h5
expect 65 'short.h5.*damaged' evaluate short.h5 data/birth_dev.tsv
expect 65 'data/wiki.txt' inspect data/wiki.txt

# Run directories
expect 64 'no run directory' "${train[@]}" run=
: > file
expect 74 'file' "${train[@]}" run=file/run
expect 64 'learning_rate' "${train[@]}" learning_rate=0.5
expect 64 'SHA-256' "${train[@]}" corpus=other.txt
expect 64 'resume is never' "${train[@]}" resume=never
"$LOCKSTEP" "${train[@]}" run=busy steps=100000 2> /dev/null &
busy=$!
until [[ -s busy/metrics.csv ]]; do sleep 0.1; done
expect 64 "in use by process $busy" "${train[@]}" run=busy
kill -9 $busy
wait $busy 2> /dev/null || true

if ((failures)); then
  echo "$failures failed"
  exit 1
fi
echo "all bad inputs were refused"
