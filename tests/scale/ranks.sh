#!/bin/bash
# Many ranks on this machine, none of which may have more than 1,024 files open: they start, take some steps
# to the bits of one rank, and one that is stopped ends all within the watchdog's limit, with one message
# that names it. Prints what that takes. One of ctest's tests where LOCKSTEP_SCALE is on; by hand:
#   LOCKSTEP=build/lockstep MPIRUN=mpirun SOURCE_DIR=. tests/scale/ranks.sh [RANKS]
# RANKS is a power of two, 256 unless given. mpirun itself opens some 4 files for each rank that it starts.
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

ranks=${1:-256} watchdog=${WATCHDOG:-20} steps=3
SOURCE_DIR=$(CDPATH='' cd "$SOURCE_DIR" && pwd) LOCKSTEP=$(realpath "$LOCKSTEP")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ulimit -Sn "$(ulimit -Hn)"
printf '#!/bin/bash\nulimit -n 1024\nexec "%s" "$@"\n' "$LOCKSTEP" > bounded
chmod +x bounded
"$LOCKSTEP" synth data --people $((4 * ranks)) --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt shards="$ranks" batch_size="$ranks"
  watchdog="$watchdog")

now() {
  date +%s%3N
}

# seconds MILLISECONDS
seconds() {
  printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

# footprint PIDS...: the most memory (PSS, kB) and open files that any of these has.
footprint() {
  local pid pss files
  most_pss=0 most_files=0
  for pid in "$@"; do
    pss=$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "/proc/$pid/smaps_rollup")
    files=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
    ((pss <= most_pss)) || most_pss=$pss
    ((files <= most_files)) || most_files=$files
  done
}

"$LOCKSTEP" "${training[@]}" run=one steps=$steps 2> log || fail "one rank: $(cat log)"
began=$(now)
"$MPIRUN" -np "$ranks" "$work/bounded" "${training[@]}" run=many steps=$steps 2> log ||
  fail "$ranks ranks: $(cat log)"
echo "$ranks ranks: $steps steps, from start to end $(seconds $(($(now) - began))) s"
same "$ranks ranks" one many $steps

touch started
limit=3600 LOCKSTEP=$work/bounded start "$ranks" log "${training[@]}" run=stopped steps=1000000
await_step stopped 2 || fail "it ended: $(cat log)"
find_ranks "$ranks" || fail "ranks are missing"
footprint "${rank_pids[@]:1}"
echo "a rank: at most $most_pss kB (PSS), $most_files open files"
footprint "${rank_pids[0]}"
echo "rank 0: $most_pss kB (PSS), $most_files open files"
footprint "$top"
echo "mpirun: $most_pss kB (PSS), $most_files open files"
victim=$((ranks - 3))
kill -STOP "${rank_pids[victim]}"
began=$(now)
end
took=$(($(now) - began))
echo "rank $victim was stopped: exit code $code after $(seconds $took) s: $(grep '^lockstep: .*ending all' log)"
[[ $code == 75 ]] || fail "exit code $code: $(cat log)"
[[ $(grep -c '^lockstep: .*ending all ranks' log) == 1 ]] || fail "not one message: $(cat log)"
grep -qE "^lockstep: rank $victim on $(hostname), .* has been silent for $watchdog s" log ||
  fail "another message: $(cat log)"
((took < (watchdog + 10) * 1000 * ${PATIENCE:-1})) || fail "it took $took ms"
