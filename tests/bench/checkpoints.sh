#!/bin/bash
# What checkpoints cost that are written beside training, as often as failures ask for.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/checkpoints.sh [--rounds N] [--steps N] [--mtbf TIME] [--out FOLDER] CONFIG KEY=VALUE ...
Trains N (200) steps of CONFIG on 2 ranks without checkpoints but the last, and with checkpoint_every=auto where the
whole run fails once in TIME (3h30m: 1,000 nodes, each once in 150 days), by turns, N (3) times. Prints a table, and
writes it to checkpoints.md in FOLDER. LOCKSTEP in the environment names the program (build/lockstep)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

command=$(spell tests/bench/checkpoints.sh "$@")
rounds=3 steps=200 mtbf=3h30m out=
options "rounds= steps= mtbf= out= ..." "$@"
counts rounds steps
((${#rest[@]})) || refuse "CONFIG is missing"
[[ -z $out || -d $out ]] || refuse "--out: $out is no folder"
need_program
unset OPENBLAS_CORETYPE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds_of CONFIG KEY=VALUE...: sets `seconds`, of the whole command.
seconds_of() {
  local start=$EPOCHREALTIME
  rm -rf "$work/run"
  quietly "lockstep pretrain" mpirun -np 2 "$lockstep" pretrain "$@" steps="$steps" epochs=0 run="$work/run"
  seconds=$(awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')
}

for ((round = 0; round < rounds; round++)); do
  seconds_of "${rest[@]}" checkpoint_every=0
  without=$seconds
  seconds_of "${rest[@]}" checkpoint_every=auto node_mtbf="$mtbf"
  sed -n 's/.*auto: a checkpoint every \([0-9]*\) steps.*up for \([^ ]*\) s, a step takes \([^ ]*\) s.*/\1 \2 \3/p' \
    "$work/log" | sed -n '$p' >"$work/said"
  [[ -s $work/said ]] || fail "$steps steps are too few for a checkpoint: set --steps"
  echo "$without $seconds $(<"$work/said")" >>"$work/rounds"
done

table() {
  echo "| without, s | with, s | more | every, steps | holds up for, s | a step, s | held up, share |"
  echo "|---|---|---|---|---|---|---|"
  awk '{ printf "| %.2f | %.2f | %+.2f %% | %d | %.4f | %.3f | %.2f %% |\n", $1, $2, ($2 / $1 - 1) * 100, $3, $4,
      $5, $4 / ($3 * $5) * 100 }' "$work/rounds"
}

table | tee "$work/table"
[[ -n $out ]] || exit 0
{
  echo "# What checkpoints cost"
  echo
  echo "$steps steps on 2 ranks, from start to end, without checkpoints but the last and with those of \`auto\`, for a" \
    "run that fails once in $mtbf; a row a round, by turns. Held up: by the checkpoint itself, as the run says at" \
    "its end; what its writing takes from training beside is in the whole time alone."
  echo
  cat "$work/table"
  echo
  echo "- command: \`$command\`"
  echo "- commit: $(describe_commit)"
  echo "- machine: $(describe_machine)"
} >"$out/checkpoints.md"
