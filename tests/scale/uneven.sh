#!/bin/bash
# What balance=measured costs beyond the speed that a machine lacks: two ranks on two cores, of one of which another
# program takes every other half millisecond, so that its rank has half the speed. (One that takes turns with the
# rank by the scheduler's rules would also hold up each message for some milliseconds.) Prints steps that are dealt
# evenly without and with that program, dealt by speed with it, and the last beside what the speeds allow at best:
# where one rank is s times as fast as the other, 2 / (1 + s) of the step without. Needs root, and
# nothing else may run. One of ctest's tests where LOCKSTEP_SCALE is on; by hand:
#   LOCKSTEP=build/lockstep MPIRUN=mpirun SOURCE_DIR=. tests/scale/uneven.sh [STEPS] [ROUNDS]
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

steps=${1:-10} rounds=${2:-3}
SOURCE_DIR=$(CDPATH='' cd "$SOURCE_DIR" && pwd) LOCKSTEP=$(realpath "$LOCKSTEP")
work=$(mktemp -d) busy=
trap '[[ -z $busy ]] || kill "$busy"; rm -rf "$work"' EXIT
cd "$work"
export LOCKSTEP
# shellcheck disable=SC2016 # for the inner shell
printf '#!/bin/bash\nexec taskset -c "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" "$LOCKSTEP" "$@"\n' > pinned
chmod +x pinned
"$LOCKSTEP" synth data --people 400 --questions 40 > /dev/null
training=("$SOURCE_DIR/configs/seed/pretrain.yaml" corpus=data/wiki.txt shards=64 batch_size=256 deal=even)

# step NAME: times steps with balance=NAME, and keeps the least of the rounds' medians in seconds[NAME].
declare -A seconds
step() {
  local took
  "$MPIRUN" --bind-to none -np 2 "$work/pinned" bench "${training[@]}" -n "$steps" --json "$1.json" \
    balance="${1/alone/even}" > "$1.log" 2>&1 || fail "$1: $(cat "$1.log")"
  grep -o 'balance=measured: .*' "$1.log" || true
  took=$(sed -n 's/.*"step_seconds":[[:space:]]*\([0-9.e+-]*\).*/\1/p' "$1.json")
  echo "$1: $took s a step"
  seconds[$1]=$(awk -v one="${seconds[$1]:-$took}" -v other="$took" 'BEGIN { print one < other ? one : other }')
}

cc -O2 -D_GNU_SOURCE -o hog "$SOURCE_DIR/tests/scale/hog.c"
for ((round = 0; round < rounds; round++)); do
  step alone
  chrt -f 1 taskset -c 1 ./hog &
  busy=$!
  step even
  step measured
  kill "$busy"
  wait "$busy" || true
  busy=
done
awk -v alone="${seconds[alone]}" -v even="${seconds[even]}" -v measured="${seconds[measured]}" 'BEGIN {
  speed = alone / even; best = alone * 2 / (1 + speed)
  printf "speed of the slow rank: %.2f; at best %.4f s a step, measured %.1f %% more, even %.1f %% more\n",
    speed, best, 100 * (measured / best - 1), 100 * (even / best - 1) }'
