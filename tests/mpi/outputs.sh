#!/bin/bash
# Outputs that a user names, in every command: what is no file is written through and stays what it
# is, links are followed, and nothing that is read is written over. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PATH=$(dirname "$LOCKSTEP"):$PATH

lockstep synth data --people 60 --questions 30 > /dev/null
config=$SOURCE_DIR/configs/tiny.yaml
questions=data/birth_dev.tsv
small=(corpus=data/wiki.txt steps=1 model.channels=16 batch_size=8)
lockstep pretrain "$config" "${small[@]}" run=run 2> log || fail "$(cat log)"
checkpoint=run/checkpoints/latest

# Each output as a file, to compare with.
lockstep evaluate $checkpoint $questions --json json --predictions predictions > line
lockstep prepare data/wiki.txt corpus > prepared
lockstep synth other > /dev/null

evaluate() {
  lockstep evaluate $checkpoint $questions "$@"
}

# Standard output and its names, as a pipe and as a file, shared with the score line.
for name in /dev/stdout /proc/self/fd/1 /dev/fd/1; do
  cmp <(cat json line) <(evaluate --json $name) || fail "--json $name into a pipe"
  evaluate --json $name > shared
  cmp <(cat json line) shared || fail "--json $name into a file"
  evaluate --json $name >> shared
  cmp <(cat json line json line) shared || fail "--json $name appended to a file"
done
name=shared
evaluate --json shared > $name
cmp <(cat json line) shared || fail "--json of the file that standard output goes to"
cmp <(cat predictions json line) <(evaluate --json /dev/stdout --predictions /dev/stdout) ||
  fail "two outputs on standard output"
cmp <(cat json line) <("$MPIRUN" -np 2 "$LOCKSTEP" evaluate $checkpoint $questions --json /dev/stdout) ||
  fail "standard output of two ranks"

# Devices, also as root.
kind=$(stat -c %F,%t,%T /dev/null)
evaluate --json /dev/null --predictions /dev/null > /dev/null
lockstep prepare data/wiki.txt /dev/null > /dev/null
[[ $(stat -c %F,%t,%T /dev/null) == "$kind" ]] || fail "/dev/null is $(stat -c %F /dev/null)"
code=0
evaluate --json /dev/full > out 2> log || code=$?
[[ $code == 74 ]] || fail "exit code $code of a full device"
grep -q '^lockstep: /dev/full: cannot write: No space left' log || fail "$(cat log)"

# FIFOs and process substitutions.
mkdir far
mkfifo fifo
cat fifo > got &
evaluate --predictions fifo > /dev/null
wait $!
cmp predictions got || fail "predictions through a FIFO"
cat fifo > got &
lockstep prepare data/wiki.txt fifo > /dev/null
wait $!
cmp corpus got || fail "a corpus through a FIFO"
lockstep average $checkpoint $checkpoint mean.h5 > /dev/null
lockstep export $checkpoint model > /dev/null
lockstep import model start.h5 > /dev/null
ln -s far/model.h5 link.h5
for words in "mean.h5 average $checkpoint $checkpoint" "start.h5 import model"; do
  read -ra command <<< "$words"
  cat fifo > got &
  lockstep "${command[@]:1}" fifo > /dev/null
  wait $!
  cmp "${command[0]}" got || fail "${command[1]} through a FIFO"
  lockstep "${command[@]:1}" link.h5 > /dev/null
  [[ -L link.h5 ]] || fail "${command[1]}: the link is gone"
  cmp "${command[0]}" far/model.h5 || fail "${command[1]} through a link"
done
[[ -p fifo ]] || fail "the FIFO is gone"
evaluate --json >(cat > got && mv got gone) > /dev/null
until [[ -e gone ]]; do nap 0.05; done
cmp json gone || fail "a process substitution"

# Links: to a file that stays readable for its group only, and to none yet.
echo old > far/file
chmod 640 far/file
ln -s far/file near
ln -s far/made dangling
evaluate --json near --predictions dangling > /dev/null
[[ -L near && -L dangling && $(stat -c %a far/file) == 640 ]] || fail "links: $(ls -l . far)"
cmp json far/file || fail "through a link"
cmp predictions far/made || fail "through a dangling link"
lockstep bench "$config" "${small[@]}" --steps 1 --json near --trace dangling > /dev/null 2>&1
grep -q step_seconds far/file || fail "bench --json through a link"
grep -q traceEvents far/made || fail "bench --trace through a link"
mkdir drawn
for end in csv gp svg png; do
  echo old > far/copy.$end
  ln -s ../far/copy.$end drawn/copy.$end
