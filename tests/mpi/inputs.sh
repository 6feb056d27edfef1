#!/bin/bash
# Pipes, FIFOs and standard input give a command what a file would, on one rank and on two, where one
# reading is enough; training refuses them. Devices, sockets and folders are refused at once, and a
# signal ends every wait. timeout: 400
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMPI_MCA_odls_base_sigkill_timeout=0 # mpirun gives what is left of a failed run no second to end

"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
head -40 data/wiki.txt > text
config=$SOURCE_DIR/configs/tiny.yaml
training=(corpus=data/wiki.txt steps=2 shards=4 batch_size=8)
"$LOCKSTEP" pretrain "$config" "${training[@]}" run=run 2> /dev/null
model=run/checkpoints/step-000002.h5
mkfifo fifo

# lockstep RANKS ARGUMENT...: within a minute.
lockstep() {
  local launcher
  launcher "$1"
  timeout -k 5 "$((60 * ${PATIENCE:-1}))" "${launcher[@]}" "$LOCKSTEP" "${@:2}"
}

# alike RANKS FILE WORD...: what the words print of FILE they print of it through a pipe; `@` stands
# for its name.
alike() {
  local ranks=$1 file=$2 words=("${@:3}")
  lockstep "$ranks" "${words[@]/#@/$file}" > expected
  for name in - /dev/stdin; do
    lockstep "$ranks" "${words[@]/#@/$name}" < <(cat "$file") > found || fail "$name: ${words[*]}"
    cmp expected found || fail "$name gives something else: ${words[*]}"
  done
  (sleep 0.3; cat "$file") > fifo &
  lockstep "$ranks" "${words[@]/#@/fifo}" > found || fail "fifo: ${words[*]}"
  cmp expected found || fail "a FIFO gives something else: ${words[*]}"
}

for ranks in 1 2; do
  alike $ranks text score "$model" @
  alike $ranks data/birth_dev.tsv evaluate "$model" @
done
alike 1 data/birth_dev.tsv baseline @ --answer Accra
alike 1 "$config" config @ --keys batch_size
alike 2 "$config" examples @ corpus=text -n 2
for ranks in 1 2; do
  ((ranks == 1)) || ! mpirun_ends_by_long_input || continue
  rc=0
  lockstep $ranks score - text < <(cat "$model") > found 2> err || rc=$?
  if [[ $ranks != 1 ]] && mpirun_repeats_input; then
    [[ $rc == 66 && $(< err) == *'standard input: this mpirun '*' repeats parts'* ]] || fail "too long: $rc, $(cat err)"
    continue
  fi
  [[ $rc == 0 ]] || fail "a checkpoint from a pipe: $(cat err)"
  lockstep $ranks score "$model" text > expected
  cmp expected found || fail "a checkpoint from a pipe gives something else"
done
rc=0
lockstep 1 score - text < <(head -c 3000 "$model") 2> err || rc=$?
[[ $rc == 65 && $(< err) == *'standard input: damaged'* ]] || fail "half a checkpoint: $rc, $(cat err)"
lockstep 1 score "$model" - < text > found
lockstep 1 score "$model" <(cat text) > expected
cmp expected found || fail "a substituted process gives something else"
cat text data/birth_dev.tsv | lockstep 1 prepare - piped.h5 > /dev/null
cat text data/birth_dev.tsv > both
lockstep 1 prepare both filed.h5 > /dev/null
cmp piped.h5 filed.h5 || fail "prepare of a pipe makes another corpus"
for ranks in 1 2; do
  lockstep $ranks pretrain - "${training[@]}" run=piped-$ranks < <(cat "$config") 2> log ||
    fail "a config from a pipe: $(cat log)"
  same "config from a pipe on $ranks ranks" run piped-$ranks 2
done
echo "pipes give what files give"
mkdir lr=0.001
cp "$config" lr=0.001/a=b.yaml
lockstep 1 config lr=0.001/a=b.yaml "${training[@]}" run=lr=0.001/run > /dev/null
code=0
lockstep 1 config - "${training[@]}" < /dev/null > log 2>&1 || code=$?
((code == 65)) || fail "an empty pipe as config: exit code $code: $(cat log)"

