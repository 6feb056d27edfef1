#!/bin/bash
# How a step grows with the ranks, in the simulator: results/scale.csv, scale.md and pictures. Computing is replaced by
# the times that `bench` measures here; all messages are the program's own. Nothing else may run while it measures.
#   LOCKSTEP=build/lockstep SOURCE_DIR=. tests/bench/scaling.sh OUT [MOST_RANKS [MINUTES]]
# 1,024 ranks take a minute or two of a processor a row, 4,096 half an hour and 11 GB: these weak on two networks alone.
# SEED and GPT2, "ROW UPDATE" in seconds, stand for what is measured of a row and of a parameter's update of that shape.
# What OUT/scale.csv and OUT/scale-start.csv have of these times is kept, and names its commit: so many ranks can be
# simulated bit by bit. No simulation begins after so many minutes.
set -euo pipefail
# shellcheck source=tests/scale/simulated.bash
source "$SOURCE_DIR/tests/scale/simulated.bash"
SOURCE_DIR=$(CDPATH='' cd "$SOURCE_DIR" && pwd) LOCKSTEP=$(realpath "$LOCKSTEP") SIMULATED=$(realpath -m "$SIMULATED")

command="tests/bench/scaling.sh $*"
[[ -z ${GPT2-} ]] || command="GPT2='$GPT2' $command"
[[ -z ${SEED-} ]] || command="SEED='$SEED' $command"
out=$(realpath "$1") most=${2:-256} minutes=${3:-1440} commit=$(git -C "$SOURCE_DIR" rev-parse --short HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
a_batch=4096
columns=platform,shape,scaling,jitter,ranks,start_seconds,step_seconds,communication_seconds,waiting_seconds
columns+=,efficiency,processor_seconds,row_seconds,update_seconds,commit
TIMEFORMAT='%U %S'

# shape NAME: what follows is of this model, of a_rank windows of `block` tokens a rank and step; a row is measured of
# `alone` windows.
shape() {
  shape=$1
  if [[ $1 == seed ]]; then
    block=128 a_rank=16 alone=16 times=${SEED-}
    config=("$SOURCE_DIR/configs/seed/pretrain.yaml" objective.kind=language objective.across=true)
  else
    block=1024 a_rank=8 alone=1 times=${GPT2-}
    config=("$SOURCE_DIR/configs/language/gpt2-124m.yaml" batch_tokens=0 micro_tokens=1024 validation.share=0
      'samples=[]' schedule.warmup_documents=0)
  fi
  config+=(corpus="$1.h5" watchdog=0)
}

# corpus VOCABULARY: whole steps on any number of ranks; of an epoch's others each would be short.
corpus() {
  local windows=$((a_rank * most))
  [[ $shape != seed ]] || ((windows > a_batch)) || windows=$a_batch
  python3 "$SOURCE_DIR/tests/bench/letters.py" "$1" $((4 * block * windows)) > corpus.txt
  "$LOCKSTEP" prepare corpus.txt "$shape.h5" > /dev/null
  rm corpus.txt
  parameters=$("$LOCKSTEP" plan "${config[@]}" shards=1 batch_size=1 | sed -n 's/^parameters  *//p')
}

# Seconds of a row, forward and backward, and of a parameter's update, norm included.
measure() {
  "$LOCKSTEP" bench "${config[@]}" shards=1 batch_size=$alone --steps 5 --json alone.json > /dev/null 2> log ||
    fail "bench: $(cat log)"
  times=$(awk -v c="$(number alone.json compute_seconds)" -v o="$(number alone.json optimizer)" \
    -v rows=$((alone * block)) -v n="$parameters" 'BEGIN { print (c - o) / rows, o / n }')
}

# keep: the shape's rows of other times go.
keep() {
  touch "$out/scale.csv"
  { echo "$columns" && awk -F, -v shape="$shape" -v times="$row,$update" \
    'NF == 14 && FNR > 1 && ($2 != shape || $12 "," $13 == times)' "$out/scale.csv"; } > kept
  cp kept "$out/scale.csv"
}

# run PLATFORM SCALING JITTER RANKS: a row of the table, which has none yet.
run() {
  local batch=$((a_rank * $4))
  [[ $2 == weak ]] || batch=$a_batch
  rm -f step.json
  { time SIMULATED_ROW=$row SIMULATED_UPDATE=$update SIMULATED_JITTER=$3 SIMULATED_MEMORY_GB=8 SIMULATED_SKIPPED=2 \
    simulate lockstep_timed "$4" "$1.xml" bench "${config[@]}" shards="$4" batch_size=$batch --steps 1 \
    --json step.json > /dev/null 2> log; } 2> took || fail "$*: $(cat log)"
  [[ -s step.json ]] || fail "$*: no numbers: $(cat log)"
  awk -v row="$1,$shape,$2,$3,$4" -v start="$(sed -n 's/.*first step begins at \([0-9.]*\).*/\1/p' log)" \
    -v step="$(number step.json step_seconds)" -v sent="$(number step.json communication_seconds)" \
    -v waited="$(number step.json waiting_seconds)" -v products="$(number step.json products)" \
    -v update="$(number step.json optimizer)" -v end="$row,$update,$commit" '{
      efficiency = (products + update) / step
      printf "%s,%s,%s,%s,%s,%.4f,%.1f,%s\n", row, start, step, sent, waited, efficiency, $1 + $2, end }' took
}

