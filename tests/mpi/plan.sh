#!/bin/bash
# What plan says of a rank's memory is what bench then measures, to 5 %, on 1 and 2 ranks, what a run takes that goes
# on, and what training on 4 takes that give gradients back; what it says of sums is what the ranks' number makes of
# them. timeout: 150
set -euo pipefail

# Under AddressSanitizer what has been freed is given back as it is without it.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

"$LOCKSTEP" synth data > /dev/null
config=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt objective.kind=language objective.across=true
  model.layers=4 model.channels=384 model.block=256 batch_size=8 shards=2 recompute=block)

# compare RANKS MEASURED MESSAGES KEYS...: MESSAGES: MB of room for them, of which not all need be used.
compare() {
  local planned
  "$LOCKSTEP" plan "${config[@]}" -n "$1" "${@:4}" > planned || fail "plan of $1"
  planned=$(sed -n 's/^memory of a rank *\([0-9]*\) MB.*/\1/p' planned)
  echo "$1 ranks: planned $planned MB, measured $2"
  awk -v planned="$planned" -v measured="$2" -v messages="$3" 'BEGIN { off = planned / measured - 1
    exit !(planned > 100 && off > -0.05 && off < 0.05 + messages / measured) }' || fail "$1 ranks"
}

# measured_by_bench RANKS KEYS...
measured_by_bench() {
  "$MPIRUN" -np "$1" "$LOCKSTEP" bench "${config[@]}" -n 1 "${@:2}" | sed -n 's/^peak memory *\([0-9]*\) MB.*/\1/p'
}
compare 1 "$(measured_by_bench 1)" 0
compare 2 "$(measured_by_bench 2)" 0

measured_by_run() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "peak_memory_mb") at = i } END { printf "%d", $at }' \
    "$1/metrics.csv"
}

# Of matrices Muon keeps one moment, and the zeros that a checkpoint has as the other take no memory.
muon=(optimizer=muon model.layers=8 model.block=64 recompute=none)
compare 1 "$(measured_by_bench 1 "${muon[@]}")" 0 "${muon[@]}"
for steps in 1 2; do
  "$LOCKSTEP" pretrain "${config[@]}" "${muon[@]}" run=muon steps=$steps 2> log || fail "$(cat log)"
done
compare 1 "$(measured_by_run muon)" 0 "${muon[@]}"

# Most gradients go back to the system before the last are there: all of them would be 33 MB more.
dealt=(shard=optimizer wire=bf16 ema=0.9 shards=4 batch_size=4 model.layers=16
  model.channels=256 model.block=64 recompute=none)
"$MPIRUN" -np 4 "$LOCKSTEP" pretrain "${config[@]}" "${dealt[@]}" run=dealt steps=2 2> log || fail "$(cat log)"
compare 4 "$(measured_by_run dealt)" 16 "${dealt[@]}"

# All but a quarter of twice 4 bytes a parameter, of a node all but half.
"$LOCKSTEP" plan "${config[@]}" -n 4 --nodes 2 shards=4 > planned
parameters=$(sed -n 's/^parameters *//p' planned)
sent=$(awk -v n="$parameters" 'BEGIN { printf "%.1f MB by a rank, %.1f MB by a node", 6 * n / 1e6, 4 * n / 1e6 }')
grep -q "^sent a step *$sent" planned || fail "not '$sent': $(cat planned)"

# Two ranks of a node have their programs in common.
awk '/^memory of a rank/ { rank = $5 } /^memory of a node/ { common = 2 * rank - 1000 * $5 }
  END { exit !(common > 5 && common < 300) }' planned || fail "a node: $(cat planned)"

# A copy of parameters and both moments.
"$LOCKSTEP" plan "${config[@]}" -n 2 checkpoint_write=beside > planned
copy=$(awk -v n="$parameters" 'BEGIN { printf "%.0f MB more", 12 * n / 1e6 }')
grep -q "^memory of rank 0 *$copy, once" planned || fail "not '$copy': $(cat planned)"

# A thousand nodes, each of which fails twice a year.
"$LOCKSTEP" plan "${config[@]}" -n 1024 --nodes 1024 shards=1024 batch_size=1024 node_mtbf=180d --disk 0.1 \
  checkpoint_every=auto > planned
grep -q '^failures *one every 4h13m, by node_mtbf=180d' planned || fail "$(cat planned)"
awk '/^checkpoints .* beside training: / { split($0, at, ": "); split(at[2], word, " ")
    formula = word[1]; simulated = word[10] }
  END { exit !(formula > 98 && formula < 100 && simulated > 98 && (formula - simulated) ^ 2 < 0.25) }' planned ||
  fail "$(cat planned)"

# sent KEYS... BYTES: of 2 ranks, by each, a parameter.
sent() {
  local expected
  expected=$(awk -v n="$parameters" -v bytes="${!#}" 'BEGIN { printf "%.1f MB by a rank", bytes * n / 1e6 }')
  "$LOCKSTEP" plan "${config[@]}" -n 2 "${@:1:$#-1}" > planned
  grep -q "^sent a step *$expected" planned || fail "$*: not '$expected': $(cat planned)"
}
sent wire=bf16 2
sent wire=bf16 shard=optimizer 3
sent sync.every=4 1
sent sync.every=4 sync.wire=int8 0.25390625
sent sync.every=4 sync.groups=4 shards=4 1 # two of a rank's own are added up where they are, …
sent sync.every=4 sync.groups=4 shards=4 sync.wire=int8 0.5078125 # … or travel both
"$LOCKSTEP" plan "${config[@]}" shards=8 batch_size=8 sync.every=4 sync.groups=8 > planned
grep -q "^sent a step *0.0 MB by a rank, 0.0 MB by a node" planned || fail "alone: $(cat planned)"

# A copy each is what fits; a terabyte does not.
many=(shard=optimizer replicas=auto shards=2048 batch_size=2048 model.layers=96 -n 2048)
"$LOCKSTEP" plan "${config[@]}" shard=optimizer replicas=auto -n 2 > planned
grep -q '^replicas *rank: with a copy' planned || fail "2 ranks: $(cat planned)"
"$LOCKSTEP" plan "${config[@]}" "${many[@]}" > planned || fail "plan of 2048"
grep -q '^replicas *node: with a copy' planned || fail "2048 ranks: $(cat planned)"

code=0
"$LOCKSTEP" plan "${config[@]}" -n 3 --nodes 2 2> log || code=$?
[[ $code == 64 ]] || fail "3 ranks on 2 nodes: exit code $code: $(cat log)"
grep -q '3 ranks cannot be the same number on each of 2 nodes' log || fail "$(cat log)"
code=0
"$LOCKSTEP" plan "${config[@]}" -n 4 2> log || code=$?
[[ $code == 64 ]] || fail "4 ranks of 2 shards: exit code $code: $(cat log)"
grep -q '4 ranks cannot share 2 shards' log || fail "$(cat log)"