# Where a file is read in no order, that is said.
for words in "export - exported" "inspect -" "inspect --verify -" "average - $model mean.h5" "average $model - mean.h5" "import - start.h5"; do
  read -ra command <<< "$words"
  code=0
  lockstep 1 "${command[@]}" < "$model" > log 2>&1 || code=$?
  ((code == 64)) || fail "$words: exit code $code: $(cat log)"
  grep -q 'standard input: is read in no order' log || fail "$words: $(cat log)"
done

# refuses CODE PATTERN ARGUMENT...: at once, with one message; on `worlds`, numbers of ranks.
worlds=(1 2)
refuses() {
  local code=$1 pattern=$2 ranks rc
  shift 2
  for ranks in "${worlds[@]}"; do
    rc=0
    lockstep "$ranks" "$@" > out 2> err || rc=$?
    [[ $rc == "$code" && $(grep -c '^lockstep: ' err) == 1 ]] || fail "$*: $rc, $(cat err)"
    grep '^lockstep: ' err | grep -qE -- "$pattern" || fail "$*: no '$pattern' in $(cat err)"
  done
}

# A pipe whose other end stays open and silent: whoever reads it waits.
exec {silent}<> <(:)
refuses 64 'corpus=/dev/stdin is a pipe.*write it to a file' pretrain "$config" "${training[@]}" \
  run=other corpus=/dev/stdin <&"$silent"
refuses 64 'one and the same pipe' evaluate - /dev/stdin <&"$silent"
refuses 64 'fifo: is read in no order' inspect fifo
refuses 66 '/dev/zero: is a device' score "$model" /dev/zero
refuses 65 'standard input: .*no documents' score "$model" - < /dev/null
worlds=(1)
for pipe in fifo - /dev/stdin; do
  for key in corpus questions dev init resume probe.config; do
    refuses 64 "$key=$pipe is a pipe.*write it to a file" pretrain "$config" "${training[@]}" run=other \
      "$key=$pipe" <&"$silent"
  done
done
refuses 64 'one and the same pipe' evaluate fifo fifo
refuses 64 'one and the same pipe' score - - <&"$silent"
refuses 64 'one and the same pipe' ask /dev/stdin <&"$silent"
refuses 64 'one and the same pipe' examples "$config" corpus=- questions=- <&"$silent"

for device in /dev/zero /dev/urandom /dev/full; do
  refuses 66 "$device: is a device" score "$model" $device
  refuses 66 "$device: is a device" pretrain "$config" "${training[@]}" corpus=$device run=other
  refuses 66 "$device: is a device" config $device
  refuses 66 "standard input: is a device" score "$model" - < $device
done
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
refuses 66 'socket: is a socket' score "$model" socket
refuses 66 'socket: is not a regular file' evaluate socket text
refuses 66 'data: is a folder' evaluate "$model" data
refuses 66 'data: is a folder' score "$model" data
refuses 65 'standard input: .*empty' evaluate "$model" - < /dev/null
refuses 65 '/dev/null: .*no documents' pretrain "$config" "${training[@]}" corpus=/dev/null run=other
rc=0
lockstep 1 score "$model" - <&- 2> err || rc=$?
[[ $rc == 66 && $(< err) == *'standard input'* ]] || fail "a closed standard input: $rc, $(cat err)"
script -qec "\"$LOCKSTEP\" score \"$model\" -; echo code \$?" /dev/null < /dev/null > out
[[ $(< out) == *'is a terminal'*'code 66'* ]] || fail "a terminal: $(cat out)"
echo "what has no end is refused"

# signal NAME PATTERN ARGUMENT...: SIGNAL ends a command that waits for a FIFO's writer.
ends() {
  local signal=$1
  shift
  start 1 log "$@"
  until await_ranks 1 && [[ $(readlink "/proc/$top/fd/"*) == *"$work/fifo"* ]]; do
    alive || fail "$*: it did not wait for the writer: $(cat log)"
    nap 0.05
  done
  kill -s "$signal" "$top"
  end
  ((code == 128 + $(kill -l "$signal") || code == 75)) || fail "SIG$signal: exit code $code: $(cat log)"
}
ends TERM score "$model" fifo
ends TERM pretrain fifo run=other
ends INT evaluate "$model" fifo
launcher_is mpich || ends USR1 config fifo # which MPICH catches, for itself
echo "a signal ends every wait"
