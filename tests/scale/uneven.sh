#!/bin/bash
# What balance=measured costs beyond the speed that a machine lacks: two ranks on two cores, one of which also runs
# another program all the time, so that its rank has about half the speed. Prints steps that are dealt evenly
# without and with that program, dealt by speed with it, and the last beside what the speeds allow at best:
# were one rank s times as fast as the other, 2 / (1 + s) of the step without. By hand, it is none of ctest's
# tests; nothing else may run:
#   LOCKSTEP=build/lockstep MPIRUN=mpirun SOURCE_DIR=. tests/scale/uneven.sh [STEPS]
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

steps=${1:-10}
SOURCE_DIR=$(cd "$SOURCE_DIR" && pwd) LOCKSTEP=$(realpath "$LOCKSTEP")
work=$(mktemp -d) busy=
trap '[[ -z $busy ]] || kill "$busy"; rm -rf "$work"' EXIT
cd "$work"
export LOCKSTEP OMPI_MCA_mpi_yield_when_idle=1
# shellcheck disable=SC2016 # for the inner shell
printf '#!/bin/bash\nexec taskset -c "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" "$LOCKSTEP" "$@"\n' > pinned
chmod +x pinned
"$LOCKSTEP" synth data --people 400 --questions 40 > /dev/null
training=("$SOURCE_DIR/configs/seed/pretrain.yaml" corpus=data/wiki.txt shards=64 batch_size=256 deal=even)

# step NAME KEYS...: says the seconds of a step, and stores them in seconds[NAME].
declare -A seconds
step() {
  "$MPIRUN" --bind-to none -np 2 "$work/pinned" bench "${training[@]}" -n "$steps" --json "$1.json" "${@:2}" \
    > "$1.log" 2>&1 || fail "$1: $(cat "$1.log")"
  grep -o 'balance=measured: .*' "$1.log" || true
  seconds[$1]=$(sed -n 's/.*"step_seconds":[[:space:]]*\([0-9.e+-]*\).*/\1/p' "$1.json")
  echo "$1: ${seconds[$1]} s a step"
}

step alone balance=even
taskset -c 1 bash -c 'while :; do :; done' &
busy=$!
step even balance=even
step measured balance=measured
awk -v alone="${seconds[alone]}" -v even="${seconds[even]}" -v measured="${seconds[measured]}" 'BEGIN {
  speed = alone / even; best = alone * 2 / (1 + speed)
  printf "speed of the slow rank: %.2f; at best %.4f s a step, measured %.1f %% more, even %.1f %% more\n",
    speed, best, 100 * (measured / best - 1), 100 * (even / best - 1) }'
