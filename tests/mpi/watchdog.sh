#!/bin/bash
# Whatever happens to a rank, all ranks end within the watchdog's 3 seconds and 5 more, with a code that
# is not 0 and one message that names the rank and what it did last. Slow ranks are reported and live.
# timeout: 300
set -euo pipefail

# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
host=$(hostname)

fail() {
  echo "FAILED: $what: $*"
  cat log
  exit 1
}

# start RANKS FAULT VICTIM...: sets `code`, and `took`, the milliseconds from the fault to the end.
start() {
  local ranks=$1
  shift
  what="$* of $ranks"
  code=0
  rm -f went-wrong
  timeout -k 5 $((60 * ${PATIENCE:-1})) "$MPIRUN" -np "$ranks" "$TEST_PROGRAMS/test_watchdog" "$@" > log 2>&1 || code=$?
  took=-1
  [[ ! -e went-wrong ]] || took=$(($(date +%s%3N) - $(date -r went-wrong +%s%3N)))
  echo "$what: exit code $code after $took ms: $(grep '^lockstep: ' log || true)"
}

# check TEXT: the one message is this extended regular expression, and nobody is left.
check() {
  ((code != 0)) || mpirun_forgets || fail "exit code 0"
  ((code != 124 && code != 137 + 128)) || fail "exit code $code"
  ((took >= 0 && took < 8000 * ${PATIENCE:-1})) || fail "it took $took ms"
  if mpich_ended log; then return; fi
  [[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "not one message"
  grep -qE "^lockstep: $1\$" log || fail "another message than: $1"
  if grep -q 'a waiting rank went on' log; then fail "a rank outlived it"; fi
  if pgrep -f "^$TEST_PROGRAMS/test_watchdog $fault"; then fail "a rank is left"; fi
}

again='; ending all ranks; start the same command again: a run goes on from its newest checkpoint'
computing='last seen in step 7 computing'
silent='has been silent for 3 s: it was stopped, or its host is cut off'

# Of 6 ranks, two only have links to the first four.
for fault in "kill" exit; do
  for victim in 0 1; do
    start 3 $fault $victim
    check "rank $victim on $host, $computing, died$again"
  done
done
fault="kill"
start 6 kill 5
check "rank 5 on $host, $computing, died$again"
start 6 kill 0 1
check "rank [01] on $host, $computing, died$again"
# All see this at the same instant. That two of them speak is a matter of chance.
for _ in {1..5}; do
  start 4 kill 0
  check "rank 0 on $host, $computing, died$again"
done

fault=stop
for victim in 0 1; do
  start 3 stop $victim
  check "rank $victim on $host, $computing, $silent$again"
done
start 6 stop 0 1
check "rank [01] on $host, $computing, $silent$again"
((code == 75)) || mpich_ended log || fail "exit code $code"

fault=spin
stuck='has made no progress for 3 s, and others wait for it'
for victim in 0 2; do
  start 3 spin $victim
  check "rank $victim on $host, $computing, $stuck$again"
  ((code == 75)) || mpich_ended log || fail "exit code $code"
done

fault=lost
start 3 lost 1
check "rank 1 on $host, last seen in step 6 reading data, has made no progress for 3 s: \
all ranks wait for each other$again"

# Of teams of two there are three levels: those of ranks 0 1, 2 3 and 4 5, then 0 2 and 4, then 0 4.
for victim in 0 2 5; do
  fault="kill"
  FAN_OUT=2 start 6 kill $victim
  check "rank $victim on $host, $computing, died$again"
  fault=stop
  FAN_OUT=2 start 6 stop $victim
  check "rank $victim on $host, $computing, $silent$again"
done
fault=spin
FAN_OUT=2 start 6 spin 3
check "rank 3 on $host, $computing, $stuck$again"
fault=lost
FAN_OUT=2 start 6 lost 5
check "rank 5 on $host, last seen in step 6 reading data, has made no progress for 3 s: \
all ranks wait for each other$again"
FAN_OUT=2 start 6
((code == 0)) || fail "exit code $code"
if grep '^lockstep: ' log; then fail "it spoke"; fi

fault=abort
start 3 abort 2
check "rank 2 on $host: shard 7 is damaged"
((code == 65)) || fail "exit code $code"

start 3 slow 1
((code == 0)) || fail "exit code $code"
[[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "not one message"
grep -qE "^lockstep: rank 1 on $host is slow: .* the last 3 s" log || fail "another message"

start 3 slow
((code == 0)) || fail "exit code $code"
if grep '^lockstep: ' log; then fail "it spoke"; fi
