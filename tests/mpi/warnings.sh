#!/bin/bash
# What training says of settings that leave something unused, and what it refuses to go on with: a
# warm-up longer than the run, documents longer than the block, another init=, a folder of the other
# command; and the batch of a bad step by its true lines. timeout: 300
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  sed 's/^/  | /' log
  exit 1
}

# train CODE ARGUMENT...: on as many ranks as `ranks` says.
ranks=1
train() {
  local expected=$1 code=0 launcher=("$MPIRUN" -np "$ranks")
  shift
  [[ $ranks != 1 ]] || launcher=()
  timeout $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$@" > out 2> log || code=$?
  ((code == expected)) || fail "exit code $code, expected $expected: lockstep $*"
}

says() {
  [[ $(grep -cE -- "^lockstep: .*$1" log) == 1 ]] || fail "not once: $1"
}

silent() {
  ! grep -qE -- "$1" log || fail "it says: $1"
}

config=$SOURCE_DIR/configs/tiny.yaml
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
base=("$config" corpus=data/wiki.txt shards=4 batch_size=8)

# The rate: 2 steps of 8 rows of 64 characters.
train 0 pretrain "${base[@]}" steps=2 run=first
silent 'warmup_tokens|weight_decay|longer'
train 0 pretrain "${base[@]}" steps=2 run=second seed=2 schedule.warmup_tokens=4096
says 'schedule.warmup_tokens lets the learning rate rise for 4096 tokens, but the whole run is 1024 .* ends at 0.00025, 25 % of'
sed "s,warmup_tokens: 1024,warmup_documents: 64," "$config" > documents.yaml
train 0 pretrain documents.yaml "${base[@]:1}" steps=2 run=third
says 'documents.yaml, line 9: schedule.warmup_documents lets .* lower schedule.warmup_documents or train longer'
train 0 pretrain "${base[@]}" steps=1 run=decay weight_decay=1e-6
says 'weight_decay 1e-06 times learning_rate 0.001 is too small for fp32'

# Settings of other objectives.
train 0 pretrain "${base[@]}" steps=1 run=full objective.full=true objective.across=true objective.ask=1
says 'objective.full=true\): objective.full does nothing here: it is a setting of objective.kind=language'
says 'objective.across does nothing here'
says 'objective.ask does nothing here: .* set objective.keep_name=true'
train 0 pretrain "${base[@]}" steps=1 run=asks objective.ask=1 objective.keep_name=true
silent 'does nothing'
train 0 finetune "${base[@]}" steps=1 run=questions questions=data/birth_places_train.tsv objective.crop=0.5
says 'objective.crop does nothing here: it is a setting of documents'

# Weights that whole windows of each shard cannot have, and those that they can.
head -n 40 data/wiki.txt > few.txt
for ranks in 1 2; do
  train 0 pretrain "$config" shards=4 batch_size=8 steps=1 run=weights-$ranks tokenizer=bytes \
    corpora=data/wiki.txt:0.5,few.txt:0.01
  says 'wiki.txt: an epoch shows its [0-9]* documents 0.5 times$'
  says 'few.txt: an epoch shows its 40 documents 0.1 times, not 0.01, for each of 4 shards'
done
ranks=1
train 0 pretrain "$config" shards=4 batch_size=8 steps=1 run=weighted tokenizer=bytes objective.kind=language \
  corpora=data/wiki.txt:0.5,few.txt objective.full=true objective.window=every
says 'shows parts of each as often as its weight says'
silent '100 %'

# Documents of 100 characters, of which a block of 64 shows the first 56; short ones are whole.
for ((i = 0; i < 4; i++)); do printf 'A%.0s' {1..99} && echo b && echo && echo aB; done > long.txt
for ranks in 1 2; do
  train 0 pretrain "${base[@]}" steps=1 corpus=long.txt run=long-$ranks
  says 'long.txt: 4 of 8 documents are longer .* only the beginning .* 56.9 % of all characters'
done
ranks=1
train 0 pretrain "${base[@]}" steps=1 corpus=long.txt run=moving objective.spans=salient
says 'long.txt: 4 of 8 documents are longer .* 100 % of all characters can be seen'

# A bad step: the lines are those of the file, empty ones counted; HDF5 has documents.
bad=("${base[@]}" steps=1 run=bad gradient_limit=1e-12)
train 70 pretrain "${bad[@]}" corpus=long.txt
says 'step 1: .* above gradient_limit; lower learning_rate'
lines=$(sed -nE 's/.*the batch was lines ([0-9 ]+) of long.txt$/\1/p' log | tr ' ' '\n' | sort -n | xargs)
[[ $lines == '1 3 4 6 7 9 10 12' ]] || fail "lines: $lines"
"$LOCKSTEP" prepare long.txt long.h5 > /dev/null
ranks=2
train 70 pretrain "${bad[@]}" corpus=long.h5
says 'the batch was documents( [1-8]){8} of long.h5$'
ranks=1

# A folder of the other command.
tune=("${base[@]}" questions=data/birth_places_train.tsv)
train 64 finetune "${tune[@]}" steps=2 run=first
says 'first holds a pretraining, .*; choose another run=, with init='
train 0 finetune "${tune[@]}" steps=2 run=tuned init=first/checkpoints/latest
train 64 pretrain "${base[@]}" steps=2 run=tuned
says 'tuned holds a finetuning, .*; choose another run=$'

# Another init= than at the start; the same parameters may have moved.
train 64 finetune "${tune[@]}" steps=3 run=tuned init=second/checkpoints/latest
says 'init=second/checkpoints/latest holds other parameters'
mv first moved
train 0 finetune "${tune[@]}" steps=3 run=tuned init=moved/checkpoints/latest
says 'going on after step 2 of 3'
train 0 finetune "${tune[@]}" steps=4 run=tuned
says 'init= is not given any more'
train 64 finetune "${tune[@]}" steps=5 run=tuned init=second/checkpoints/latest
says 'holds other parameters'
train 64 pretrain "${base[@]}" steps=3 run=moved init=second/checkpoints/latest
says "holds other parameters .* \\(none\\)"
echo "all of it was said"
