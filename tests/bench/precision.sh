#!/bin/bash
# Does training in bf16 learn as training in fp32 does? The same steps in both.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/precision.sh --out FOLDER --corpus FILE [option ...]
  --out FOLDER     where precision.csv, precision.svg and precision.md go
  --corpus FILE    text to pretrain on
  --config FILE    recipe (configs/seed/pretrain.yaml)
  --steps N        steps in each precision (300)
  --window N       steps of the losses' moving average (20)
  --ranks N        ranks (2)
LOCKSTEP in the environment names the program (build/lockstep). Fails when the moving averages are
ever more than 1 % apart."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

command=$(spell tests/bench/precision.sh "$@")
config=$root/configs/seed/pretrain.yaml
out="" corpus="" steps=300 window=20 ranks=2
options "out= corpus= config= steps= window= ranks=" "$@"

[[ -n $out ]] || refuse "--out is missing"
[[ -r $corpus ]] || fail "--corpus: '$corpus' cannot be read" 66
counts steps window ranks
((window <= steps)) || refuse "--window must not be more than --steps"
need_program
for tool in mpirun gnuplot; do
  command -v $tool >/dev/null || fail "$tool is missing: apt-get install openmpi-bin gnuplot-nox" 69
done
mkdir -p "$out" || fail "$out cannot be made" 74

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

train() {
  mpirun -np "$ranks" "$lockstep" pretrain "$config" corpus="$corpus" precision="$1" \
    steps="$steps" run="$work/$1" >"$work/$1.log" 2>&1 && return
  tail -n 5 "$work/$1.log" >&2
  fail "training in $1 failed"
}

# Step and loss of each, and the means of the last `window` steps once there are so many.
table() {
  paste -d, <(cut -d, -f1,3 "$work/fp32/metrics.csv") <(cut -d, -f3 "$work/bf16/metrics.csv") |
    awk -F, -v window="$window" '
      NR == 1 { print "step,fp32,bf16,fp32 mean of " window ",bf16 mean of " window; next }
      {
        i = NR % window
        a += $2 - fp32[i]; fp32[i] = $2
        b += $3 - bf16[i]; bf16[i] = $3
        printf "%d,%s,%s", $1, $2, $3
        if (NR > window) printf ",%.6f,%.6f\n", a / window, b / window; else print ",,"
      }'
}

# The largest relative distance of the means.
apart() {
  awk -F, 'NR > 1 && $4 != "" { d = $5 / $4 - 1; if (d < 0) d = -d; if (!(d <= most)) most = d; n++ }
    END { if (n) printf "%.5f", most; else print "unknown" }' "$out/precision.csv"
}

plot() {
  gnuplot <<END
load "$root/launch/style.gp"
set output "$out/precision.svg"
set title "Two precisions, mean loss of the last $window steps"
set xlabel "step"
set ylabel "nats a character"
plot "$out/precision.csv" using 1:4 with lines title "fp32", \
  "" using 1:5 with lines dashtype 2 title "bf16"
END
}

describe() {
  cat <<END
# Training in bf16 beside fp32

![losses](precision.svg)

The means of $window steps' losses are at most $(awk -v d="$1" 'BEGIN { printf "%.2f", 100 * d }') % apart \
over $steps steps of pretraining with the same data and seed
(${config#"$root"/}, $(basename "$corpus"), $ranks ranks).
Every step's losses are in precision.csv.

- command: \`$command\`
- commit: $(describe_commit)
- machine: $(describe_machine)
- build: $("$lockstep" inspect "$work/bf16/checkpoints/latest" | sed -n 's/^build: //p')
- date: $(date +%Y-%m-%d)
END
}

for precision in fp32 bf16; do
  echo "$steps steps in $precision"
  train "$precision"
done
table >"$out/precision.csv"
most=$(apart)
plot
describe "$most" >"$out/precision.md"
echo "The means of $window steps are at most $most (relative) apart: $out/precision.md"
awk -v most="$most" 'BEGIN { exit !(most + 0 == most && most <= 0.01) }' ||
  fail "the losses are more than 1 % apart"
