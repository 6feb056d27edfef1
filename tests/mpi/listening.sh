#!/bin/bash
# Where all ranks are on one machine, nobody on the network can reach them or mpirun, from start to end:
# nothing listens on other interfaces than the loopback one. timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

if launcher_is mpich; then
  echo "SKIPPED: the launchers need Open MPI's mpirun"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt steps=1000000)
unset OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_hwloc_base_binding_policy

# tree PID: sets `pids` to the process and all below it.
tree() {
  mapfile -t pids < <(cat /proc/[0-9]*/stat 2> /dev/null | sed 's/(.*)/name/' |
    awk -v root="$1" '{ parent[$1] = $4 } END {
      for (pid in parent) {
        for (above = pid; above in parent && above != root; above = parent[above]);
        if (above == root) print pid
      } }')
}

# doors: of `pids`, by which sockets others may reach them: LISTEN of TCP, any of UDP, on another address
# than those of the loopback interface.
doors() {
  find "${pids[@]/#//proc/}" -path '/proc/*/fd/*' -lname 'socket:*' -printf '%l %p\n' 2> /dev/null > sockets
  awk 'FILENAME == "sockets" { gsub(/[^0-9]/, "", $1); owner[$1] = $2; next }
    FNR == 1 || FILENAME ~ /tcp/ && $4 != "0A" || !($10 in owner) { next }
    $2 !~ /^(0*FFFF0000)?......7F:|^0*01000000:/ { print owner[$10], $2 }' \
    sockets /proc/net/{tcp,tcp6,udp,udp6}
}

# watched WHAT COMMAND...: the doors that there are from its start until it has trained for some steps; sets
# `found`, and `last` to those that there are at the end. Then it is stopped.
watched() {
  local what=$1 code=0
  shift
  rm -rf run
  touch started
  : > found
  "$@" > log 2>&1 < /dev/null &
  local top=$!
  until [[ run/metrics.csv -nt started ]] && last_step run && ((step >= 5)); do
    kill -0 "$top" 2> /dev/null || fail "$what: it ended: $(cat log)"
    tree "$top"
    doors >> found || true
  done
  tree "$top"
  doors > last || true # what a process closed meanwhile
  cat last >> found
  last=$(sed "s|/proc/\([0-9]*\)/fd/[0-9]*|\1|" last | sort -u)
  ((${#pids[@]} >= ${least:-1})) || fail "$what: only ${#pids[@]} processes were looked at"
  found=$(sed "s|/proc/\([0-9]*\)/fd/[0-9]*|\1|" found | sort -u)
  kill -USR1 "${signalled:-$top}"
  wait "$top" || code=$?
  ((code == 75)) || fail "$what: exit code $code: $(cat log)"
}

# closed WHAT COMMAND...
closed() {
  watched "$@"
  [[ -z $found ]] || fail "$1: listens: $found"
  echo "$1: nothing listens"
}

local=("$SOURCE_DIR/launch/local.sh" --no-bind --oversubscribe)
least=5 closed "local.sh" "${local[@]}" -n 4 "${training[@]}" run=run
closed "one rank without a launcher" "$LOCKSTEP" pretrain "${training[@]}" run=run
mkdir "a place: with blanks"
cp "$LOCKSTEP" "$(dirname "$LOCKSTEP")/lockstep-loopback.so" "a place: with blanks"
LOCKSTEP="$work/a place: with blanks/lockstep" closed "a path with blanks" "${local[@]}" -n 2 \
  "${training[@]}" run=run

# Of ranks that mpirun alone starts, mpirun itself listens.
watched "mpirun" "$MPIRUN" -np 2 --map-by slot:OVERSUBSCRIBE "$LOCKSTEP" pretrain "${training[@]}" run=run
[[ $(cut -d ' ' -f 1 <<< "$found" | sort -u | wc -l) == 1 ]] || fail "mpirun: the ranks listen: $found"
echo "mpirun alone: no rank listens"

# What the environment says is obeyed, and this test sees it. Before the ranks, the program that the launcher
# asks for a key may have listened too.
OMPI_MCA_btl=self,vader,tcp watched "as told" "${local[@]}" -n 2 "${training[@]}" run=run
[[ $(cut -d ' ' -f 1 <<< "$last" | sort -u | wc -l) == 2 ]] || fail "told to use TCP, it does not: $found"
echo "told to use TCP, the ranks listen"
