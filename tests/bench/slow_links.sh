#!/bin/bash
# Local steps (sync) beside synchronous ones over slow links: the loss on held-out documents after as many
# tokens, and the share of the time in which ranks compute. The hosts are network namespaces of this machine, one
# rank on each; a program between them delays every packet. Needs root.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/slow_links.sh --out FOLDER [--corpus FILE] [--hosts \"2 4\"] [--steps N] [--every N]
  [--rate GBIT] [--delay MS] [--wires \"fp32 int8\"] [--more \"KEY=VALUE ...\"]
  --out FOLDER   where slow_links.md and the runs go; those that it has go on
  --corpus FILE  text to pretrain on (invented text)
  --hosts LIST   numbers of hosts, each a group of its own (2 4)
  --steps N      steps of every run (256)
  --every N      local steps between two outer steps (64)
  --rate GBIT    of each host's link, each way (0.1)
  --delay MS     of every packet, each way (30)
  --wires LIST   how outer changes travel (fp32 bf16 int8)
  --jobs         instead: two groups that are jobs of their own and meet on a third host, without a loss, and
                 with group 1 killed after a third of the steps and started again after two thirds
  --more KEYS    of the config, for all runs
LOCKSTEP in the environment names the program (build/lockstep)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

out="" corpus="" hosts="2 4" steps=256 every=64 rate=0.1 delay=30 wires="fp32 bf16 int8" jobs="" more=""
arguments=("$@")
options "out= corpus= hosts= steps= every= rate= delay= wires= jobs more=" "$@"
counts steps every
[[ -n $out ]] || refuse "--out is missing"
need_program
out=$(realpath -m "$out")
[[ -z $corpus ]] || corpus=$(realpath -m "$corpus")
corpus=${corpus:-data/wiki.txt} # invented, in the hosts' folder

export SOURCE_DIR=$root LOCKSTEP=$lockstep MPIRUN=${MPIRUN:-mpirun}
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
in_own_world mpirun cc

cc -O2 -D_GNU_SOURCE -o network "$SOURCE_DIR/tests/bench/network.c"
"$LOCKSTEP" synth data --people 2000 --questions 40 > /dev/null
mkdir -p "$out"
hosts_up 4
use_mpirun_over_hosts
./network "$rate" "$delay" 10.78.0 h1 h2 h3 h4 > ready &
until [[ -s ready ]]; do nap 0.05; done
read -ra extra <<< "$more"
training=(pretrain "$SOURCE_DIR/configs/seed/pretrain.yaml" corpus="$corpus" steps="$steps" validation.share=0.05
  validate_every=0 checkpoint_every=0 log_seconds=60 "${extra[@]}")

# over_links HOSTS RUN KEYS...: one rank a host.
over_links() {
  local list run=$2
  list=$(seq -s, -f 'h%g' "$1")
  shift 2
  OMPI_MCA_oob_tcp_if_include=10.78.0.0/24 OMPI_MCA_btl_tcp_if_include=10.78.0.0/24 \
    "$MPIRUN" --host "$list" --bind-to none "$LOCKSTEP" "${training[@]}" run="$out/$run" "$@" > log 2>&1 ||
    fail "$run: $(cat log)"
}

# group NUMBER RUN: begins it on a host of its own, as `started`; `batch_size` is a group's.
group() {
  (on_host "h$(($1 + 1))" OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "$(spell "$LOCKSTEP" "${training[@]}" \
    batch_size=$((batch / 2)) checkpoint_every=$((2 * every)) sync.every="$every" sync.groups=2 sync.group="$1" sync.meet=10.78.0.3:7070 \
    sync.key="$work/key" run="$out/$2-$1") > '$work/$2-$1.log' 2>&1") &
  started=$!
}

# await_share RUN PARTS: until it has made so many thirds of its steps.
await_share() {
  until last_step "$out/$1" && ((step >= $2 * steps / 3)); do nap 1; done
}

# groups_apart RUN [LOST]
groups_apart() {
  local first second
  (on_host h3 "$LOCKSTEP" meet --key "$work/key" --patience 30 "> point.out 2> '$out/$1.log'") &
  until [[ -s point.out ]]; do nap 0.05; done
  group 0 "$1"
  first=$started
  group 1 "$1"
  second=$started
  if [[ -n ${2-} ]]; then
    await_share "$1-1" 1
    pkill -KILL -f "run=$out/$1-1"
    await_share "$1-0" 2
    group 1 "$1"
    second=$started
  fi
  wait "$first" || fail "$1: $(cat "$1-0.log")"
  wait "$second" || fail "$1: $(cat "$1-1.log")"
  rm point.out
}

# facts_of RUN: seconds a step, the share of them without communication, and the last held-out loss.
facts_of() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { own = $at["compute_seconds"] + $at["data_seconds"]; busy += own; all += own + $at["communication_seconds"]
      loss = "held_out_loss" in at ? $at["held_out_loss"] : "nan"; rows++ }
    END { printf "%.3f %.1f %s\n", all / rows, 100 * busy / all, loss }' "$out/$1/metrics.csv"
}

