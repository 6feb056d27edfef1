#!/bin/bash
# Ranks or threads: the same cores as so many ranks of so many threads.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/threads.sh [--rounds N] [--steps N] [--out FOLDER] [CONFIG [KEY=VALUE ...]]
Shares the cores out among ranks and threads in every way that leaves none over (2 cores: 2 ranks of 1 thread, 1 rank
of 2), in turn, N (3) times, and measures N (5) steps of CONFIG each (configs/seed/pretrain.yaml, on invented text). Trains 2
steps, too, to compare the bits. Prints a table, and writes it to threads.md in FOLDER. LOCKSTEP in the environment
names the program."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

command=$(spell tests/bench/threads.sh "$@")
rounds=3 steps=5 out=
options "rounds= steps= out= ..." "$@"
counts rounds steps
[[ -z $out || -d $out ]] || refuse "--out: $out is no folder"
need_program
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ((${#rest[@]} == 0)); then
  python3 "$root/tests/bench/invent.py" "$work"
  rest=("$root/configs/seed/pretrain.yaml" corpus="$work/corpus.txt")
fi
cores=$(nproc)
unset OPENBLAS_CORETYPE

# measure RANKS THREADS CONFIG...: adds RANKS, THREADS, seconds of a step and MB of all ranks to $work/steps.
measure() {
  local ranks=$1 threads=$2
  shift 2
  quietly "$ranks ranks of $threads threads" mpirun -np "$ranks" --bind-to none "$lockstep" bench "$@" \
    threads="$threads" -n "$steps"
  awk -v ranks="$ranks" -v threads="$threads" '
    $1 == "step" { seconds = $2 }
    $1 " " $2 == "peak memory" { mb = $3 * ranks }
    END { print ranks, threads, seconds, mb }' "$work/log" >>"$work/steps"
}

# hash RANKS THREADS: of the parameters after 2 steps.
hash() {
  local run=$work/run-$1-$2
  [[ -d $run ]] || quietly "$1 ranks of $2 threads" mpirun -np "$1" --bind-to none "$lockstep" pretrain "${rest[@]}" \
    threads="$2" steps=2 run="$run"
  "$lockstep" inspect "$run/checkpoints/latest" | sed -n 's/^parameter hash: //p'
}

# same RANKS THREADS RANKS THREADS: whether both have the same bits; - where they are one.
same() {
  [[ "$1 $2" == "$3 $4" ]] && echo - && return
  [[ $(hash "$1" "$2") == "$(hash "$3" "$4")" ]] && echo yes || echo no
}

for ((round = 0; round < rounds; round++)); do
  for ((ranks = cores; ranks > 0; ranks--)); do
    ((cores % ranks)) || measure "$ranks" $((cores / ranks)) "${rest[@]}"
  done
done

# middle RANKS COLUMN: of the rounds.
middle() {
  awk -v ranks="$1" -v column="$2" '$1 == ranks { print $column }' "$work/ratios" | median
}

# Ratios are those of times in one round.
table() {
  local ranks threads
  awk -v cores="$cores" '$1 == cores { whole = $3 } { print $0, $3 / whole }' "$work/steps" >"$work/ratios"
  echo "| ranks | threads each | a step | to $cores ranks of 1 | memory of all | bits of 1 rank of as many threads |" \
    "bits of $cores of 1 |"
  echo "|---|---|---|---|---|---|---|"
  for ((ranks = cores; ranks > 0; ranks--)); do
    ((cores % ranks)) && continue
    threads=$((cores / ranks))
    printf '| %d | %d | %.3f s | %.2f | %d MB | %s | %s |\n' "$ranks" $threads "$(middle "$ranks" 3)" \
      "$(middle "$ranks" 5)" "$(middle "$ranks" 4)" "$(same "$ranks" $threads 1 $threads)" \
      "$(same "$ranks" $threads "$cores" 1)"
  done
}

table | tee "$work/table"
[[ -n $out ]] || exit 0
{
  echo "# Ranks or threads"
  echo
  echo "The same cores as ranks or as threads of fewer ranks: medians of $rounds runs, in turn, of $steps steps each." \
    "Bits are those of the parameters after 2 steps. They belong to the number of threads: with more of them" \
    "libraries of products sum the gradients of weights in other parts."
  echo
  cat "$work/table"
  echo
  echo "- command: \`$command\`"
  echo "- commit: $(describe_commit)"
  echo "- machine: $(describe_machine)"
} >"$out/threads.md"
