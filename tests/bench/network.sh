#!/bin/bash
# How training scales over 1, 2 and 4 hosts, on links of 1 and 10 Gbit/s with a delay of 0.1 and 10 ms each
# way: a pretraining step and what share of its communication is hidden behind computing (overlap=on beside
# off); the sum of the seed model's gradients (13.3 MB) by `lockstep bench --reduce`.
# The hosts are network namespaces of this machine. Needs root.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/network.sh --out FOLDER [--corpus FILE] [--steps N]
  --out FOLDER   where network.md goes
  --corpus FILE  text to pretrain on (invented text)
  --steps N      timed steps a measurement (8)
LOCKSTEP in the environment names the program (build/lockstep)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

out="" corpus="" steps=8
arguments=("$@")
options "out= corpus= steps=" "$@"
counts steps
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
"$LOCKSTEP" synth data --people 400 --questions 40 > /dev/null
mkdir -p "$out"
hosts_up 4
use_mpirun_over_hosts

# on_hosts NUMBER COMMAND...: one rank a host.
on_hosts() {
  local list
  list=$(seq -s, -f 'h%g' "$1")
  shift
  "$MPIRUN" --host "$list" --bind-to none "$LOCKSTEP" "$@" > log 2>&1 || fail "$*: $(cat log)"
}

# number FILE KEY: from JSON that has a key a line.
number() {
  sed -n "s/^.*\"$2\":[[:space:]]*\([0-9.e+-]*\).*$/\1/p" "$1" | tail -n 1
}

# time_steps NUMBER OVERLAP: into the file OVERLAP.
time_steps() {
  on_hosts "$1" bench "$SOURCE_DIR/configs/seed/pretrain.yaml" corpus="$corpus" \
    overlap="$2" --steps "$steps" --json "$2"
}

# measure HOSTS GBIT DELAY: a row.
measure() {
  on_hosts "$1" bench --reduce --steps 5 --json reduce.json
  tr -d '\n\t' < reduce.json | tr '{' '\n' | grep '"bytes":13293568,' > sum
  time_steps "$1" off
  time_steps "$1" on
  (($1 > 1)) || alone=$(number on step_seconds)
  awk -v hosts="$1" -v link="$2" -v delay="$3" -v tree="$(number sum tree_seconds)" \
    -v mpi="$(number sum mpi_seconds)" -v off="$(number off communication_seconds)" \
    -v on="$(number on communication_seconds)" -v step="$(number on step_seconds)" \
    -v alone="$alone" 'BEGIN {
      printf "| %s | %s | %d | %.3f | %.2f ", link, delay, hosts, step, alone / step
      if (hosts == 1) { print "| – | – | – | – | – | – |"; exit }
      hidden = on < off ? sprintf("%.0f %%", 100 * (1 - on / off)) : "none"
      printf "| %.1f | %.1f | %s | %.1f | %.1f | %.3f |\n", 1000 * off, 1000 * on,
        hidden, 1000 * tree, 1000 * mpi, 13.293568e-3 / tree }'
}

# The kernel shapes links by itself, but may not be able to delay packets: a program carries those.
fast_links() {
  shape "$1gbit" "$2" h1 h2 h3 h4
  for hosts in 1 2 4; do measure $hosts "$1" 0.1; done
}

slow_links() {
  ./network "$1" 10 10.78.0 h1 h2 h3 h4 > ready &
  local network=$!
  until [[ -s ready ]]; do nap 0.05; done
  for hosts in 1 2 4; do
    OMPI_MCA_oob_tcp_if_include=10.78.0.0/24 OMPI_MCA_btl_tcp_if_include=10.78.0.0/24 \
      measure $hosts "$1" 10
  done
  kill $network
  wait $network || true
}

table() {
  cat << END
# Sums over the network

Commit \`$(git -C "$SOURCE_DIR" rev-parse --short HEAD)\`, $(date +%F). Command: \`$(spell tests/bench/network.sh "${arguments[@]}")\`.
$(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, which all hosts (network namespaces) share: with 4
hosts the times are those of the cores, where a rank that waits takes the core that another computes on.
step: a pretraining step of configs/seed/pretrain.yaml, the batch the same on any number of hosts, with \`overlap=on\`, and the speed-up over one host; communication: of such a step with
\`overlap=off\` and \`on\`, and the share that the latter hides. tree, MPI: one sum of the seed model's
gradients (13.3 MB) by \`lockstep bench --reduce\`, and its rate S/t. Links of 0.1 ms are the kernel's own,
shaped by a token bucket; those of 10 ms a program's, which costs computing time as well.

| Gbit/s | delay, ms | hosts | step, s | speed-up | communication, ms | overlapped, ms | hidden | tree, ms | MPI, ms | tree, GB/s |
|---|---|---|---|---|---|---|---|---|---|---|
END
  fast_links 1 256kb
  fast_links 10 2mb
  slow_links 1
  slow_links 10
}

table | tee "$out/network.md"
