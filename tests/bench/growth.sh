#!/bin/bash
# How the cost of a step grows with the work: longer blocks, a larger model, larger batches, more ranks.
set -euo pipefail

usage="usage: tests/bench/growth.sh --out FOLDER [--steps N] [--tiny]
  --out FOLDER  where growth.md and growth.csv go
  --steps N     timed steps a run (5)
  --tiny        a tiny model, to try this script out: its times mean nothing
LOCKSTEP in the environment names the program (build/lockstep)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=launch/facts.bash
source "$root/launch/facts.bash"
lockstep=${LOCKSTEP:-$root/build/lockstep}
command="tests/bench/growth.sh $*"
out="" steps=5 tiny=()
while (($#)); do
  case $1 in
    --tiny) tiny=(model.layers=1 model.heads=1 model.channels=16) ;;
    --out | --steps)
      (($# > 1)) || refuse "$1 needs a value"
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *) refuse "unknown argument '$1'" ;;
  esac
  shift
done
[[ -n $out ]] || refuse "--out is missing"
[[ $steps =~ ^[1-9][0-9]{0,5}$ ]] || refuse "--steps must be a number from 1 up"
mkdir -p "$out"
export OMPI_MCA_rmaps_base_oversubscribe=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Documents longer than any block, so that every example fills its share of it, and as many as the
# largest batch has.
"$lockstep" synth "$work/data" >/dev/null
for ((i = 1; i <= 150; i++)); do tail -n "+$((7 * i))" "$work/data/wiki.txt"; done |
  awk -f "$root/tests/bench/long.awk" >"$work/long.txt"

number_of() { # NAME: of the run just made
  sed -n "s/.*\"$1\":[[:space:]]*\([0-9.e+-]*\).*/\1/p" "$work/json"
}

# One row: bench with these settings.
measure() { # WHAT RANKS KEY=VALUE...
  local what=$1 ranks=$2 step attention
  shift 2
  mpirun -np "$ranks" "$lockstep" bench "$root/configs/seed/pretrain.yaml" corpus="$work/long.txt" "$@" \
    "${tiny[@]}" --steps "$steps" --json "$work/json" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
  }
  step=$(number_of step_seconds) attention=$(number_of attention)
  printf '%s,%d,%s,%s,%s,%s,%s,%s,%s\n' "$what" "$ranks" "$(number_of target_tokens_per_step)" "$step" \
    "$attention" "$(number_of gflop_per_step)" "$(number_of gflops)" "$(number_of share_of_limit)" \
    "$(number_of peak_memory_mb)" >>"$csv"
  echo "$what: $step s"
}

csv=$out/growth.csv
echo "what,ranks,target_tokens,step_seconds,attention_seconds,gflop,gflop_per_second,share_of_limit,\
peak_memory_mb" >"$csv"
large=(model.layers=12 model.heads=12 model.channels=768)
measure "block 128 batch 128" 2
measure "block 512 batch 32" 2 model.block=512 batch_size=32
measure "block 1024 batch 16" 2 model.block=1024 batch_size=16
measure "85 M parameters (12 layers of 768) batch 16" 2 "${large[@]}" batch_size=16
for batch in 256 512 1024; do measure "batch $batch" 2 batch_size=$batch; done
for ranks in 1 4 8; do measure "batch 128 on $ranks" $ranks; done

{
  echo "# How the cost of a step grows"
  echo
  echo "Commit \`$(describe_commit)\`, $(date +%Y-%m-%d)."
  echo "Command: \`$command\`. $(describe_machine);" \
    "more ranks than cores share them. Seconds are medians of $steps steps; attention is" \
    "the mean of the ranks. Examples fill up to 7/8 of the block; without more, it is the seed model."
  echo
  echo "| work | ranks | tokens a step | s a step | of it attention | GFLOP | GFLOP/s | share of limit | MB a rank |"
  echo "|---|---|---|---|---|---|---|---|---|"
  awk -F, 'NR > 1 { printf "| %s | %d | %d | %.3f | %.3f | %.1f | %.1f | %.0f %% | %.0f |\n",
    $1, $2, $3, $4, $5, $6, $7, 100 * $8, $9 }' "$csv"
} >"$out/growth.md"
cat "$out/growth.md"