# runs PLATFORM SCALING JITTER RANKS: adds the row, where scale.csv lacks it.
runs() {
  (($4 <= most && SECONDS < 60 * minutes)) || return 0
  ! grep -q "^$1,$shape,$2,$3,$4," "$out/scale.csv" || return 0
  run "$@" | tee -a "$out/scale.csv"
}

# rows RANKS
rows() {
  local platform
  for platform in 10gbe 100gbe; do
    runs $platform weak 0 "$1"
  done
  [[ $shape == seed ]] && (($1 <= 1024)) || return 0
  runs wan weak 0 "$1"
  runs 10gbe weak 0.05 "$1"
  for platform in 10gbe 100gbe; do
    runs $platform strong 0 "$1"
  done
}

# table SHAPE VOCABULARY
table() {
  local ranks
  shape "$1"
  corpus "$2"
  [[ -n $times ]] || measure
  read -r row update <<< "$times"
  shapes+="| $1 | $parameters | $block | $a_rank | $row | $update |"$'\n'
  keep
  for ranks in 16 64 256 1024 4096; do rows $ranks; done
}

sort_rows() {
  { sed -n 1p "$out/scale.csv" &&
    sed 1d "$out/scale.csv" | sort -t , -k 2,2r -k 1,1V -k 4,4g -k 3,3r -k 5,5n; } > sorted
  cp sorted "$out/scale.csv"
}

# start RANKS: how long it takes until their first step, and how many messages the rank sends meanwhile that sends
# most. What SMPI sends, to all ranks from one, to make communicators does not count; its traces have no calls for it.
start() {
  local began
  MORE_OPTIONS=(-trace -trace-file trace --cfg=tracing/smpi/internals:yes)
  SIMULATED_ROW=0 SIMULATED_UPDATE=0 SIMULATED_JITTER=0 SIMULATED_MEMORY_GB=8 SIMULATED_SKIPPED=0 \
    simulate lockstep_timed "$1" 10gbe.xml pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt \
    shards="$1" batch_size="$1" steps=1 watchdog=0 run="run-$1" > log 2>&1 || fail "start: $(cat log)"
  MORE_OPTIONS=()
  began=$(sed -n 's/.*first step begins at \([0-9.]*\).*/\1/p' log)
  awk -v ranks="$1" -v began="$began" -v commit="$commit" '$1 == 12 { calls[$4]++ } $1 == 13 { calls[$4]-- }
    $1 == 15 && $2 <= began && calls[$6] && ++sent[$6] > most { most = sent[$6] }
    END { printf "%d,%.3f,%d,%s\n", ranks, began, most, commit }' trace
}

starts() {
  local rows=$out/scale-start.csv ranks last=$((most < 1024 ? most : 1024))
  [[ -s $rows ]] || echo ranks,start_seconds,messages,commit > "$rows"
  "$LOCKSTEP" synth data --people $((4 * last)) --questions 40 > /dev/null
  for ((ranks = 16; ranks <= last && SECONDS < 60 * minutes; ranks *= 4)); do
    grep -q "^$ranks," "$rows" || start $ranks >> "$rows"
  done
}

describe_starts() {
  cat << END

## Until the first step

Ranks of a tiny model on 10gbe, from the start of the program on: it agrees on what it does, times links, and deals
the corpus out. On any number of ranks 210 messages time a link; the others are some 55 agreements and broadcasts, of
log2(ranks) messages of a rank each at most. The watchdog's links are not simulated, and what SMPI itself sends to make
communicators is left out.

| ranks | start, s | messages that a rank sends, at most |
|---|---|---|
END
  awk -F, 'NR > 1 { printf "| %d | %.3f | %d |\n", $1, $2, $3 }' "$out/scale-start.csv"
}

# compare GBIT DELAY_MS HOSTS: one sum of the gradients over so many hosts, simulated, beside results/network.md's.
compare() {
  platform "$1" "$(awk -v ms="$2" 'BEGIN { print 500 * ms }')" 4 1 1 > pair.xml
  simulate lockstep_simulated "$3" pair.xml bench --reduce --steps 2 > sums 2> log || fail "sums: $(cat log)"
  awk -F '|' -v gbit="$1" -v delay="$2" -v hosts="$3" -v simulated="$(awk '$1 == 13293568 { print 1000 * $2 }' sums)" '
    $2 + 0 == gbit && $3 + 0 == delay && $4 + 0 == hosts {
      printf "| %s | %s | %d | %.1f | %.1f | %+.0f %% |\n", gbit, delay, hosts, simulated, $10,
        100 * (simulated / $10 - 1) }' "$SOURCE_DIR/results/network.md"
}