# sent NUMBER WIRE: MB that a rank sends in an outer step, or, without a wire, in a synchronous one.
sent() {
  awk -v n="$1" -v wire="${2-}" -v mb=13.293568 'BEGIN {
    share = wire == "bf16" ? (n - 1) / 2 : wire == "int8" ? (n - 1) * 65 / 256 : 2 * (n - 1) / n
    printf "%.1f", mb * share }'
}

# row NAME HOSTS WIRE RUN LOSS: LOSS is the synchronous run's.
row() {
  local seconds busy loss
  read -r seconds busy loss < <(facts_of "$4")
  [[ $loss != *nan* ]] || loss=$5
  awk -v name="$1" -v n="$2" -v sent="$(sent "$2" "$3")" -v s="$seconds" -v busy="$busy" -v loss="$loss" \
    -v than="$5" 'BEGIN { printf "| %s | %d | %s | %.3f | %.1f %% | %.4f | %+.2f %% |\n",
      name, n, sent, s, busy, loss, 100 * (loss / than - 1) }'
}

# The bits are the same on any network: the loss is that of ranks on this host, the times those of a few steps.
synchronous() {
  "$MPIRUN" -np 2 --bind-to none "$LOCKSTEP" "${training[@]}" run="$out/synchronous" > log 2>&1 ||
    fail "synchronous: $(cat log)"
}

table() {
  local n wire whole
  cat << END
# Local steps over slow links

Commit \`$(git -C "$SOURCE_DIR" rev-parse --short HEAD)\`, $(date +%F). Command: \`$(spell tests/bench/slow_links.sh "${arguments[@]}")\`.
$(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, which all hosts (network namespaces, one rank each) share
with the program that carries their packets: $rate Gbit/s and $delay ms each way. configs/seed/pretrain.yaml, $steps steps of one batch for
all ways${more:+, $more}; sync.every=$every, one group a host. computing: the share of rank 0's step times that is no
communication. Synchronous losses are of a run on one host, which has the same bits; its times of 6 steps over the links.

| steps | hosts | MB sent at a time | s a step | computing | held-out loss | against synchronous |
|---|---|---|---|---|---|---|
END
  synchronous
  whole=$(facts_of synchronous | cut -d' ' -f3)
  for n in $hosts; do
    over_links "$n" "links-$n" steps=6 validation.share=0
    row synchronous "$n" "" "links-$n" "$whole"
    for wire in $wires; do
      over_links "$n" "local-$n-$wire" sync.every="$every" sync.groups="$n" sync.wire="$wire"
      row "local, $wire" "$n" "$wire" "local-$n-$wire" "$whole"
    done
  done
}

jobs_table() {
  local whole
  cat << END
# Groups that are jobs of their own, over slow links

Commit \`$(git -C "$SOURCE_DIR" rev-parse --short HEAD)\`, $(date +%F). Command: \`$(spell tests/bench/slow_links.sh "${arguments[@]}")\`.
$(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, which all hosts (network namespaces) share with the program that carries their
packets: $rate Gbit/s and $delay ms each way. configs/seed/pretrain.yaml${more:+, $more}; two groups of one rank, which meet on a third
host every $every steps, --patience 30. The synchronous run has two ranks on one host. One that is lost is killed after a
third of the steps and started again, from its last checkpoint, when the other has made two thirds. computing: the
share of group 0's step times that is no communication, waiting for the lost one among it.

| steps | hosts | MB sent at a time | s a step | computing | held-out loss | against synchronous |
|---|---|---|---|---|---|---|
END
  synchronous
  whole=$(facts_of synchronous | cut -d' ' -f3)
  groups_apart apart
  row 'jobs, fp32' 2 "" apart-0 "$whole"
  groups_apart lost lost
  row 'jobs, fp32, one lost for a third' 2 "" lost-0 "$whole"
}

head -c 32 /dev/urandom > key
batch=$("$LOCKSTEP" config "$SOURCE_DIR/configs/seed/pretrain.yaml" --keys batch_size)
if [[ -n $jobs ]]; then
  jobs_table | tee "$out/lost_group.md"
  exit
fi
table | tee "$out/slow_links.md"
