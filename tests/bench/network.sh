#!/bin/bash
# How the sum over the ranks scales over 1, 2 and 4 hosts, on links of 1 and 10 Gbit/s with a delay of 0.1
# and 10 ms each way: seconds and rate of the seed model's gradients (13.3 MB) by `lockstep bench --reduce`,
# and what share of a training step's communication is hidden behind computing (overlap=on beside off).
# The hosts are network namespaces of this machine, so that all ranks share its cores: with more ranks
# than cores the times are of the cores, not of the links. Needs root. A table in Markdown to standard output.
set -euo pipefail

usage="usage: tests/bench/network.sh [--steps STEPS]    (6 training steps a measurement)"
steps=6
if [[ ${1-} == --steps && ${2-} =~ ^[0-9]+$ ]]; then
  steps=$2
elif (($#)); then
  echo "$usage" >&2
  exit 64
fi

SOURCE_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export SOURCE_DIR LOCKSTEP=${LOCKSTEP:-$SOURCE_DIR/build/lockstep} MPIRUN=${MPIRUN:-mpirun}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
arguments=("$@")
in_own_world mpirun cc

cc -O2 -D_GNU_SOURCE -o network "$SOURCE_DIR/tests/bench/network.c"
"$LOCKSTEP" synth data --people 400 --questions 40 > /dev/null
hosts_up 4
use_mpirun_over_hosts
export OMPI_MCA_oob_tcp_if_include=10.78.0.0/24 OMPI_MCA_btl_tcp_if_include=10.78.0.0/24

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

# communication NUMBER OVERLAP: its seconds a step.
communication() {
  on_hosts "$1" bench "$SOURCE_DIR/configs/seed/pretrain.yaml" corpus=data/wiki.txt shards=4 \
    batch_size=128 overlap="$2" --steps "$steps" --json step.json
  number step.json communication_seconds
}

measure() {
  local off on
  on_hosts "$1" bench --reduce --steps 5 --json reduce.json
  tr -d '\n\t' < reduce.json | tr '{' '\n' | grep '"bytes":13293568,' > sum
  off=$(communication "$1" off)
  on=$(communication "$1" on)
  awk -v hosts="$1" -v link="$2" -v delay="$3" -v tree="$(number sum tree_seconds)" \
    -v mpi="$(number sum mpi_seconds)" -v off="$off" -v on="$on" 'BEGIN {
      hidden = hosts > 1 ? sprintf("%.0f %%", 100 * (1 - on / off)) : "–"
      printf "| %s | %s | %d | %.1f | %.1f | %.3f | %.1f | %.1f | %s |\n", link, delay, hosts, 1000 * tree,
        1000 * mpi, 13.293568e-3 / tree, 1000 * off, 1000 * on, hidden }'
}

echo "| Gbit/s | delay, ms | hosts | tree, ms | MPI, ms | tree, GB/s | communication, ms | overlapped, ms |" \
  "hidden |"
echo "|---|---|---|---|---|---|---|---|---|"
for rate in 1 10; do
  for delay in 0.1 10; do
    ./network $rate $delay 10.78.0 h1 h2 h3 h4 > ready &
    network=$!
    until [[ -s ready ]]; do nap 0.05; done
    for hosts in 1 2 4; do measure $hosts $rate $delay; done
    kill $network
    wait $network || true
  done
done
