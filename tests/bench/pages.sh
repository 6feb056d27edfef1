#!/bin/bash
# Makes results/report.html, the page of the experiment's pretraining, and results/curves.svg, the picture that
# the README opens with, from what is committed of that run in results/experiment and results/experiment.md.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lockstep=$(realpath -m -- "${LOCKSTEP:-$root/build/lockstep}")
results=$root/results
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The run's directory, as far as it is kept; of its times only the day of the end is.
run=$work/experiment/pretraining
mkdir -p "$run"
cp "$results/experiment/pretraining.csv" "$run/metrics.csv"
cp "$results/experiment/probes.csv" "$run/probe.csv"
"$lockstep" config "$root/configs/seed/pretrain.yaml" corpus=data/wiki.txt precision=bf16 run=experiment/pretraining \
  > "$run/config.yaml"
{
  echo "data wiki.txt: 418352 characters, 2937 documents"
  sed -n 's/^- machine: /machine /p' "$results/experiment.md"
  sed -nE 's/^\| pretraining \| ([0-9]+) \| ([0-9]+) \|.*/step 0 of \1, \2 ranks on one machine/p' "$results/experiment.md"
  sed -n 's/^- date: \(.*\)/\1T--:--:--Z complete/p' "$results/experiment.md"
} > "$run/history.txt"
(cd "$work" && "$lockstep" report experiment/pretraining --out "$results/report.html")

cd "$results"
gnuplot << END
width = 900; height = 300
load '$root/launch/style.gp'
set output 'curves.svg'
set multiplot layout 1,2
set grid
set key top right
set xlabel 'epoch'
set title 'Pretraining: nats a character'
set yrange [0:]
plot 'experiment/pretraining.csv' every 3 using 'epoch':'loss' with lines title 'loss'
set title 'Dev questions answered, in percent'
set key top left
set yrange [0:30]
plot 'experiment/probes.csv' using 'epoch':'accuracy' with linespoints linetype 2 title 'a copy, finetuned', \
  5 with lines linetype 3 title 'always London'
END
wc -c report.html curves.svg