compare_all() {
  cat << END

## Beside links of this machine

One sum of the seed model's gradients by the tree, simulated, beside [network namespaces](network.md) of one machine.

| Gbit/s | delay, ms | hosts | simulated, ms | measured, ms | difference |
|---|---|---|---|---|---|
END
  local gbit delay hosts
  for delay in 0.1 10; do
    for gbit in 1 10; do
      for hosts in 2 4; do compare $gbit $delay $hosts; done
    done
  done
  cat << END

The simulator knows links alone. Four real hosts at 10 Gb/s share two cores, which add up and copy; the links of
10 ms are a program's, which takes those cores for each packet.
END
}

describe() {
  cat << END
# From 16 ranks on, simulated

Commit \`$commit\`, $(date +%F). Command: \`$command\`. Each row of [scale.csv](scale.csv) names its own commit.
$(lscpu | sed -n 's/^Model name: *//p'), SimGrid $(smpirun --version | sed -n 's/.*SimGrid version \([0-9.]*\).*/\1/p').

**Nothing here was measured on a network.** The program runs in SimGrid's SMPI from its unchanged sources, a host a
rank: each message is sent by it, and takes the simulated network's time. Computing is replaced by the time that a row
of a pack takes, forward and backward, and a parameter's update, as \`bench\` measured on one core, or as the command
says: a rank has no more. Memory is read and written at 8 GB/s. Messages take no time of a processor, links carry
94 % of their speed, and messages of more than 256 bytes leave when they are asked for. Broadcasts follow a binomial
tree, other collective operations are those of Open MPI.

| shape | parameters | tokens a window | weak: windows a rank and step | a row, s | an update, s |
|---|---|---|---|---|---|
$shapes
gpt2 is GPT-2's smallest model by [its recipe](../configs/language/gpt2-124m.yaml), which has as many windows a rank
and step on 64 ranks; strong: $a_batch windows of the seed model in all. 10gbe, 100gbe: 10 and 100 Gb/s, 10 and 1 us a
link, switches of 32 hosts with 16 links up each. wan: 100 Mb/s, 30 ms from host to host. jitter: the standard deviation
of a pack's time, as a part of it. start: until the first step, agreements included. exposed: communication that nothing
hides, and sums in memory; waiting: for slower ranks. efficiency: the share of a step that computes. simulated in: the
simulator's processor time.

| shape | network | scaling | jitter | ranks | start, s | step, s | exposed, ms | waiting, ms | efficiency | simulated in, s |
|---|---|---|---|---|---|---|---|---|---|---|
END
  awk -F, 'NR > 1 { printf "| %s | %s | %s | %s %% | %d | %.2f | %.4f | %.1f | %.1f | %.1f %% | %.1f |\n",
    $2, $1, $3, 100 * $4, $5, $6, $7, 1000 * $8, 1000 * $9, 100 * $10, $11 }' "$out/scale.csv"
  printf '\n![Efficiency](scale.svg)\n'
  describe_starts
  compare_all
}

plot() {
  gnuplot << END
load "$SOURCE_DIR/launch/style.gp"
set output "$out/scale.svg"
set title "Share of a step that computes, simulated"
set xlabel "ranks"
set logscale x 2
set yrange [0:1]
set key left bottom
is(shape, platform, scaling) = strcol(2) eq shape && strcol(1) eq platform && strcol(3) eq scaling && strcol(4) eq "0"
pick(shape, platform, scaling) = is(shape, platform, scaling) ? column(10) : NaN
plot "$out/scale.csv" using 5:(pick("gpt2", "10gbe", "weak")) with linespoints title "GPT-2, 10 Gb/s, weak", \
  "" using 5:(pick("seed", "10gbe", "weak")) with linespoints title "10 Gb/s, weak", \
  "" using 5:(pick("seed", "10gbe", "strong")) with linespoints title "10 Gb/s, strong", \
  "" using 5:(pick("seed", "100gbe", "weak")) with linespoints title "100 Gb/s, weak", \
  "" using 5:(pick("seed", "wan", "weak")) with linespoints title "100 Mb/s and 30 ms, weak"
END
}

build_simulated lockstep_simulated
build_simulated lockstep_timed
leaves=$((most > 1024 ? most / 32 : 32))
platform 10 10 32 $leaves 16 > 10gbe.xml
platform 100 1 32 $leaves 16 > 100gbe.xml
platform 0.1 15000 1024 1 1 > wan.xml
shapes=
starts
table seed 256
table gpt2 50257
sort_rows
describe > "$out/scale.md"
plot
