#!/bin/bash
# A rank that is stopped or killed before training or after it, inside MPI_Init or MPI_Finalize, or in a
# command that does not train, ends all ranks with a code that is not 0 and one message.
# timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
host=$(hostname)
stop=$(kill -l STOP) kill=$(kill -l KILL)
seconds=$((60 * ${PATIENCE:-1}))
silent='has been silent for [0-9]+ s: it was stopped, or its host is cut off'
stalled='has not come to its end within 10 s: a rank was stopped \(process [0-9]+ is\) or did not start'

# background NAME COMMAND...: its messages go to NAME.log, its exit code to NAME.code.
background() {
  local name=$1
  shift
  {
    local code=0
    timeout -k 5 "$seconds" "$@" > "$name.log" 2>&1 < /dev/null || code=$?
    echo "$code" > "$name.code"
  } &
}

# check NAME PATTERN: it ended by itself, and this is its one message.
check() {
  local code
  code=$(< "$1.code")
  ((code != 0)) || mpirun_forgets || fail "$1: exit code 0: $(cat "$1.log")"
  ((code != 124 && code != 137)) || fail "$1: exit code $code: $(cat "$1.log")"
  [[ $(grep -c '^lockstep: .*; ending all ranks' "$1.log") == 1 ]] ||
    fail "$1: not one message: $(cat "$1.log")"
  grep -qE "^lockstep: .*$2" "$1.log" || fail "$1: another message: $(cat "$1.log")"
  echo "$1: exit code $code: $(grep '^lockstep: ' "$1.log")"
}

# Around MPI_Init nobody has links: each rank has a guard of its own, and the lowest that goes on speaks.
# Several at once, since they mostly wait.
around() {
  background "$1-$2" env LOCKSTEP_WATCHDOG="$3" FAULT_AT="$4" FAULT_RANK="$2" FAULT_SIGNAL="$5" \
    "$MPIRUN" -np 2 "$TEST_PROGRAMS/test_watchdog" none
}
for rank in 0 1; do
  around before $rank 2 "before MPI_Init" "$stop"
  around after $rank 2 "after MPI_Init" "$stop"
done
wait
for rank in 0 1; do
  check before-$rank "rank $((1 - rank)) on $host: MPI_Init $stalled"
  check after-$rank "rank $((1 - rank)) on $host: the first exchange between the ranks $stalled"
done

# MPI_Finalize waits for all ranks, and then the launcher does.
for rank in 0 1; do
  around leaving $rank 60 "before MPI_Finalize" "$stop"
  around left $rank 60 "after MPI_Finalize" "$stop"
  around killed $rank 60 "after MPI_Finalize" "$kill"
done
wait
for rank in 0 1; do
  check leaving-$rank "rank $rank on $host, last seen .*, $silent"
  check left-$rank "rank $rank on $host, last seen .*, $silent"
  code=$(< killed-$rank.code)
  ((code != 0)) || mpirun_forgets || fail "killed at the end: exit code 0"
  ((code != 124)) || fail "killed at the end: exit code $code"
  [[ $(grep -c '^lockstep: ' killed-$rank.log) -le 1 ]] || fail "not one message: $(cat killed-$rank.log)"
done

# Commands that come to their end at once are stopped before they begin.
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run steps=1 2> /dev/null
model=run/checkpoints/latest
short() {
  local words
  words=$(printf '%q ' "$LOCKSTEP" "$@")
  background "$1" env LOCKSTEP_WATCHDOG=2 "$MPIRUN" -np 2 bash "$SOURCE_DIR/tests/mpi/by_rank.bash" \
    "$words" "bash -c 'kill -STOP \$\$; exec $words'"
}
short config "$SOURCE_DIR/configs/tiny.yaml"
short inspect "$model"
short baseline data/birth_dev.tsv --answer London
wait
for command in config inspect baseline; do
  check $command "rank 0 on $host: MPI_Init $stalled"
done

# The others are stopped in the middle, whatever they do there.
export LOCKSTEP_WATCHDOG=$((4 * ${PATIENCE:-1}))
mkfifo questions
exec 9<> questions
for _ in {1..12}; do cat data/wiki.txt; done > many.txt
for _ in {1..400}; do cat data/birth_dev.tsv; done > many.tsv
sessions=() commands=()

is_watched() {
  grep -qs '^watchdog$' "/proc/$1/task/"*/comm
}

# long COMMAND...: rank 1 is stopped once it has a watchdog.
long() {
  input=questions start 2 "$1.log" "$@"
  await_ranks 2 || fail "$1 ended early: $(cat "$1.log")"
  until is_watched "${rank_pids[1]}"; do
    alive || fail "$1 ended early: $(cat "$1.log")"
    nap 0.01
  done
  kill -STOP "${rank_pids[1]}"
  sessions+=("$session") commands+=("$1")
}
long ask "$model"
long evaluate "$model" many.tsv
long score "$model" many.txt
long bench "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt watchdog="$LOCKSTEP_WATCHDOG" --steps 1000000
for i in "${!sessions[@]}"; do
  session=${sessions[i]}
  end
  echo "$code" > "${commands[i]}.code"
  check "${commands[i]}" "rank 1 on $host, last seen .*, $silent"
done
