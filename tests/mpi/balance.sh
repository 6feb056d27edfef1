#!/bin/bash
# Shards that are dealt unevenly, by a list or by measured speed, change no bits: files are those of one rank,
# with the optimizer dealt out or not, and runs go on with other shares. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=4
# Of windows and held-out documents a shard has as many as there happen to be.
windows=(objective.window=every validation.share=0.1 validate_every=2 checkpoint_every=2)
config=("${pretrain[@]}" "${windows[@]}" model.channels=64)
memory=(shard=optimizer recompute=block)

train even-1 1 $steps "${config[@]}"
# held_out RUN: what it has measured.
held_out() {
  grep -q 'held_out_loss,held_out_bits_per_byte,held_out_perplexity$' "$1/metrics.csv" || fail "$1: columns"
  sed -E 's/.*,([^,]*),([^,]*),([^,]*)$/\1 \2 \3/' "$1/metrics.csv"
}

# unequal RANKS SHARES KEYS...
unequal() {
  local name=$1-${2//,/-}-$#
  train "$name" "$1" $steps "${config[@]}" balance="$2" "${@:3}"
  same "$1 ranks with $*" even-1 "$name" $steps
  diff <(held_out even-1) <(held_out "$name") || fail "$*: other held-out losses"
}
unequal 1 8 "${memory[@]}"
unequal 2 7,1 overlap=off
unequal 3 1,6,1 "${memory[@]}" replicas=node
unequal 2 measured
line='balance=measured: shards by speed, .*rank.* 0.* \(.*1\.00\).*whole shards cost [0-9.]+ % over exact parts'
grep -qE "$line" log || fail "speeds are not said: $(cat log)"

# Stopped, and gone on with by other ranks with other shares.
train mixed 2 2 "${config[@]}" balance=1,7
train mixed 3 4 "${config[@]}" balance=4,3,1 shard=optimizer
same "other shares after a stop" even-1 mixed 4

# refused RANKS SHARES MESSAGE
refused() {
  local code=0 launcher
  launcher "$1"
  "${launcher[@]}" "$LOCKSTEP" "${config[@]}" balance="$2" run=refused steps=1 2> log || code=$?
  ((code == 64)) || fail "balance=$2: exit code $code: $(cat log)"
  grep -q "$3" log || fail "balance=$2: $(cat log)"
}
for list in fast '3,5,' '8,0'; do
  refused 1 "$list" "balance is '$list'; give even, measured"
done
refused 1 3,3,1 'balance deals 7 shards out, but shards is 8'
refused 2 3,3,2 'balance has shards for 3 ranks, but there are 2'

"$LOCKSTEP" plan "${config[@]:1}" -n 3 balance=2,5,1 > planned
grep -q '^shards  *5 of 8 on a rank at most, as balance lists them$' planned || fail "$(cat planned)"
"$MPIRUN" -np 2 "$LOCKSTEP" bench "${config[@]:1}" -n 1 balance=2,6 > measured
grep -q '^shards  *6 of 8 on a rank at most (balance 2,6)$' measured || fail "$(cat measured)"