done
echo mine > drawn/copy.log
lockstep attention copy --out drawn --n 6 --samples 200 > /dev/null 2> log
for end in csv gp svg png; do # what is not its own is set aside, and its own replaced, through links, too
  [[ -L drawn/copy.$end.set-aside-1 && $(< far/copy.$end) == old ]] || fail "attention: copy.$end: $(cat log)"
  grep -q "^lockstep: drawn/copy.$end: .*set aside as drawn/copy.$end.set-aside-1$" log || fail "$(cat log)"
  mv drawn/copy.$end far
  ln -s ../far/copy.$end drawn/copy.$end
  rm drawn/copy.$end.set-aside-1
done
cp far/copy.csv before
lockstep attention copy --out drawn --n 7 --samples 200 > /dev/null 2> log
for end in csv gp svg png; do
  [[ -L drawn/copy.$end && ! -e drawn/copy.$end.set-aside-1 ]] || fail "attention: copy.$end: $(cat log)"
done
[[ ! -s log ]] || fail "attention, once more: $(cat log)"
! cmp -s far/copy.csv before || fail "attention through a link"
[[ $(< drawn/copy.log) == mine ]] || fail "attention: a file of the user's is lost"
mkdir linked
ln -s ../far/wiki linked/wiki.txt
lockstep synth linked > /dev/null
cmp other/wiki.txt far/wiki || fail "synth through a dangling link"
[[ -z $(find . -name '*.tmp-*') ]] || fail "left: $(find . -name '*.tmp-*')"

# refused RANKS TEXT COMMAND...: with one message, before any work, and no file is another.
refused() {
  local text=$2 launcher code=0 before
  launcher "$1"
  shift 2
  before=$(find . -type f ! -name log -exec sha256sum {} + | sort)
  "${launcher[@]}" "$LOCKSTEP" "$@" > log 2>&1 || code=$?
  [[ $code == 64 || $code == 74 ]] || fail "$*: exit code $code: $(cat log)"
  [[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "$*: not one message: $(cat log)"
  grep -q "^lockstep: .*$text" log || fail "$*: no '$text': $(cat log)"
  [[ $(find . -type f ! -name log -exec sha256sum {} + | sort) == "$before" ]] ||
    fail "$*: files were changed"
}

ln data/wiki.txt hard
ln -s data/wiki.txt soft
for name in data/wiki.txt ./data/wiki.txt hard soft; do
  refused 1 "which is read" prepare data/wiki.txt $name
done
refused 2 "which is read" evaluate $checkpoint $questions --predictions $questions
refused 1 "which is read" evaluate $checkpoint $questions --json run/checkpoints/step-000001.h5
echo "x = y" > template
mkdir -p hub/{blobs,snapshots/1} # as a cache of Hugging Face's has it
for name in model.safetensors config.json tokenizer.json; do
  refused 1 "which is read" import model "model/$name"
  refused 1 "which is read" import model/model.safetensors "model/$name"
  cp "model/$name" "hub/blobs/$name.1"
  ln -s "../../blobs/$name.1" "hub/snapshots/1/$name"
done
for name in model.safetensors config.json tokenizer.json; do
  refused 1 "which is read" import hub/snapshots/1/model.safetensors "hub/blobs/$name.1"
done
lockstep tokenizer train data/wiki.txt tokens --size 300 > /dev/null 2>&1
refused 2 "which is read" import model/model.safetensors tokens --tokenizer tokens --heads 2
refused 1 "which is read" average $checkpoint $checkpoint run/checkpoints/step-000001.h5
refused 1 "which is read" prepare data/wiki.txt tokens --tokenizer tokens
refused 1 "which is read" prepare data/wiki.txt new.h5 --templates template --held-out template
refused 1 "which is read" prepare data/wiki.txt new.h5 --templates template --report template
refused 1 "are one file" prepare data/wiki.txt new.h5 --report new --held-out new
refused 1 "which is read" tokenizer train data data/wiki.txt
refused 1 "which is read" tokenizer train 'da*/wiki.txt' data/wiki.txt
refused 1 "which is read" bench "$config" "${small[@]}" validation.file=hard --json data/wiki.txt
refused 1 "which is read" bench "$config" "${small[@]}" tokenizer=tokens --json tokens
echo older > run/checkpoints/step-000000.h5
for name in config.yaml metrics.csv history.txt checkpoints/latest checkpoints/step-000000.h5; do
  refused 2 "which is read" report run --out run/$name
done
refused 1 "are one file" evaluate $checkpoint $questions --json both --predictions ./both
refused 1 "are one file" bench "$config" "${small[@]}" --json json --trace json
cp "$config" config.yaml
refused 2 "which is read" bench config.yaml "${small[@]}" --json config.yaml
refused 1 "which is read" bench config.yaml "${small[@]}" --trace hard
refused 1 "No such file" evaluate $checkpoint $questions --json none/json
refused 1 "No such file" bench --reduce --json none/json
refused 1 "is a folder" bench config.yaml "${small[@]}" --json far
ln -s ../run/checkpoints/step-000001.h5 drawn/trained.csv
refused 2 "which is read" attention trained $checkpoint "Where was Ann Lee born?" --out drawn
echo "outputs go where they should, and nothing is lost"
