#!/bin/bash
# A simulated step takes what it must: the time of its rows and of its parameters, and that of its bytes on the network
# where nothing hides it. The corpus is so large that what a rank keeps of the file is a large array, which must stay
# the rank's own.
# timeout: 120
set -euo pipefail
# shellcheck source=tests/scale/simulated.bash
source "$SOURCE_DIR/tests/scale/simulated.bash"

ranks=16 windows=16 block=128 row=1e-4 update=5e-10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
build_simulated lockstep_timed
platform 10 10 "$ranks" 1 1 > flat.xml
python3 "$SOURCE_DIR/tests/bench/letters.py" 256 $((64 * ranks * windows * block)) > corpus.txt
"$LOCKSTEP" prepare corpus.txt corpus.h5 > /dev/null
config=("$SOURCE_DIR/configs/seed/pretrain.yaml" corpus=corpus.h5 objective.kind=language objective.across=true
  watchdog=0 shards="$ranks" batch_size=$((ranks * windows)))
parameters=$("$LOCKSTEP" plan "${config[@]}" | sed -n 's/^parameters  *//p')

# step NAME [KEY=VALUE ...]: NAME.json.
step() {
  SIMULATED_ROW=$row SIMULATED_UPDATE=$update SIMULATED_JITTER=0 SIMULATED_MEMORY_GB=8 SIMULATED_SKIPPED=2 \
    simulate lockstep_timed "$ranks" flat.xml bench "${config[@]}" "${@:2}" --steps 1 --json "$1.json" \
    > /dev/null 2> log || fail "$1: $(cat log)"
  [[ -s $1.json ]] || fail "$1: no numbers: $(cat log)"
}

# compare WHAT FOUND EXPECTED: the same, but for up to 20 us of reading and writing that pass with it (spent.c).
compare() {
  echo "$1: $2 s, $3 s expected"
  awk -v found="$2" -v expected="$3" 'BEGIN { more = found - expected; exit !(more > -1e-6 && more < 21e-6) }' ||
    fail "$1: $2 s instead of $3"
}

step hidden
step open overlap=off
step packs overlap=off micro_tokens=$((4 * block))
compare "its rows" "$(number open.json products)" "$(awk "BEGIN { print $windows * $block * $row }")"
compare "its rows in four packs" "$(number packs.json products)" "$(number open.json products)"
compare "its parameters" "$(number open.json optimizer)" "$(awk "BEGIN { print $parameters * $update }")"
# Each rank sends and gets (P - 1) / P of the array twice, by a link of 10 Gb/s of which TCP leaves 94 %.
awk -v P="$ranks" -v N="$parameters" -v open="$(number open.json step_seconds)" \
  -v computing="$(awk "BEGIN { print $windows * $block * $row + $parameters * $update }")" \
  -v hidden="$(number hidden.json step_seconds)" 'BEGIN {
    least = 2 * (P - 1) / P * 4 * N / (0.94 * 10e9 / 8)
    printf "a step: %.4f s; %.4f where the sum is hidden; computing and bytes alone: %.4f\n", open, hidden,
      computing + least
    exit !(open > computing + least && hidden < open && hidden > computing) }' || fail "that is not possible"
